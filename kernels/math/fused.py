"""Several elementwise steps in one pass over memory.

Matrices are walked row by row; a step is the number of items from one row of a matrix to the next, so that a
range of columns is read and written in place.
"""

import math

from minitf.kernels.compile import scalar as s
from minitf.kernels.compile.abi import FLOATS, REALS, T, kernel, like, real, scalar
from minitf.kernels.compile.splitting import Across, By, Either
from minitf.kernels.math import elementwise

BLOCK = 2048  # numbers that stay in the first cache between two passes


@scalar
def rows_in_block(width):
    """How many rows are walked twice at a time; if there are some, the next ones start at a whole vector."""
    count = max(BLOCK // max(width, 1), 1)
    return count - count % 8 if count > 8 else count


def biased(activation, name):
    """A kernel: o = activation(a + bias + shift), the bias repeated for every row, the rows of o adjacent."""

    @kernel(name=name, T=FLOATS, split=By("rows", a=("step", "width"), o="width"))
    def run(a: T, bias: T, o: T.out, shift: real, rows, width, step):
        block = rows_in_block(width)
        for first in range(0, rows, block):
            last = min(first + block, rows)
            for row in range(first, last):
                p, q = row * step, row * width
                for i in range(width):
                    o[q + i] = a[p + i] + bias[i]
            for i in range(first * width, last * width):  # long loops: vectors to the end of short rows
                o[i] = activation(o[i] + like(o[i], shift))
        return 0

    return run


_ROWS = By("rows", **{name: (f"step_{name}", "width") for name in "yabo"})
_COLUMNS = By("width", when=lambda o: o["rows"] == 1, y=1, a=1, b=1, o=1)


def of_two(function, join, name):
    """A kernel: o = function(y, join(a, b))."""

    @kernel(name=name, T=FLOATS, split=Either(_ROWS, _COLUMNS))
    def run(y: T, a: T, b: T, o: T.out, rows, width, step_y, step_a, step_b, step_o):
        for row in range(rows):
            p, q, r, t = row * step_y, row * step_a, row * step_b, row * step_o
            for i in range(width):
                o[t + i] = function(y[p + i], join(a[q + i], b[r + i]))
        return 0

    return run


@kernel(T=FLOATS, contract=False, split=Either(_ROWS, _COLUMNS))
def mul_add(y: T, a: T, b: T, o: T.out, rows, width, step_y, step_a, step_b, step_o):
    """o = y + a * b, rounded twice: what cancels in two steps, as a mean does, cancels in one."""
    for row in range(rows):
        p, q, r, t = row * step_y, row * step_a, row * step_b, row * step_o
        for i in range(width):
            o[t + i] = y[p + i] + a[q + i] * b[r + i]
    return 0


@scalar
def slope_of_relu(y, dy):
    """The gradient of y = max(x, 0)."""
    return dy * (like(y, 1) if y > like(y, 0) else like(y, 0))


BIASED = {
    "tanh": biased(s.tanh, "bias_tanh"),
    "sigmoid": biased(s.sigmoid, "bias_sigmoid"),
    "relu": biased(elementwise.relu.scalar, "bias_relu"),
}
OF_PRODUCT = {
    "add": mul_add,
    "tanh_grad": of_two(elementwise.tanh_grad.scalar, elementwise.mul.scalar, "mul_tanh_grad"),
    "sigmoid_grad": of_two(elementwise.sigmoid_grad.scalar, elementwise.mul.scalar, "mul_sigmoid_grad"),
}
OF_SUM = {
    "tanh_grad": of_two(elementwise.tanh_grad.scalar, elementwise.add.scalar, "add_tanh_grad"),
    "sigmoid_grad": of_two(elementwise.sigmoid_grad.scalar, elementwise.add.scalar, "add_sigmoid_grad"),
    "relu_grad": of_two(slope_of_relu, elementwise.add.scalar, "add_relu_grad"),
}


@kernel(T=FLOATS, contract=False, split=By("n", m=1, v=1, o=1))
def sub_by_root(m: T, v: T, rate: T, epsilon: T, o: T.inout, n):
    """o -= rate * m / (sqrt(v) + epsilon), as Adam moves."""
    scale, least = rate[0], epsilon[0]
    for i in range(n):
        o[i] -= scale * m[i] / (math.sqrt(v[i]) + least)
    return 0


@kernel(T=REALS, split=Across("width", a=("rows", "step"), o=None))
def add_rows(a: T, o: T.inout, rows, width, step):
    """o += the sum of the rows of a."""
    whole = rows - rows % 8
    for row in range(0, whole, 8):
        p = row * step
        for i in range(width):
            q = p + i
            low = (a[q] + a[q + step]) + (a[q + 2 * step] + a[q + 3 * step])
            q += 4 * step
            high = (a[q] + a[q + step]) + (a[q + 2 * step] + a[q + 3 * step])
            o[i] += low + high
    for row in range(whole, rows):
        for i in range(width):
            o[i] += a[row * step + i]
    return 0
