"""Checking kernels: against NumPy in float64, and against themselves as plain Python."""

import numpy as np

from minitf.kernels.compile import layout

EPS = {np.dtype(t): float(np.finfo(t).eps) for t in ("float32", "float64")}


def run(instance, *operands, python=True, ulps=4, scale=None):
    """Runs a kernel in place; with `python` also interpreted, which must agree. Returns the status."""
    copies = [o.copy() if isinstance(o, np.ndarray) else o for o in operands]
    status = instance.run(*operands)
    if python:
        assert instance.python(*copies) == status
        for found, again in zip(operands, copies):
            if isinstance(found, np.ndarray):
                close(again, found, ulps, scale)
    return status


def close(found, expected, ulps=4, scale=None):
    """Equal for integers; for floats within a few units in the last place, of `scale` if given."""
    dtype = found.dtype
    if dtype not in EPS:
        np.testing.assert_array_equal(found, expected)
        return
    tiny = np.finfo(dtype).tiny
    limit = EPS[dtype] * ulps
    absolute = limit * scale if scale is not None else tiny
    with np.errstate(over="ignore"):
        expected = np.asarray(expected).astype(dtype)
    np.testing.assert_allclose(found, expected, rtol=limit, atol=absolute)


def sample(dtype, shape, seed=0, low=-3.0, high=3.0):
    """Numbers spread over an interval, rounded for integer dtypes."""
    numbers = np.random.default_rng(seed).uniform(low, high, shape)
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return numbers.astype(dtype)
    if dtype.kind in "ub":
        numbers = np.abs(numbers)
    return np.rint(numbers).astype(np.int64).astype(dtype)


def broadcast_run(kernel, *arrays, out=None, dtypes=None, **options):
    """Runs a broadcasting elementwise kernel; returns (status, output)."""
    shape, rank, dims = layout.broadcast(*(a.shape for a in arrays))
    o = np.zeros(shape, out or arrays[-1].dtype)
    instance = kernel[dtypes or arrays[0].dtype]
    return run(instance, *arrays, o, rank, dims, **options), o


def patches(shape, window, strides, rates, start, counts):
    """For each pixel of the result and each of a patch, where it is in [images, h, w], or -1."""
    places = np.full((shape[0], *counts, *window[:2]), -1)
    for n, i, j, a, b in np.ndindex(places.shape):
        y, x = i * strides[0] - start[0] + a * rates[0], j * strides[1] - start[1] + b * rates[1]
        if 0 <= y < shape[1] and 0 <= x < shape[2]:
            places[n, i, j, a, b] = (n * shape[1] + y) * shape[2] + x
    return places
