"""Several elementwise steps in one pass over memory."""

from minitf.kernels import scalar as s
from minitf.kernels.abi import FLOATS, T, i64, kernel, like, scalar


def biased(activation, name):
    """A kernel (a, bias, o, rows, width): o = activation(a + bias), the bias repeated for every row."""

    @kernel(name=name, T=FLOATS)
    def run(a: T, bias: T, o: T, rows: i64, width: i64):
        for row in range(rows):
            start = row * width
            for i in range(width):
                o[start + i] = activation(a[start + i] + bias[i])
        return 0

    return run


@scalar
def positive(x):
    """max(x, 0), NaN staying NaN."""
    return like(x, 0) if x < like(x, 0) else x


BIASED = {
    "tanh": biased(s.tanh, "bias_tanh"),
    "sigmoid": biased(s.sigmoid, "bias_sigmoid"),
    "relu": biased(positive, "bias_relu"),
}
