import numpy as np
import pytest
from helpers import check, fails, run
from oracle import check_case, check_gradient, op_facts

import minitf as tf
from minitf.ops.math.clip import clipped_with_whole_gradient

X = np.array([[-1.7, 1.1, -0.3], [0.9, 1.9, 0.2]])
Y = np.array([[0.6, -1.7, -0.9], [1.4, 0.7, 1.2]])


def test_clip_by_value():
    check(lambda x: tf.clip_by_value(x, -1.0, 0.5), X, reference=lambda x: x.clip(-1, 0.5), dtypes=["float64"])
    check(lambda x, y: tf.clip_by_value(x, y - 0.55, y + 0.5), X, Y, reference=lambda x, y: x.clip(y - 0.55, y + 0.5))
    with fails(ValueError, "(3,)", "(2, 3)"):
        tf.clip_by_value([1.0, 2.0, 3.0], np.zeros((2, 3), np.float32), 1.0)


def test_clipping_may_leave_gradients_whole():
    for reach in (0.0, 1e30):
        x = tf.constant(X * (1 + reach), tf.float32)
        y = clipped_with_whole_gradient(x, 0.5)
        found, slope = run(y, tf.gradients(y * y, x)[0])
        np.testing.assert_array_equal(found, (X * (1 + reach)).clip(-0.5, 0.5).astype(np.float32))
        np.testing.assert_array_equal(slope, 2 * found)


def test_clip_by_norm():
    def reference(x, axis=None):
        norm = np.sqrt((x * x).sum(axis=axis, keepdims=True))
        return x * 1.5 / np.maximum(norm, 1.5)

    check(lambda x: tf.clip_by_norm(x, 1.5), X, reference=reference)
    check(lambda x: tf.clip_by_norm(x, 1.5, axes=[1]), X, reference=lambda x: reference(x, 1))
    zeros = tf.zeros([2])
    assert run(tf.gradients(tf.clip_by_norm(zeros, 1.0), zeros)[0]).tolist() == [1, 1]


def test_clip_by_average_norm():
    check(
        lambda x: tf.clip_by_average_norm(x, 0.2),
        X,
        dtypes=["float32"],
        grads=False,
        reference=lambda x: x * 0.2 / max(np.sqrt((x * x).sum()) / 6, 0.2),
    )


def test_clip_by_global_norm():
    norm = np.sqrt((X * X).sum() + (Y * Y).sum())
    check(lambda x, y: tf.global_norm([x, None, y]), X, Y, reference=lambda x, y: norm)

    def clipped(x, y):
        (first, nothing, second), norm = tf.clip_by_global_norm([x, None, y], 1.0)
        assert nothing is None
        return first, second, norm

    check(clipped, X, Y, reference=lambda x, y: [x / norm, y / norm, norm])
    bad, _ = tf.clip_by_global_norm([tf.constant([np.inf, 1.0])], 1.0)
    assert np.isnan(run(bad[0])).all()
    with fails(TypeError, "list"):
        tf.clip_by_global_norm(tf.constant(1.0), 1.0)
    assert run(tf.global_norm([None])) == 0


def test_clip_keeps_slices():
    table = tf.constant(X)
    grad = tf.gradients(tf.gather(table, [1, 1]), table)[0]
    for clipped in (
        tf.clip_by_norm(grad, 0.5),
        tf.clip_by_value(grad, 0.0, 0.5),
        tf.clip_by_global_norm([grad], 0.5)[0][0],
    ):
        assert clipped.indices is grad.indices
        assert run(clipped.values).max() <= 0.5


@pytest.mark.parametrize("source", ["float16", "float32", "float64", "int32", "int64", "uint8"])
@pytest.mark.parametrize("target", ["float16", "float32", "int8", "int32", "int64", "uint8", "uint16"])
def test_saturate_cast_at_the_limits(source, target):
    source, target = tf.as_dtype(source), tf.as_dtype(target)
    least, most = run(tf.saturate_cast(np.array([source.min, source.max], source.numpy), target)).tolist()
    for found, mine, theirs in ((least, source.min, target.min), (most, source.max, target.max)):
        nearest = min(abs(float(mine)), abs(float(theirs)))
        assert abs(found) <= abs(float(theirs)) and abs(abs(found) - nearest) <= 1e-3 * nearest


def test_saturate_cast():
    values = run(tf.saturate_cast([-5.0, 300.0, 7.9], tf.uint8), tf.saturate_cast(tf.constant([-500, 500]), tf.int8))
    assert [v.tolist() for v in values] == [[0, 255, 7], [-128, 127]]


RECORDED = [
    "tf.clip_by_value(",
    "tf.clip_by_norm(",
    "tf.clip_by_global_norm(",
    "tf.global_norm(",
    "tf.clip_by_average_norm(",
    "tf.saturate_cast(",
]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)
