"""Ops that write and read checkpoints: SaveV2, RestoreV2, and what sharded ones need."""

from __future__ import annotations

import difflib
import os
import shutil

import numpy as np

from minitf.formats import checkpoint
from minitf.formats.checkpoint import Checkpoint
from minitf.framework import dtypes, errors
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR
from minitf.ops.state import old_names

_NEAREST = 3


def _text(b, value) -> str:
    found = b.data(value).item()
    return os.fsdecode(found) if isinstance(found, bytes) else str(found)


def _texts(b, value) -> list[str]:
    return [os.fsdecode(text) for text in b.data(value).reshape(-1)]


def _save(b, op, prefix, names, slices, *tensors):
    names, slices = _texts(b, names), _texts(b, slices)
    if not len(names) == len(slices) == len(tensors):
        raise errors.InvalidArgumentError(
            None, op, f"{len(tensors)} tensors, {len(names)} tensor_names and {len(slices)} shape_and_slices"
        )
    if any(slices):
        raise errors.UnimplementedError(None, op, f"parts of tensors are not saved: {', '.join(filter(None, slices))}")
    inputs = op.inputs[3:]
    rows = ((name, t.dtype.base_dtype, b.data(v)) for name, t, v in zip(names, inputs, tensors))
    checkpoint.write(_text(b, prefix), rows)
    return ()


define(
    "SaveV2",
    "prefix: string, tensor_names: string, shape_and_slices: string, tensors: ** ->",
    host=_save,
    stateful=True,
    differentiable=False,
)


def _restore(b, op, prefix, names, slices):
    found = Checkpoint(_text(b, prefix))
    rows = [*zip(_texts(b, names), _texts(b, slices), op.outputs, strict=True)]
    keys = {name: _key(op, found, name) for name, _, _ in rows}
    if not op.attrs.get("old_names"):
        old_names.tell(found.prefix, {name: key for name, key in keys.items() if key != name})
    return [b.constant(_part(_tensor(op, found, keys[name], t.dtype), part, op)) for name, part, t in rows]


define(
    "RestoreV2",
    "prefix: string, tensor_names: string, shape_and_slices: string -> tensors: **",
    host=_restore,
    stateful=True,
    gives_memory=True,
    differentiable=False,
)


def _key(op, found: Checkpoint, name: str) -> str:
    """The name, or the one it had in older versions; NotFoundError that says what there is instead."""
    if name in found.entries:
        return name
    taken = op.attrs.get("old_names") or old_names.are_taken()
    key = old_names.old_key(name, found.entries) if taken else None
    if key is None:
        raise errors.NotFoundError(None, op, f"Key {name} not found in checkpoint {found.prefix}{_near(name, found)}")
    return key


def _tensor(op, found: Checkpoint, key: str, dtype: dtypes.DType) -> np.ndarray:
    """The tensor of a key; InvalidArgumentError if it is of another type."""
    entry = found.entries[key]
    if entry.dtype is not dtype.base_dtype:
        kind = entry.dtype.name if entry.dtype else "of a type that minitf has not"
        raise errors.InvalidArgumentError(
            None, op, f"tensor {key} of checkpoint {found.prefix} is {kind}, but {dtype.base_dtype.name} is expected"
        )
    return found.array(key)


def _near(name: str, found: Checkpoint) -> str:
    """The keys most like a name, with their shapes, and what older versions called it."""
    near = difflib.get_close_matches(name, found.entries, _NEAREST, 0.4)
    old = old_names.old_key(name, found.entries)
    shown = ", ".join(f"{key} {list(found.entries[key].shape)}" for key in near)
    text = f"; the nearest keys are {shown}" if near else f"; it has {len(found.entries)} keys"
    return text + (f". It may be {old}, by its name before TensorFlow 1.2: see Saver(old_names=True)" if old else "")


def _part(array: np.ndarray, spec: str, op) -> np.ndarray:
    """The part of a tensor that a spec such as `10 4 0,3:-` names: its whole shape, then its extents."""
    if not spec:
        return array
    try:
        *sizes, extents = spec.split(" ")
        window = tuple(_extent(text) for text in extents.split(":"))
        if tuple(map(int, sizes)) != array.shape or len(window) != array.ndim:
            raise ValueError(f"the checkpoint's tensor has shape {list(array.shape)}")
    except ValueError as error:
        raise errors.InvalidArgumentError(None, op, f"shape_and_slices has {spec!r}: {error}") from None
    return array[window].copy()


def _extent(text: str) -> slice:
    if text == "-":
        return slice(None)
    start, size = map(int, text.split(","))
    return slice(start, start + size)


def _sharded(b, op, basename, shard, count):
    name = f"{_text(b, basename)}-{int(b.data(shard)):05d}-of-{int(b.data(count)):05d}"
    return [b.constant(np.array(os.fsencode(name), object))]


define(
    "ShardedFilename",
    "basename: string, shard: int32, num_shards: int32 -> filename: string",
    host=_sharded,
    shape=lambda op: SCALAR,
    differentiable=False,
)


def _merge(b, op, prefixes, destination):
    parts, target = _texts(b, prefixes), _text(b, destination)
    checkpoint.merge(parts, target)
    if op.attrs["delete_old_dirs"]:
        for folder in {os.path.dirname(part) for part in parts} - {os.path.dirname(target)}:
            shutil.rmtree(folder, ignore_errors=True)
    return ()


define(
    "MergeV2Checkpoints",
    "checkpoint_prefixes: string, destination_prefix: string ->",
    host=_merge,
    stateful=True,
    differentiable=False,
)
