"""Images scaled by any factors and moved, with a filter: what tf.raw_ops.ScaleAndTranslate does."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply_like
from minitf.framework.registry import define
from minitf.ops.images.images import PIXELS, as_type, both_ways, resized_shape, size_of
from minitf.ops.images.new_places import Matrix

# Filters: how far they reach, and how much a pixel at a distance counts.


def _lanczos(lobes: float):
    def weight(x):
        safe = np.maximum(x, 1e-3)
        waves = lobes * np.sin(np.pi * safe) * np.sin(np.pi * safe / lobes) / (np.pi * safe) ** 2
        return np.where(x > lobes, 0, np.where(x <= 1e-3, 1, waves))

    return lobes, weight


def _gaussian(radius: float):
    return radius, lambda x: np.where(x >= radius, 0, np.exp(-(x**2) / (2 * (radius / 3) ** 2)))


def _cubic(near: tuple, far: tuple):
    """Two polynomials, for distances up to 1 and up to 2, with the highest power first."""
    return 2.0, lambda x: np.where(x >= 2, 0, np.where(x >= 1, np.polyval(far, x), np.polyval(near, x)))


_FILTERS = {
    "lanczos1": _lanczos(1.0),
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
    "gaussian": _gaussian(1.5),
    "box": (1.0, lambda x: np.where(x < 0.5, 1, np.where(x == 0.5, 0.5, 0))),
    "triangle": (1.0, lambda x: np.maximum(1 - x, 0)),
    "keyscubic": _cubic((1.5, -2.5, 0, 1), (-0.5, 2.5, -4, 2)),
    "mitchellcubic": _cubic((7 / 6, -2, 0, 8 / 9), (-7 / 18, 2, -10 / 3, 16 / 9)),
}


def _weights(filter: str, antialias: bool, scale: np.float32, move: np.float32, old: int, new: int) -> np.ndarray:
    """A matrix that says how much each old place gives to each new one."""
    reach, weight = _FILTERS[filter]
    step = np.float32(1) / scale
    width = max(step, np.float32(1)) if antialias else np.float32(1)
    centers = (np.arange(new, dtype=np.float32) + np.float32(0.5)) * step - step * move
    places = np.arange(old)
    far = np.float32(reach) * width
    with np.errstate(invalid="ignore"):
        first = np.clip(np.ceil(centers - far - np.float32(0.5)), 0, old - 1)[:, None]
        last = np.clip(np.floor(centers + far - np.float32(0.5)), 0, old - 1)[:, None]
        distances = np.abs(places + np.float32(0.5) - centers[:, None]) / width
        inside = ((centers >= 0) & (centers <= old))[:, None] & (places >= first) & (places <= last)
        found = np.where(inside, weight(np.where(inside, distances, 0)), 0).astype(np.float32)
    total = found.sum(1, keepdims=True)
    small = np.abs(total) < 1000 * np.finfo(np.float32).tiny
    return found / np.where(small, np.float32(1), total)


def _both(op, old: tuple, new: tuple, scale, move) -> list[Matrix]:
    """The matrices of both axes."""
    if op.attrs["kernel_type"] not in _FILTERS:
        raise ValueError(f"Unrecognized kernel type: {op.attrs['kernel_type']}, which is one of {', '.join(_FILTERS)}")
    if not (np.asarray(scale) > 0).all():
        raise ValueError(f"scale must be greater than zero, not {np.asarray(scale).tolist()}")
    if min(new) < 1:
        raise ValueError(f"output dimensions must be positive, not {tuple(new)}")
    if min(old) < 1:
        raise ValueError(f"input image must be of non-zero size, not {tuple(old)}")
    how, (reach, _) = (op.attrs["kernel_type"], bool(op.attrs["antialias"])), _FILTERS[op.attrs["kernel_type"]]
    most = [int(2 * reach * max(1 / factor, 1)) + 2 for factor in np.asarray(scale)]
    return [Matrix(_weights, (*how, *each), 0, n) for n, *each in zip(most, np.asarray(scale), np.asarray(move))]


def _matrices(op, old: tuple, new: tuple, scale, move) -> list[np.ndarray]:
    return [_weights(*matrix.fixed, *sizes) for matrix, *sizes in zip(_both(op, old, new, scale, move), old, new)]


def _sizes(size) -> tuple[int, int]:
    return tuple(int(n) for n in size)


def _numpy(op, images, size, scale, move):
    down, across = _matrices(op, images.shape[1:3], _sizes(size), scale, move)
    return np.einsum("oh,pw,bhwc->bopc", down, across, images.astype(np.float32), optimize=True)


def _kernel(b, op, images, size, scale, move):
    sizes = _sizes(b.data(size))
    down, across = _both(op, images.shape[1:3], sizes, b.data(scale), b.data(move))
    return both_ways(b, as_type(b, images, np.float32), down, across, *sizes)


def _grad_numpy(op, dy, original, scale, move):
    down, across = _matrices(op, original.shape[1:3], dy.shape[1:3], scale, move)
    return np.einsum("oh,pw,bopc->bhwc", down, across, dy, optimize=True)


def _grad_kernel(b, op, dy, original, scale, move):
    old = original.shape[1:3]
    down, across = _both(op, old, dy.shape[1:3], b.data(scale), b.data(move))
    return both_ways(b, dy, down.turned, across.turned, *old)


_HOW = "scale: float32~[2], translation: float32~[2]; kernel_type: string = 'lanczos3', antialias: bool = True"

define(
    "ScaleAndTranslate",
    f"images: T[b, h, w, c], size: int32[2], {_HOW} -> resized_images: float32",
    T=PIXELS,
    shape=resized_shape,
    numpy=_numpy,
    kernel=_kernel,
    grad=lambda op, g: [apply_like(op, "ScaleAndTranslateGrad", g, op.inputs[0], *op.inputs[2:]), None, None, None],
)
define(
    "ScaleAndTranslateGrad",
    f"grads: T, original_image: T, {_HOW} -> output: T",
    T=frozenset([dtypes.float32]),
    shape=lambda op: op.inputs[1].shape,
    numpy=_grad_numpy,
    kernel=_grad_kernel,
    grad=lambda op, g: [
        apply_like(op, "ScaleAndTranslate", g, size_of(op.inputs[0]), *op.inputs[2:]),
        None,
        None,
        None,
    ],
)
