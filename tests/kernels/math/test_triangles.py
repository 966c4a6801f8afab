"""Factors of matrices and solutions of equations against NumPy, and as plain Python."""

import numpy as np
import pytest
from kernel_helpers import run

from minitf.kernels.math import triangles

SIZES = [(2, 1), (3, 5), (1, 32), (2, 41), (1, 70), (1, 150), (0, 3), (2, 0)]  # matrices, rows


def near(found, expected):
    """As near as NumPy's own results are to exact ones."""
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max(initial=1e-9))


def symmetric(batch, n):
    a = np.random.default_rng(n).normal(size=(batch, n, n))
    return a @ a.transpose(0, 2, 1) + np.eye(n)


def plain(n):
    return {"python": n <= 41, "ulps": 1 << 20, "scale": 1}


@pytest.mark.parametrize("batch, n", SIZES)
def test_cholesky(batch, n):
    a = symmetric(batch, n)
    above = np.triu(np.full((n, n), np.nan), 1)  # is not read
    o, spare = np.full_like(a, 7), np.full_like(a, 7)
    assert triangles.cholesky[()].run(a + above, o, spare, batch, n) == 0
    near(o, np.linalg.cholesky(a))
    assert run(triangles.cholesky[()], a, o, spare, batch, n, **plain(n)) == 0


def test_what_is_not_definite():
    a = symmetric(3, 40)
    o, spare = np.zeros_like(a), np.zeros_like(a)
    for place in (0, 31, 32, 39):
        for value in (-1.0, 0.0, np.nan):
            bad = a.copy()
            bad[1, place, place] = value
            assert triangles.cholesky[()].run(bad, o, spare, 3, 40) == 2


@pytest.mark.parametrize("batch, n", SIZES)
def test_determinants(batch, n):
    a = np.random.default_rng(n).normal(size=(batch, n, n)) / 3
    o, order = np.full(batch, 7.0), np.zeros((batch, n), np.int64)
    expected = np.linalg.det(a)
    assert run(triangles.determinants[()], a.copy(), o, order, batch, n, **plain(n)) == 0
    np.testing.assert_allclose(o, expected, rtol=1e-9)
    if n > 1:
        a[:, 1] = a[:, 0]
        assert triangles.determinants[()].run(a, o, order, batch, n) == 0
        np.testing.assert_allclose(o, np.zeros(batch), atol=1e-9)


@pytest.mark.parametrize("batch, n", SIZES)
@pytest.mark.parametrize("k", [1, 7, 66, 0])
def test_equations(batch, n, k):
    rng = np.random.default_rng(n)
    a, x = rng.normal(size=(batch, n, n)), rng.normal(size=(batch, n, k))
    order, expected = np.zeros((batch, n), np.int64), np.linalg.solve(a, x)
    how = plain(n) | {"python": n <= 41 and k < 66}
    assert run(triangles.solve[()], a, x, order, batch, n, k, **how) == 0
    near(x, expected)


def test_equations_without_a_solution():
    a = np.stack([np.eye(3), np.zeros((3, 3)), np.ones((3, 3))])
    x, order = np.ones((3, 3, 1)), np.zeros((3, 3), np.int64)
    assert triangles.solve[()].run(a.copy(), x, order, 3, 3, 1) == 2
    assert triangles.solve[()].run(a[2:].copy(), x, order, 1, 3, 1) == 1
    for lower in (0, 1):
        assert triangles.triangular_solve[()].run(a, x, 3, 3, 1, lower, 0) == 2


@pytest.mark.parametrize("batch, n", SIZES)
@pytest.mark.parametrize("k", [1, 7, 66])
@pytest.mark.parametrize("lower", [0, 1])
@pytest.mark.parametrize("turned", [0, 1])
def test_triangles(batch, n, k, lower, turned):
    rng = np.random.default_rng(n)
    a, x = rng.normal(size=(batch, n, n)) / 9 + np.eye(n), rng.normal(size=(batch, n, k))
    t = np.tril(a) if lower else np.triu(a)
    other = np.triu(np.full((n, n), np.nan), 1) if lower else np.tril(np.full((n, n), np.nan), -1)  # is not read
    expected = np.linalg.solve(t.transpose(0, 2, 1) if turned else t, x)
    how = plain(n) | {"python": n <= 41 and k < 66}
    assert run(triangles.triangular_solve[()], a + other, x, batch, n, k, lower, turned, **how) == 0
    near(x, expected)


def test_identities():
    o = np.full((3, 4, 4), 7.0)
    assert run(triangles.identities[()], o, 3, 4) == 0
    assert np.array_equal(o, np.broadcast_to(np.eye(4), o.shape))
