"""Placeholders: tensors whose values come with each run."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.apply import apply
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


def _of_default(op):
    shape, given = op.attrs["shape"], op.inputs[0].shape
    if not shape.is_compatible_with(given):
        raise ValueError(f"placeholder_with_default: a default of shape {given} does not fit shape {shape}")
    return shape


define(
    "PlaceholderWithDefault",
    "input: dtype; shape: shape -> output: dtype",
    shape=_of_default,
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
    return apply("PlaceholderWithDefault", input, shape=as_shape(shape), name=name)
