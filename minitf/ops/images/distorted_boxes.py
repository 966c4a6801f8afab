"""A box of an image by chance, for training on parts of pictures (TensorFlow's stream)."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.ops.nn.sampling import Words
from minitf.ops.patterns import STATEFUL
from minitf.ops.random.random import stream


def _near(x) -> int:
    """The nearest whole number, the even one of two."""
    return int(np.rint(np.float32(x)))


def _box(width: int, height: int, areas: tuple, aspect, source: Words):
    """(top, left, height, width) of a box of this aspect ratio and of an area between two; None if there is none."""
    least, most = (np.float32(a) * np.float32(width) * np.float32(height) for a in areas)
    if aspect <= 0:
        return None
    tall = min(_near(np.sqrt(least / aspect)), _tallest(width, height, most, aspect))
    room = _tallest(width, height, most, aspect)
    if tall < room:
        tall += source.below(room - tall + 1, bits=32)
    wide = _near(tall * aspect)
    for step, wrong in ((1, lambda area: area < least), (-1, lambda area: area > most)):
        if wrong(np.float32(wide * tall)):
            tall += step
            wide = _near(tall * aspect)
    if not least <= np.float32(wide * tall) <= most or not 0 < wide <= width or not 0 < tall <= height:
        return None
    top = source.below(height - tall, bits=32) if tall < height else 0
    left = source.below(width - wide, bits=32) if wide < width else 0
    return top, left, tall, wide


def _tallest(width: int, height: int, area, aspect) -> int:
    """The largest height that a box may have."""
    tall = _near(np.sqrt(area / aspect))
    if _near(tall * aspect) > width:
        tall = int(np.float32(width + 0.5 - 1e-7) / aspect)
        tall -= _near(tall * aspect) > width
    return min(tall, height)


def _covers(box: tuple, objects: list, least) -> bool:
    """Whether it has enough of one of the objects, (top, left, bottom, right) in pixels."""
    top, left, tall, wide = box
    for y, x, bottom, right in objects:
        area = np.float32((bottom - y) * (right - x))
        if area >= 1:
            rows, columns = min(bottom, top + tall) - max(y, top), min(right, left + wide) - max(x, left)
            if np.float32(max(rows, 0) * max(columns, 0)) / area >= least:
                return True
    return False


def _objects(op, boxes, height: int, width: int) -> list:
    boxes = boxes.reshape(-1, 4).astype(np.float32)
    if not len(boxes):
        if not op.attrs["use_image_if_no_bounding_boxes"]:
            raise ValueError(
                "No bounding boxes provided as input. One must enable "
                "use_image_if_no_bounding_boxes if you wish to not provide any"
            )
        return [(0, 0, height, width)]
    if not ((boxes >= 0) & (boxes <= 1)).all() or (boxes[:, :2] >= boxes[:, 2:]).any():
        raise ValueError(f"bounding boxes are top, left, bottom, right in [0, 1], not {boxes.tolist()}")
    scale = np.float32([height, width, height, width])
    return [tuple(int(n) for n in box * scale) for box in boxes]


def _check_ranges(op) -> None:
    for name, most in (("aspect_ratio_range", math.inf), ("area_range", 1)):
        numbers, what = op.attrs[name], name.replace("_", " ").capitalize()
        if len(numbers) != 2:
            raise ValueError(f"{what} field must specify 2 dimensions, not {numbers}")
        if not all(0 < n <= most for n in numbers):
            raise ValueError(f"{what}: numbers above 0, up to {most}; not {numbers}")
    if not 0 < op.attrs["max_attempts"] <= 10**6:
        raise ValueError(f"Max attempts must be positive, and a million at most; not {op.attrs['max_attempts']}")


def _sample(b, op, size, boxes, covered):
    values = [b.data(v) for v in (size, boxes, covered)]
    state = b.data(stream(b, op))
    return [b.constant(v) for v in _sampled(op, state, *values)]


def _sampled(op, state, size, boxes, covered):
    height, width = int(size[0]), int(size[1])
    if height <= 0 or width <= 0:
        raise ValueError(f"image height and width must be positive, not {height} x {width}")
    if not covered >= 0:
        raise ValueError(f"Min object covered must be non-negative, not {covered}")
    _check_ranges(op)
    objects, attempts = _objects(op, boxes, height, width), op.attrs["max_attempts"]
    low, high = (np.float32(n) for n in op.attrs["aspect_ratio_range"])
    source, found = Words(state), None
    state[2] += attempts  # a block of the stream is set aside for each
    for _ in range(attempts):
        aspect = source.single() * (high - low) + low
        box = _box(width, height, op.attrs["area_range"], aspect, source)
        if box is not None and _covers(box, objects, covered):
            found = box
            break
    top, left, tall, wide = found or (0, 0, height, width)
    part = np.float32([top / height, left / width, (top + tall) / height, (left + wide) / width])
    return (np.array([top, left, 0], size.dtype), np.array([tall, wide, -1], size.dtype), part.reshape(1, 1, 4))


_INTEGERS = frozenset({dtypes.uint8, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64})
define(
    "SampleDistortedBoundingBoxV2",
    "image_size: T[3], bounding_boxes: float32[b, n, 4], min_object_covered: float32[]; seed: int = 0, "
    "seed2: int = 0, aspect_ratio_range: list(float) = [0.75, 1.33], area_range: list(float) = [0.05, 1.0], "
    "max_attempts: int = 100, use_image_if_no_bounding_boxes: bool = False -> begin: T, size: T, bboxes: float32",
    T=_INTEGERS,
    shape=lambda op: [TensorShape(s) for s in ([3], [3], [1, 1, 4])],
    host=_sample,
    **STATEFUL,
)


def sample_distorted_bounding_box(
    image_size,
    bounding_boxes,
    seed: int | None = None,
    seed2: int | None = None,
    min_object_covered=0.1,
    aspect_ratio_range=None,
    area_range=None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
):
    """A box of an image by chance: where it begins and its size, for `tf.slice`, and the box for `draw_bounding_boxes`.

    Args:
      image_size: integers [3]: height, width, channels.
      bounding_boxes: float32 [1, n, 4]: the objects in the image: top, left, bottom, right, from 0 to 1.
      min_object_covered: how much of an object at least, from 0 to 1, the box has to have.
      aspect_ratio_range: of its width to its height (0.75 to 1.33).
      area_range: of its part of the image (0.05 to 1).
      max_attempts: after so many (100) the box is the whole image.
      use_image_if_no_bounding_boxes: the image is the object where n is 0.

    Returns:
      begin [3], size [3] (the channels: -1), both of image_size's type, and bboxes, float32 [1, 1, 4].

    Raises (at run time):
      InvalidArgumentError: for ranges or boxes that are none.
    """
    aspect = [0.75, 1.33] if aspect_ratio_range is None else [float(n) for n in aspect_ratio_range]
    area = [0.05, 1.0] if area_range is None else [float(n) for n in area_range]
    attempts = 100 if max_attempts is None else int(max_attempts)
    with name_scope(name, "sample_distorted_bounding_box"):
        own = {"seed": seed or 0, "seed2": seed2 or 0}  # a graph's seed does not count here
        return apply(
            "SampleDistortedBoundingBoxV2",
            image_size,
            bounding_boxes,
            min_object_covered,
            aspect_ratio_range=aspect,
            area_range=area,
            max_attempts=attempts,
            use_image_if_no_bounding_boxes=use_image_if_no_bounding_boxes,
            name=None,
            **own,
        )
