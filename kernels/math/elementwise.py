"""Elementwise maths: one loop over flat memory for one input, a broadcasting nest for more.

The nests are `layout.broadcast`'s: the output is contiguous, and along the innermost loop an input is either
contiguous or repeated. An input may be the output's own memory if it has its shape.
"""

import operator

import numpy as np

from minitf.kernels.compile import angles
from minitf.kernels.compile import scalar as s
from minitf.kernels.compile.abi import FLOATS, INTS, NUMBERS, REALS, T, ints, kernel, like, scalar, u8p
from minitf.kernels.compile.splitting import By, Nest

SIGNED = (*FLOATS, "int8", "int16", "int32", "int64")
BLOCK = 256  # angles
SELU_SCALE, SELU_SCALE_ALPHA = 1.0507009873554804934193349852946, 1.7580993408473768599402175208123


@scalar
def repeats(rank, dims, width):
    """How often the innermost loop of a nest runs; `width` words describe each loop."""
    count = 1
    for loop in range(rank - 1):
        count *= dims[loop * width]
    return count


@scalar
def start(rank, dims, width, walk, row):
    """Where an array, the walk-th of a nest, stands when the innermost loop runs for the row-th time."""
    return row * dims[walk] if rank < 3 else deep(rank, dims, width, walk, row)


@scalar
def deep(rank, dims, width, walk, row):
    """The same for nests of any depth."""
    position = 0
    for loop in range(rank - 2, 0, -1):
        size = dims[loop * width]
        position += row % size * dims[loop * width + walk]
        row //= size
    return position + row * dims[walk]


def unary(dtypes, result=T):
    """Decorates a function of a number into a kernel (a, o, n): o = f(a). The function is its `scalar`."""

    def make(function):
        f = scalar(function)

        @kernel(name=f.__name__.rstrip("_"), T=dtypes, split=By("n", a=1, o=1))
        def run(a: T, o: result.out.over("a"), n):
            for i in range(n):
                o[i] = f(a[i])
            return 0

        run.scalar = f
        return run

    return make


def of_angle(function, near):
    """A unary kernel of a function; where no angle of a block is large, of what is quicker and gives the same."""

    @kernel(name=function.__name__, T=FLOATS, split=By("n", a=1, o=1))
    def run(a: T, o: T.out.over("a"), n):
        for first in range(0, n, BLOCK):
            last, large = min(first + BLOCK, n), 0
            for i in range(first, last):
                large += not abs(a[i]) <= angles.LARGE
            if large > 0:
                for i in range(first, last):
                    o[i] = function(a[i])
            else:
                for i in range(first, last):
                    o[i] = near(a[i])
        return 0

    run.scalar = function
    return run


def library(name, function, dtypes=FLOATS):
    """A unary kernel of an operator, or of a NumPy function, computed number by number."""

    def apply(x):
        return function(x)

    apply.__name__ = name
    return unary(dtypes)(apply)


def binary(dtypes, result=T):
    """Decorates a function of two numbers into a broadcasting kernel (a, b, o, rank, dims): o = f(a, b)."""

    def make(function):
        f = scalar(function)

        @kernel(name=f.__name__.rstrip("_"), T=dtypes, split=Nest(["a", "b"], packed="o"))
        def run(a: T, b: T, o: result.out.over("a", "b"), rank, dims: ints):
            n, step_a, step_b = dims[3 * rank - 3], dims[3 * rank - 2], dims[3 * rank - 1]
            for row in range(repeats(rank, dims, 3)):
                p, q, r = start(rank, dims, 3, 1, row), start(rank, dims, 3, 2, row), row * n
                if step_b == 0:
                    y = b[q]
                    for i in range(n):
                        o[r + i] = f(a[p + i], y)
                elif step_a == 0:
                    x = a[p]
                    for i in range(n):
                        o[r + i] = f(x, b[q + i])
                else:
                    for i in range(n):
                        o[r + i] = f(a[p + i], b[q + i])
            return 0

        run.scalar = f
        return run

    return make


def of_two(name, function, dtypes=REALS, result=T):
    """A binary kernel of an operator or NumPy function."""

    def apply(x, y):
        return function(x, y)

    apply.__name__ = name
    return binary(dtypes, result)(apply)


# ---------------------------------------------------------------- one input

exp = unary(FLOATS)(s.exp)
expm1 = unary(FLOATS)(s.expm1)
log = unary(FLOATS)(s.log)
log1p = unary(FLOATS)(s.log1p)
sigmoid = unary(FLOATS)(s.sigmoid)
tanh = unary(FLOATS)(s.tanh)
softplus = unary(FLOATS)(s.softplus)
erf = unary(FLOATS)(s.erf)
erfc = unary(FLOATS)(s.erfc)
lgamma = unary(FLOATS)(s.lgamma)
digamma = unary(FLOATS)(s.digamma)

sin = of_angle(angles.sin, angles.near_sin)
cos = of_angle(angles.cos, angles.near_cos)
tan = of_angle(angles.tan, angles.near_tan)
asin = unary(FLOATS)(angles.asin)
acos = unary(FLOATS)(angles.acos)
atan = unary(FLOATS)(angles.atan)
sinh = library("sinh", np.sinh)
cosh = library("cosh", np.cosh)
asinh = library("asinh", np.arcsinh)
acosh = library("acosh", np.arccosh)
atanh = library("atanh", np.arctanh)
sqrt = library("sqrt", np.sqrt)
floor = library("floor", np.floor)
ceil = library("ceil", np.ceil)
rint = library("rint", np.rint)  # halves to even, which is also TensorFlow's round
neg = library("neg", operator.neg, SIGNED)
abs_ = library("abs", abs, SIGNED)
invert = library("invert", operator.invert, INTS)


@unary(REALS)
def sign(x):
    """-1, 0 or 1; 0 for NaN, as in TensorFlow."""
    zero, one = like(x, 0), like(x, 1)
    return one if x > zero else (zero - one if x < zero else zero)


@unary(REALS)
def square(x):
    """x**2."""
    return x * x


@unary(FLOATS)
def reciprocal(x):
    """1 / x."""
    return like(x, 1) / x


@unary(FLOATS)
def rsqrt(x):
    """1 / sqrt(x)."""
    return like(x, 1) / np.sqrt(x)


@unary(REALS)
def relu(x):
    """max(x, 0)."""
    return like(x, 0) if x < like(x, 0) else x


@unary(REALS)
def relu6(x):
    """min(max(x, 0), 6)."""
    y = like(x, 0) if x < like(x, 0) else x
    return like(x, 6) if y > like(x, 6) else y


@unary(FLOATS)
def elu(x):
    """x, or e**x - 1 below 0."""
    return s.expm1(x) if x < like(x, 0) else x


@unary(FLOATS)
def selu(x):
    """The scaled `elu` of Klambauer et al. (2017)."""
    return like(x, SELU_SCALE_ALPHA) * s.expm1(x) if x < like(x, 0) else like(x, SELU_SCALE) * x


@unary(FLOATS)
def softsign(x):
    """x / (1 + |x|)."""
    return x / (like(x, 1) + abs(x))


@unary(("bool",))
def logical_not(x):
    """Not x."""
    return x == 0


@unary(FLOATS, result=u8p)
def is_nan(x):
    """Whether x is NaN."""
    return x != x


@unary(FLOATS, result=u8p)
def is_inf(x):
    """Whether x is an infinity."""
    return abs(x) == like(x, np.inf)


@unary(FLOATS, result=u8p)
def is_finite(x):
    """Whether x is neither NaN nor an infinity."""
    return abs(x) < like(x, np.inf)


@unary(NUMBERS, result=u8p)
def nonzero(x):
    """Whether x is not 0: the cast to bool."""
    return x != like(x, 0)


# ---------------------------------------------------------------- gradients, operands as in TensorFlow's ops


@binary(FLOATS)
def tanh_grad(y, dy):
    """Of y = tanh(x)."""
    return dy * (like(y, 1) - y * y)


@binary(FLOATS)
def sigmoid_grad(y, dy):
    """Of y = sigmoid(x)."""
    return dy * y * (like(y, 1) - y)


@binary(FLOATS)
def sqrt_grad(y, dy):
    """Of y = sqrt(x); 0 where dy is 0, though the slope is infinite."""
    found = like(y, 0.5) * dy / y
    return like(y, 0) if dy == 0 else found


@binary(FLOATS)
def rsqrt_grad(y, dy):
    """Of y = 1 / sqrt(x); 0 where dy is 0, though the slope is infinite."""
    found = like(y, -0.5) * (dy * y) * (y * y)
    return like(y, 0) if dy == 0 else found


@binary(FLOATS)
def reciprocal_grad(y, dy):
    """Of y = 1 / x; 0 where dy is 0, though the slope is infinite."""
    found = -y * dy * y
    return like(y, 0) if dy == 0 else found


@binary(REALS)
def relu_grad(dy, x):
    """Of relu at x (or its output): a product, so that what is no number stays none where x is not positive."""
    return dy * (like(x, 1) if x > like(x, 0) else like(x, 0))


@binary(REALS)
def relu6_grad(dy, x):
    """Of relu6 at x (or its output), as `relu_grad`."""
    return dy * (like(x, 1) if x > like(x, 0) and x < like(x, 6) else like(x, 0))


@binary(FLOATS)
def elu_grad(dy, y):
    """Of y = elu(x)."""
    return dy * (y + like(y, 1)) if y < like(y, 0) else dy


@binary(FLOATS)
def selu_grad(dy, y):
    """Of y = selu(x)."""
    return dy * (y + like(y, SELU_SCALE_ALPHA)) if y < like(y, 0) else dy * like(y, SELU_SCALE)


@binary(FLOATS)
def softplus_grad(dy, x):
    """Of softplus at x."""
    return dy * s.sigmoid(x)


@binary(FLOATS)
def softsign_grad(dy, x):
    """Of softsign at x."""
    y = like(x, 1) + abs(x)
    return dy / (y * y)


# ---------------------------------------------------------------- two inputs

add = of_two("add", operator.add)
sub = of_two("sub", operator.sub)
mul = of_two("mul", operator.mul)
div = of_two("div", operator.truediv, FLOATS)
atan2 = binary(FLOATS)(angles.atan2)


@binary(REALS)
def maximum(x, y):
    """The larger; x if either is NaN, as in TensorFlow."""
    return y if x < y else x


@binary(REALS)
def minimum(x, y):
    """The smaller; x if either is NaN, as in TensorFlow."""
    return y if y < x else x


@scalar
def larger(x, y):
    """The larger; NaN if either is."""
    return x if x >= y or x != x else y


@scalar
def smaller(x, y):
    """The smaller; NaN if either is."""
    return x if x <= y or x != x else y


@binary(FLOATS)
def mul_no_nan(x, y):
    """x * y, and 0 where y is 0."""
    return x * y if y != 0 else y - y


@binary(FLOATS)
def xlogy(x, y):
    """x * log(y), and 0 where x is 0."""
    return x * s.log(y) if x != 0 else like(x, 0)


@binary(FLOATS)
def xdivy(x, y):
    """x / y, and 0 where x is 0."""
    return x / y if x != 0 else like(x, 0)


@binary(REALS)
def squared_difference(x, y):
    """(x - y)**2."""
    d = x - y
    return d * d


# ---------------------------------------------------------------- comparison and logic, of bools or bits

less = of_two("less", operator.lt, result=u8p)
less_equal = of_two("less_equal", operator.le, result=u8p)
greater = of_two("greater", operator.gt, result=u8p)
greater_equal = of_two("greater_equal", operator.ge, result=u8p)
equal = of_two("equal", operator.eq, NUMBERS, u8p)
not_equal = of_two("not_equal", operator.ne, NUMBERS, u8p)
and_ = of_two("and", operator.and_, ("bool", *INTS))
or_ = of_two("or", operator.or_, ("bool", *INTS))
xor = of_two("xor", operator.xor, ("bool", *INTS))


# ---------------------------------------------------------------- vectors of three numbers


@kernel(T=REALS, split=By("n", a=3, b=3, o=3))
def cross_products(a: T, b: T, o: T.out, n):
    """o = the cross products of n vectors each."""
    for i in range(0, 3 * n, 3):
        for k in range(3):
            j, m = i + (k + 1) % 3, i + (k + 2) % 3
            o[i + k] = a[j] * b[m] - a[m] * b[j]
    return 0
