"""Products of a sparse matrix, given by its elements, and a dense one."""

from minitf.kernels.compile.abi import INDEX, REALS, I, T, kernel


@kernel(I=INDEX, T=REALS)
def sparse_product(places: I, values: T, b: T, o: T.inout, count, turned, rows, inner, width, down, across):
    """o [rows, width] += a @ b, a having values[k] at places[k] (row and column, the other way if `turned`)
    and b [inner, width] an item every `down` to the next row and every `across` to the next column.
    """
    for k in range(count):
        row, column = places[2 * k + turned], places[2 * k + 1 - turned]
        if not (0 <= row < rows and 0 <= column < inner):
            return k + 1
        for j in range(width):
            o[row * width + j] += values[k] * b[column * down + j * across]
    return 0
