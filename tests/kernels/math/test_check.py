import numpy as np
import pytest

from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math.check import copy_if_false, finite, true


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_first_position(bad, dtype):
    a = np.linspace(-1, 1, 3000).astype(dtype) * np.finfo(dtype).max
    for run in (finite[dtype].run, finite[dtype].python):
        assert run(a, a.size) == 0 and run(a, 0) == 0
        for place in (0, 1023, 1024, 2999):
            b = a.copy()
            b[place:] = bad
            assert run(b, b.size) == place + 1 and run(b, place) == 0


@pytest.mark.parametrize("condition, status, copied", [(0, 1, [1, 2, 0]), (1, 0, [0, 0, 0])])
def test_what_a_failed_assertion_shows(condition, status, copied):
    a, b = np.array([condition], np.uint8), np.array([1, 2, 3], np.uint8)
    for runs in ("run", "python"):
        o = np.zeros(3, np.uint8)
        assert getattr(copy_if_false[()], runs)(a, b, o, 2) == 0 and o.tolist() == copied
        assert getattr(true[()], runs)(a, o) == status
