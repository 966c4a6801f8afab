import numpy as np
import pytest

from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math.activations import leaky_relu


@pytest.mark.parametrize("dtype", FLOATS)
def test_leaky_relu(dtype):
    random = np.random.default_rng(0)
    g, x = random.normal(size=(2, 37)).astype(dtype)
    x[3] = 0
    for run in (leaky_relu[dtype].run, leaky_relu[dtype].python):
        o = np.empty_like(x)
        assert run(g, x, o, 0.25, x.size) == 0
        np.testing.assert_array_equal(o, np.where(x > 0, g, g / 4))
