"""Images seen through projective transforms: turned, moved, in perspective."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.ops.array import array
from minitf.ops.linalg.linalg import matrix_inverse

TYPES = frozenset(getattr(dtypes, name) for name in ("uint8", "int32", "int64", "float16", "float32", "float64"))


def _read(image: np.ndarray, rows, columns):
    """The pixels there, 0 outside."""
    height, width = image.shape[:2]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    found = image[np.where(inside, rows, 0).astype(np.int64), np.where(inside, columns, 0).astype(np.int64)]
    return np.where(inside[..., None], found, np.zeros((), image.dtype))


def _away(x):
    """Rounded, halves away from 0."""
    return np.copysign(np.floor(np.abs(x) + np.float32(0.5)), x)


def _between(image: np.ndarray, y, x):
    """Pixels weighted by how near they are."""
    top, left = np.floor(y), np.floor(x)
    right, down = (x - left)[..., None], (y - top)[..., None]
    one = np.float32(1)
    corners = [[_read(image, top + i, left + j).astype(np.float32) for j in (0, 1)] for i in (0, 1)]
    rows = [(one - right) * a + right * b for a, b in corners]
    return ((one - down) * rows[0] + down * rows[1]).astype(image.dtype)


def _projected(op, images, transforms, output_shape):
    if transforms.ndim != 2 or transforms.shape[1] != 8 or len(transforms) not in (1, len(images)):
        raise ValueError(f"Input transform should be num_images x 8 or 1 x 8, not {transforms.shape}")
    height, width = output_shape.tolist()
    if height < 1 or width < 1:
        raise ValueError(f"new image shape must be positive, not {height} x {width}")
    y, x = np.meshgrid(np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32), indexing="ij")
    made = np.zeros((len(images), height, width, images.shape[3]), images.dtype)
    for i, image in enumerate(images):
        t = transforms[i if len(transforms) > 1 else 0].astype(np.float32)
        scale = t[6] * x + t[7] * y + np.float32(1)
        with np.errstate(all="ignore"):
            at_x, at_y = (t[0] * x + t[1] * y + t[2]) / scale, (t[3] * x + t[4] * y + t[5]) / scale
        near = np.isfinite(at_x) & np.isfinite(at_y) & (scale != 0)
        at_x, at_y = [np.where(near, a, np.float32(-9)) for a in (at_x, at_y)]
        if op.attrs["interpolation"] == "NEAREST":
            made[i] = _read(image, _away(at_y), _away(at_x))
        else:
            made[i] = _between(image, at_y, at_x)
    return made


def _projected_shape(op):
    images, sizes = op.inputs[0].shape.with_rank(4), constant_value(op.inputs[2])
    known = [None, None] if sizes is None else [int(n) for n in sizes]
    batch, channels = (images.sizes[0], images.sizes[3]) if images.rank else (None, None)
    return TensorShape([batch, *known, channels])


def _projected_grad(op, g):
    """As TensorFlow has it: what is given, seen through the inverse."""
    images, transforms = op.inputs[:2]
    inverse = as_transforms(matrix_inverse(as_matrices(transforms)))
    back = apply(
        "ImageProjectiveTransformV2", g, inverse, array.shape(images)[1:3], interpolation=op.attrs["interpolation"]
    )
    return back, None, None


define(
    "ImageProjectiveTransformV2",
    "images: dtype, transforms: float32, output_shape: int32[2]; interpolation: string, "
    "fill_mode: later[fixed[string]] = 'CONSTANT' -> transformed_images: dtype",
    dtype=TYPES,
    shape=_projected_shape,
    numpy=_projected,
    grad=_projected_grad,
)


def as_matrices(transforms):
    """Rows of eight numbers as matrices [n, 3, 3], whose last number is 1."""
    op_counts.skip(op_counts.FLAT_TRANSFORM)
    rows = array.reshape(transforms, [-1, 8])
    ones = array.ones(array.concat([array.shape(rows)[:1], [1]], 0))
    return array.reshape(array.concat([rows, ones], 1), [-1, 3, 3])


def as_transforms(matrices):
    """Matrices [n, 3, 3] as rows of eight numbers, divided by the ninth."""
    rows = array.reshape(matrices, [-1, 9])
    return (rows / rows[:, 8:9])[:, :8]
