"""Sorting the rows of a batch by how long their sequences are."""

from minitf.kernels.compile.abi import i32p, i64p, kernel


@kernel
def sort_rows(lengths: i32p, places: i32p.out, o: i32p.out, values: i64p.out, n, steps):
    """places = the rows, longest first, equal ones in their order; o = the place of each row; values[t] = how
    many rows have more than t steps.
    """
    for t in range(steps):
        values[t] = 0
    for row in range(n):
        for t in range(min(lengths[row], steps)):
            values[t] += 1
    place = 0
    for length in range(steps, -1, -1):
        for row in range(n):
            if min(max(lengths[row], 0), steps) == length:
                places[place] = row
                o[row] = place
                place += 1
    return 0
