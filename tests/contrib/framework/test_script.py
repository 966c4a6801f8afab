"""Functions of Python with arguments by name, as in TensorFlow (contrib_scenarios.py)."""

from session_facts import check


def test_py_func():
    check("contrib_py_func")
