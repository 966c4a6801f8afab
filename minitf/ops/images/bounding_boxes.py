"""Boxes in images: drawn, chosen among those that overlap, drawn by chance.

A box is four numbers: top, left, bottom, right, as parts of the image's height and width where not said otherwise.
"""

from __future__ import annotations

import heapq
import operator

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.machine.alloc import zeros
from minitf.kernels.math import images as kernels

# ---- drawing

_COLORS = np.array(
    [  # yellow, blue, red, lime, purple, olive, maroon, navy, aqua, fuchsia
        [1, 1, 0, 1],
        [0, 0, 1, 1],
        [1, 0, 0, 1],
        [0, 1, 0, 1],
        [0.5, 0, 0.5, 1],
        [0.5, 0.5, 0, 1],
        [0.5, 0, 0, 1],
        [0, 0, 0.5, 1],
        [0, 1, 1, 1],
        [1, 0, 1, 1],
    ]
)


def _drawn(op, images, boxes, colors=None):
    depth = images.shape[3]
    colors = _COLORS if colors is None or not len(colors) else np.array(colors)
    _check_depth(depth)
    if depth > colors.shape[1]:
        raise ValueError(f"colors have {colors.shape[1]} channels, which is not enough for images with {depth}")
    if depth == 1:
        colors = np.ones_like(colors)
    found = images.copy()
    for image, own in zip(found, boxes.astype(np.float32)):
        for i, box in enumerate(own):
            _draw(image, box, colors[i % len(colors), :depth])
    return found


def _draw(image, box, color) -> None:
    """The lines of a box that are inside of the image."""
    limits = np.float32([image.shape[0] - 1, image.shape[1] - 1] * 2)
    ends = np.where(np.isfinite(box), box * limits, -np.inf)
    top, left, bottom, right = (int(n) for n in np.clip(ends, -(2**40), 2**40))
    height, width = image.shape[:2]
    if top > bottom or left > right or top >= height or bottom < 0 or left >= width or right < 0:
        return
    rows = slice(max(top, 0), min(bottom, height - 1) + 1)
    columns = slice(max(left, 0), min(right, width - 1) + 1)
    for row in (top, bottom):
        if 0 <= row < height:
            image[row, columns] = color
    for column in (left, right):
        if 0 <= column < width:
            image[rows, column] = color


_SINGLE = dtypes.FLOAT - {dtypes.float64}


def _images_shape(op):
    shape = op.inputs[0].shape
    _check_depth(shape.with_rank(4).sizes[3] if op.type == "DrawBoundingBoxes" else None)
    return shape


def _check_depth(depth: int | None) -> None:
    if depth not in (None, 1, 3, 4):
        raise ValueError(f"Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA), not {depth}")


define(
    "DrawBoundingBoxes",
    "images: T[b, h, w, c], boxes: float32[~b, n, 4]; T: type = float32 -> output: T",
    T=_SINGLE,
    shape=_images_shape,
    numpy=_drawn,
    differentiable=False,
)
define(
    "DrawBoundingBoxesV2",
    "images: T~[b, h, w, c], boxes: float32~[b, n, 4], colors: float32~[k, d]; T: type = float32 -> output: T",
    T=_SINGLE,
    shape=_images_shape,
    numpy=_drawn,
)


def draw_bounding_boxes(images, boxes, name: str | None = None, colors=None) -> Tensor:
    """Images float32 or float16 [batch, height, width, 1, 3 or 4 channels] with boxes drawn into them.

    boxes: float32 [batch, boxes of an image, 4]: top, left, bottom, right, from 0 to 1; parts outside are
    left out. colors: float32 [n, channels or more], taken in turn; by default, ten of their own.

    Raises:
      ValueError: for other shapes.
    """
    if colors is None:
        return apply("DrawBoundingBoxes", images, boxes, name=name)
    return apply("DrawBoundingBoxesV2", images, boxes, colors, name=name)


# ---- choosing


def _overlap(a, b) -> np.float32:
    """What two boxes share, as a part of all they cover."""
    (top, bottom), (left, right) = np.sort(a[[0, 2]]), np.sort(a[[1, 3]])
    (top_b, bottom_b), (left_b, right_b) = np.sort(b[[0, 2]]), np.sort(b[[1, 3]])
    area, area_b = (bottom - top) * (right - left), (bottom_b - top_b) * (right_b - left_b)
    if area <= 0 or area_b <= 0:
        return np.float32(0)
    height = max(min(bottom, bottom_b) - max(top, top_b), np.float32(0))
    width = max(min(right, right_b) - max(left, left_b), np.float32(0))
    shared = height * width
    return shared / (area + area_b - shared)


def _areas(boxes) -> np.ndarray:
    """The areas of boxes [n, 4]."""
    return np.abs((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def _chosen(
    scores, most: int, overlap, limit, least, sigma=0.0, beyond=operator.ge, again: bool = True
) -> tuple[list, list]:
    """The numbers of at most `most` items by falling scores, without those that overlap a better one by
    `limit` or more (what `beyond` says), and their scores. With `sigma`, those that overlap by less lose some
    of their score. If `again`, what does not even overlap itself is chosen to the end, as TensorFlow 1 does.
    """
    queue = [(-score, i, 0) for i, score in enumerate(scores) if score > least]
    heapq.heapify(queue)
    chosen: list[int] = []
    kept: list = []
    fading = np.float32(-0.5 / sigma if sigma > 0 else 0)
    while queue and len(chosen) < most:
        negative, i, first = heapq.heappop(queue)
        score = _faded(
            -negative,
            [overlap(i, j) for j in reversed(chosen[first:])],
            lambda shared: beyond(shared, limit),
            least,
            fading,
        )
        if score == -negative:
            own = overlap(i, i)
            repeated = again and not sigma and not beyond(own, limit) and not np.isnan(own)
            count = len(zeros((most - len(chosen),), np.int8)) if repeated else 1
            chosen += [i] * count
            kept += [score] * count
        elif score is not None and score > least:
            heapq.heappush(queue, (-score, i, len(chosen)))
    return chosen, kept


def _faded(score, overlaps: list, too_much, least, fading):
    """What is left of a score; None if it overlaps a better one too much. NaN is no overlap."""
    for shared in overlaps:
        if np.isnan(shared):
            continue
        if too_much(shared):
            return None
        score = score * np.exp(fading * shared * shared)
        if score <= least:
            break
    return score


def _most(number, boxes: int) -> int:
    """How many boxes are wanted: fewer than none are all of them, as in TensorFlow."""
    return boxes if number < 0 else int(number)


def _limit(value, name: str):
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be in [0, 1], not {value}")
    return np.float32(value)


def _suppressed(op, boxes, scores, most, limit, least, sigma=0.0):
    wide = boxes.astype(np.float32)
    if sigma < 0:
        raise ValueError(f"soft_nms_sigma_val must be >= 0, not {sigma}")
    chosen, kept = _chosen(
        scores.astype(np.float32),
        _most(most, len(scores)),
        lambda i, j: _overlap(wide[i], wide[j]),
        _limit(limit, "iou_threshold"),
        np.float32(least),
        float(sigma),
    )
    count = len(chosen)
    if op.attrs.get("pad_to_max_output_size"):
        chosen, kept = chosen + [0] * (int(most) - count), kept + [0] * (int(most) - count)
    return np.array(chosen, np.int32), np.array(kept, scores.dtype), np.array(count, np.int32)


@np.errstate(invalid="ignore", over="ignore")  # of boxes that have no end
def _suppressed_natively(b, op, boxes, scores, most, limit, least, sigma=None):
    """The choice is a kernel's, of boxes in the order of their scores; fading scores, and boxes without an area,
    are the NumPy rule's.
    """
    given = [b.data(v) for v in (most, limit, least)]
    sigma = 0 if sigma is None else b.data(sigma)
    values = [b.data(v) for v in (boxes, scores)]
    if sigma != 0 or not (_areas(values[0].astype(np.float32)) > 0).all():
        return [b.constant(v) for v in _suppressed(op, *values, *given, sigma)]
    found, limit = b.data(scores).astype(np.float32), _limit(given[1], "iou_threshold")
    best = np.argsort(-found, kind="stable")
    best = best[found[best] > np.float32(given[2])]
    size = min(_most(given[0], len(best)), len(best))
    chosen, count = b.new((size,), np.int32), b.new((1,), np.int64)
    wide = b.constant(np.ascontiguousarray(b.data(boxes), np.float32))
    if size:
        b.call(kernels.choose_boxes[()], wide, b.constant(best), chosen, count, len(best), size, float(limit))
    number = int(b.data(count)[0]) if size else 0
    places = b.data(chosen)[:number]
    if op.attrs.get("pad_to_max_output_size"):
        places = np.append(places, np.zeros(max(int(given[0]) - number, 0), np.int32))
    kept = np.where(np.arange(len(places)) < number, b.data(scores)[places], 0) if len(places) else found[:0]
    results = places.astype(np.int32), kept.astype(scores.dtype), np.array(number, np.int32)
    return [b.constant(v) for v in results]


def _vector_shape(op, place: int = 2):
    most = constant_value(op.inputs[place])
    padded = op.attrs.get("pad_to_max_output_size") and most is not None
    return TensorShape([int(most) if padded else None])


_BOXES = "boxes: T[n, 4], scores: T[n], max_output_size: int32[]"
define(
    "NonMaxSuppressionV3",
    f"{_BOXES}, iou_threshold: T_threshold[], score_threshold: T_threshold[]; T: type = float32, "
    "T_threshold: type = float32 -> selected_indices: int32",
    T=_SINGLE,
    T_threshold=_SINGLE,
    shape=_vector_shape,
    host=lambda b, op, *inputs: _suppressed_natively(b, op, *inputs)[0],
    differentiable=False,
)
define(
    "NonMaxSuppressionV4",
    f"{_BOXES}, iou_threshold: T_threshold[], score_threshold: T_threshold[]; T: type = float32, T_threshold: type = "
    "float32, pad_to_max_output_size: bool = False -> selected_indices: int32, valid_outputs: int32",
    T=_SINGLE,
    T_threshold=_SINGLE,
    shape=lambda op: [_vector_shape(op), TensorShape([])],
    host=lambda b, op, *inputs: _suppressed_natively(b, op, *inputs)[::2],
    differentiable=False,
)
define(
    "NonMaxSuppressionV5",
    f"{_BOXES}, iou_threshold: T[], score_threshold: T[], soft_nms_sigma: T[]; T: type = float32, "
    "pad_to_max_output_size: bool = False -> selected_indices: int32, selected_scores: T, valid_outputs: int32",
    T=_SINGLE,
    shape=lambda op: [_vector_shape(op), _vector_shape(op), TensorShape([])],
    host=_suppressed_natively,
)


def _suppressed_by_overlaps(op, overlaps, scores, most, limit, least):
    chosen, _ = _chosen(scores, _most(most, len(scores)), lambda i, j: overlaps[i, j], limit, least)
    return np.array(chosen, np.int32)


define(
    "NonMaxSuppressionWithOverlaps",
    "overlaps: float32[n, ~n], scores: float32[n], max_output_size: int32[], overlap_threshold: float32[], "
    "score_threshold: float32[] -> selected_indices: int32",
    shape=_vector_shape,
    numpy=_suppressed_by_overlaps,
    differentiable=False,
)


def non_max_suppression(
    boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"), name: str | None = None
) -> Tensor:
    """The numbers (int32 [m]) of the boxes with the highest scores that do not overlap a better one much.

    boxes: float32 [n, 4]: two opposite corners, in any unit; scores: [n], and only those above score_threshold count;
    iou_threshold: how much boxes may share of what both cover; max_output_size: m at most.

    Raises:
      ValueError: for other shapes.
      tf.errors.InvalidArgumentError: when it runs, for an iou_threshold outside of [0, 1].
    """
    with name_scope(name, "non_max_suppression"):
        thresholds = _thresholds(iou_threshold, score_threshold)
        return apply("NonMaxSuppressionV3", boxes, scores, max_output_size, *thresholds)


def _thresholds(iou, score) -> tuple[Tensor, Tensor]:
    return convert_to_tensor(iou, name="iou_threshold"), convert_to_tensor(score, name="score_threshold")


def non_max_suppression_padded(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    pad_to_max_output_size: bool = False,
    name: str | None = None,
):
    """`non_max_suppression`, with zeros to max_output_size if asked; and how many of them there are."""
    with name_scope(name, "non_max_suppression_padded"):
        thresholds, pads = _thresholds(iou_threshold, score_threshold), bool(pad_to_max_output_size)
        return apply("NonMaxSuppressionV4", boxes, scores, max_output_size, *thresholds, pad_to_max_output_size=pads)


def non_max_suppression_with_scores(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    soft_nms_sigma=0.0,
    name: str | None = None,
):
    """`non_max_suppression`, and the scores, which with soft_nms_sigma above 0 fall by what boxes share with
    better ones (Bodla et al. 2017).
    """
    with name_scope(name, "non_max_suppression_with_scores"):
        given = *_thresholds(iou_threshold, score_threshold), convert_to_tensor(soft_nms_sigma, name="soft_nms_sigma")
        indices, kept, _ = apply("NonMaxSuppressionV5", boxes, scores, max_output_size, *given)
        return indices, kept


def non_max_suppression_overlaps(
    overlaps, scores, max_output_size, overlap_threshold=0.5, score_threshold=float("-inf"), name: str | None = None
) -> Tensor:
    """`non_max_suppression` of n things by how much they overlap, float32 [n, n]."""
    with name_scope(name, "non_max_suppression_overlaps"):
        overlap_threshold = convert_to_tensor(overlap_threshold, name="overlap_threshold")
        limits = overlap_threshold, score_threshold
        return apply("NonMaxSuppressionWithOverlaps", overlaps, scores, max_output_size, *limits)


# ---- choosing, by class


def _combined(op, boxes, scores, per_class, total, limit, least):
    per_class, total = int(per_class), int(total)
    if per_class <= 0 or total <= 0:
        raise ValueError(f"max_size_per_class and max_total_size must be positive, not {per_class}, {total}")
    limit, least = _limit(limit, "iou_threshold"), np.float32(least)
    size = min(total, per_class * scores.shape[2]) if op.attrs["pad_per_class"] else total
    found = [_of_image(own, marks, per_class, limit, least)[:size] for own, marks in zip(boxes, scores)]
    out = [np.zeros((len(boxes), size, 4), np.float32), *np.zeros((2, len(boxes), size), np.float32)]
    for i, rows in enumerate(found):
        for j, (score, label, box) in enumerate(rows):
            out[0][i, j] = np.clip(box, 0, 1) if op.attrs["clip_boxes"] else box
            out[1][i, j], out[2][i, j] = score, label
    return *out, np.array([len(rows) for rows in found], np.int32)


def _of_image(boxes, scores, most: int, limit, least) -> list:
    """(score, class, box) of all that are chosen in one image, by falling scores."""
    rows = []
    for label in range(scores.shape[1]):
        own = boxes[:, label if boxes.shape[1] > 1 else 0]
        chosen, kept = _chosen(
            scores[:, label],
            most,
            lambda i, j, own=own: _overlap(own[i], own[j]),
            limit,
            least,
            0.0,
            operator.gt,
            False,
        )
        rows += [(score, label, own[i]) for i, score in zip(chosen, kept)]
    return sorted(rows, key=lambda row: -row[0])


def _combined_shape(op):
    sets, marks = op.inputs[0].shape.sizes, op.inputs[1].shape.sizes
    if None not in (sets, marks) and None not in (sets[2], marks[2]) and sets[2] not in (1, marks[2]):
        raise ValueError(f"third dimension of boxes must be 1 or that of scores, {marks[2]}; not {sets[2]}")
    batch, (per_class, total) = op.inputs[0].shape[0], map(constant_value, op.inputs[2:4])
    classes = op.inputs[1].shape.with_rank(3).sizes[2]
    size = None if total is None else int(total)
    if op.attrs["pad_per_class"] and size is not None:
        size = None if None in (per_class, classes) else min(size, int(per_class) * classes)
    return [TensorShape(s) for s in ([batch, size, 4], [batch, size], [batch, size], [batch])]


define(
    "CombinedNonMaxSuppression",
    "boxes: float32[batch, n, q, 4], scores: float32[batch, n, classes], max_output_size_per_class: int32[], "
    "max_total_size: int32[], iou_threshold: float32[], score_threshold: float32[]; pad_per_class: bool = False, "
    "clip_boxes: bool = True -> nmsed_boxes: float32, nmsed_scores: float32, nmsed_classes: float32, "
    "valid_detections: int32",
    shape=_combined_shape,
    numpy=_combined,
)


def combined_non_max_suppression(
    boxes,
    scores,
    max_output_size_per_class,
    max_total_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    pad_per_class: bool = False,
    clip_boxes: bool = True,
    name: str | None = None,
):
    """`non_max_suppression` of several images, for each class by itself.

    boxes: float32 [batch, n, 1 or classes, 4]; scores: float32 [batch, n, classes]. Results, by falling scores: boxes
    [batch, m, 4], scores and classes [batch, m], how many there are [batch], with zeros behind; m is max_total_size,
    and with pad_per_class at most classes * max_output_size_per_class. clip_boxes: into [0, 1].
    """
    with name_scope(name, "combined_non_max_suppression"):
        limits = max_output_size_per_class, max_total_size, *_thresholds(iou_threshold, score_threshold)
        how = {"pad_per_class": bool(pad_per_class), "clip_boxes": bool(clip_boxes)}
        return apply("CombinedNonMaxSuppression", boxes, scores, *limits, **how)
