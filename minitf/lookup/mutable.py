"""Tables that ops change, and checkpoints hold."""

from __future__ import annotations

import minitf as tf
from minitf.framework.apply import apply, apply_op
from minitf.framework.collections import GraphKeys
from minitf.framework.getter import getter
from minitf.framework.operation import Operation
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.lookup.tables import Table


class _Mutable(Table):
    """What such tables have in common."""

    def _kept(self, checkpoint: bool) -> None:
        """Has checkpoints hold the table."""
        self._contents = self.export() if checkpoint else None
        if checkpoint:
            self._handle.graph.add_to_collection(GraphKeys.SAVEABLE_OBJECTS, self)

    op: Operation = getter("_handle.op", "The op that makes the table: checkpoints call it by its name.")

    def _saved(self) -> dict[str, Tensor]:
        """What a checkpoint holds of it."""
        keys, values = self._contents
        return {f"{self.op.name}-keys": keys, f"{self.op.name}-values": values}

    def _restored(self, keys: Tensor, values: Tensor) -> Operation:
        """The op that has the table hold what comes from a checkpoint."""
        with tf.name_scope(f"{self.name}_table_restore"):
            return apply_op("LookupTableImportV2", self._handle, keys, values)

    def _as_keys(self, keys) -> Tensor:
        if isinstance(keys, Tensor):
            self._check_keys(keys.dtype)
        return tf.convert_to_tensor(keys, self._key_dtype, name="keys")

    def lookup(self, keys, name: str | None = None) -> Tensor:
        """The values of `keys`, or the default value: of the shape of the keys, and that of a value.

        Raises:
          TypeError: for keys of another type.
        """
        with tf.name_scope(name, f"{self.name}_lookup_table_find", [self._handle, keys]):
            return self._found(self._as_keys(keys))

    def insert(self, keys, values, name: str | None = None) -> Operation:
        """The op that gives keys values, new ones if they have some.

        Raises:
          TypeError: for keys or values of another type. ValueError: for shapes that do not fit.
        """
        with tf.name_scope(name, f"{self.name}_lookup_table_insert", [self._handle, keys, values]):
            keys = self._as_keys(keys)
            values = tf.convert_to_tensor(values, self._value_dtype, name="values")
            keys.shape.concatenate(self._default_value.shape).assert_is_compatible_with(values.shape)
            return apply_op("LookupTableInsertV2", self._handle, keys, values)

    def remove(self, keys, name: str | None = None) -> Operation:
        """The op that forgets keys, if they are there.

        Raises:
          TypeError: for keys of another type.
        """
        with tf.name_scope(name, f"{self.name}_lookup_table_remove", [self._handle, keys]):
            return apply_op("LookupTableRemoveV2", self._handle, self._as_keys(keys))

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys and their values, along a first axis."""
        with tf.name_scope(name, f"{self.name}_lookup_table_export_values", [self._handle]):
            return self._exported()


class MutableHashTable(_Mutable):
    """Values by keys, which `insert` and `remove` change; checkpoints hold them unless told otherwise.

    default_value: of keys that are not there; all values have its shape.
    """

    def __init__(self, key_dtype, value_dtype, default_value, name: str = "MutableHashTable", checkpoint: bool = True):
        super().__init__(key_dtype, value_dtype)
        default = tf.convert_to_tensor(default_value, self._value_dtype)
        attrs = {"key_dtype": self._key_dtype, "value_dtype": self._value_dtype, "shared_name": ""}
        if default.shape.rank == 0:
            handle = apply("MutableHashTableV2", name=name, use_node_name_sharing=True, **attrs)
        else:
            handle = apply(
                "MutableHashTableOfTensorsV2", name=name, use_node_name_sharing=True, value_shape=default.shape, **attrs
            )
        self._begin(handle, default)
        self._kept(checkpoint)


class MutableDenseHashTable(_Mutable):
    """The same, where `empty_key` and `deleted_key` can be no keys. initial_num_buckets changes no result."""

    def __init__(
        self,
        key_dtype,
        value_dtype,
        default_value,
        empty_key,
        deleted_key,
        initial_num_buckets: int | None = None,
        name: str = "MutableDenseHashTable",
        checkpoint: bool = True,
    ):
        super().__init__(key_dtype, value_dtype)
        default = tf.convert_to_tensor(default_value, self._value_dtype, name="default_value")
        empty = tf.convert_to_tensor(empty_key, self._key_dtype, name="empty_key")
        deleted = tf.convert_to_tensor(deleted_key, self._key_dtype, name="deleted_key")
        handle = apply(
            "MutableDenseHashTableV2",
            empty,
            deleted,
            value_dtype=self._value_dtype,
            value_shape=TensorShape(default.shape),
            use_node_name_sharing=True,
            name=name,
        )
        self._begin(handle, default)
        self._kept(checkpoint)

    def insert_or_assign(self, keys, values, name: str | None = None) -> Operation:
        """`insert`."""
        return self.insert(keys, values, name)

    def erase(self, keys, name: str | None = None) -> Operation:
        """`remove`."""
        return self.remove(keys, name)
