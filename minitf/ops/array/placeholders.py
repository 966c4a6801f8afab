"""Placeholders: tensors whose values come with each run."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.registry import define
from minitf.framework.shape import as_shape
from minitf.framework.tensor import Tensor
from minitf.ops import patterns

define(
    "Placeholder",
    "; shape: shape = None -> output: dtype",
    role="placeholder",
    shape=lambda op: op.attrs["shape"],
    **patterns.STATEFUL,
)
define(
    "PlaceholderWithDefault",
    "input: dtype; shape: shape -> output: dtype",
    shape=lambda op: op.attrs["shape"],
    numpy=lambda op, x: x,
    kernel=patterns.alias,
    grad=lambda op, g: g,
    passes_slices=True,
    stateful=True,
)


def placeholder(dtype, shape=None, name: str | None = None) -> Tensor:
    """A tensor that has to be fed; `shape` may leave sizes (None) or everything open.

    >>> placeholder("float", [None, 3], name="doc_x").shape.as_list()
    [None, 3]
    """
    return apply("Placeholder", dtype=dtypes.as_dtype(dtype).base_dtype, shape=as_shape(shape), name=name)


def placeholder_with_default(input, shape, name: str | None = None) -> Tensor:
    """A tensor with the value of `input` unless it is fed; ValueError if `shape` contradicts the default's."""
    input = convert_to_tensor(input, name="input")
    shape = as_shape(shape)
    if not shape.is_compatible_with(input.shape):
        raise ValueError(f"placeholder_with_default: a default of shape {input.shape} does not fit shape {shape}")
    return apply_op("PlaceholderWithDefault", input, shape=shape, name=name).outputs[0]
