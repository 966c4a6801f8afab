import pytest
from case_facts import cases, check_case, check_graph, graphs

import minitf as tf


@pytest.mark.parametrize("fact", cases("metrics"), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("metrics"), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("metric", ["auc", "sensitivity_at_specificity", "specificity_at_sensitivity"])
def test_more_thresholds_than_memory_are_refused(metric):
    arguments = [[True], [0.5]] + [0.5] * (metric != "auc")
    with pytest.raises(ValueError, match=r"num_thresholds is at most 1,048,576, not 1,099,511,627,776"):
        getattr(tf.metrics, metric)(*arguments, num_thresholds=2**40)
