"""Collections are called as in TensorFlow (section_scenarios.py)."""

from session_facts import check


def test_graph_keys():
    check("graph_keys")
