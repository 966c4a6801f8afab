import pytest
from case_facts import cases, check_case, check_graph, graphs


@pytest.mark.parametrize("fact", cases("metrics"), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("metrics"), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)
