"""Ops that read tf.train.Example and SequenceExample messages."""

from __future__ import annotations

import math

import numpy as np

from minitf.formats import examples
from minitf.formats.wire import Malformed
from minitf.framework import dtypes
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape

KINDS = {dtypes.string: "bytes", dtypes.float32: "float", dtypes.int64: "int64"}


def _read(parse, data: bytes, name: str):
    try:
        return parse(data)
    except Malformed as error:
        raise ValueError(f"could not parse {name}: {error}") from None


def _values(feature, dtype: dtypes.DType, key: str, name: str):
    """The values of a feature of a type, None if there are none."""
    if feature is None:
        return None
    found = "bytes" if isinstance(feature, list) else {"f": "float", "i": "int64"}[feature.dtype.kind]
    if found != KINDS[dtype]:
        raise ValueError(
            f"{name}, key '{key}': data types do not match; expected {KINDS[dtype]} ({dtype.name}), but it "
            f"holds {found}"
        )
    return array(feature, dtype)


def array(values, dtype: dtypes.DType) -> np.ndarray:
    """Values as a vector."""
    if dtype is dtypes.string:
        return np.array([*values, None], object)[:-1]
    return np.asarray(values, dtype.numpy)


def _dense(feature, dtype, shape: tuple, default, key: str, name: str) -> np.ndarray:
    """A feature of a fixed shape, or its default."""
    found = _values(feature, dtype, key, name)
    if found is None:
        if default.size != math.prod(shape):
            raise ValueError(
                f"{name}, key '{key}' (data type: {dtype.name}): it is required but could not be found; give "
                "the feature a default_value if it may be missing"
            )
        found = default
    if found.size != math.prod(shape):
        raise ValueError(f"{name}, key '{key}': {found.size} values do not make the shape {list(shape)}")
    return found.reshape(shape)


def _ragged(rows: list, shape: tuple, default, key: str) -> np.ndarray:
    """Rows of any length, filled up at their ends."""
    size = math.prod(shape)
    for row in rows:
        if size and len(row) % size:
            raise ValueError(f"key '{key}': {len(row)} values do not make rows of the shape {list(shape)}")
    longest = max((len(row) for row in rows), default=0)
    result = np.full((len(rows), longest), default, default.dtype)
    for i, row in enumerate(rows):
        result[i, : len(row)] = row
    return result.reshape(len(rows), longest // size if size else 0, *shape)


def _sparse(rows: list, dtype) -> tuple:
    """The parts of the sparse tensor of some rows."""
    sizes = np.array([len(row) for row in rows], np.int64)
    column = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    places = np.column_stack([np.repeat(np.arange(len(rows)), sizes), column]).astype(np.int64)
    values = np.concatenate([array([], dtype), *rows])
    return places, values, np.array([len(rows), sizes.max(initial=0)], np.int64)


def _named(op, i: int, names) -> str:
    return f"example {names[i].decode(errors='replace')!r}" if len(names) else f"example {i}"


# ---- ParseExample


def _dense_features(attrs: dict, defaults):
    """(key, type, sizes, default) of each dense feature."""
    return zip(attrs["dense_keys"], attrs["Tdense"], [shape.sizes for shape in attrs["dense_shapes"]], defaults)


def _parse_examples(op, serialized, names, *defaults):
    attrs = op.attrs
    if len(names) not in (0, len(serialized)):
        raise ValueError(f"{len(serialized)} examples have {len(names)} names")
    called = [_named(op, i, names) for i in range(len(serialized))]
    messages = [_read(examples.example, s, name) for s, name in zip(serialized.tolist(), called)]
    sparse = [
        _sparse([_or_none(m.get(k), t, k, c) for m, c in zip(messages, called)], t)
        for k, t in zip(attrs["sparse_keys"], attrs["sparse_types"])
    ]
    dense = []
    for k, t, shape, default in _dense_features(attrs, defaults):
        given = [m.get(k) for m in messages]
        if shape[:1] == (None,):
            rows = [_or_none(f, t, k, c) for f, c in zip(given, called)]
            dense.append(_ragged(rows, shape[1:], default, k))
        else:
            rows = [_dense(f, t, shape, default, k, c) for f, c in zip(given, called)]
            dense.append(np.stack(rows) if rows else np.zeros((0, *shape), t.numpy))
    return [*[part for parts in zip(*sparse) for part in parts], *dense]


def _or_none(feature, dtype, key: str, name: str) -> np.ndarray:
    found = _values(feature, dtype, key, name)
    return array([], dtype) if found is None else found


def _example_shapes(op):
    batch = TensorShape([op.inputs[0].shape.with_rank(1).dims[0]])
    count = len(op.attrs["sparse_keys"])
    parts = [TensorShape([None, 2]), TensorShape([None]), TensorShape([2])]
    sparse = [part for part in parts for _ in range(count)]
    return [*sparse, *[batch.concatenate(shape) for shape in op.attrs["dense_shapes"]]]


define(
    "ParseExample",
    "serialized: string[batch], names: string[named], dense_defaults: **Tdense; Ndense: int, sparse_keys: object, "
    "dense_keys: object, dense_shapes: list(shape) -> sparse_indices: Nsparse*int64, sparse_values: **sparse_types, "
    "sparse_shapes: Nsparse*int64, dense_values: **Tdense",
    shape=_example_shapes,
    numpy=_parse_examples,
    differentiable=False,
)

# ---- ParseSingleExample


def _parse_example(op, serialized, *defaults):
    attrs, name = op.attrs, "the example"
    message = _read(examples.example, serialized.item(), name)
    rows = [_or_none(message.get(k), t, k, name) for k, t in zip(attrs["sparse_keys"], attrs["sparse_types"])]
    sparse = [[np.arange(len(row))[:, None] for row in rows], rows, [np.array([len(row)], np.int64) for row in rows]]
    dense = []
    for k, t, shape, default in _dense_features(attrs, defaults):
        if shape[:1] == (None,):
            dense.append(_ragged([_or_none(message.get(k), t, k, name)], shape[1:], default, k)[0])
        else:
            dense.append(_dense(message.get(k), t, shape, default, k, name))
    return [*[part for parts in sparse for part in parts], *dense]


def _single_shapes(op):
    parts = [TensorShape([None, 1]), TensorShape([None]), TensorShape([1])]
    sparse = [part for part in parts for _ in op.attrs["sparse_keys"]]
    return [*sparse, *op.attrs["dense_shapes"]]


define(
    "ParseSingleExample",
    "serialized: string[], dense_defaults: **Tdense; sparse_keys: list(string), dense_keys: list(string), "
    "dense_shapes: list(shape) -> sparse_indices: num_sparse*int64, sparse_values: **sparse_types, "
    "sparse_shapes: num_sparse*int64, dense_values: **Tdense",
    shape=_single_shapes,
    numpy=_parse_example,
    differentiable=False,
)

# ---- ParseSingleSequenceExample


def _parse_sequence(op, serialized, debug_name, *defaults):
    attrs, name = op.attrs, f"the example {debug_name.item().decode(errors='replace')!r}"
    context, lists = _read(examples.sequence_example, serialized.item(), name)
    rows = [
        _or_none(context.get(k), t, k, name)
        for k, t in zip(attrs["context_sparse_keys"], attrs["context_sparse_types"])
    ]
    found = [np.arange(len(row))[:, None] for row in rows] + rows
    found += [np.array([len(row)], np.int64) for row in rows]
    keys = zip(attrs["context_dense_keys"], attrs["Tcontext_dense"], attrs["context_dense_shapes"], defaults)
    found += [_dense(context.get(k), t, shape, default, k, name) for k, t, shape, default in keys]
    sparse = [
        _sparse([_or_none(f, t, k, name) for f in lists.get(k, [])], t)
        for k, t in zip(attrs["list_sparse_keys"], attrs["list_sparse_types"])
    ]
    found += [part for parts in zip(*sparse) for part in parts]
    for k, t, shape in zip(attrs["list_dense_keys"], attrs["Tlist_dense"], attrs["list_dense_shapes"]):
        _check_there(op, lists, k, name)
        none = array([], t)
        steps = [_dense(f, t, shape, none, k, name) for f in lists.get(k, [])]
        found.append(np.stack(steps) if steps else np.zeros((0, *shape), t.numpy))
    return found


def _sequence_shapes(op):
    attrs = op.attrs
    parts = [TensorShape([None, 1]), TensorShape([None]), TensorShape([1])]
    found = [part for part in parts for _ in attrs["context_sparse_keys"]]
    found += [TensorShape(shape) for shape in attrs["context_dense_shapes"]]
    parts = [TensorShape([None, 2]), TensorShape([None]), TensorShape([2])]
    found += [part for part in parts for _ in attrs["list_sparse_keys"]]
    return found + [TensorShape([None]).concatenate(shape) for shape in attrs["list_dense_shapes"]]


_OF_LISTS = ", ".join(
    f"{prefix}_sparse_keys: object, {prefix}_sparse_types: object, {prefix}_dense_keys: object, "
    f"T{prefix}_dense: object, {prefix}_dense_shapes: object"
    for prefix in ("context", "list")
)
_OF_LISTS += ", may_be_missing: object"
define(
    "ParseSingleSequenceExample",
    f"serialized: string[], debug_name: string[], context_dense_defaults: **; {_OF_LISTS} -> outputs: **dtypes",
    shape=_sequence_shapes,
    numpy=_parse_sequence,
    differentiable=False,
)

# ---- ParseSequenceExample


def _sparse_of_steps(batch: list, dtype) -> tuple:
    """The parts of the sparse tensor [batch, time, most values] of the steps of some examples."""
    longest = max((len(steps) for steps in batch), default=0)
    widest = max((len(row) for steps in batch for row in steps), default=0)
    places = [(i, t, j) for i, steps in enumerate(batch) for t, row in enumerate(steps) for j in range(len(row))]
    values = np.concatenate([array([], dtype), *[row for steps in batch for row in steps]])
    return np.array(places, np.int64).reshape(-1, 3), values, np.array([len(batch), longest, widest], np.int64)


def _padded(batch: list, shape: tuple, dtype) -> tuple[np.ndarray, np.ndarray]:
    """Steps of some examples with zeros behind them, and how many each has."""
    lengths = np.array([len(steps) for steps in batch], np.int64)
    found = np.full((len(batch), lengths.max(initial=0), *shape), b"" if dtype is dtypes.string else 0, dtype.numpy)
    for i, steps in enumerate(batch):
        if steps:
            found[i, : len(steps)] = np.stack(steps)
    return found, lengths


def _parse_sequences(op, serialized, names, *defaults):
    attrs, called = op.attrs, [_named(op, i, names) for i in range(len(serialized))]
    parsed = [_read(examples.sequence_example, s, name) for s, name in zip(serialized.tolist(), called)]
    contexts, lists = [context for context, _ in parsed], [found for _, found in parsed]
    keys = zip(attrs["context_sparse_keys"], attrs["context_sparse_types"])
    sparse = [_sparse([_or_none(c.get(k), t, k, n) for c, n in zip(contexts, called)], t) for k, t in keys]
    found = [part for parts in zip(*sparse) for part in parts]
    keys = zip(attrs["context_dense_keys"], attrs["Tcontext_dense"], attrs["context_dense_shapes"], defaults)
    for k, t, shape, default in keys:
        rows = [_dense(c.get(k), t, shape, default, k, n) for c, n in zip(contexts, called)]
        found.append(np.stack(rows) if rows else np.zeros((0, *shape), t.numpy))
    keys = zip(attrs["list_sparse_keys"], attrs["list_sparse_types"])
    steps = [[[_or_none(f, t, k, n) for f in m.get(k, [])] for m, n in zip(lists, called)] for k, t in keys]
    sparse = [_sparse_of_steps(batch, t) for batch, t in zip(steps, attrs["list_sparse_types"])]
    found += [part for parts in zip(*sparse) for part in parts]
    dense = [_dense_steps(op, lists, called, *key) for key in _dense_lists(attrs)]
    return [*found, *[values for values, _ in dense], *[lengths for _, lengths in dense]]


def _dense_lists(attrs: dict):
    return zip(attrs["list_dense_keys"], attrs["Tlist_dense"], attrs["list_dense_shapes"])


def _dense_steps(op, lists: list, called: list, key: str, dtype, shape: tuple) -> tuple:
    for steps, name in zip(lists, called):
        _check_there(op, steps, key, name)
    none = array([], dtype)
    rows = [[_dense(f, dtype, shape, none, key, n) for f in m.get(key, [])] for m, n in zip(lists, called)]
    return _padded(rows, shape, dtype)


def _check_there(op, lists: dict, key: str, name: str) -> None:
    if key not in lists and key not in op.attrs["may_be_missing"]:
        raise ValueError(
            f"{name}, key '{key}': the feature list is required but could not be found; say "
            "allow_missing=True if it may be missing"
        )


def _sequences_shapes(op):
    attrs, batch = op.attrs, TensorShape([op.inputs[0].shape.with_rank(1).dims[0]])
    found: list = []
    for prefix, rank in (("context", 2), ("list", 3)):
        parts = [TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])]
        found += [part for part in parts for _ in attrs[f"{prefix}_sparse_keys"]]
        steps = batch if prefix == "context" else batch.concatenate([None])
        found += [steps.concatenate(shape) for shape in attrs[f"{prefix}_dense_shapes"]]
    return found + [batch] * len(attrs["list_dense_keys"])


define(
    "ParseSequenceExample",
    f"serialized: string[batch], debug_name: string[named], context_dense_defaults: **; {_OF_LISTS}"
    " -> outputs: **dtypes",
    shape=_sequences_shapes,
    numpy=_parse_sequences,
    differentiable=False,
)
