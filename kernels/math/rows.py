"""Products with one-hot matrices: rows picked out of a matrix, and rows added up where they belong."""

from minitf.kernels.compile.abi import FLOATS, I, T, kernel
from minitf.kernels.compile.splitting import FEW, LARGE, Across, By

INDEX = ("uint8", "int32", "int64")


class Picked(By):
    """Rows; for threads columns, where the product that is added to them is likely to be shared so."""

    def among_threads(self, operands):
        """By columns, if there are many of them and few rows."""
        many = operands["n"] ** 2 >= 2 * LARGE and operands["m"] <= FEW
        columns = Across("n", b=("depth", "ldb"), c=("m", "ldc"))
        return columns if many and columns.pieces(operands) else self


@kernel(T=FLOATS, I=INDEX, split=Picked("m", index=1, c=("ldc", "n")))
def pick_rows(index: I, b: T, c: T.inout, m, n, depth, ldb, ldc, beta):
    """c[i] = b[index[i]] + beta * c[i] for m rows of n items; an index outside of 0 .. depth - 1 is a row of zeros."""
    for i in range(m):
        row = index[i]
        start = row * ldb
        if row < 0 or row >= depth:
            if beta == 0:
                for j in range(n):
                    c[i * ldc + j] = 0
        elif beta == 0:
            for j in range(n):
                c[i * ldc + j] = b[start + j]
        else:
            for j in range(n):
                c[i * ldc + j] += b[start + j]
    return 0


@kernel(T=FLOATS, I=INDEX, split=Across("n", b=("m", "ldb"), c=("depth", "ldc")))
def sum_into_rows(index: I, b: T, c: T.inout, depth, n, m, ldb, ldc, beta):
    """c[index[i]] += b[i] for m rows of n items, after clearing the depth rows of c unless beta; see `pick_rows`."""
    if beta == 0:
        for i in range(depth):
            for j in range(n):
                c[i * ldc + j] = 0
    for i in range(m):
        row = index[i]
        if 0 <= row < depth:
            for j in range(n):
                c[row * ldc + j] += b[i * ldb + j]
    return 0
