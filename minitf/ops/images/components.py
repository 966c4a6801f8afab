"""Connected components: neighbouring pixels of one value."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.ops import patterns


def _labelled(op, images):
    if images.dtype == object:
        images = np.unique(np.append(images.reshape(-1), b""), return_inverse=True)[1][:-1].reshape(images.shape)
    labels = np.arange(images.size).reshape(images.shape)
    alike = [images[:, 1:] == images[:, :-1], images[:, :, 1:] == images[:, :, :-1]]
    sides = [(np.s_[:, 1:], np.s_[:, :-1]), (np.s_[:, :, 1:], np.s_[:, :, :-1])]
    before = None
    while before is None or (labels != before).any():
        before = labels.copy()
        for same, (one, other) in zip(alike, sides):
            least = np.minimum(labels[one], labels[other])
            for side in (one, other):
                np.copyto(labels[side], np.minimum(labels[side], least), where=same)
        labels = labels.reshape(-1)[labels]  # the first pixel's own label is ahead of it
    used = np.unique(labels[images != 0])
    return np.where(images != 0, np.searchsorted(used, labels) + 1, 0).astype(np.int64)


define(
    "ImageConnectedComponents",
    "image: dtype -> components: int64",
    dtype=dtypes.REAL | {dtypes.bool, dtypes.string},
    shape=patterns.same,
    numpy=_labelled,
    differentiable=False,
)


def component_numbers(images: Tensor) -> Tensor:
    """The numbers of the components of images [batch, height, width], int64."""
    return apply("ImageConnectedComponents", images)
