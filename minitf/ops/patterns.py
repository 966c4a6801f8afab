"""The shapes, kernels and NumPy meanings that many ops share."""

from __future__ import annotations

from minitf.framework.shape import SCALAR, broadcast_static_shape
from minitf.kernels import layout

# ---- static shapes


def same(op):
    """Every output is shaped like the first input."""
    return [op.inputs[0].shape] * len(op.outputs)


def merged(op):
    """All inputs have one shape, and the output has it too."""
    shape = op.inputs[0].shape
    for other in op.inputs[1:]:
        shape = shape.merge_with(other.shape)
    return shape


def broadcast(op):
    """The output has the shape that the two inputs broadcast to."""
    return broadcast_static_shape(op.inputs[0].shape, op.inputs[1].shape)


def scalar(op):
    """Every output is a scalar."""
    return [SCALAR] * len(op.outputs)


# ---- NumPy meanings


def ufunc(function):
    """A NumPy function of the inputs alone."""
    return lambda op, *arrays: function(*arrays)


# ---- kernels


def unary(kernel):
    """One pass over one input; `kernel(a, o, n)`."""

    def lower(b, op, x):
        out = b.new(x.shape, op.outputs[0].dtype.numpy)
        b.call(kernel[x.dtype], x, out, x.size)
        return out

    return lower


def flat(kernel):
    """One pass over inputs of one shape, such as a gradient kernel; `kernel(a, b, ..., o, n)`."""

    def lower(b, op, x, *others):
        for other in others:
            if other.shape != x.shape:
                raise ValueError(f"inputs of shapes {x.shape} and {other.shape} have to be of one shape")
        out = b.new(x.shape, op.outputs[0].dtype.numpy)
        b.call(kernel[x.dtype], x, *others, out, x.size)
        return out

    return lower


def binary(kernel, error=None):
    """Two inputs that broadcast; `kernel(a, b, o, rank, dims)`; error(position) explains bad data."""

    def lower(b, op, x, y):
        shape, rank, dims = layout.broadcast(x.shape, y.shape)
        out = b.new(shape, op.outputs[0].dtype.numpy)
        b.call(kernel[x.dtype], x, y, out, rank, dims, error=error)
        return out

    return lower


def alias(b, op, x, *_):
    """The output is the first input itself."""
    return x

