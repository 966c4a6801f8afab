"""Sorting rows by length."""

import numpy as np
import pytest
from kernel_helpers import run

from minitf.kernels.math.ended import sort_rows


@pytest.mark.parametrize("lengths", [[3, 1, 4, 1, 5], [0, 0], [9, -2, 2], [2], []])
def test_sort_rows(lengths):
    lengths, steps, n = np.array(lengths, np.int32), 5, len(lengths)
    places, inverse, counts = np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(steps, np.int64)
    assert run(sort_rows[()], lengths, places, inverse, counts, n, steps) == 0
    clipped = lengths.clip(0, steps)
    np.testing.assert_array_equal(places, np.argsort(-clipped, kind="stable"))
    np.testing.assert_array_equal(places[inverse] if n else places, np.arange(n))
    np.testing.assert_array_equal(counts, [(clipped > t).sum() for t in range(steps)])
