"""Gradients against differences, for tests."""

from __future__ import annotations

import numpy as np

import minitf as tf


def compute_gradient(
    x, x_shape, y, y_shape, x_init_value=None, delta: float = 1e-3, init_targets=None, extra_feed_dict=None
):
    """The Jacobian of `y` for `x` by tf.gradients and by differences of `delta`: two arrays of shape
    (size of x, size of y); a pair of them for each of a list of `x`.

    x_init_value: where to take it (random numbers by default). init_targets: ops to run first. It needs a
    default session.
    """
    sess = tf.get_default_session()
    if sess is None:
        raise ValueError("compute_gradient needs a default session: with tf.Session(): ...")
    if init_targets is not None:
        sess.run(init_targets)
    listed = isinstance(x, list)
    xs, shapes = (x, x_shape) if listed else ([x], [x_shape])
    given = (x_init_value if listed else [x_init_value]) if x_init_value is not None else [None] * len(xs)
    values = [_start(t, s, v) for t, s, v in zip(xs, shapes, given)]
    feeds = {**dict(zip(xs, values)), **(extra_feed_dict or {})}
    found = [_both(sess, t, v, y, y_shape, delta, feeds) for t, v in zip(xs, values)]
    return found if listed else found[0]


def compute_gradient_error(
    x, x_shape, y, y_shape, x_init_value=None, delta: float = 1e-3, init_targets=None, extra_feed_dict=None
) -> float:
    """The largest difference between the two Jacobians of `compute_gradient`."""
    found = compute_gradient(x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict)
    pairs = found if isinstance(found, list) else [found]
    return max((float(np.abs(a - b).max()) for a, b in pairs if a.size), default=0.0)


def _start(x, shape, value) -> np.ndarray:
    dtype = x.dtype.base_dtype.as_numpy_dtype
    if value is not None:
        return np.array(value, dtype)
    return np.asarray(np.random.random_sample(shape), dtype)


def _both(sess, x, value, y, y_shape, delta, feeds) -> tuple[np.ndarray, np.ndarray]:
    """The Jacobian by gradients and by differences."""
    size = int(np.prod(y_shape))
    dtype = y.dtype.base_dtype.as_numpy_dtype
    seed = tf.placeholder(y.dtype.base_dtype, y_shape)
    (gradient,) = tf.gradients(y, x, grad_ys=[seed])
    exact, differences = np.zeros((2, value.size, size), dtype)
    for column in range(size):
        one = np.zeros(size, dtype)
        one[column] = 1
        if gradient is not None:
            dense = tf.convert_to_tensor(gradient)
            exact[:, column] = sess.run(dense, {**feeds, seed: one.reshape(y_shape)}).ravel()
    for row in range(value.size):
        step = np.zeros(value.size, value.dtype)
        step[row] = delta
        up, down = (sess.run(y, {**feeds, x: value + s * step.reshape(value.shape)}) for s in (1, -1))
        differences[row] = ((up - down) / (2 * delta)).ravel()
    return exact, differences
