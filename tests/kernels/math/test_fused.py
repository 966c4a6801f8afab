"""Fused kernels against the same steps in NumPy float64, with ranges of columns read and written in place."""

import numpy as np
import pytest
from kernel_helpers import close, run, sample
from scipy import special

from minitf.kernels.math import fused

ACTIVATIONS = {"tanh": np.tanh, "sigmoid": special.expit, "relu": lambda x: np.maximum(x, 0)}
SLOPES = {
    "tanh_grad": lambda y, x: x * (1 - y * y),
    "sigmoid_grad": lambda y, x: x * y * (1 - y),
    "relu_grad": lambda y, x: np.where(y > 0, x, 0),
}
PRODUCTS = {"add": lambda y, x: y + x, "tanh_grad": SLOPES["tanh_grad"], "sigmoid_grad": SLOPES["sigmoid_grad"]}
NAN = np.array([np.nan, np.inf, -np.inf, 0.0])


def strided(rows, width, step, seed, dtype="float32"):
    """Memory for rows that are `step` apart, and the matrix in it."""
    memory = sample(dtype, (rows, step), seed)
    return memory, memory[:, :width]


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize(
    "rows, width, step", [(3, 5, 5), (4, 3, 12), (50, 100, 130), (2, 2500, 2500), (0, 3, 3), (3, 0, 2)]
)
def test_biased(name, rows, width, step):
    memory, a = strided(rows, width, step, 1)
    bias, o = sample("float32", width, 2), np.zeros((rows, width), "float32")
    expected = ACTIVATIONS[name](a.astype("f8") + bias + 0.5)
    assert (
        run(fused.BIASED[name]["float32"], memory, bias, o, 0.5, rows, width, step, python=rows * width < 100, scale=1)
        == 0
    )
    close(o, expected, 6, scale=1)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_biased_at_special_places(name):
    o = np.zeros(4, "float32")
    run(fused.BIASED[name]["float32"], NAN.astype("float32"), np.zeros(1, "float32"), o, -0.0, 4, 1, 1)
    np.testing.assert_array_equal(o, ACTIVATIONS[name](NAN))


@pytest.mark.parametrize(
    "kernel, reference, join",
    [
        *((fused.OF_PRODUCT[name], PRODUCTS[name], np.multiply) for name in PRODUCTS),
        *((fused.OF_SUM[name], SLOPES[name], np.add) for name in SLOPES),
    ],
    ids=[*(f"mul_{name}" for name in PRODUCTS), *(f"add_{name}" for name in SLOPES)],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows, width, steps", [(1, 40, (40,) * 4), (4, 3, (5, 3, 7, 12)), (3, 33, (33, 40, 33, 99))])
def test_of_two(kernel, reference, join, dtype, rows, width, steps):
    (ys, y), (as_, a), (bs, b) = (strided(rows, width, step, seed, dtype) for seed, step in enumerate(steps[:3]))
    o = np.full((rows, steps[3]), 7, dtype)
    expected = reference(y.astype("f8"), join(a.astype("f8"), b))
    assert run(kernel[dtype], ys, as_, bs, o, rows, width, *steps, ulps=50, scale=1) == 0
    close(o[:, :width], expected, 50, scale=1)
    assert (o[:, width:] == 7).all()  # the neighbouring columns are left alone


def test_of_product_in_place():
    y, a, b = (sample("float32", 40, seed) for seed in range(3))
    expected = y + a * b
    fused.OF_PRODUCT["add"]["float32"].run(y, a, b, y, 1, 40, 40, 40, 40, 40)
    close(y, expected, scale=9)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
@pytest.mark.parametrize("rows, width", [(1, 3), (8, 32), (21, 5), (0, 4), (50, 0)])
def test_add_rows(dtype, rows, width):
    a, o = sample(dtype, (rows, width + 3), 1), sample(dtype, width, 2)
    expected = o + a[:, :width].sum(0, "f8")
    assert run(fused.add_rows[dtype], a, o, rows, width, width + 3, scale=50) == 0
    close(o, expected, scale=50)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [0, 1, 37])
def test_sub_by_root(dtype, n):
    m, v, o = sample(dtype, n, 1), np.square(sample(dtype, n, 2)), sample(dtype, n, 3)
    rate, epsilon = np.full(1, 0.3, dtype), np.full(1, 0.1, dtype)
    expected = o - rate * m.astype("f8") / (np.sqrt(v.astype("f8")) + epsilon)
    assert run(fused.sub_by_root[dtype], m, v, rate, epsilon, o, n, scale=9) == 0
    close(o, expected, scale=9)
