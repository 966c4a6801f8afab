"""Matrices as products of triangles, row-major: Cholesky's and Gauss's factors, what equations and determinants need.

Whatever is eliminated is eliminated from whole rows, and behind `STEPS` of them by one product of matrices. All is done
in float64, as NumPy does it.
"""

import numpy as np

from minitf.kernels.compile.abi import at, f64p, i64p, kernel, scalar, workspace
from minitf.kernels.compile.splitting import Blocks
from minitf.kernels.math.gemm import block, turn

STEPS = 32  # rows that are eliminated one by one
COLUMNS = 64  # of a product


@scalar
def subtract(x, factor, y, n):
    """n numbers of x less a factor times those of y."""
    for k in range(n):
        x[k] -= factor * y[k]
    return 0


@scalar
def subtract_product(a, a_row, a_step, b, b_row, c, c_row, m, n, k, spare, scratch):
    """C[m, n] -= A[m, k] @ B[k, n], for up to `STEPS` and `COLUMNS` of k and n."""
    for p in range(k):
        for q in range(n):
            spare[p * COLUMNS + q] = -b[p * b_row + q]
    return block(a, a_row, a_step, spare, COLUMNS, 1, c, c_row, m, n, k, 1, scratch)


@scalar
def solve_few(t, t_row, t_column, x, x_row, first, n, k, falling, whole):
    """Solves `n` of the equations from `first` on, of which those before or behind are solved; see `solve_triangle`."""
    for step in range(n):
        p = first + n - 1 - step if falling else first + step
        for other in range(step):
            q = first + n - 1 - other if falling else first + other
            subtract(at(x, p * x_row), t[p * t_row + q * t_column], at(x, q * x_row), k)
        if whole:
            pivot = t[p * (t_row + t_column)]
            for j in range(k):
                x[p * x_row + j] /= pivot
    return 0


@scalar
def solve_triangle(t, t_row, t_column, x, x_row, n, k, falling, whole, spare, scratch):
    """X[n, k] = the solution of T @ X = X; `falling`: T has only an upper triangle, and the last row is found first.
    Unless it is `whole`, its diagonal is taken for ones.
    """
    for column in range(0, k, COLUMNS):
        y, width = at(x, column), min(COLUMNS, k - column)
        for done in range(0, n, STEPS):
            count = min(STEPS, n - done)
            first = n - done - count if falling else done
            solve_few(t, t_row, t_column, y, x_row, first, count, width, falling, whole)
            rest = 0 if falling else first + count
            rows, a, b = n - done - count, at(t, rest * t_row + first * t_column), at(y, first * x_row)
            if rows > 0:
                c = at(y, rest * x_row)
                subtract_product(a, t_row, t_column, b, x_row, c, x_row, rows, width, count, spare, scratch)
    return 0


@scalar
def upper_factor(u, n, spare, scratch):
    """u = the upper triangle that with its transpose before it gives u, of which the upper triangle is read. Whether it
    could not be found.
    """
    for first in range(0, n, STEPS):
        count = min(STEPS, n - first)
        end = first + count
        for j in range(first, end):
            row, pivot = at(u, j * n), u[j * n + j]
            if not pivot > 0:
                return 1
            root = np.sqrt(pivot)
            for k in range(j, end):
                row[k] /= root
            for i in range(j + 1, end):
                subtract(at(u, i * n + i), row[i], at(row, i), end - i)
        panel = at(u, first * n + end)
        solve_triangle(at(u, first * (n + 1)), 1, n, panel, n, count, n - end, 0, 1, spare, scratch)
        for column in range(0, n - end, COLUMNS):
            width = min(COLUMNS, n - end - column)
            b, c = at(panel, column), at(u, end * n + end + column)
            subtract_product(panel, 1, n, b, n, c, n, column + width, width, count, spare, scratch)
    return 0


@scalar
def largest_below(a, n, j):
    """The row from j on that has the largest number in column j."""
    best, size = j, abs(a[j * n + j])
    for i in range(j + 1, n):
        other = abs(a[i * n + j])
        if other > size:
            best, size = i, other
    return best


@scalar
def exchange(a, i, j, n):
    """Swaps rows i and j, of n numbers."""
    for k in range(n):
        a[i * n + k], a[j * n + k] = a[j * n + k], a[i * n + k]
    return 0


@scalar
def factors(a, order, n, spare, scratch):
    """a = its lower triangle, with ones on the diagonal that are not stored, and the upper one, whose product is a with
    row j and row order[j] exchanged, for each j in turn. Whether a number on the diagonal is zero.
    """
    singular = 0
    for first in range(0, n, STEPS):
        count = min(STEPS, n - first)
        end = first + count
        for j in range(first, end):
            order[j] = largest_below(a, n, j)
            if order[j] != j:
                exchange(a, j, order[j], n)
            pivot = a[j * n + j]
            if pivot == 0:
                singular = 1
                continue
            for i in range(j + 1, n):
                a[i * n + j] /= pivot
                subtract(at(a, i * n + j + 1), a[i * n + j], at(a, j * n + j + 1), end - j - 1)
        panel = at(a, first * n + end)
        solve_triangle(at(a, first * (n + 1)), n, 1, panel, n, count, n - end, 0, 0, spare, scratch)
        for column in range(0, n - end, COLUMNS):
            width, left = min(COLUMNS, n - end - column), at(a, end * n + first)
            b, c = at(panel, column), at(a, end * n + end + column)
            subtract_product(left, n, 1, b, n, c, n, n - end, width, count, spare, scratch)
    return singular


@kernel(split=Blocks("batch", a="n n", o="n n", upper="n n"))
def cholesky(a: f64p, o: f64p.out, upper: f64p.scratch, batch, n):
    """o = lower triangles that with their transposes behind them give a; the status is 1 + the first matrix without."""
    spare, scratch = workspace(a), workspace(a)
    for z in range(batch):
        u, l = at(upper, z * n * n), at(o, z * n * n)  # noqa: E741
        turn(at(a, z * n * n), n, u, n, n, n)
        if upper_factor(u, n, spare, scratch):
            return 1 + z
        turn(u, n, l, n, n, n)
        for i in range(n):
            for j in range(i + 1, n):
                l[i * n + j] = 0
    return 0


@kernel(split=Blocks("batch", a="n n", o="", order="n"))
def determinants(a: f64p.inout, o: f64p.out, order: i64p.scratch, batch, n):
    """o = the determinants of matrices a, which are used up."""
    spare, scratch = workspace(a), workspace(a)
    for z in range(batch):
        m, moves, found = at(a, z * n * n), at(order, z * n), 1.0
        if factors(m, moves, n, spare, scratch):
            found = 0.0
        else:
            for j in range(n):
                found *= m[j * n + j] if moves[j] == j else -m[j * n + j]
        o[z] = found
    return 0


@kernel(split=Blocks("batch", o="n n"))
def identities(o: f64p.out, batch, n):
    """o = matrices with ones on their diagonals."""
    for k in range(batch * n * n):
        o[k] = 0
    for z in range(batch):
        for i in range(n):
            o[z * n * n + i * (n + 1)] = 1
    return 0


@kernel(split=Blocks("batch", a="n n", x="n k", order="n"))
def solve(a: f64p.inout, x: f64p.inout, order: i64p.scratch, batch, n, k):
    """x = the solutions of a @ solution = x, a being used up; the status is 1 + the first singular matrix."""
    spare, scratch = workspace(a), workspace(a)
    for z in range(batch):
        m, y, moves = at(a, z * n * n), at(x, z * n * k), at(order, z * n)
        if factors(m, moves, n, spare, scratch):
            return 1 + z
        for j in range(n):
            if moves[j] != j:
                exchange(y, j, moves[j], k)
        solve_triangle(m, n, 1, y, k, n, k, 0, 0, spare, scratch)
        solve_triangle(m, n, 1, y, k, n, k, 1, 1, spare, scratch)
    return 0


@kernel(split=Blocks("batch", a="n n", x="n k"))
def triangular_solve(a: f64p, x: f64p.inout, batch, n, k, lower, turned):
    """x = the solutions of t @ solution = x, t the lower or upper triangle of a, or that `turned`; see `solve`."""
    spare, scratch = workspace(a), workspace(a)
    row, column = (1, n) if turned else (n, 1)
    for z in range(batch):
        t = at(a, z * n * n)
        for i in range(n):
            if t[i * n + i] == 0:
                return 1 + z
        solve_triangle(t, row, column, at(x, z * n * k), k, n, k, lower == turned, 1, spare, scratch)
    return 0
