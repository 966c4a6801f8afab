"""What a kernel rule does is done again for inputs of the same shapes, and only where it would do the same."""

import numpy as np
import pytest

import minitf as tf
from minitf.framework.static import constant_value
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.execute.replay import Recording
from minitf.runtime.execute.tables import Room
from minitf.runtime.session.state import State

X = np.random.RandomState(0).randn(2, 4, 3).astype(np.float32)
CASES = {  # what an op is given first, and what then; whether it can be done again
    "sum": (lambda x: tf.reduce_sum(x, [0]), X[:1], X[1:], True),
    "mean of integers": (lambda x: tf.reduce_mean(x, [1]), [X[0].astype("i")], [9 - X[1].astype("i")], True),
    "product": (lambda x, y: tf.matmul(x, y, transpose_b=True), X, X[::-1], True),
    "view": (lambda x: tf.reshape(x, [-1]), X[:1], X[1:], True),
    "gather": (tf.gather, [X[0], np.int32([1, 2])], [X[1], np.int32([3, 0])], True),
    "tile": (tf.tile, [X[0], np.int32([2, 1])], [X[1], np.int32([2, 1])], True),
    "softmax": (tf.nn.softmax, X[:1], X[1:], True),
    "random numbers": (tf.random_uniform, [np.int32([3])], [np.int32([3])], False),
}


def built(function, arrays):
    """The op that a function makes, and a function that gives all of its inputs for some of them."""
    given = [tf.placeholder(a.dtype, a.shape) for a in arrays]
    op = function(*given).op
    while not any(t in given for t in op.inputs):
        op = op.inputs[0].op

    def inputs(arrays):
        known = dict(zip(given, arrays))
        return [np.asarray(known[t] if t in known else constant_value(t), order="C") for t in op.inputs]

    return op, inputs


@pytest.mark.parametrize("case", CASES)
def test_it_is_what_the_rule_does(case):
    function, first, second, again = CASES[case]
    op, inputs = built(function, first)
    recording = Recording(State(), inputs(first))
    replay = recording.replay(recording.results(op, recording.values.copy()), Room())
    assert (replay is not None) == again
    for arrays in (first, second) if again else ():
        (found,) = replay.run(inputs(arrays))
        (wanted,) = OpByOp(State()).results(op, [Concrete(a) for a in inputs(arrays)])
        assert found.dtype == wanted.array.dtype and np.array_equal(found, wanted.array)


def test_what_it_looked_at_is_told():
    op, inputs = built(tf.tile, CASES["tile"][1])
    recording = Recording(State(), inputs(CASES["tile"][1]))
    recording.results(op, recording.values.copy())
    assert recording.looked == {1}


def test_a_kernel_that_refuses_its_data():
    op, inputs = built(tf.gather, CASES["gather"][1])
    recording = Recording(State(), inputs(CASES["gather"][1]))
    replay = recording.replay(recording.results(op, recording.values.copy()), Room())
    assert replay.run(inputs([X[0], np.int32([1, 9])])) is None


def test_a_loop_whose_sizes_and_values_change():
    """Each op on what was selected meets other shapes, and shapes it met before with other numbers."""

    def body(i, a):
        kept = tf.boolean_mask(a, a[:, 0] > 0.0)
        wide = tf.tile(kept, [1 + tf.cast(tf.shape(kept)[0] > 2, tf.int32), 1])
        return i + 1, a + tf.reduce_sum(tf.matmul(wide, wide, transpose_a=True)) * 1e-3 - 0.02

    x = tf.placeholder(tf.float32, [None, 3])
    end = tf.while_loop(lambda i, a: i < 30, body, [0, x])[1]
    found = {}
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor, passes="none")) as session:
            found[executor] = [session.run(end, {x: X[0] * by}) for by in (1, 2, 1)] + [session.run(end, {x: X[1][:3]})]
    for ours, theirs in zip(*found.values()):
        np.testing.assert_array_equal(ours, theirs)
