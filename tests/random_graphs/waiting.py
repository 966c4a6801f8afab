"""A kernel that takes a while."""

from minitf.kernels.abi import i64, i64p, kernel


@kernel
def random_graphs_dawdle(o: i64p, n: i64):
    """Takes a while."""
    for i in range(n):
        o[0] ^= i
    return 0
