"""What is left of products of rows where some of them are left out."""

from minitf.kernels.compile.abi import REALS, T, kernel, like


@kernel(T=REALS)
def products_of_others_grad(x: T, d: T, o: T.out, before: T.scratch, product: T.scratch, total: T.scratch, n, inner):
    """o[k] = the sum over i != k of d[i] * the product of x[j] for j not in (i, k), for n rows of `inner` numbers.

    It is gathered from both ends; `product` and `total` are scratch of a row each, `before` is shaped like x.
    """
    for q in range(inner):
        product[q], total[q] = like(x[0], 1), like(x[0], 0)
    for k in range(n):
        r = k * inner
        for q in range(inner):
            before[r + q], o[r + q] = product[q], total[q]
            total[q] = like(x[0], total[q] * x[r + q] + d[r + q] * product[q])
            product[q] = like(x[0], product[q] * x[r + q])
    for q in range(inner):
        product[q], total[q] = like(x[0], 1), like(x[0], 0)
    for k in range(n):
        r = (n - 1 - k) * inner
        for q in range(inner):
            o[r + q] = like(x[0], o[r + q] * product[q] + before[r + q] * total[q])
            total[q] = like(x[0], total[q] * x[r + q] + d[r + q] * product[q])
            product[q] = like(x[0], product[q] * x[r + q])
    return 0
