import numpy as np
import pytest
from kernel_helpers import run, sample

from minitf.kernels.math import lists as k


def flags(*full):
    return np.array(full, np.uint8)


def number(n):
    return np.array([n], np.int64)


def test_clear_slots():
    length, full = number(7), flags(1, 1, 0, 1)
    assert run(k.clear_slots[()], length, full, 3, 4) == 0
    assert length[0] == 3 and not full.any()


def test_filling_and_putting():
    index, rows = np.array([3, 0], np.int32), sample("uint32", (2, 6))
    length, full, out = number(2), flags(0, 1, 0, 0), np.zeros((4, 6), np.uint32)
    assert run(k.fill_slots[()], index, length, full, 2, 4, 1, 0) == 0
    assert length[0] == 4 and full.tolist() == [1, 1, 0, 1]
    assert run(k.put_slots["uint32"], index, rows, out, 2, 4, 3, 2, 6) == 0
    np.testing.assert_array_equal(out, [rows[1], [0] * 6, [0] * 6, rows[0]])


def test_adding_to_empty_slots():
    index, rows = np.array([3, 0], np.int32), sample("float32", (2, 5))
    length, full, out = number(2), flags(0, 1, 0, 0), np.zeros((4, 5), np.float32)
    assert run(k.add_slots["float32"], index, rows, length, full, out, 2, 4, 1, 5) == 0
    assert length[0] == 4 and full.tolist() == [1, 1, 0, 1]
    np.testing.assert_array_equal(out[[3, 0]], rows)


def test_adding_to_a_full_slot():
    rows, out = sample("float64", (2, 3)), np.ones((2, 3))
    index = np.array([1, 1], np.int32)
    assert run(k.add_slots["float64"], index, rows, number(2), flags(0, 1), out, 2, 2, 1, 3) == 0
    np.testing.assert_allclose(out[1], 1 + rows[0] + rows[1])


def test_writing_over_a_full_slot():
    rows, out, full = sample("uint64", (2, 3)), np.ones((2, 3), np.uint64), flags(0, 1)
    index = np.array([1, 1], np.int32)
    assert run(k.fill_slots[()], index, number(2), full, 2, 2, 0, 1) == 0
    assert run(k.put_slots["uint64"], index, rows, out, 2, 2, 1, 3, 3) == 0
    np.testing.assert_array_equal(out, [[1] * 3, rows[1]])


@pytest.mark.parametrize(
    "index, grows, why",
    [(-1, 1, k.OUTSIDE), (2, 0, k.OUTSIDE), (4, 1, k.NO_ROOM), (2**31 - 1, 1, k.NO_ROOM), (1, 1, k.AGAIN)],
)
def test_what_is_not_written(index, grows, why):
    places, length, full = np.array([0, index], np.int32), number(2), flags(0, 1, 0, 0)
    assert run(k.fill_slots[()], places, length, full, 2, 4, grows, 0) == 1 + k.KINDS + why
    assert full.tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize("index", [-1, 4, 2**31 - 1, -(2**31)])
def test_what_is_refused_is_not_moved(index):
    places, rows, out = np.array([0, index], np.int32), np.ones((2, 3), np.uint64), np.zeros((4, 3), np.uint64)
    assert run(k.put_slots["uint64"], places, rows, out, 2, 4, 3, 1, 3) == 0
    assert out[0].all() and not out[1:].any()
    taken = np.ones((2, 3), np.uint64)
    assert run(k.get_slots["uint64"], places, number(4), flags(1, 1, 1, 1), out, taken, 2, 4, 3, 1, 3) == 0
    assert taken[0].all() and not taken[1].any()


def test_reading():
    rows, seen = sample("uint16", (3, 4)), flags(0, 0, 0)
    index, out = np.array([2, 1, 0], np.int32), np.ones((3, 4), np.uint16)
    full = flags(1, 0, 1)
    assert run(k.see_slots[()], index, number(3), full, seen, 3, 1, 0, 1) == 0
    assert run(k.get_slots["uint16"], index, number(3), full, rows, out, 3, 3, 2, 2, 4) == 0
    assert seen.tolist() == [1, 0, 1]
    np.testing.assert_array_equal(out, [rows[2], [0] * 4, rows[0]])


@pytest.mark.parametrize(
    "index, once, adds, zeros, status",
    [
        (-1, 0, 1, 1, 1 + k.OUTSIDE),
        (3, 0, 0, 1, 1 + k.OUTSIDE),
        (3, 0, 1, 1, 0),
        (0, 1, 0, 1, 1 + k.AGAIN),
        (0, 0, 0, 1, 0),
        (1, 0, 0, 0, 1 + k.EMPTY),
    ],
)
def test_what_is_not_read(index, once, adds, zeros, status):
    out, rows = np.ones(2, np.uint8), np.full((4, 2), 5, np.uint8)
    given = np.array([index], np.int32), number(3), flags(1, 0, 1, 0)
    assert run(k.see_slots[()], *given, flags(1, 0, 0, 0), 1, once, adds, zeros) == status
    assert run(k.get_slots["uint8"], *given, rows, out, 1, 4, 1, 2, 2) == 0
    assert out.tolist() == ([5, 5] if index == 0 else [0, 0])


def test_add_list():
    a, out = sample("float32", (3, 2), 1), sample("float32", (3, 2), 2)
    wanted = np.array([a[0], out[1] + a[1], out[2]])
    length, full = number(1), flags(0, 1, 1)
    assert run(k.add_list["float32"], number(2), flags(1, 1, 1), a, length, full, out, 2) == 0
    assert length[0] == 2 and full.tolist() == [1, 1, 1]
    np.testing.assert_array_equal(out, wanted)


def test_copy_list():
    a, out, length, full = sample("uint16", (3, 2)), np.ones((3, 2), np.uint16), number(0), flags(1, 1, 1)
    wanted = np.array([a[0], [1, 1], a[2]])
    assert run(k.copy_list["uint16"], number(3), flags(1, 0, 1), a, length, full, out, 3, 2) == 0
    assert length[0] == 3 and full.tolist() == [1, 0, 1]
    np.testing.assert_array_equal(out, wanted)


def test_zero_list():
    length, full, out = number(0), flags(1, 1, 1), np.ones((3, 2), np.uint32)
    assert run(k.zero_list["uint32"], number(2), flags(1, 0, 1), length, full, out, 3, 2) == 0
    assert length[0] == 2 and full.tolist() == [1, 0, 0] and out.tolist() == [[0, 0], [1, 1], [1, 1]]
