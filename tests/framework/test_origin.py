import minitf as tf


def make():
    return tf.nn.softmax(tf.ones([2, 3]) / 2.0)


def test_the_users_own_lines_are_recorded():
    op = make().op
    file, line, function, text = op.traceback[-1]
    assert file == __file__ and function == "make" and "tf.nn.softmax" in text
    assert op.traceback[-2][2] == "test_the_users_own_lines_are_recorded"
    assert (op.origin.filename, op.origin.lineno) == (file, line)
    assert str(op.origin) == f"at {file}:{line}: {text}"


def test_gradients_point_to_the_op_they_belong_to():
    x = tf.constant([1.0])
    y = tf.square(x)
    (g,) = tf.gradients(y, x)
    assert g.op.traceback[-1][3] == "y = tf.square(x)"


def test_code_without_a_file():
    scope = {"tf": tf}
    exec("c = tf.constant(1)", scope)
    assert str(scope["c"].op.origin) == "at <string>:1"
