"""Polyharmonic splines: smooth functions through scattered points."""

from __future__ import annotations

import minitf as tf

_LEAST = 1e-10  # squared distance: roots and logarithms have slopes there


def interpolate_spline(
    train_points,
    train_values,
    query_points,
    order: int,
    regularization_weight: float = 0.0,
    name: str | None = "interpolate_spline",
) -> tf.Tensor:
    """The values at query_points [batch, m, d] of the spline through train_values [batch, n, k] at train_points
    [batch, n, d]: [batch, m, k].

    order: of the spline; 2 is that of thin plates, 1 goes linearly along a line. regularization_weight: how much
    smoother than through the values it may be.
    """
    with tf.name_scope(name):
        points, values = tf.convert_to_tensor(train_points), tf.convert_to_tensor(train_values)
        queries = tf.convert_to_tensor(query_points)
        weights, plane = _solved(points, values, order, regularization_weight)
        near = tf.matmul(_basis(_squared_distances(queries, points), order), weights)
        return near + tf.matmul(_with_ones(queries), plane)


def _solved(points, values, order: int, regularization_weight: float) -> tuple:
    """The weights of the points, [batch, n, k], and of a plane, [batch, d + 1, k]."""
    batch, count = tf.shape(points)[0], tf.shape(points)[1]
    among = _basis(_squared_distances(points, points), order)
    if regularization_weight > 0:
        among += regularization_weight * tf.expand_dims(tf.eye(count, dtype=points.dtype), 0)
    linear = _with_ones(points)
    flat = tf.shape(linear)[2]
    none = tf.zeros([batch, flat, flat], points.dtype)
    left = tf.concat([among, tf.transpose(linear, [0, 2, 1])], 1)
    matrix = tf.concat([left, tf.concat([linear, none], 1)], 2)
    wanted = tf.concat([values, tf.zeros([batch, flat, tf.shape(values)[2]], points.dtype)], 1)
    solved = tf.matrix_solve(matrix, wanted)
    return solved[:, :count, :], solved[:, count:, :]


def _with_ones(points) -> tf.Tensor:
    return tf.concat([points, tf.ones_like(points[..., :1])], 2)


def _squared_distances(x, y) -> tf.Tensor:
    """Of the points of x, [batch, n, d], to those of y, [batch, m, d]: [batch, n, m]."""
    of_x, of_y = (tf.reduce_sum(tf.square(points), 2) for points in (x, y))
    return of_x[:, :, None] - 2 * tf.matmul(x, y, adjoint_b=True) + of_y[:, None, :]


def _basis(squares, order: int) -> tf.Tensor:
    """What a point counts at a distance, of which this is the square."""
    safe = tf.maximum(squares, _LEAST)
    if order == 1:
        return tf.sqrt(safe)
    if order == 2:
        return 0.5 * squares * tf.log(safe)
    if order == 4:
        return 0.5 * tf.square(squares) * tf.log(safe)
    power = tf.pow(safe, 0.5 * order)
    return 0.5 * power * tf.log(safe) if order % 2 == 0 else power
