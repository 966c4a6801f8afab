import numpy as np
import pytest

from minitf.kernels.abi import FLOATS
from minitf.kernels.check import finite


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
