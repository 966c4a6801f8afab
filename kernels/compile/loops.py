"""What loops need besides their bodies."""

from minitf.kernels.compile.abi import T, i64p, kernel, u8p


@kernel(T=("int32", "int64"))
def trip_count(a: T, o: i64p.out, limit):
    """o = max(a, 0); status 1 if that is more than the limit."""
    count = max(a[0], 0)
    o[0] = count
    return 1 if count > limit else 0


@kernel
def zero_tail(o: u8p.out, count: i64p, limit, row):
    """Clears rows count .. limit - 1, each of `row` bytes."""
    for i in range(count[0] * row, limit * row):
        o[i] = 0
    return 0


@kernel(T=("uint8", "uint16", "uint32", "uint64"))
def take_row(a: T, index: i64p, o: T.out, n):
    """o = row number `index` of a, rows of n items."""
    start = index[0] * n
    for i in range(n):
        o[i] = a[start + i]
    return 0
