"""Ops that write and read checkpoints: SaveV2, RestoreV2, and what sharded ones need."""

from __future__ import annotations

import difflib
import functools
import os
import shutil

import numpy as np

from minitf.formats import checkpoint, transfer, v1
from minitf.formats.bundle import Part
from minitf.formats.checkpoint import Checkpoint
from minitf.framework import dtypes, errors
from minitf.framework.files import write_whole
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR
from minitf.ops.patterns import STATEFUL
from minitf.ops.state import old_names

_NEAREST = 3
_WORTH_WAITING = 1 << 16  # bytes from which new memory costs more than to read a file twice


def _text(b, value) -> str:
    found = b.data(value).item()
    return os.fsdecode(found) if isinstance(found, bytes) else str(found)


def _texts(b, value) -> list[str]:
    return [os.fsdecode(text) for text in b.data(value).reshape(-1)]


def _rows(b, op, names, slices, tensors) -> list:
    """What is to be saved: (name, type, array, part)."""
    names, slices = _texts(b, names), _texts(b, slices)
    if not len(names) == len(slices) == len(tensors):
        raise errors.InvalidArgumentError(
            None, op, f"{len(tensors)} tensors, {len(names)} tensor_names and {len(slices)} shape_and_slices"
        )
    rows = []
    for name, spec, tensor, value in zip(names, slices, op.inputs[3:], tensors):
        array, part = b.data(value), _part(spec, op)
        if part is not None and tuple(length for _, length in part.extents) != array.shape:
            raise errors.InvalidArgumentError(
                None,
                op,
                f"Slice in shape_and_slice specification does not match the shape of the tensor to save: {spec!r}, but "
                f"{tensor.name} has shape {list(array.shape)}",
            )
        rows.append((name, tensor.dtype.base_dtype, array, part))
    return rows


def _save(b, op, prefix, names, slices, *tensors):
    rows = _rows(b, op, names, slices, tensors)
    transfer.expect(sum(array.nbytes for _, _, array, _ in rows))
    checkpoint.write(_text(b, prefix), rows)
    return ()


define(
    "SaveV2",
    "prefix: string, tensor_names: string, shape_and_slices: string, tensors: **dtypes ->",
    host=_save,
    **STATEFUL,
)


def _save_first_format(b, op, file, names, slices, *tensors):
    types = [t.dtype.base_dtype for t in op.inputs[3:]]
    lacking = [dtype.name for dtype in types if dtype in (dtypes.uint32, dtypes.uint64, dtypes.variant)]
    if lacking:
        raise errors.UnimplementedError(None, op, f"Saving data type {lacking[0]} not yet supported by format V1")
    write_whole(_text(b, file), v1.write(_rows(b, op, names, slices, tensors)))
    return ()


define(
    "SaveSlices",
    "filename: string, tensor_names: string, shapes_and_slices: string, data: **T ->",
    host=_save_first_format,
    **STATEFUL,
)


def _restore(b, op, prefix, names, slices):
    found = Checkpoint(_text(b, prefix))
    rows = [*zip(_texts(b, names), _texts(b, slices), op.outputs, strict=True)]
    keys = {name: _key(op, found, name) for name, _, _ in rows}
    if not op.attrs.get("_old_names"):
        taken = {name: key for name, key in keys.items() if key not in (name, found.objects.get(name))}
        old_names.tell(found.prefix, taken)
    transfer.expect(sum(found.entries[key].nbytes for key in {*keys.values()}))
    values = [_value(b, found, keys[name], t, _part(spec, op)) for name, spec, t in rows]
    together = [keys[name] for (name, _, _), value in zip(rows, values) if value is None]
    arrays = iter(found.arrays(together) if together else ())
    return [b.constant(next(arrays)) if value is None else value for value in values]


define(
    "RestoreV2",
    "prefix: string, tensor_names: string, shape_and_slices: string -> tensors: **dtypes",
    host=_restore,
    gives_memory=True,
    **STATEFUL,
)


def _key(op, found: Checkpoint, name: str) -> str:
    """The name, the key of the object that it is of, or the name it had in older versions; NotFoundError that says what
    there is instead.
    """
    if name in found.entries:
        return name
    if found.objects.get(name) in found.entries:
        return found.objects[name]
    taken = op.attrs.get("_old_names") or old_names.are_taken()
    key = old_names.old_key(name, found.entries) if taken else None
    if key is None:
        raise errors.NotFoundError(None, op, f"Key {name} not found in checkpoint {found.prefix}{_near(name, found)}")
    return key


def _value(b, found: Checkpoint, key: str, tensor, part: Part | None):
    """The tensor of a key, or a part of it, as the value of an output; None if it can be read together with others.
    InvalidArgumentError if it is of another type or shape.

    Where a variable is going to have it whose memory it fits, it is checked now, and read there when it is assigned.
    """
    _check(tensor.op, found, key, tensor.dtype, part)
    entry = found.entries[key]
    if part is not None:
        return b.constant(found.part(key, part.extents))
    if not found.is_plain(key):
        return b.constant(found.array(key))
    if entry.nbytes < _WORTH_WAITING or not b.awaited(tensor, entry.shape):
        return None
    found.check(key)
    return b.later(entry.shape, tensor.dtype.numpy, functools.partial(found.fill, key))


def _check(op, found: Checkpoint, key: str, dtype: dtypes.DType, part: Part | None) -> None:
    entry = found.entries[key]
    if entry.dtype is not dtype.base_dtype:
        kind = entry.dtype.name if entry.dtype else "of a type that minitf has not"
        raise errors.InvalidArgumentError(
            None, op, f"tensor {key} of checkpoint {found.prefix} is {kind}, but {dtype.base_dtype.name} is expected"
        )
    if part is not None and part.shape != entry.shape:
        raise errors.InvalidArgumentError(
            None,
            op,
            f"Shape in shape_and_slice spec {list(part.shape)} does not match the shape in checkpoint {found.prefix}: "
            f"{key} has {list(entry.shape)}",
        )


def _near(name: str, found: Checkpoint) -> str:
    """The keys most like a name, with their shapes, and what older versions called it."""
    near = difflib.get_close_matches(name, found.entries, _NEAREST, 0.4)
    old = old_names.old_key(name, found.entries)
    shown = ", ".join(f"{key} {list(found.entries[key].shape)}" for key in near)
    text = f"; the nearest keys are {shown}" if near else f"; it has {len(found.entries)} keys"
    return text + (f". It may be {old}, by its name before TensorFlow 1.2: see Saver(old_names=True)" if old else "")


def _part(spec: str, op) -> Part | None:
    """The part of a tensor that a spec such as `10 4 0,3:-` names: its whole shape, then its extents."""
    if not spec:
        return None
    try:
        *sizes, extents = spec.split(" ")
        shape = tuple(map(int, sizes))
        return Part(shape, tuple(_extent(text, size) for text, size in zip(extents.split(":"), shape, strict=True)))
    except ValueError as error:
        raise errors.InvalidArgumentError(None, op, f"shape_and_slices has {spec!r}: {error}") from None


def _extent(text: str, size: int) -> tuple[int, int]:
    if text == "-":
        return 0, size
    start, length = map(int, text.split(","))
    if start < 0 or length < 1 or start + length > size:
        raise ValueError(f"{text} lies outside of a dimension of {size}")
    return start, length


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


define(
    "ShardedFilespec",
    "basename: string, num_shards: int32 -> filename: string",
    host=lambda b, op, name, count: b.constant(np.array(f"{_text(b, name)}-?????-of-{int(b.data(count)):05d}", object)),
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
    "checkpoint_prefixes: string, destination_prefix: string; delete_old_dirs: bool = True, "
    "allow_missing_files: later[fixed[bool]] = False ->",
    host=_merge,
    **STATEFUL,
)
