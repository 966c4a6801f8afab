"""Matrix products C = op(A) @ op(B) (+ C), row-major.

An item of C is one chain of multiply-adds over k in order, however the work is cut up. So, to the last bit,
it does not depend on the number of rows or columns, on how an operand is stored, or on whether a long k is
one product or several added up. (An exception: a product with a single column, contiguous, and A not
transposed, has a faster order of its own.)

The work is cut into blocks of C's rows and of k, so that a block of A stays in the second cache; each into panels of a
few vectors of columns, so that a panel of B stays in the first; each into tiles, which stay in registers.
"""

from minitf.kernels.compile.abi import FLOATS, INTS, T, address, assembly, at, kernel, like, scalar, workspace
from minitf.kernels.compile.splitting import Product
from minitf.kernels.math import microkernel
from minitf.kernels.math.tiling import TILE_ROWS, VECTOR_SIZE

MOST_VECTORS = len(TILE_ROWS) - 1  # of a panel
STEPS = 128  # of k in a block; the last block may have half as many more
ROWS = 256  # of C in a block


@assembly(microkernel.tiles)
def tiles(a, a_row, a_step, a_run, b, b_step, c, c_row, k, runs, rows, columns, add, keep, panel):
    """C[rows, columns] = A @ B, plus C if `add`, with `runs` times k steps; A's items are at
    a[row * a_row + run * a_run + step * a_step].
    """
    for r in range(rows):
        for q in range(columns):
            total = c[r * c_row + q] if add else c.dtype.type(0)
            for run in range(runs):
                for p in range(k):
                    total += a[r * a_row + run * a_run + p * a_step] * b[(run * k + p) * b_step + q]
            c[r * c_row + q] = total
    return 0


@assembly(microkernel.transpose)
def transpose(b, b_row, panel, k, columns):
    """panel[step, column] = b[column * b_row + step], in rows of whole vectors."""
    lanes = VECTOR_SIZE // b.itemsize
    return turn(b, b_row, panel, -(-columns // lanes) * lanes, columns, k)


@assembly(microkernel.turn)
def turn(a, a_row, b, b_row, rows, columns):
    """b[column * b_row + row] = a[row * a_row + column]."""
    for r in range(rows):
        for q in range(columns):
            b[q * b_row + r] = a[r * a_row + q]
    return 0


@assembly(microkernel.dots)
def dots(a, a_row, b, c, k, rows, add):
    """c[row] = the sum of a[row * a_row + step] * b[step], plus c[row] if `add`."""
    return tiles(a, a_row, 1, 0, b, 1, c, 1, k, 1, rows, 1, add, 0, b)


@scalar
def panel_vectors(columns, lanes):
    """How many vectors of the columns that are left the next panel has; the last two panels have alike."""
    vectors = (columns + lanes - 1) // lanes
    return min(MOST_VECTORS, (vectors + 1) // 2) if vectors > MOST_VECTORS else vectors


@scalar
def worth_copying(b, b_step, lanes):
    """Whether rows of B straddle cache lines, or crowd into few sets of the cache."""
    return b_step % lanes != 0 or b_step >= 32 * lanes or address(b, 0) % VECTOR_SIZE != 0


@scalar
def block_of_runs(a, a_row, a_step, a_run, b, c, m, n, k, runs, add, scratch):
    """One block with `runs` times k steps, a panel at a time; B's and C's rows are adjacent."""
    lanes = VECTOR_SIZE // (address(b, 1) - address(b, 0))
    keep, j = worth_copying(b, n, lanes), 0
    while j < n:
        columns = min(panel_vectors(n - j, lanes) * lanes, n - j)
        tiles(a, a_row, a_step, a_run, at(b, j), n, at(c, j), n, k, runs, m, columns, add, keep, scratch)
        j += columns
    return 0


@scalar
def block(a, a_row, a_step, b, b_step, b_column, c, ldc, m, n, k, add, scratch):
    """One block, a panel at a time."""
    lanes = VECTOR_SIZE // (address(b, 1) - address(b, 0))
    keep = worth_copying(b, b_step, lanes)
    edge = n % lanes if a_row == 1 and n % lanes <= lanes // 4 else 0
    whole = n - edge
    j = 0
    while j < whole:
        vectors = panel_vectors(whole - j, lanes)
        columns = min(vectors * lanes, whole - j)
        if b_column == 1:
            tiles(a, a_row, a_step, 0, at(b, j), b_step, at(c, j), ldc, k, 1, m, columns, add, keep, scratch)
        else:
            transpose(at(b, j * b_column), b_column, scratch, k, columns)
            tiles(a, a_row, a_step, 0, scratch, vectors * lanes, at(c, j), ldc, k, 1, m, columns, add, 0, scratch)
        j += columns
    # A few last columns, if A is transposed, are rows of C's transpose, whose vectors run along A's.
    size = MOST_VECTORS * lanes
    for i in range(0, m if edge != 0 else 0, size):
        rows = min(m - i, size)
        c_edge = at(c, i * ldc + whole)
        if add != 0:
            turn(c_edge, ldc, scratch, size, rows, edge)
        b_edge = at(b, whole * b_column)
        tiles(b_edge, b_column, b_step, 0, at(a, i), a_step, scratch, size, k, 1, edge, rows, add, 0, scratch)
        turn(scratch, size, c_edge, ldc, edge, rows)
    return 0


@kernel(T=FLOATS, split=Product())
def gemm(a: T, b: T, c: T.inout, m, n, k, ta, tb, lda, ldb, ldc, beta, batch, a_next, b_next, c_next):
    """C[m, n] = op(A)[m, k] @ op(B)[k, n] + beta * C for each of a batch.

    ta, tb: whether A is stored as [k, m], B as [n, k]. lda, ldb, ldc: items from one stored row to the next.
    beta: 0 or 1. a_next and so on: items from one matrix of the batch to the next. C may not overlap A or B.
    """
    scratch = workspace(b)
    a_row, a_step = (1, lda) if ta != 0 else (lda, 1)
    b_step, b_column = (1, ldb) if tb != 0 else (ldb, 1)
    column = n == 1 and ldc == 1
    dot = column and a_row != 1 and a_step == 1 and b_step == 1
    if column and a_row == 1:  # C is as well a row, of B.T @ A
        a, b = b, a
        a_row, a_step, b_step, b_column = b_column, b_step, a_step, a_row
        a_next, b_next = b_next, a_next
        m, n = n, m
    for z in range(batch if m > 0 else 0):
        a_z, b_z, c_z = at(a, z * a_next), at(b, z * b_next), at(c, z * c_next)
        if dot:
            dots(a_z, a_row, b_z, c_z, k, m, beta)
            continue
        p = 0
        while p < k or p == 0:
            depth = STEPS if k - p > STEPS + STEPS // 2 else max(k - p, 1)
            add = 1 if p > 0 else beta
            a_p, b_p = at(a_z, p * a_step), at(b_z, p * b_step)
            for i in range(0, m, ROWS):
                a_i, c_i = at(a_p, i * a_row), at(c_z, i * ldc)
                rows, steps = min(m - i, ROWS), min(depth, k)
                block(a_i, a_row, a_step, b_p, b_step, b_column, c_i, ldc, rows, n, steps, add, scratch)
            p += depth
    return 0


@kernel(T=INTS)
def integer_gemm(a: T, b: T, c: T.inout, m, n, k, ta, tb, lda, ldb, ldc, beta, batch, a_next, b_next, c_next):
    """`gemm` for integers; overflow wraps."""
    a_row, a_step = (1, lda) if ta != 0 else (lda, 1)
    b_step, b_column = (1, ldb) if tb != 0 else (ldb, 1)
    for i in range(batch):
        for r in range(m):
            row = i * c_next + r * ldc
            for q in range(n if beta == 0 else 0):
                c[row + q] = 0
            if b_column == 1:
                for p in range(k):
                    x, from_b = a[i * a_next + r * a_row + p * a_step], i * b_next + p * b_step
                    for q in range(n):
                        c[row + q] += x * b[from_b + q]
                continue
            for q in range(n):
                total, from_a, from_b = c[row + q], i * a_next + r * a_row, i * b_next + q * b_column
                for p in range(k):
                    total = like(total, total + a[from_a + p * a_step] * b[from_b + p])
                c[row + q] = total
    return 0
