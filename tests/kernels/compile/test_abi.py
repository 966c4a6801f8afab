"""Declaring, binding, compiling and calling kernels."""

import threading

import numpy as np
import pytest

from minitf.kernels.compile import abi
from minitf.kernels.compile.abi import FLOATS, I, T, integer, ints, kernel, like, real, scalar


@scalar
def half(x):
    return x // 2


@half.register(np.float32, np.float64)
def half(x):
    return x * like(x, 0.5)


@kernel
def test_halve(a: T, o: T, n):
    for i in range(n):
        o[i] = half(a[i])
    return 0


@kernel(T=FLOATS)
def test_pick(a: T, index: I, o: T, scale: real, rank, dims: ints):
    """Scaled items at given places; dims is (count of items, count of places)."""
    for k in range(dims[rank - 1]):
        if index[k] < 0 or index[k] >= dims[0]:
            return 1 + k
        o[k] = a[index[k]] * like(o[k], scale)
    return 0


def both(instance, *operands):
    """Runs compiled and interpreted; returns (status, outputs) after checking that they agree."""
    again = [o.copy() if isinstance(o, np.ndarray) else o for o in operands]
    status = instance.run(*operands)
    assert instance.python(*again) == status
    for one, other in zip(operands, again):
        np.testing.assert_array_equal(one, other)
    return status


@pytest.mark.parametrize("dtype", abi.NUMBERS)
def test_every_dtype(dtype):
    a = np.array([0, 1, 5, 100]).astype(dtype)
    o = np.zeros_like(a)
    assert both(test_halve[dtype], a, o, a.size) == 0
    np.testing.assert_array_equal(o, a / 2 if dtype in FLOATS else a.view(abi.storage(dtype)) // 2)


def test_operand_kinds():
    a, index, o = np.arange(5, dtype=np.float64), np.array([4, 0, 2], np.int32), np.zeros(3)
    assert both(test_pick[np.float64, np.int32], a, index, o, 2.5, 2, (5, 3)) == 0
    assert o.tolist() == [10.0, 0.0, 5.0]
    index[1] = 5
    assert both(test_pick[np.float64, np.int32], a, index, o, 2.5, 2, [5, 3]) == 2


def test_an_address_may_stand_for_an_array():
    a, o = np.arange(4.0), np.zeros(4)
    assert test_halve["float64"].run(a.ctypes.data, o.ctypes.data, 4) == 0
    assert o.tolist() == [0, 0.5, 1, 1.5]


def test_read_only_and_empty_arrays():
    a = np.arange(4.0)
    a.flags.writeable = False
    o = np.zeros(4)
    assert test_halve["float64"].run(a, o, 4) == 0
    assert test_halve["float64"].run(a[:0], o[:0], 0) == 0
    assert o.tolist() == [0, 0.5, 1, 1.5]


@pytest.mark.parametrize("wrong", [np.zeros(4), np.zeros((4, 2), np.float32)[:, 0]])
def test_arrays_that_would_corrupt_memory_are_refused(wrong):
    with pytest.raises(TypeError, match="contiguous float32"):
        test_halve["float32"].run(wrong, np.zeros(4, np.float32), 4)


def test_binding():
    assert test_pick.supports("float32", "int64")
    assert not test_pick.supports("int32", "int64") and not test_pick.supports("float32")
    assert test_halve["float32"] is test_halve[np.float32]
    assert test_pick[np.float32, np.int64].name == "test_pick[float32,int64]"
    assert abi.KERNELS["test_pick"] is test_pick
    with pytest.raises(TypeError, match="test_pick takes T: float32 float64; I: .*given int8 int8"):
        test_pick["int8", "int8"]
    with pytest.raises(ValueError, match="two kernels are named test_halve"):
        kernel(lambda: 0, name="test_halve")


def test_compiling_from_several_threads():
    made = [kernel(lambda n: n, name=f"test_thread_{k}") for k in range(3)]
    for one in made:
        one.operands = {"n": integer}
    instances = [abi.Instance(made[k % 3], ()) for k in range(6)]
    results = []
    threads = [threading.Thread(target=lambda i=i: results.append(i.run(7))) for i in instances]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [7] * 6


def test_only_c_library_symbols_may_be_called():
    import math

    @kernel(name="test_gamma", T=FLOATS)
    def gamma(o: T):
        o[0] = math.gamma(o[0])
        return 0

    with pytest.raises(RuntimeError, match="only C library functions"):
        gamma["float64"].run(np.ones(1))
