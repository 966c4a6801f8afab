"""Assignment and scattered updates against NumPy, compiled and interpreted."""

import numpy as np
import pytest

from minitf.kernels.compile.abi import REALS
from minitf.kernels.compile.layout import carrier
from minitf.kernels.math import state

UFUNCS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.floor_divide,
    "min": np.minimum,
    "max": np.maximum,
}
INDICES = np.array([[1, 0], [0, 2], [1, 0]])


def both(instance, *operands):
    """The status and last array operand of a kernel, after checking that both of its forms agree."""
    again = [o.copy() if isinstance(o, np.ndarray) else o for o in operands]
    status = instance.run(*operands)
    assert instance.python(*again) == status
    for one, other in zip(operands, again):
        np.testing.assert_array_equal(one, other)
    return status


def items(shape, dtype, seed=0):
    return np.random.default_rng(seed).integers(1, 9, shape).astype(dtype)


@pytest.mark.parametrize("dtype", REALS)
def test_assign(dtype):
    a, o = items(7, dtype), items(7, dtype, 1)
    expected = {"assign": a.copy(), "assign_add": o + a, "assign_sub": o - a}
    for name, wanted in expected.items():
        instance = getattr(state, name)[carrier(dtype) if name == "assign" else dtype]
        result = o.copy()
        assert both(instance, a, result, 7) == 0
        np.testing.assert_array_equal(result, wanted)


@pytest.mark.parametrize("dtype, index", [("float32", "int32"), ("float64", "int64"), ("int8", "int64")])
@pytest.mark.parametrize("name", UFUNCS)
@pytest.mark.parametrize("step", [0, 1])
def test_scatter(name, dtype, index, step):
    a, o = items((3, 4), dtype), items((2, 3, 4), dtype, 1)
    expected, ufunc = o.copy(), UFUNCS[name]
    if name == "div" and dtype.startswith("float"):
        ufunc = np.divide
    for i, place in enumerate(INDICES):
        expected[tuple(place)] = ufunc(expected[tuple(place)], a[i] if step else a[0, 0])
    instance = getattr(state, f"scatter_{name}")[index, dtype]
    assert both(instance, INDICES.astype(index), a, o, 3, 4, step, 2, (2, 3)) == 0
    np.testing.assert_array_equal(o, expected)


@pytest.mark.parametrize("step", [0, 1])
def test_scatter_update(step):
    a, o = items((3, 4), "uint32"), items((6, 4), "uint32", 1)
    expected = o.copy()
    expected[[5, 0, 3]] = a if step else a[0, 0]
    index = np.array([5, 0, 3])
    assert both(state.scatter_update["int64", "uint32"], index, a, o, 3, 4, step, 1, (6,)) == 0
    np.testing.assert_array_equal(o, expected)


@pytest.mark.parametrize("name", ["update", *UFUNCS])
@pytest.mark.parametrize("bad", [[1, 3], [-1, 0], [2, 0]])
def test_a_bad_index_changes_nothing(name, bad):
    index, a, o = np.array([[0, 0], bad]), items((2, 4), "uint32"), items((2, 3, 4), "uint32", 1)
    before = o.copy()
    assert both(getattr(state, f"scatter_{name}")["int64", "uint32"], index, a, o, 2, 4, 1, 2, (2, 3)) == 2
    np.testing.assert_array_equal(o, before)


@pytest.mark.parametrize("name", ["min", "max"])
def test_nan_wins(name):
    index, a, o = np.array([0, 1]), np.array([np.nan, 1.0]), np.array([1.0, np.nan])
    assert both(getattr(state, f"scatter_{name}")["int64", "float64"], index, a, o, 2, 1, 1, 1, (2,)) == 0
    assert np.isnan(o).all()
