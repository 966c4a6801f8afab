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


def merged(a, b):
    """The k-th of equal places of one is the k-th of the other."""
    numbered = [[(tuple(p), list(map(tuple, each[:i])).count(tuple(p))) for i, p in enumerate(each)] for each in (a, b)]
    found = sorted(set(numbered[0] + numbered[1]))
    return [p for p, _ in found], *[[found.index(p) for p in each] for each in numbered]


@pytest.mark.parametrize("rank", [1, 2])
def test_merged(rank):
    for count, others in [(0, 0), (0, 2), (3, 0), (1, 1), (4, 3), (6, 7)]:
        a, b = (each[np.lexsort(each.T[::-1])] for each in (drawn(count, rank), drawn(others, rank)))
        places, size = np.zeros((count + others, rank), int), np.zeros(1, int)
        found = np.zeros(count, int), np.zeros(others, int)
        assert run(k.merge_places[()], a, b, places, *found, size, count, others, rank) == 0
        wanted, *back = merged(a, b)
        assert places[: size[0]].tolist() == [list(p) for p in wanted]
        assert [each.tolist() for each in found] == back
