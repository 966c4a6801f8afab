"""Images whose pixels are moved, each by a vector of its own."""

from __future__ import annotations

import numpy as np

import minitf as tf
from minitf.contrib.image.splines import interpolate_spline


def dense_image_warp(image, flow, name: str | None = "dense_image_warp") -> tf.Tensor:
    """Images [batch, height, width, channels] whose pixel (y, x) is that of the given ones at (y, x) - flow[:, y, x].

    flow: [batch, height, width, 2]; between pixels the values are interpolated, beyond the edges they are those there.

    Raises:
      ValueError: for images of less than two pixels along an axis; an InvalidArgumentError if only a run knows.
    """
    with tf.name_scope(name):
        image, flow = tf.convert_to_tensor(image, name="image"), tf.convert_to_tensor(flow, name="flow")
        batch, height, width, channels = [tf.shape(image)[axis] for axis in range(4)]
        across, down = tf.meshgrid(tf.range(width), tf.range(height))
        places = tf.expand_dims(tf.cast(tf.stack([down, across], axis=2), flow.dtype), 0) - flow
        found = _interpolated(image, tf.reshape(places, [batch, height * width, 2]))
        return tf.reshape(found, [batch, height, width, channels])


def _interpolated(image, places) -> tf.Tensor:
    """The values of images at points (y, x), [batch, points, 2], by those of the four pixels around each."""
    _check_sizes(image)
    batch, height, width, channels = [tf.shape(image)[axis] for axis in range(4)]
    count = tf.shape(places)[1]
    corners, parts = [], []
    for axis, size in ((0, height), (1, width)):
        place = places[:, :, axis]
        first = tf.minimum(tf.maximum(tf.floor(place), 0.0), tf.cast(size - 2, place.dtype))
        corners.append(tf.cast(first, tf.int32))
        part = tf.cast(tf.clip_by_value(place - first, 0.0, 1.0), image.dtype)
        parts.append(tf.expand_dims(part, 2))
    rows, first_row = tf.reshape(image, [batch * height * width, channels]), tf.range(batch)[:, None] * height * width

    def pixels(down: int, across: int):
        at = first_row + (corners[0] + down) * width + corners[1] + across
        return tf.reshape(tf.gather(rows, at), [batch, count, channels])

    down, across = parts
    top = across * (pixels(0, 1) - pixels(0, 0)) + pixels(0, 0)
    bottom = across * (pixels(1, 1) - pixels(1, 0)) + pixels(1, 0)
    return down * (bottom - top) + top


def _check_sizes(image) -> None:
    known = image.shape.with_rank(4).sizes or (None,) * 4
    if any(n is not None and n < 2 for n in known[1:3]):
        raise ValueError(f"Grid must be at least 2x2: images have to be of two pixels or more, not {image.shape}")


def sparse_image_warp(
    image,
    source_control_point_locations,
    dest_control_point_locations,
    interpolation_order: int = 2,
    regularization_weight: float = 0.0,
    num_boundary_points: int = 0,
    name: str | None = "sparse_image_warp",
) -> tuple[tf.Tensor, tf.Tensor]:
    """Images in which some points (y, x), [batch, points, 2], are moved from sources to destinations, and the flow
    [batch, height, width, 2] that says how far all the others move with them (see `interpolate_spline`).

    num_boundary_points: how many points along each edge stay where they are, with the corners.

    Raises:
      ValueError: for images whose height or width is not known.
    """
    with tf.name_scope(name):
        image = tf.convert_to_tensor(image)
        source = tf.convert_to_tensor(source_control_point_locations)
        dest = tf.convert_to_tensor(dest_control_point_locations)
        batch, height, width = image.shape.with_rank(4).as_list()[:3]
        if None in (height, width):
            raise ValueError(f"sparse_image_warp takes images of known height and width, not of shape {image.shape}")
        flows = dest - source
        if num_boundary_points > 0:
            still = _boundary(tf.shape(image)[0], height, width, num_boundary_points - 1)
            dest, flows = tf.concat([dest, still], 1), tf.concat([flows, tf.zeros_like(still)], 1)
        down, across = tf.meshgrid(tf.range(height), tf.range(width), indexing="ij")
        points = tf.cast(tf.reshape(tf.stack([down, across], 2), [1, -1, 2]), dest.dtype)
        points = tf.tile(points, [tf.shape(image)[0], 1, 1])
        dense = interpolate_spline(dest, flows, points, interpolation_order, regularization_weight)
        dense = tf.reshape(dense, [tf.shape(image)[0], height, width, 2])
        dense.set_shape([batch, height, width, 2])
        return dense_image_warp(image, dense), dense


def _boundary(batch, height: int, width: int, between: int) -> tf.Tensor:
    """The corners of images, and so many points between them on each edge: [batch, points, 2]."""
    down, across = (np.linspace(0, size - 1, between + 2, dtype=np.float32) for size in (height, width))
    edge = [(y, x) for y in down for x in across if y in (0, height - 1) or x in (0, width - 1)]
    return tf.tile(tf.constant([edge], tf.float32), [batch, 1, 1])
