"""Loops in loops, with what is hardest to hand to their gradients; each builds `y`, and `out_...` of its gradients.

What TensorFlow 1.15.5 and 2.15.1 make of them in TensorFlow's form is equal:

python tests/recorded/check_nested_loops.py write FOLDER
PYTHON_WITH_TF1_OR_2 tests/recorded/check_nested_loops.py FOLDER
"""

import numpy as np

CASES = {}


def case(build):
    """Has `build(tf, x, n, w)` be a case, with first and second gradients of what it gives."""

    def built(tf):
        x, n = tf.placeholder(tf.float32, [3], "x"), tf.placeholder(tf.int32, [], "n")
        w = tf.get_variable("w", initializer=np.array([0.5, -0.3, 0.8], np.float32))
        y = tf.reduce_sum(tf.tanh(tf.identity(build(tf, x, n, w), name="y")))
        first = tf.gradients(y, [x, w])
        second = tf.gradients(tf.add_n([tf.reduce_sum(tf.sin(g)) for g in first]), [x, w])
        for k, gradient in enumerate(first + [g for g in second if g is not None]):
            tf.identity(gradient, name=f"out_{k}")
        return {"x:0": np.array([1.8, 0.4, 1.0], np.float32), "n:0": np.int32(4)}

    CASES[build.__name__] = built
    return build


def times(tf, count, step, y):
    """y after so many steps."""
    return tf.while_loop(lambda i, y: i < count, lambda i, y: (i + 1, step(i, y)), [0, y])[1]


def sines(tf, count, y, w):
    """y after so many steps that keep something for their gradients."""
    return times(tf, count, lambda j, z: tf.sin(z * w) + y, y)


@case
def one_loop(tf, x, n, w):
    return sines(tf, n, x, w)


@case
def equal_lengths(tf, x, n, w):
    return times(tf, n, lambda i, y: sines(tf, 3, y, w), x)


@case
def other_lengths(tf, x, n, w):
    return times(tf, n, lambda i, y: sines(tf, i + 1, y, w), x)


@case
def no_trips(tf, x, n, w):
    return times(tf, n, lambda i, y: sines(tf, i - 2, y, w) * w, x)


@case
def three_deep(tf, x, n, w):
    return times(tf, n, lambda i, y: times(tf, i + 1, lambda j, z: sines(tf, j, z, w) * w, y), x)


@case
def branches_in_three(tf, x, n, w):
    def inmost(j, z):
        return times(tf, j, lambda k, u: tf.cond(tf.equal(k, 1), lambda: tf.sin(u * w + z), lambda: u + w), z)

    def inner(i, y):
        return times(tf, i + 1, lambda j, z: inmost(j, z) * w + 0.1 * y, y)

    step = lambda i, y: tf.cond(tf.equal(i % 2, 0), lambda: inner(i, y) * y, lambda: y + w)  # noqa: E731 - as scripts
    return tf.tanh(times(tf, n, step, x))


@case
def branch(tf, x, n, w):
    return times(tf, n, lambda i, y: tf.cond(tf.reduce_sum(y) > 0, lambda: tf.sin(y * w), lambda: y * x), x)


@case
def loop_in_branch(tf, x, n, w):
    return tf.cond(n > 2, lambda: sines(tf, n, x, w), lambda: x * w)


@case
def loop_in_branch_of_loop(tf, x, n, w):
    def inner(i, y):
        return times(tf, i, lambda j, z: tf.cond(j > 0, lambda: tf.exp(-z * w), lambda: z + y * w), y)

    return times(tf, n, lambda i, y: tf.cond(i % 2 > 0, lambda: inner(i, y), lambda: y * x), x)


@case
def scan_in_loop(tf, x, n, w):
    return times(tf, n, lambda i, y: tf.scan(lambda a, v: tf.tanh(a * v), y * w)[::-1], x)


@case
def scan_of_other_lengths(tf, x, n, w):
    def row(i):
        return tf.reduce_sum(tf.scan(lambda a, v: tf.tanh(a * v + w), tf.fill([i + 1, 3], 0.5) * x), 0)

    return tf.map_fn(row, tf.range(n), dtype=tf.float32)


@case
def arrays_inside(tf, x, n, w):
    def body(i, y):
        a = tf.TensorArray(tf.float32, size=i + 1, clear_after_read=False)
        step = lambda j, a, z: (j + 1, a.write(j, z * w), tf.sin(z + y))  # noqa: E731 - as scripts
        _, a, z = tf.while_loop(lambda j, a, z: j <= i, step, [0, a, y])
        return z * tf.reduce_sum(a.stack(), 0)

    return times(tf, n, body, x)


@case
def arrays_across(tf, x, n, w):
    def body(i, y, a):
        z = sines(tf, i + 1, y, w)
        return i + 1, z, a.write(i, z)

    a = tf.TensorArray(tf.float32, size=n, clear_after_read=False, element_shape=[3])
    _, y, a = tf.while_loop(lambda i, y, a: i < n, body, [0, x, a])
    return y * tf.reduce_sum(a.stack() * w, 0)


@case
def rnn_in_loop(tf, x, n, w):
    start = {"kernel_initializer": tf.constant_initializer(0.3), "bias_initializer": tf.constant_initializer(0.1)}
    cell = tf.nn.rnn_cell.GRUCell(3, **start)

    def body(i, y):
        rows = tf.reshape(tf.tile(y, [i + 1]), [1, -1, 3])
        return tf.nn.dynamic_rnn(cell, rows, sequence_length=[i + 1], dtype=tf.float32)[1][0] * w

    return times(tf, n, body, x)


@case
def growing(tf, x, n, w):
    shapes = [tf.TensorShape([]), tf.TensorShape([None])]
    step = lambda i, y: (i + 1, tf.concat([tf.sin(y * 2), x * w], 0))  # noqa: E731 - as scripts
    return tf.while_loop(lambda i, y: i < n, step, [0, x], shapes)[1]


@case
def products(tf, x, n, w):
    return tf.reduce_prod(x * w) * x + times(tf, n, lambda i, y: tf.reduce_prod(y) + w, x)


@case
def initial_values(tf, x, n, w):
    return tf.Variable(w.initialized_value() * 2.0, name="v") * x * tf.sin(w)


# ---- arrays of which nobody knows how long they become


def gathered(tf, n, y, step, **options):
    """The array of what `step` gives in each trip, and the last of it."""
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True, **options)
    following = lambda i, y, a: (i + 1, step(i, y), a.write(i, y))  # noqa: E731 - as scripts say it
    return tf.while_loop(lambda i, y, a: i < n, following, [0, y, array])[1:]


@case
def growing_array(tf, x, n, w):
    y, array = gathered(tf, n, x, lambda i, y: tf.sin(y * w))
    return y * tf.reduce_sum(array.stack(), 0)


@case
def growing_array_in_a_loop(tf, x, n, w):
    def body(i, y):
        z, array = gathered(tf, i + 1, y, lambda j, z: tf.tanh(z * w), element_shape=[3])
        return z + tf.reduce_sum(array.stack(), 0)

    return times(tf, n, body, x)


@case
def growing_array_in_a_branch(tf, x, n, w):
    def grown():
        return tf.reduce_sum(gathered(tf, n, x, lambda i, y: y * w)[1].gather([2, 0]), 0)

    return tf.cond(n > 2, grown, lambda: x * w)


@case
def growing_array_that_is_read(tf, x, n, w):
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True, clear_after_read=False, element_shape=[3])
    array = array.write(0, x)
    step = lambda i, a: (i + 1, a.write(i, tf.sin(a.read(i - 1) * w) + x))  # noqa: E731 - as scripts say it
    array = tf.while_loop(lambda i, a: i < n, step, [1, array])[1]
    return array.read(n - 1) + tf.reduce_sum(array.stack(), 0)


@case
def growing_array_of_parts(tf, x, n, w):
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True, infer_shape=False)
    step = lambda i, y, a: (i + 1, tf.tanh(y * w), a.write(i, y[: i + 1]))  # noqa: E731 - as scripts say it
    _, y, array = tf.while_loop(lambda i, y, a: i < n, step, [0, x, array])
    return y * tf.reduce_sum(array.concat())
