"""sort and argsort, as in TensorFlow 1.15.5."""

import numpy as np
import pytest

import minitf as tf

X = np.random.RandomState(0).randint(0, 9, (3, 4, 5)).astype(np.float32)


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("direction", ["ASCENDING", "DESCENDING"])
def test_axes(axis, direction):
    sign = 1 if direction == "ASCENDING" else -1
    values, places = tf.sort(X, axis, direction), tf.argsort(X, axis, direction)
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(values), sign * np.sort(sign * X, axis))
        np.testing.assert_array_equal(sess.run(places), np.argsort(sign * X, axis, kind="stable"))
    assert values.shape == X.shape and places.dtype is tf.int32


def test_errors():
    for arguments, message in ((([1], -1, "x"), "ASCENDING, DESCENDING"), (([1], 2), "axis"), ((3,), "at least 1")):
        with pytest.raises(ValueError, match=message):
            tf.argsort(*arguments)
