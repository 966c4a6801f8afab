"""What loops of primitives take and give slice by slice: TensorArrays, or lists of what gradients need.

The slices that a loop keeps for its gradient may differ in shape, and be such lists themselves.
"""

from __future__ import annotations

import functools
import weakref

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.operation import Operation
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.control import tensor_list  # noqa: F401 - defines lists
from minitf.ops.control.tensor_array import TensorArray

_NOTE = "depth"  # of a list: 1 if its elements are tensors, 2 if they are lists of such, and so on


def depth(tensor: Tensor) -> int:
    """How deep a list is; 0 for a tensor."""
    return tensor.__dict__.get(_NOTE, 0)


def of_depth(tensor: Tensor, found: int) -> Tensor:
    """A tensor that has just been made, as a list of a depth."""
    if found:
        tensor.__dict__[_NOTE] = found
    return tensor


def alike(tensor: Tensor, other: Tensor) -> Tensor:
    """A tensor that has just been made, as a list if another one is."""
    return of_depth(tensor, depth(other))


def said(shape: TensorShape) -> Tensor:
    """A shape as lists take it."""
    return constant(
        np.int32(-1) if shape.rank is None else np.array([-1 if n is None else n for n in shape.sizes], np.int32)
    )


def new_list(dtype: dtypes.DType, size=None) -> Tensor:
    """A list of a size with nothing in it, or of size 0."""
    kind, *size = ("EmptyTensorList", constant(-1)) if size is None else ("TensorListReserve", size)
    return apply(kind, said(TensorShape(None)), *size, element_dtype=dtype)


def may_grow(op: Operation) -> bool:
    """Whether lists on which an op works may differ in length: whether any array of its graph grows."""
    root = op.graph.root
    version, found = _growing.get(root, (None, None))
    if version != root.version:
        arrays = [one for one in root._by_name.values() if one.type == "TensorArrayV3"]
        found = any(one.attrs["dynamic_size"] for one in arrays)
        _growing[root] = root.version, found
    return found


_growing: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # graph -> (its version, whether arrays of it grow)


def of_one_length(lists: tuple) -> tuple:
    """Lists that are as long as the longest of them, with nothing at their ends."""
    sizes = [apply("TensorListLength", each) for each in lists]
    most = functools.reduce(lambda a, b: apply("Maximum", a, b), sizes)
    return tuple(alike(apply("TensorListResize", each, most), each) for each in lists)


def stacked(given: Tensor, like: Tensor) -> Tensor:
    """The elements of a list as one tensor."""
    shape = said(like.shape[1:] if like.shape.rank else TensorShape(None))
    return apply("TensorListStack", given, shape, element_dtype=like.dtype.base_dtype)


class ArrayOfSlices:
    """A tensor of which a loop takes slices, in a TensorArray."""

    def __init__(self, x: Tensor, like: Tensor):
        self.array = TensorArray(x.dtype, array.shape(x)[0], clear_after_read=False).unstack(x)
        self.all = self.array.flow

    def slice(self, entered: Tensor, position: Tensor) -> Tensor:
        """The slice at a position; `entered` is `all` inside of the loop."""
        return self.array._from_components([entered]).read(position)


class ListOfSlices:
    """A list of which a loop takes elements."""

    def __init__(self, x: Tensor, like: Tensor):
        self.all, self.like = x, like

    def slice(self, entered: Tensor, position: Tensor) -> Tensor:
        """The element at a position; `entered` is `all` inside of the loop."""
        inner = depth(entered) - 1
        shape, dtype = (TensorShape([]), dtypes.variant) if inner else (self.like.shape, self.like.dtype.base_dtype)
        return of_depth(apply("TensorListGetItem", entered, position, said(shape), element_dtype=dtype), inner)


class ArrayOfResults:
    """A TensorArray of slices that a loop gives."""

    def __init__(self, y: Tensor, size):
        self.array = TensorArray(
            y.dtype.base_dtype,
            element_shape=y.shape,
            size=0 if size is None else size,
            dynamic_size=size is None,
            infer_shape=False,
        )
        self.first = self.array.flow

    def following(self, state: Tensor, position: Tensor, value: Tensor) -> Tensor:
        """The array with one more slice."""
        return self.array._from_components([state]).write(position, value).flow

    def result(self, last: Tensor) -> Tensor:
        """All slices."""
        return self.array._from_components([last]).stack()


class ListOfResults:
    """A list of what a loop keeps for its gradient."""

    def __init__(self, y: Tensor, size):
        self.sized, self.inner = size is not None, 0
        self.first = of_depth(new_list(y.dtype.base_dtype, size), 1)

    def following(self, state: Tensor, position: Tensor, value: Tensor) -> Tensor:
        """The list with one more element."""
        self.inner = depth(value)
        if self.inner:
            self.first.op.attrs["element_dtype"] = dtypes.variant
        if self.sized:
            return apply("TensorListSetItem", state, position, value)
        return apply("TensorListPushBack", state, value)

    def result(self, last: Tensor) -> Tensor:
        """The whole list."""
        return of_depth(last, 1 + self.inner)
