"""Places of sparse tensors, against NumPy."""

import numpy as np
import pytest
from kernel_helpers import run

from minitf.kernels.math import places as k

DRAW = np.random.RandomState(0)


def drawn(count, rank, size=3):
    return DRAW.randint(0, size, (count, rank))


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_within_and_in_order(rank):
    for count in (0, 1, 2, 5):
        for _ in range(6):
            places, sizes = drawn(count, rank), np.full(rank, 3)
            assert run(k.within[()], places, sizes, count, rank) == 0
            falls = [i for i in range(1, count) if tuple(places[i]) < tuple(places[i - 1])]
            assert run(k.in_order[()], places, count, rank) == (falls[0] + 1 if falls else 0)
            for at, axis, outside in [(i, j, n) for i in range(count) for j in range(rank) for n in (-1, 3)][:8]:
                wrong = places.copy()
                wrong[at, axis] = outside
                assert run(k.within[()], wrong, sizes, count, rank) == at + 1


def numbered(places):
    """Each place, and how many equal ones are in front of it."""
    places = [tuple(p) for p in places.tolist()]
    return [(p, places[:i].count(p)) for i, p in enumerate(places)]


def room(*shapes, dtype=np.int64):
    return [np.full(shape, 7, dtype) for shape in shapes]


SIZES = [(0, 0), (0, 2), (3, 0), (1, 1), (4, 3), (6, 7), (9, 17)]


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("dtype", ["uint8", "uint32", "uint64"])
def test_sorted(rank, dtype):
    for count in (0, 1, 2, 3, 8, 13):
        places, a = drawn(count, rank), DRAW.randint(0, 99, count).astype(dtype)
        found, (o,) = room((count, rank), count, count), room(count, dtype=dtype)
        assert run(k.sort_sparse[dtype], places, a, found[0], o, *found[1:], count, rank) == 0
        order = np.lexsort(places.T[::-1])
        assert np.array_equal(found[0], places[order]) and np.array_equal(o, a[order])


@pytest.mark.parametrize("how", [np.add, np.maximum, np.minimum])
@pytest.mark.parametrize("dtype", ["float32", "int8", "uint64"])
def test_merged(how, dtype):
    kind = [np.add, np.maximum, np.minimum].index(how)
    for rank in (1, 2):
        for count, others in SIZES:
            a, b = (drawn(n, rank) for n in (count, others))
            x, y = (DRAW.randint(-9 if dtype != "uint64" else 0, 9, n).astype(dtype) for n in (count, others))
            if dtype == "float32":
                x[:1] = np.nan
            wanted: dict = {}
            for each, values, at in ((a, x, 0), (b, y, 1)):
                for place, value in zip(numbered(each), values):
                    wanted.setdefault(place, [x.dtype.type(0)] * 2)[at] = value
            places, size, *orders = room((count + others, rank), (), count, others, max(count, others))
            (o,), sizes = room(count + others, dtype=dtype), np.full(rank, 3)
            met = np.zeros(count + others, np.int64)
            operands = a, x, sizes, b, y, sizes, places, o, met, size, *orders, count, others, rank
            assert run(k.merge_sparse[dtype], *operands, kind) == 0
            assert [tuple(p) for p in places[:size].tolist()] == [p for p, _ in sorted(wanted)]
            np.testing.assert_array_equal(o[:size], [how(*wanted[place]) for place in sorted(wanted)])
            both = {*numbered(a)} & {*numbered(b)}
            assert met[:size].tolist() == [place in both for place in sorted(wanted)]


def test_what_cannot_be_merged():
    places, one = np.array([[0, 1], [2, 0]]), np.ones(2, np.float32)
    for sizes, others in [((3, 3), (3, 4)), ((2, 3), (2, 3))]:
        found, (o,) = room((4, 2), (), 2, 2, 2), room(4, dtype=np.float32)
        met = np.zeros(4, np.int64)
        operands = places, one, np.array(sizes), places[:1], one[:1], np.array(others), found[0], o, met, *found[1:]
        assert run(k.merge_sparse["float32"], *operands, 2, 1, 2, 0) != 0


@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_small_ones_are_dropped(dtype):
    places, a = drawn(9, 2), DRAW.randint(-5, 5, 9).astype(dtype)
    met = DRAW.randint(0, 2, 9)
    kept = (np.abs(a[:8]) >= 2) | (met[:8] == 0)
    found, o, size = places.copy(), a.copy(), np.array(8)
    assert run(k.drop_small[dtype, "float64"], found, o, met, np.array(2.0), size, 2) == 0
    assert size == kept.sum() and np.array_equal(o[:size], a[:8][kept])
    assert np.array_equal(found[:size], places[:8][kept])


@pytest.mark.parametrize("rank", [1, 2])
def test_found_in_others(rank):
    for count, size in SIZES:
        places, whole = drawn(count, rank), drawn(size, rank)
        a, (o,) = DRAW.randint(1, 99, size).astype(np.uint32), room(count, dtype=np.uint32)
        operands = places, whole, a, o, *room(count, size, max(count, size)), count, size, rank
        assert run(k.find_sparse["uint32"], *operands) == 0
        there = dict(zip(numbered(whole), a.tolist()))
        assert o.tolist() == [there.get(place, 0) for place in numbered(places)]


def test_one_behind_the_other():
    a, values = drawn(4, 2), np.arange(4, dtype=np.uint32)
    places, (o,), whole = room((4, 2))[0], room(4, dtype=np.uint32), np.array([3, 5])
    assert run(k.append_sparse["uint32"], a, values, np.array([3, 4]), places, o, whole, 4, 2, 1, -1) == 0
    assert np.array_equal(places, a + [0, 5]) and np.array_equal(o, values) and whole.tolist() == [3, 9]
    assert run(k.append_sparse["uint32"], a, values, np.array([3, 4]), places, o, whole, 4, 2, 1, 0) == 0
    assert np.array_equal(places, a) and whole.tolist() == [3, 4]
    assert run(k.append_sparse["uint32"], a, values, np.array([2, 4]), places, o, whole, 4, 2, 1, -1) == 5
    a[2] = 3, 0
    assert run(k.append_sparse["uint32"], a, values, np.array([3, 4]), places, o, whole, 4, 2, 1, -1) == 3


def test_cut():
    for count in (0, 1, 7):
        a, values, sizes = drawn(count, 2, 5), np.arange(count, dtype=np.uint8), np.array([5, 4])
        start, size = np.array([1, 2]), np.array([2, 9])
        inside = ((a >= start) & (a < start + size)).all(1)
        (places, o_sizes, found), (o,) = room((count, 2), 2, ()), room(count, dtype=np.uint8)
        operands = a, values, sizes, start, size, places, o, o_sizes, found, count, 2
        assert run(k.cut_sparse["uint8"], *operands) == 0
        assert np.array_equal(places[:found], a[inside] - start) and np.array_equal(o[:found], values[inside])
        assert o_sizes.tolist() == [2, 2]


def test_put():
    places, values = np.array([[0, 1], [2, 0], [1, 1]], np.int32), np.array([5, 6, 7], np.uint32)
    o = np.full((3, 2), 9, np.uint32)
    assert run(k.put_sparse["int32", "uint32"], places, values, o, 3, 2, 0, 0, (3, 2)) == 0
    assert o.tolist() == [[9, 5], [9, 7], [6, 9]]
    assert run(k.put_sparse["int32", "uint32"], places, values, o, 3, 2, 1, 0, (3, 2)) == 0
    assert o.tolist() == [[9, 5], [9, 5], [5, 9]]
    assert run(k.put_sparse["int32", "uint32"], places, values, o, 3, 2, 0, 1, (3, 2)) == 3
    assert run(k.put_sparse["int32", "uint32"], places, values, o, 3, 2, 0, 0, (2, 2)) == 2
    assert run(k.put_sparse["int32", "uint32"], places[[0, 0]], values, o, 2, 2, 0, 1, (3, 2)) == 2


def test_rows_filled():
    places, values = np.array([[3, 1], [1, 0], [3, 0]]), np.array([5, 6, 7], np.uint32)
    found, (o,), (empty,) = room((8, 2), 3, (), 5), room(8, dtype=np.uint32), room(5, dtype=np.uint8)
    operands = places, values, np.array([5, 2]), np.array(9, np.uint32), found[0], o, empty, *found[1:]
    assert run(k.fill_rows["uint32"], *operands, 3, 2, 5) == 0
    assert found[2] == 6 and found[0][:6].tolist() == [[0, 0], [1, 0], [2, 0], [3, 1], [3, 0], [4, 0]]
    assert o[:6].tolist() == [9, 6, 9, 5, 7, 9] and empty.tolist() == [1, 0, 1, 0, 1] and found[1].tolist() == [3, 1, 4]
    places[1] = 1, 2
    assert run(k.fill_rows["uint32"], *operands, 3, 2, 5) == 2
