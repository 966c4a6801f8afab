"""Feeds: which tensors are given values for one run, and whether the values fit."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, nest
from minitf.framework.shape import TensorShape
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.runtime.session.fed_inside import also_fed, root_op

_EXPANSIONS: list[tuple] = []


def register_feed(kind: type, parts) -> None:
    """Makes `kind` feedable: `parts(key, value)` are pairs of tensor and value."""
    _EXPANSIONS.append((kind, parts))


def _sparse_parts(sparse: SparseTensor, value) -> list:
    try:
        return list(zip(sparse._components(), value, strict=True))
    except (TypeError, ValueError):
        raise TypeError(
            f"what is fed for a SparseTensor is a SparseTensorValue or a tuple (indices, values, "
            f"dense_shape), not {_short(value)}"
        ) from None


register_feed(IndexedSlices, lambda s, v: list(zip([s.values, s.indices, s.dense_shape], v)))
register_feed(SparseTensor, _sparse_parts)


def feeds(graph, feed_dict) -> dict[Tensor, np.ndarray]:
    """The fed tensors with their values as arrays of the right type.

    Raises:
      TypeError: for a key or a value that is no tensor's.
      ValueError: for a value whose shape cannot be the tensor's, and for a tensor that may not be fed.
    """
    if feed_dict is None:
        return {}
    if not hasattr(feed_dict, "items"):
        raise TypeError(f"feed_dict is a dict of tensors and their values, not {feed_dict!r}")
    result = {}
    for key, value in feed_dict.items():
        if type(key) is Tensor and key.op.graph is graph:
            result[key] = fed_array(key, value)
        else:
            result.update(nest.not_too_deep(_pairs)(graph, key, value))
    if graph.root._unfeedable:
        _check_feedable(graph.root._unfeedable & result.keys())
    return result


def _check_feedable(unfeedable: set) -> None:
    for tensor in unfeedable:
        raise ValueError(
            f"Tensor {tensor.name} may not be fed (created {tensor.op.origin}): prevent_feeding was called for it"
        )


def _pairs(graph, key, value):
    for kind, parts in _EXPANSIONS:
        if isinstance(key, kind):
            return [pair for k, v in parts(key, value) for pair in _pairs(graph, k, v)]
    if isinstance(key, tuple):
        return _nested(graph, key, value)
    tensor = _tensor(graph, key)
    array = fed_array(tensor, value)
    inside = {} if tensor.op.graph is graph else also_fed(tensor, array)
    return [(tensor, array), *inside.items()]


def _nested(graph, key, value):
    try:
        nest.assert_same_structure(key, value, check_types=False)
    except ValueError:
        raise ValueError(f"the value fed for {key!r} has not its structure: {value!r}") from None
    pairs = zip(nest.flatten(key), nest.flatten_up_to(key, value, check_types=False))
    return [pair for k, v in pairs for pair in _pairs(graph, k, v)]


def _tensor(graph, key) -> Tensor:
    try:
        tensor = graph.as_graph_element(key, allow_operation=False)
    except (TypeError, KeyError, ValueError) as error:
        raise TypeError(f"feed_dict key {key!r} cannot be fed: {error.args[0]}") from None
    if tensor.op.graph is not graph and root_op(tensor) is None:
        raise TypeError(
            f"feed_dict key {tensor.name} (created {tensor.op.origin}) is inside a while loop, where it has "
            "a value for each iteration, and cannot be fed; feed what the loop starts with"
        )
    return tensor


def fed_array(tensor: Tensor, value) -> np.ndarray:
    """`value` as an array of the tensor's type, row-major, its shape checked."""
    dtype = tensor.dtype.numpy
    if type(value) is np.ndarray and value.dtype == dtype and not dtype.hasobject:
        array = value if value.flags.c_contiguous else np.ascontiguousarray(value)
    elif type(value) is dtype.type:
        array = np.array(value)
    else:
        array = _converted(tensor, value, dtype)
    known = tensor._shape.sizes
    if known is not None and known != array.shape and not tensor._shape.is_compatible_with(array.shape):
        raise ValueError(
            f"cannot feed a value of shape {TensorShape(array.shape)} for {tensor.name}, which has shape "
            f"{tensor.shape} (created {tensor.op.origin})"
        )
    return array


@nest.not_too_deep
def _converted(tensor: Tensor, value, dtype) -> np.ndarray:
    if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
        raise TypeError(
            f"the value fed for {tensor.name} is a tensor ({value}); feed numbers, lists or NumPy arrays: run it first"
        )
    if tensor.dtype is dtypes.resource:
        raise TypeError(f"{tensor.name} is a queue, for which nothing can be fed; feed what it is given")
    if value is None:
        raise TypeError(f"None cannot be fed for {tensor.name}, of {tensor.dtype.name} and shape {tensor.shape}")
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "c" != dtype.kind:
        raise TypeError(f"{value.dtype} cannot be fed for {tensor.name}, of {tensor.dtype.name}; feed its real part")
    if isinstance(value, int) and dtype.kind in "iu" and not tensor.dtype.min <= value <= tensor.dtype.max:
        raise TypeError(f"{value} fed for {tensor.name} is out of the range of {tensor.dtype.name}")
    try:
        with np.errstate(all="ignore"):
            array = np.array(value, dtype=dtype, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        ragged = "setting an array element" in str(error)
        why = "setting an array element with a sequence: its parts differ in shape" if ragged else "it does not fit"
        raise type(error)(f"cannot feed {_short(value)} for {tensor.name} as {tensor.dtype.name}: {why}") from None
    return _as_bytes(array) if dtype.hasobject else array


def _short(value) -> str:
    text = repr(value)
    return text if len(text) < 80 else text[:76] + " ..."


def _as_bytes(array: np.ndarray) -> np.ndarray:
    for index in np.ndindex(array.shape):
        if isinstance(array[index], str):
            array[index] = array[index].encode()
    return array
