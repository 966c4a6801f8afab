"""Kernels for neural networks against NumPy in float64."""

import numpy as np
import pytest
from kernel_helpers import close, run, sample
from scipy import special

from minitf.kernels.math import nn

SHAPES = [(1, 1), (3, 10), (2, 67), (0, 4), (70, 65)]  # the last one in several blocks


def rows_of(a):
    return a.astype(np.float64), *a.shape


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("offset", [0, 1000])
def test_softmax(dtype, shape, offset):
    a = sample(dtype, shape, 1, -9, 9) + np.dtype(dtype).type(offset)
    for kernel, reference in [(nn.softmax, special.softmax), (nn.log_softmax, special.log_softmax)]:
        o = np.zeros_like(a)
        assert run(kernel[dtype], a, o, *shape, ulps=8, scale=9) == 0
        close(o, reference(a.astype(np.float64), -1), 9, scale=20)


def test_softmax_of_infinities_and_nan():
    a = np.array([[np.inf, 1, 2, 3, 4], [-np.inf, 1, 1, -np.inf, 1], [np.nan, 1, 1, 1, 1], [1, 1, 1, 1, np.nan]])
    o = np.zeros_like(a)
    assert run(nn.softmax["float64"], a, o, 4, 5) == 0
    with np.errstate(invalid="ignore"):
        close(o, special.softmax(a, -1))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("nan", [np.nan, -np.nan])
def test_softmax_of_nan_among_many(dtype, nan):
    a = sample(dtype, (3, 40), 1)
    a[0, 0] = a[2, 39] = nan
    o = np.zeros_like(a)
    assert run(nn.softmax[dtype], a, o, 3, 40) == 0
    assert np.isnan(o[[0, 2]]).all()
    close(o[1], special.softmax(a[1].astype(np.float64)), 9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax_of_masked_and_far_apart(dtype):
    a = np.array([[0, -np.inf, -1e4, 3.0, -87.0], [-1e30, -2e30, -1e30, -1e38, -np.inf]], dtype)
    o = np.zeros_like(a)
    assert run(nn.softmax[dtype], a, o, 2, 5) == 0
    close(o, special.softmax(a.astype(np.float64), -1), 9)
    assert not o[[0, 0, 1, 1], [1, 2, 1, 4]].any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cross_entropies(dtype, shape):
    logits = sample(dtype, shape, 1, -9, 9)
    classes = np.arange(shape[0], dtype=np.int32) * 3 % shape[1]
    one_hot = np.eye(shape[1], dtype=dtype)[classes]
    labels = special.softmax(sample("float64", shape, 2), -1).astype(dtype)
    for y, kernel, given in [
        (one_hot, nn.sparse_softmax_xent[dtype, np.int32], classes),
        (labels, nn.softmax_xent[dtype], labels),
    ]:
        loss, backprop = np.zeros(shape[0], dtype), np.zeros_like(logits)
        assert run(kernel, logits, given, loss, backprop, *shape, ulps=9, scale=9) == 0
        wide = logits.astype(np.float64)
        close(loss, -(y * special.log_softmax(wide, -1)).sum(-1), 9, scale=20)
        close(backprop, special.softmax(wide, -1) - y, 9, scale=1)


@pytest.mark.parametrize("bad", [-1, 5])
def test_a_label_that_is_no_class_is_reported(bad):
    logits, labels = sample("float32", (3, 5)), np.array([0, bad, bad])
    loss, backprop = np.zeros(3, np.float32), np.zeros_like(logits)
    assert run(nn.sparse_softmax_xent[np.float32, np.int64], logits, labels, loss, backprop, 3, 5) == 2


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [0, 1, 5, 3000])
def test_l2_loss(dtype, n):
    a, o = sample(dtype, n), np.zeros(1, dtype)
    assert run(nn.l2_loss[dtype], a, o, n, ulps=50) == 0
    close(o, [(a.astype(np.float64) ** 2).sum() / 2], 3)
