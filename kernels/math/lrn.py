"""Local response normalization: items divided by a power of the squares around them in their rows."""

from minitf.kernels.compile.abi import FLOATS, T, kernel, like, real, scalar
from minitf.kernels.compile.scalar import exp, log
from minitf.kernels.compile.splitting import By


@scalar
def squares(a, p, j, radius, width, bias, alpha):
    """bias + alpha times the squares of items j - radius .. j + radius of the row from place p on."""
    total = like(a[p], 0)
    for k in range(max(j - radius, 0), min(j + radius + 1, width)):
        total += a[p + k] * a[p + k]
    return like(total, bias) + like(total, alpha) * total


@kernel(T=FLOATS, split=By("rows", a="width", o="width"))
def lrn(a: T, o: T.out, bias: real, alpha: real, beta: real, radius, rows, width):
    """o = a / (bias + alpha * sum of squares around) ** beta."""
    for row in range(rows):
        p = row * width
        for j in range(width):
            scale = squares(a, p, j, radius, width, bias, alpha)
            o[p + j] = a[p + j] * exp(like(scale, -beta) * log(scale))
    return 0


@kernel(T=FLOATS, split=By("rows", g="width", a="width", y="width", scales="width", o="width"))
def lrn_grad(g: T, a: T, y: T, scales: T.scratch, o: T.out, bias: real, alpha: real, beta: real, radius, rows, width):
    """o = the gradient for a, of which `lrn` makes y."""
    for row in range(rows):
        p = row * width
        for j in range(width):
            scales[p + j] = squares(a, p, j, radius, width, bias, alpha)
        for j in range(width):
            total = like(g[p], 0)
            for k in range(max(j - radius, 0), min(j + radius + 1, width)):
                total += g[p + k] * y[p + k] / scales[p + k]
            power = exp(like(total, -beta) * log(scales[p + j]))
            o[p + j] = g[p + j] * power - like(total, 2 * alpha * beta) * a[p + j] * total
    return 0
