import pytest
from session_facts import check, names

import minitf as tf
from minitf.contrib.slim import model_analyzer


@pytest.mark.parametrize("name", names("slim_measures"))
def test_like_tensorflow(name):
    check(name)


def test_what_is_printed(capsys):
    tf.Variable(tf.zeros([2, 3]), name="w")
    assert model_analyzer.analyze_ops(tf.get_default_graph(), print_info=True) == 24
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Operations: name -> (type shapes) [size]"
    assert lines[3] == "zeros -> (float32 2x3) [6]" and lines[-1] == "Total size of operations: 24"
