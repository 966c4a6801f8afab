"""What convolutions have in common: their attributes, and gradients that are made of each other."""

from __future__ import annotations

from minitf.framework.apply import apply_like
from minitf.ops.array import array, shapes
from minitf.ops.nn.axes import IMAGES, check_format, for_each_axis
from minitf.ops.nn.windows import check_padding


def moves(strides, padding, data_format, dilations, formats: tuple = IMAGES) -> dict:
    """How a filter moves, as attributes; ValueError or TypeError for what they cannot be."""
    data_format = check_format(data_format, formats)
    return {
        "strides": for_each_axis(strides, "strides", data_format),
        "padding": check_padding(padding),
        "data_format": data_format,
        "dilations": for_each_axis(dilations, "dilations", data_format),
    }


def gradient_rules(forward: str, of_input: str, of_filter: str, sizes=shapes.shape_n) -> tuple:
    """The gradient rules of a convolution and of its own two gradients, each of which is made of the other two.

    sizes: gives those of the inputs as tensors, each when it is needed.
    """

    def grad(op, g):
        (x, f), of_each = op.inputs, iter(sizes(op.inputs))
        return apply_like(op, of_input, next(of_each), f, g), apply_like(op, of_filter, x, next(of_each), g)

    def grad_of_input(op, g):
        _, f, back = op.inputs
        return None, apply_like(op, of_filter, g, array.shape(f), back), apply_like(op, forward, g, f)

    def grad_of_filter(op, g):
        x, _, back = op.inputs
        return apply_like(op, of_input, array.shape(x), g, back), None, apply_like(op, forward, x, g)

    return grad, grad_of_input, grad_of_filter
