"""Kernels that count what they find, against NumPy."""

import numpy as np
import pytest
from kernel_helpers import run

from minitf.kernels.compile import layout
from minitf.kernels.math import check, counts

DTYPES = ["bool", "int32", "int64", "float32"]
NAN = float("nan")


def drawn(dtype, n, seed=0, most=5):
    draw = np.random.RandomState(seed)
    values = draw.randint(0, 2 if dtype == "bool" else most, n).astype(dtype)
    return values * np.dtype(dtype).type(-1) if dtype.startswith("float") else values


def places(size):
    return 2 * size + 2


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 4), (0, 3), (5, 0), ()])
def test_places_of_nonzero(dtype, shape):
    a = drawn(dtype, int(np.prod(shape))).reshape(shape)
    o, count = np.full((a.size, a.ndim), -1, np.int64), np.zeros(1, np.int64)
    assert run(counts.places_of_nonzero[a.dtype], a, o, count, a.size, a.ndim, shape) == 0
    wanted = np.argwhere(a)
    assert count[0] == len(wanted) and np.array_equal(o[: count[0]], wanted) and (o[count[0] :] == -1).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [0, 1, 2, 50])
def test_unique(dtype, n):
    a = drawn(dtype, n, most=17)
    o, index, times = np.zeros_like(a), np.zeros(n, np.int32), np.zeros(n, np.int32)
    count, table = np.zeros(1, np.int64), np.zeros(places(n), np.int64)
    assert run(counts.unique[a.dtype, "int32"], a, o, index, times, count, table, n, places(n)) == 0
    found = o[: count[0]]
    assert found.tolist() == list(dict.fromkeys(a.tolist())) and np.array_equal(found[index], a)
    assert times[: count[0]].tolist() == [a.tolist().count(v) for v in found.tolist()]


@pytest.mark.parametrize("dtype", ["int64", "uint64", "float64"])
def test_unique_of_numbers_that_differ_far_up_or_far_down(dtype):
    a = np.array([2**40, 0, 2**60, 2**40 + 1, 2**60, 2**40], dtype)
    if dtype == "float64":
        a = a * 1e-300
    o, index, times = np.zeros_like(a), np.zeros(6, np.int64), np.zeros(6, np.int64)
    count, table = np.zeros(1, np.int64), np.zeros(16, np.int64)
    assert run(counts.unique[a.dtype, "int64"], a, o, index, times, count, table, 6, 16) == 0
    assert index.tolist() == [0, 1, 2, 3, 2, 0] and times[:4].tolist() == [2, 1, 2, 1]


def test_nan_is_like_no_other_and_zero_has_no_sign():
    a = np.array([NAN, 1, NAN, 0, -0.0, 1], np.float32)
    o, index, times = np.zeros_like(a), np.zeros(6, np.int32), np.zeros(6, np.int32)
    count, table = np.zeros(1, np.int64), np.zeros(16, np.int64)
    run(counts.unique[a.dtype, "int32"], a, o, index, times, count, table, 6, 16)
    assert index.tolist() == [0, 1, 2, 3, 3, 1] and times[: count[0]].tolist() == [1, 2, 1, 2]  # TensorFlow 1.15's
    b = np.array([NAN, -0.0], np.float32)
    run(counts.difference[a.dtype, "int32"], a[:4], b, o, index, count, table, 4, 2, 16)
    np.testing.assert_array_equal(o[: count[0]], [NAN, 1, NAN])
    assert index[: count[0]].tolist() == [0, 1, 2]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("n", "width"), [(0, 3), (9, 0), (30, 2), (30, 8)])
def test_difference(dtype, n, width):
    a, b = drawn(dtype, n, 1, 9), drawn(dtype, width, 2, 9)
    o, index, count = np.zeros_like(a), np.zeros(n, np.int64), np.zeros(1, np.int64)
    table = np.zeros(places(width), np.int64)
    kernel = counts.difference[a.dtype, "int64"]
    assert run(kernel, a, b, o, index, count, table, n, width, len(table)) == 0
    wanted = np.flatnonzero(~np.isin(a, b))
    assert np.array_equal(index[: count[0]], wanted) and np.array_equal(o[: count[0]], a[wanted])


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_numbers_are_put(dtype):
    o = np.zeros(3, dtype)
    assert run(counts.put_numbers[dtype], o, 3, (5, -1, 7)) == 0 and o.tolist() == [5, -1, 7]


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (2, 0, 3)])
def test_a_value_of_a_shape_is_copied(shape):
    a, o = drawn("float32", 6), np.full(6, 9, np.float32)
    assert run(counts.copy_shaped["uint32"], a.view("uint32"), o.view("uint32"), len(shape), shape) == 0
    n = int(np.prod(shape))
    assert np.array_equal(o[:n], a[:n]) and np.array_equal(o[n:], [9] * (6 - n))


def test_there_may_be_at_most_so_many():
    counts_of = [(3, 4), (4, 4), (5, 4), (2**40, 4)]
    found = [run(counts.at_most[()], np.array([count]), most) for count, most in counts_of]
    assert found == [0, 0, 6, 1 + 2**31]


def test_there_are_at_least_so_many():
    assert [run(counts.at_least[()], np.array([count]), 2) for count in (0, 1, 2, 3)] == [1, 1, 0, 0]


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_sizes(dtype):
    o = np.zeros(3, np.int64)
    assert run(counts.sizes[dtype], np.array([5, 0, 2], dtype), o, 3, 5) == 0 and o.tolist() == [5, 0, 2]
    found = [run(counts.sizes[dtype], np.array([n, 6, 1], dtype), o, 3, 5) for n in (0, 8, -1, np.iinfo(dtype).max)]
    assert found == [7, 9, 1 + 2**31, 1 + min(np.iinfo(dtype).max, 2**31)]


@pytest.mark.parametrize("step", [1, 2, -1, -3])
@pytest.mark.parametrize("size", [0, 1, 7])
def test_part_of_range(size, step):
    found, ends = np.zeros(2, np.int64), (None, -9, -7, -2, -1, 0, 1, 3, 6, 7, 9)
    for begin, end in [(a, b) for a in ends for b in ends]:
        wanted = range(*slice(begin, end, step).indices(size))
        given = [np.array([5, 0 if each is None else each]) for each in (begin, end)]
        open_ends, kernel = (int(begin is None), int(end is None)), counts.part_of_range["int64"]
        assert run(kernel, *given, found, 1, size, step, *open_ends, -1) == 0
        assert found[1] == len(wanted) and (not wanted or found[0] == wanted[0])
        assert run(kernel, *given, found, 1, size, step, *open_ends, len(wanted)) == 0
        assert run(kernel, *given, found, 1, size, step, *open_ends, len(wanted) + 1) == 1


def test_part_from():
    found = np.zeros(2, np.int64)
    for begin, wanted, fits in (
        (0, 4, 1),
        (2, -1, 1),
        (4, 0, 1),
        (4, -1, 1),
        (2, 3, 0),
        (-1, 2, 0),
        (5, 0, 0),
        (0, -2, 0),
    ):
        given = np.array([9, begin], np.int32), np.array([9, wanted], np.int32)
        assert run(counts.part_from["int32"], *given, found, 1, 4) == 1 - fits
        assert not fits or found.tolist() == [begin, 4 - begin if wanted == -1 else wanted]


def test_parts_of():
    found = np.zeros(3, np.int64)
    for wanted, parts in (
        ((1, 2, 3), (1, 2, 3)),
        ((0, -1, 2), (0, 4, 2)),
        ((6, -1, 0), (6, 0, 0)),
        *[(wrong, None) for wrong in ((1, 2, 4), (1, 2, 2), (-1, -1, 6), (-1, 5, 2), (8, -2, 0))],
    ):
        assert run(counts.parts_of["int32"], np.array(wanted, np.int32), found, 3, 6) == (parts is None)
        assert parts is None or found.tolist() == list(parts)


@pytest.mark.parametrize("size", range(8))
@pytest.mark.parametrize("reach, stride", [(1, 1), (2, 2), (3, 2), (2, 3), (5, 1)])
def test_windows_along(size, reach, stride):
    """They begin at each place that is a number of strides from the first one."""
    found, kernel = np.zeros(2, np.int64), counts.windows_along[()]
    assert run(kernel, found, size, reach, stride, 1, 0, 0, -1) == 0
    assert found[0] == len(range(0, size, stride)) and found[1] == max((found[0] - 1) * stride + reach - size, 0) // 2
    for before, after in ((0, 0), (2, 1)):
        whole = size + before + after
        wrong = run(kernel, found, size, reach, stride, 0, before, after, -1)
        assert wrong == (whole + stride <= reach - stride)
        assert found.tolist() == [len(range(0, whole - reach + 1, stride)), before]
        if not wrong:
            assert run(kernel, found, size, reach, stride, 0, before, after, int(found[0])) == 0
            assert run(kernel, found, size, reach, stride, 0, before, after, int(found[0]) + 1) == 1


def test_product():
    o = np.zeros(1, np.int64)
    assert run(counts.product[()], np.array([3]), np.array([-7]), o) == 0 and o[0] == -21


@pytest.mark.parametrize("dtype", DTYPES)
def test_parts(dtype):
    a, parts = drawn(dtype, 24).reshape(8, 3), np.array([1, 0, 3, 1, 1, 0, 3, 1], np.int32)
    sizes, ends, o = np.zeros(4, np.int64), np.zeros(4, np.int64), np.zeros_like(a)
    assert run(counts.part_sizes[()], parts, sizes, 8, 4) == 0 and sizes.tolist() == [2, 4, 0, 2]
    assert run(counts.part_rows[layout.carrier(dtype)], parts, a, sizes, o, ends, 8, 4, 3) == 0
    assert np.array_equal(o, np.concatenate([a[parts == part] for part in range(4)]))
    assert run(counts.part_sizes[()], parts, sizes, 8, 3) == 3
    assert run(counts.part_sizes[()], -parts, sizes, 8, 4) == 1


def test_rows_put_in_order():
    index, a = np.array([2, 0, 2], np.int32), np.arange(6, dtype=np.float32).reshape(3, 2)
    o, size = np.zeros((4, 2), np.float32), np.array([1], np.int64)
    assert run(counts.after_largest[()], index, size, 3) == 0 and size[0] == 3
    assert run(counts.after_largest[()], index - 1, size, 3) == 2
    assert run(counts.put_rows["uint32"], index, a, o, 3, 2) == 0
    assert o.tolist() == [[2, 3], [0, 0], [4, 5], [0, 0]]


@pytest.mark.parametrize("dtype", ["int32", "uint8", "float32"])
@pytest.mark.parametrize("ends", [(0, 7, 1), (3, 18, 3), (3, 17, 3), (9, 2, -2), (5, 5, 1), (5, 5, -1), (1, 100, 250)])
def test_steps(dtype, ends):
    if dtype == "uint8" and ends[2] < 0:
        return
    start, limit, delta = (np.array([end], dtype) for end in ends)
    count, wanted = np.zeros(1, np.int64), np.arange(*ends)
    assert run(counts.step_count[start.dtype], start, limit, delta, count) == 0 and count[0] == len(wanted)
    o = np.zeros(len(wanted), dtype)
    assert run(counts.steps[o.dtype], start, delta, o, len(o)) == 0 and np.array_equal(o, wanted)


@pytest.mark.parametrize("dtype", ["int32", "float32"])
@pytest.mark.parametrize("ends", [(0, 7, 0), (0, 7, -1), (7, 0, 1)])
def test_steps_that_lead_away(dtype, ends):
    assert run(counts.step_count[dtype], *[np.array([end], dtype) for end in ends], np.zeros(1, np.int64)) == 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [1, 2, 9])
def test_between(dtype, n):
    o = np.zeros(n, dtype)
    assert run(counts.between[o.dtype], np.array([-1.5], dtype), np.array([2.25], dtype), o, n) == 0
    np.testing.assert_allclose(o, np.linspace(-1.5, 2.25, n), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_holds(dtype):
    a = np.array([3, -2, 5], dtype)
    assert run(check.holds[a.dtype], a, 3, (3, -2, 5)) == 0
    assert run(check.holds[a.dtype], a, 3, (3, -2, 6)) == 3 and run(check.holds[a.dtype], a, 3, (0, -2, 5)) == 1


@pytest.mark.parametrize(("from_row", "to_row"), [(0, 0), (0, 5), (5, 0), (6, 5)])
def test_rows_are_laid_apart(from_row, to_row):
    a, o = drawn("float32", 18), np.full(18, 9, np.float32)
    step, way = from_row or 4, to_row or 4
    assert run(counts.lay_rows["uint32"], a.view("uint32"), o.view("uint32"), from_row, to_row, 3, (3, 2, 2)) == 0
    wanted = np.full(18, 9, np.float32)
    for i in range(3):
        wanted[i * way : i * way + 4] = a[i * step : i * step + 4]
    assert np.array_equal(o, wanted)
