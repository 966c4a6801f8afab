"""Moving kernels against NumPy."""

import itertools

import numpy as np
import pytest
from kernel_helpers import broadcast_run, run

from minitf.kernels.compile import layout
from minitf.kernels.math import movement

DTYPES = ["uint8", "int16", "float32", "float64"]


def numbered(shape, dtype="float32"):
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


def copied(a, shape, *nest, offset=0):
    o = np.zeros(shape, a.dtype)
    assert run(movement.strided_copy[layout.carrier(a.dtype)], a, o, offset, *nest) == 0
    return o


@pytest.mark.parametrize("dtype", DTYPES)
def test_fill_and_clear(dtype):
    carrier, a, o = layout.carrier(dtype), numbered((9,), dtype), np.full(9, 8, dtype)
    assert run(movement.fill[carrier], a[3:4], o, 8) == 0
    assert o.tolist() == [3] * 8 + [8]
    assert run(movement.clear[carrier], o, 8) == 0
    assert o.tolist() == [0] * 8 + [8]


@pytest.mark.parametrize("dtype", DTYPES)
def test_transposition(dtype):
    for shape in [
        (2, 3, 4),
        (40, 35),
        (8, 70),
        (70, 8),
        (130, 9),
        (3, 8, 2, 33),
        (2, 3, 2, 17),
        (2, 20, 17),
        (0, 3),
        (3, 0),
        (1, 5),
    ]:
        a = numbered(shape, dtype)
        for permutation in itertools.permutations(range(len(shape))):
            expected = a.transpose(permutation)
            o = copied(a, expected.shape, *layout.transpose(shape, permutation))
            np.testing.assert_array_equal(o, expected)


@pytest.mark.parametrize("shift", [0, 2, 9, -1, 5])
def test_roll(shift):
    a, o = numbered((2, 5, 3), np.uint64), np.empty((2, 5, 3), np.uint64)
    assert run(movement.roll[np.uint64, np.int32], a, np.int32([7, shift]), o, 1, 2, 5, 3) == 0
    np.testing.assert_array_equal(o, np.roll(a, shift, 1))


SLICES = [np.s_[1:3, :, 2], np.s_[::-1, 3:0:-2, ::2], np.s_[2:2], np.s_[:, 1:, :], np.s_[-1:, -3:-1, ::-3]]


@pytest.mark.parametrize("index", SLICES, ids=str)
def test_slices_and_their_gradients(index):
    a = numbered((4, 5, 6))
    index = index if isinstance(index, tuple) else (index,)
    index = tuple(slice(i, i + 1) if isinstance(i, int) else i for i in index)
    part = a[index]
    ranges = [s.indices(n) for s, n in zip((*index, *[slice(None)] * (3 - len(index))), a.shape)]
    starts, _, steps = zip(*ranges)
    offset, rank, dims = layout.strided(a.shape, starts, part.shape, steps)
    np.testing.assert_array_equal(copied(a, part.shape, rank, dims, offset=offset), part)
    back, expected = np.zeros_like(a), np.zeros_like(a)
    expected[index] = part
    assert run(movement.strided_write[np.uint32], np.ascontiguousarray(part), back, offset, rank, dims) == 0
    np.testing.assert_array_equal(back, expected)


@pytest.mark.parametrize("index", ["int32", "int64"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_positions_taken_and_put_back(dtype, index):
    a = numbered((2, 5, 3), dtype)
    for at, n, wraps in [(0, 1, 1), (4, 1, 1), (-1, 1, 1), (-5, 1, 1), (3, 2, 0), (0, 5, 0), (5, 0, 0)]:
        first, begin = at % 5 if wraps else at, np.array([9, at], index)
        part, where = a[:, first : first + n], (1, wraps, 5, 2, n, 1, 3, 3)
        o = np.zeros(part.shape, dtype)
        assert run(movement.take_at[index, layout.carrier(dtype)], begin, a, o, *where) == 0
        np.testing.assert_array_equal(o, part)
        for beta in (0, 1):
            back, expected = numbered(a.shape, dtype), beta * numbered(a.shape, dtype)
            expected[:, first : first + n] += part
            assert run(movement.put_at[index, dtype], begin, part.copy(), back, *where, beta) == 0
            np.testing.assert_array_equal(back, expected)


@pytest.mark.parametrize("at, n, wraps", [(5, 1, 1), (-6, 1, 1), (-1, 1, 0), (4, 2, 0), (6, 0, 0)])
def test_positions_outside_leave_everything_as_it_is(at, n, wraps):
    largest = np.iinfo(np.int64)
    a, o, full = numbered((5,)), np.full(2, 7, np.float32), numbered((5,))
    for place in (at, largest.max, largest.min):
        begin = np.array([place])
        assert run(movement.take_at[np.int64, np.uint32], begin, a, o, 0, wraps, 5, 1, n, 1, 1, 1) == 1
        assert run(movement.put_at[np.int64, np.float32], begin, o, full, 0, wraps, 5, 1, n, 1, 1, 1, 0) == 1
    assert o.tolist() == [7, 7] and full.tolist() == a.tolist()


def test_broadcasting_and_tiling():
    a = numbered((3, 1))
    nest = layout.nest((2, 3, 4), layout.broadcast_strides(a.shape, (2, 3, 4)))
    np.testing.assert_array_equal(copied(a, (2, 3, 4), *nest), np.broadcast_to(a, (2, 3, 4)))
    tiles = layout.nest((2, 3, 4, 1), (0, 1, 0, 1))
    np.testing.assert_array_equal(copied(a, (6, 4), *tiles), np.tile(a, (2, 4)))


def test_concatenation():
    parts = [numbered((2, size, 3)) + 100 * size for size in (1, 4, 2)]
    o, place = np.zeros((2, 7, 3), np.float32), 0
    for part in parts:
        nest = layout.nest((2, part.shape[1] * 3), (7 * 3, 1))
        assert run(movement.strided_write[np.uint32], part, o, place * 3, *nest) == 0
        place += part.shape[1]
    np.testing.assert_array_equal(o, np.concatenate(parts, 1))


def test_select():
    carrier = np.uint32
    for shapes in [
        ((4, 5),) * 3,
        ((4, 1), (4, 5), (4, 5)),
        ((4, 1), (4, 5), ()),
        ((), (3,), (2, 3)),
        ((2, 1, 3), (4, 1), (2, 4, 3)),
    ]:
        c, a, b = numbered(shapes[0]) % 2 == 0, numbered(shapes[1]), -numbered(shapes[2])
        status, o = broadcast_run(movement.select, c, a, b, dtypes=carrier)
        assert status == 0
        np.testing.assert_array_equal(o, np.where(c, a, b))


@pytest.mark.parametrize("index", ["int32", "int64"])
def test_gather(index):
    a, places = numbered((2, 4, 3), "float64"), np.array([3, 0, 0, 1, 3], index)
    o = np.zeros((2, 5, 3))
    instance = movement.gather[np.uint64, index]
    assert run(instance, a, places, o, 2, 4, 5, 3) == 0
    np.testing.assert_array_equal(o, a[:, places])
    for bad in (4, -1):
        places[2] = bad
        assert run(instance, a, places, o, 2, 4, 5, 3) == 3


def test_gather_nd():
    a, o = numbered((2, 4, 3)), np.zeros((3, 3), np.float32)
    places = np.array([[1, 3], [0, 0], [1, 1]], np.int32)
    instance = movement.gather_nd[np.uint32, np.int32]
    assert run(instance, a, places, o, 3, 3, 2, (2, 4)) == 0
    np.testing.assert_array_equal(o, a[places[:, 0], places[:, 1]])
    places[1] = 2, 0
    assert run(instance, a, places, o, 3, 3, 2, (2, 4)) == 2


def test_one_hot():
    places, on, off = np.array([[0, 2], [-1, 3]], np.int64), np.float32([5]), np.float32([-1])
    o = np.zeros((2, 3, 2), np.float32)
    assert run(movement.one_hot[np.int64, np.uint32], places, on, off, o, 2, 3, 2) == 0
    expected = np.where(places[:, None] == np.arange(3)[:, None], 5, -1)
    np.testing.assert_array_equal(o, expected)


@pytest.mark.parametrize("batch_first", [0, 1])
def test_reverse_sequence(batch_first):
    a = numbered((2, 3, 2, 4, 2))
    lengths = np.array([2, 0, 3] if batch_first else [3, 0, 2, 1], np.int32)
    o, expected = np.zeros_like(a), a.copy()
    for b, length in enumerate(lengths):
        if batch_first:
            expected[:, b, :, :length] = a[:, b, :, :length][:, :, ::-1]
        else:
            expected[:, :length, :, b] = a[:, :length, :, b][:, ::-1]
    instance = movement.reverse_sequence[np.uint32, np.int32]
    assert run(instance, a, lengths, o, 2, 3, 2, 4, 2, batch_first) == 0
    np.testing.assert_array_equal(o, expected)
    lengths[1] = 5
    assert run(instance, a, lengths, o, 2, 3, 2, 4, 2, batch_first) == 2


@pytest.mark.parametrize(("lower", "upper"), list(itertools.product([-1, 0, 1], repeat=2)))
def test_matrix_band_part(lower, upper):
    a = numbered((2, 3, 5)) + 1
    o = np.zeros_like(a)
    bounds = np.array([lower]), np.array([upper])
    assert run(movement.matrix_band_part[np.uint32, np.int64], a, *bounds, o, 2, 3, 5) == 0
    i, j = np.indices((3, 5))
    inside = ((lower < 0) | (i - j <= lower)) & ((upper < 0) | (j - i <= upper))
    np.testing.assert_array_equal(o, np.where(inside, a, 0))


def test_invert_permutation():
    a, o = np.array([2, 0, 1], np.int32), np.zeros(3, np.int32)
    assert run(movement.invert_permutation[np.int32], a, o, 3) == 0
    assert o.tolist() == [1, 2, 0]
    for bad in ([2, 0, 2], [0, 1, 3], [0, 1, -1]):
        assert run(movement.invert_permutation[np.int32], np.array(bad, np.int32), o, 3) == 3
