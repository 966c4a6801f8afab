"""Images turned, moved and seen in perspective.

A transform is eight numbers: the point (x, y) of the result is that at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k)
of the image, where k = c0 x + c1 y + 1.
"""

from __future__ import annotations

import minitf as tf
from minitf.framework import op_counts
from minitf.framework.apply import apply
from minitf.ops.images.projections import TYPES, as_matrices, as_transforms


def _batch(images) -> tuple:
    """Images as a batch, and what takes them out of it."""
    if images.dtype.base_dtype not in TYPES:
        raise TypeError(f"Invalid dtype {images.dtype!r}.")
    if images.shape.rank is None:
        raise TypeError("image_or_images rank must be statically known")
    if images.shape.rank == 2:
        return images[None, :, :, None], lambda made: made[0, :, :, 0]
    if images.shape.rank == 3:
        return images[None, :, :, :], lambda made: made[0, :, :, :]
    if images.shape.rank == 4:
        return images, lambda made: made
    raise TypeError("Images should have rank between 2 and 4.")


def _rows(value, name: str, least: int):
    """One of some things, or several, as several."""
    value = tf.convert_to_tensor(value, tf.float32, name=name)
    if value.shape.rank is None:
        kind = ValueError if name == "angles" else TypeError  # as TensorFlow
        raise kind(f"{name} rank must be statically known")
    if value.shape.rank not in (least, least + 1):
        raise TypeError(f"{name.capitalize()} should have rank {least} or {least + 1}.")
    return value[None] if value.shape.rank == least else value


def transform(images, transforms, interpolation: str = "NEAREST", output_shape=None, name: str | None = None):
    """Images seen through projective transforms; what is outside of them is 0.

    images: [batch, height, width, channels], or fewer axes for one image; transforms: [8], or [batch, 8];
    interpolation: "NEAREST" or "BILINEAR"; output_shape: height and width of the result.

    Raises:
      TypeError: for images of another type or rank. ValueError: for an output_shape that is none.
    """
    with tf.name_scope(name, "transform"):
        images = tf.convert_to_tensor(images, name="images")
        transforms = _rows(transforms, "transforms", 1)
        batch, out = _batch(images)
        if output_shape is None:
            output_shape = tf.shape(batch)[1:3]
        output_shape = tf.convert_to_tensor(output_shape, tf.int32, name="output_shape")
        if not output_shape.shape.is_compatible_with([2]):
            raise ValueError("output_shape must be a 1-D Tensor of 2 elements: new_height, new_width")
        kind = interpolation.upper()
        if kind not in ("NEAREST", "BILINEAR"):
            raise ValueError(f"interpolation is NEAREST or BILINEAR, not {interpolation!r}")
        made = apply("ImageProjectiveTransformV2", batch, transforms, output_shape, interpolation=kind)
        return out(made)


def rotate(images, angles, interpolation: str = "NEAREST", name: str | None = None):
    """Images turned about their middle by angles in radians, counterclockwise; one angle, or one for each image."""
    with tf.name_scope(name, "rotate"):
        images = tf.convert_to_tensor(images)
        batch, out = _batch(images)
        height, width = [tf.cast(tf.shape(batch)[axis], tf.float32)[None] for axis in (1, 2)]
        turns = angles_to_projective_transforms(angles, height, width)
        return out(transform(batch, turns, interpolation=interpolation))


def translate(images, translations, interpolation: str = "NEAREST", name: str | None = None):
    """Images moved by (dx, dy); one such pair, or one for each image."""
    with tf.name_scope(name, "translate"):
        moves = translations_to_projective_transforms(translations)
        return transform(images, moves, interpolation=interpolation)


def angles_to_projective_transforms(angles, image_height, image_width, name: str | None = None):
    """The transforms that turn images of a size by angles, [n, 8]."""
    with tf.name_scope(name, "angles_to_projective_transforms"):
        angles = _rows(angles, "angles", 0)
        cos, sin, right, down = tf.cos(angles), tf.sin(angles), image_width - 1, image_height - 1
        x = (right - (cos * right - sin * down)) / 2.0
        y = (down - (sin * right + cos * down)) / 2.0
        columns = [part[:, None] for part in (cos, -sin, x, sin, cos, y)]
        op_counts.skip(op_counts.turned(sum(isinstance(n, tf.Tensor) for n in (image_height, image_width))))
        return tf.concat([*columns, tf.zeros((tf.shape(angles)[0], 2), tf.float32)], axis=1)


def translations_to_projective_transforms(translations, name: str | None = None):
    """The transforms that move images by (dx, dy), [n, 8]."""
    with tf.name_scope(name, "translations_to_projective_transforms"):
        moves = _rows(translations, "translations", 1)
        count = tf.shape(moves)[0]
        ones, zeros = tf.ones((count, 1), tf.float32), tf.zeros((count, 1), tf.float32)
        columns = [ones, zeros, -moves[:, 0, None], zeros, ones, -moves[:, 1, None]]
        op_counts.skip(op_counts.MOVED)
        return tf.concat([*columns, tf.zeros((count, 2), tf.float32)], axis=1)


def compose_transforms(*transforms):
    """The transforms that do as several one after the other, [n, 8]; ValueError for none."""
    if not transforms:
        raise ValueError("transforms cannot be empty")
    with tf.name_scope("compose_transforms"):
        composed = flat_transforms_to_matrices(transforms[0])
        for each in transforms[1:]:
            composed = tf.matmul(composed, flat_transforms_to_matrices(each))
        return matrices_to_flat_transforms(composed)


def flat_transforms_to_matrices(transforms):
    """Transforms, [8] or [n, 8], as matrices [n, 3, 3]."""
    with tf.name_scope("flat_transforms_to_matrices"):
        transforms = tf.convert_to_tensor(transforms, name="transforms")
        if transforms.shape.rank not in (1, 2):
            raise ValueError(f"Transforms should be 1D or 2D, got: {transforms}")
        return as_matrices(transforms)


def matrices_to_flat_transforms(transform_matrices):
    """Matrices, [3, 3] or [n, 3, 3], as transforms [n, 8]."""
    with tf.name_scope("matrices_to_flat_transforms"):
        matrices = tf.convert_to_tensor(transform_matrices, name="transform_matrices")
        if matrices.shape.rank not in (2, 3):
            raise ValueError(f"Matrices should be 2D or 3D, got: {matrices}")
        return as_transforms(matrices)
