import minitf as tf


def test_a_graph_prints_what_it_holds():
    x = tf.placeholder(tf.float32, [None, 5, 3], name="x")
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(4), x, dtype=tf.float32)
    tf.Variable(0, trainable=False, name="step")
    text = str(tf.get_default_graph())
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "3 variables of 33 values (132 bytes)" in lines[0] and "more in bodies" in lines[0]
    assert "x float32 (?, 5, 3)" in lines and "step int32 (), not trained" in lines
    assert any(line.startswith("rnn/while/Loop Loop, body of ") for line in lines)
    assert lines[-1].startswith("step ") and lines[-1].endswith("operations")


def test_long_lists_are_cut_and_empty_graphs_have_none():
    for _ in range(20):
        tf.placeholder(tf.float32)
    assert str(tf.get_default_graph()).endswith("and 8 more")
    assert "\n" not in str(tf.Graph()) and "0 operations" in str(tf.Graph())


def test_repr_is_one_line():
    assert repr(tf.get_default_graph()).endswith(" with 0 operations>")
