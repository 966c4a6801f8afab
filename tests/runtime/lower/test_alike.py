"""Loops that are the same for all sizes, in whatever order these come."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from minitf.kernels.compile import layout
from minitf.runtime.lower import alike

# Shapes for so many rows, and how arrays of them are walked.
WALKS = {
    "transposed": lambda n: ((n, 7, 4), (4, n * 4, 1)),
    "repeated": lambda n: ((n, 3), *layout.broadcast_walks((n, 3), (1, 3))[1:]),
    "columns": lambda n: ((5, n), (2 * n, 1)),
    "nothing in many": lambda n: ((n, n, 4), (n * 4, 4, 1)),
    "last": lambda n: ((5, n), (1, 5)),
}


def nests(walk, rows):
    """The loops for numbers of rows, lowered until they are the same."""
    low = SimpleNamespace(current="op", preferred={}, turned=True)
    while low.turned:
        low.turned, found = False, []
        for n in rows:
            low.nests = 0
            found.append(alike.nest(low, *_apart(walk(n)), ()))
    return found


def _apart(walk):
    shape, *steps = walk
    return shape, tuple(steps)


def visited(rank, dims):
    """The positions that each array is visited at, in order."""
    loops = np.reshape(dims, (rank, -1))
    grids = np.meshgrid(*[np.arange(size) for size in loops[:, 0]], indexing="ij")
    return [sum(g * step for g, step in zip(grids, steps)).ravel().tolist() for steps in loops[:, 1:].T]


@pytest.mark.parametrize("kind", WALKS)
def test_loops_for_none_one_and_many(kind):
    walk = WALKS[kind]
    for rows in itertools.permutations([0, 1, 2, 5]):
        found = nests(walk, rows)
        assert len({rank for rank, _ in found}) == 1
        for n, nest in zip(rows, found):
            shape, steps = _apart(walk(n))
            assert visited(*nest) == visited(*layout.nest(shape, *steps))


def test_no_items_tell_nothing_of_steps():
    """To the next of many rows of none it is as far as to the same one."""
    wholes = [((5, 3, 4), (12, 4, 1)), ((5, 0, 4), (0, 4, 1)), ((1, 3, 4), (12, 4, 1))]
    assert nests(lambda walk: walk, wholes)[2] == (1, (12, 1))


def test_one_axis_for_many_rows_repeats_for_one():
    (_, many), (_, one) = nests(WALKS["repeated"], [5, 1])
    assert many == (5, 3, 0, 3, 1, 1) and one == (1, 3, 0, 3, 1, 1)


def test_what_once_was_not_so_is_not():
    low = SimpleNamespace(preferred={}, turned=False)
    assert alike.always(low, "alone", True, "op") and not low.turned
    assert not alike.always(low, "alone", False, "op") and low.turned
    low.turned = False
    assert not alike.always(low, "alone", True, "op") and not low.turned
