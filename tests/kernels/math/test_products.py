"""Products without two of their factors, against all pairs, and as plain Python."""

import numpy as np
import pytest
from kernel_helpers import run, sample

from minitf.kernels.math import products


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
@pytest.mark.parametrize("n, inner", [(5, 1), (4, 3), (1, 2), (3, 0)])
def test_products_of_others_grad(dtype, n, inner):
    x, d = sample(dtype, (n, inner)), sample(dtype, (n, inner), 1)
    x[n // 2, :1] = 0
    o, before, *scratch = (np.empty_like(x), np.empty_like(x), x[0].copy(), x[0].copy())
    assert run(products.products_of_others_grad[dtype], x, d, o, before, *scratch, n, inner, scale=9) == 0
    wanted = np.zeros((n, inner))
    for k, i in np.ndindex(n, n):
        if i != k:
            wanted[k] += d[i] * np.prod([x[j].astype(float) for j in range(n) if j not in (i, k)], axis=0)
    np.testing.assert_allclose(o, wanted, rtol=1e-5, atol=1e-5)
