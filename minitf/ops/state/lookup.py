"""Lookup tables as ops: values by keys, which a session keeps."""

from __future__ import annotations

import os

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape
from minitf.ops.io.file_ops import lines_of
from minitf.ops.patterns import STATEFUL, boxed

WHOLE_LINE, LINE_NUMBER = -2, -1  # what of a line is meant, instead of the number of a column
_CONVERT = {"string": lambda text: text, "bool": lambda text: text == b"true"}


class Table:
    """Values by keys. op: that which makes the table."""

    def __init__(self, op):
        self.op = op
        self.items: dict = {}

    def check(self, op) -> None:
        """Before `op` uses it."""

    def find(self, op, keys: np.ndarray, default: np.ndarray) -> np.ndarray:
        """The values of some keys."""
        self.check(op)
        get, dtype, shape = self.items.get, default.dtype, default.shape
        if not shape:
            other = default[()]
            return np.fromiter([get(k, other) for k in _plain(keys)], dtype, keys.size).reshape(keys.shape)
        found = np.empty((keys.size, *shape), dtype)
        for i, key in enumerate(_plain(keys)):
            found[i] = get(key, default)
        return found.reshape(keys.shape + shape)

    def put(self, op, keys: np.ndarray, values: np.ndarray) -> None:
        """Gives some keys values, new ones if they have some."""
        self.check_keys(op, keys)
        self.items.update(zip(_plain(keys), values.reshape((keys.size, *values.shape[keys.ndim :])).copy()))

    def remove(self, op, keys: np.ndarray) -> None:
        """Forgets some keys."""
        self.check_keys(op, keys)
        for key in _plain(keys):
            self.items.pop(key, None)

    def check_keys(self, op, keys: np.ndarray) -> None:
        """Whether these can be keys."""

    def fill(self, op, keys: np.ndarray, values: np.ndarray) -> None:
        """Holds these keys and no others."""
        self.items = {}
        self.put(op, keys, values)


def _plain(keys: np.ndarray) -> list:
    return keys.reshape(-1).tolist()


class _Fixed(Table):
    """A table that is filled once."""

    full = False

    def check(self, op):
        if not self.full:
            raise errors.FailedPreconditionError(
                None,
                op,
                f"Table not initialized: '{self.op.name}'. Run tf.tables_initializer() (or the "
                "table's initializer) in this session first",
            )

    def fill(self, op, keys, values):
        made: dict = {}
        for key, value in zip(_plain(keys), values.reshape(-1)):
            if made.setdefault(key, value) != value:
                raise errors.FailedPreconditionError(
                    None,
                    op,
                    f"HashTable has different value for same key. Key {key!r} has {made[key]!r} "
                    f"and trying to add value {value!r}",
                )
        if self.full and (made != self.items or keys.size != len(made)):
            raise errors.FailedPreconditionError(
                None, op, f"Table was already initialized with different data: '{self.op.name}'"
            )
        self.items, self.full = made, True


class _Dense(Table):
    """A table two of whose keys are none; b: the builder."""

    def __init__(self, op, empty: np.ndarray, deleted: np.ndarray):
        super().__init__(op)
        self._no_keys = {"empty": empty.tolist(), "deleted": deleted.tolist()}
        if empty.tolist() == deleted.tolist():
            raise errors.InvalidArgumentError(None, op, "Empty and deleted keys cannot be equal")

    def check_keys(self, op, keys):
        for kind, key in self._no_keys.items():
            if key in _plain(keys):
                message = f"Using the {kind}_key as a table key is not allowed: {key!r}"
                raise errors.InvalidArgumentError(None, op, message)

    def find(self, op, keys, default):
        self.check_keys(op, keys)
        return super().find(op, keys, default)


def _open(kind):
    def host(b, op, *inputs):
        arrays = [b.data(v) for v in inputs]
        return b.state(op.attrs["shared_name"] or op, lambda: boxed(kind(op, *arrays)))

    return host


def _table(b, handle) -> Table:
    return b.data(handle)[()]


# ---- from files


def _file(b, op, handle, name):
    table = _table(b, handle)
    path = b.data(name).item()
    try:
        keys, values = _columns(op, os.fsdecode(path), table.op)
    except errors.OpError as error:
        raise type(error)(None, op, error.message) from None
    table.fill(op, keys, values)


def _columns(op, path: str, table) -> tuple[np.ndarray, np.ndarray]:
    """The keys and the values that are in a file."""
    lines, wanted = lines_of(path), op.attrs["vocab_size"]
    if wanted > 0 and len(lines) < wanted:
        raise errors.InvalidArgumentError(
            None, op, f"Invalid vocab_size in {path}: expected {wanted} but got {len(lines)}"
        )
    lines = lines[:wanted] if wanted > 0 else lines
    types = table.attrs["key_dtype"], table.attrs["value_dtype"]
    places = op.attrs["key_index"], op.attrs["value_index"]
    return tuple(_column(op, path, lines, place, dtype) for place, dtype in zip(places, types))


def _column(op, path: str, lines: list[bytes], place: int, dtype: dtypes.DType) -> np.ndarray:
    if place == LINE_NUMBER:
        return np.arange(len(lines), dtype=np.int64).astype(dtype.numpy)
    texts = lines
    if place != WHOLE_LINE:
        rows = [line.split(op.attrs["delimiter"].encode()) for line in lines]
        short = next((i for i, row in enumerate(rows) if len(row) <= place), None)
        if short is not None:
            raise errors.InvalidArgumentError(
                None,
                op,
                f"Invalid number of columns in {path} line {short} ({lines[short]!r}): expected "
                f"{place + 1} got {len(rows[short])}",
            )
        texts = [row[place] for row in rows]
    convert = _CONVERT.get(dtype.name, dtype.numpy.type)
    try:
        return np.array([*[convert(text) for text in texts], None], object)[:-1].astype(dtype.numpy)
    except (ValueError, OverflowError) as error:
        raise errors.InvalidArgumentError(None, op, f"Field in {path} is not a valid {dtype.name}: {error}") from None


# ---- ops


def _find(b, op, handle, keys, default):
    return b.constant(_table(b, handle).find(op, b.data(keys), b.data(default)))


def _change(method: str):
    def host(b, op, handle, *given):
        getattr(_table(b, handle), method)(op, *map(b.data, given))

    return host


def _size(b, op, handle):
    table = _table(b, handle)
    table.check(op)
    return b.constant(np.array(len(table.items), np.int64))


def _export(b, op, handle):
    table = _table(b, handle)
    table.check(op)
    keys = np.array([*table.items, None], object)[:-1].astype(op.outputs[0].dtype.numpy)
    values = np.empty((len(keys), *_value_shape(table.op)), op.outputs[1].dtype.numpy)
    for i, value in enumerate(table.items.values()):
        values[i] = value
    return [b.constant(keys), b.constant(values)]


def _value_shape(op) -> tuple:
    """The shape of each value of the table that an op makes."""
    return tuple(op.attrs["value_shape"].as_list()) if "value_shape" in op.attrs else ()


def _exported_shapes(op):
    table = op.inputs[0].op
    known = table.type in ("HashTableV2", "MutableHashTableV2") or "value_shape" in table.attrs
    return [TensorShape([None]), TensorShape([None, *_value_shape(table)]) if known else UNKNOWN]


def _found_shape(op):
    return op.inputs[1].shape.concatenate(op.inputs[2].shape)


def _check_rows(op):
    keys, values = op.inputs[1].shape, op.inputs[2].shape
    if keys.rank is not None and values.rank is not None:
        keys.assert_is_compatible_with(values[: keys.rank])
    return []


def _define(type: str, signature: str, host, shape=None) -> None:
    define(type, signature, shape=shape, host=host, **STATEFUL)


_SHARED = "container: string = '', shared_name: string = '', use_node_name_sharing: bool = False"
_KEPT = f"{_SHARED}, key_dtype: type, value_dtype: type"
_ROOM = "value_shape: shape = [], initial_num_buckets: int = 131072, max_load_factor: float = 0.8"
for _type, _kind, _signature in (
    ("HashTableV2", _Fixed, f"; {_KEPT}"),
    ("MutableHashTableV2", Table, f"; {_KEPT}"),
    ("MutableHashTableOfTensorsV2", Table, f"; {_KEPT}, value_shape: shape = []"),
    (
        "MutableDenseHashTableV2",
        _Dense,
        f"empty_key: key_dtype, deleted_key: key_dtype; {_SHARED}, value_dtype: type, {_ROOM}",
    ),
):
    _define(_type, f"{_signature} -> table_handle: resource", _open(_kind), lambda op: SCALAR)
_ROWS = "table_handle: resource, keys: Tin, values: Tout ->"
_define(
    "LookupTableFindV2", "table_handle: resource, keys: Tin, default_value: Tout -> values: Tout", _find, _found_shape
)
_define("LookupTableInsertV2", _ROWS, _change("put"), _check_rows)
_define("LookupTableImportV2", _ROWS, _change("fill"), _check_rows)
_define("LookupTableRemoveV2", "table_handle: resource, keys: Tin ->", _change("remove"))
_define("LookupTableSizeV2", "table_handle: resource -> size: int64", _size, lambda op: SCALAR)
_define("LookupTableExportV2", "table_handle: resource -> keys: Tkeys, values: Tvalues", _export, _exported_shapes)
_define(
    "InitializeTableFromTextFileV2",
    "table_handle: resource, filename: string[]; key_index: int, value_index: int, vocab_size: int = -1, "
    "delimiter: string = '\t' ->",
    _file,
)
