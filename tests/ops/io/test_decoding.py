import pytest
from case_facts import cases, check_case, check_graph, graphs

OURS = ["decode_raw(", "decode_csv(", "string_to_number("]


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # and back after sources that go elsewhere


@pytest.mark.parametrize("fact", cases("records", *OURS), ids=lambda fact: fact["source"][-100:])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("records", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)
