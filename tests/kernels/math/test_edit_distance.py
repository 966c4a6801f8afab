"""Levenshtein's distance, against its table filled one by one."""

import numpy as np
import pytest
from kernel_helpers import run
from levenshtein import distance

from minitf.kernels.math import edit_distance


@pytest.mark.parametrize("dtype", ["int64", "float32", "uint8"])
@pytest.mark.parametrize("normalize", [0, 1])
def test_groups(dtype, normalize):
    draw = np.random.RandomState(0)
    for count, size in [(0, 0), (3, 0), (0, 3), (9, 12), (20, 14)]:
        groups, others = np.sort(draw.randint(0, 5, count)), np.sort(draw.randint(0, 5, size))
        a, b = draw.randint(0, 3, count).astype(dtype), draw.randint(0, 3, size).astype(dtype)
        o, row = np.zeros(5, np.float32), np.zeros(size + 1, int)
        assert run(edit_distance.edit_distances[dtype], groups, a, others, b, o, row, count, size, normalize) == 0
        for group in range(5):
            one, other = a[groups == group], b[others == group]
            wanted = distance(one.tolist(), other.tolist())
            if normalize and wanted:
                wanted = wanted / len(other) if len(other) else np.inf
            assert o[group] == np.float32(wanted)


def test_sequences():
    places, a, sizes = np.array([[1, 0], [0, 1], [1, 1], [0, 0]]), np.arange(4, dtype=np.uint32), np.array([2, 2])
    groups, *room = [np.full(4, 7) for _ in range(4)]
    o = np.zeros(4, np.uint32)
    operands = places, a, sizes, groups, o, *room, 4, 2, (3,)
    assert run(edit_distance.sequences["uint32"], *operands) == 0
    assert groups.tolist() == [0, 0, 3, 3] and o.tolist() == [1, 3, 0, 2]
    places[2] = 1, 2
    assert run(edit_distance.sequences["uint32"], *operands) == 3
