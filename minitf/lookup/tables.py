"""Tables that are filled once."""

from __future__ import annotations

import minitf as tf
from minitf.framework.apply import apply
from minitf.framework.getter import getter
from minitf.framework.operation import Operation
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import Tensor
from minitf.lookup.initializers import OfTypes, TableInitializerBase


class LookupInterface(OfTypes):
    """What all tables have in common."""

    @property
    def name(self) -> str:
        """The name of the table's op."""
        raise NotImplementedError

    @property
    def resource_handle(self) -> Tensor:
        """The tensor that stands for the table."""
        raise NotImplementedError

    def size(self, name: str | None = None) -> Tensor:
        """How many keys there are, an int64 scalar."""
        raise NotImplementedError

    def lookup(self, keys, name: str | None = None):
        """The values of `keys`."""
        raise NotImplementedError

    def _check_keys(self, dtype) -> None:
        if dtype.base_dtype is not self._key_dtype:
            raise TypeError(f"Signature mismatch. Keys must be dtype {self._key_dtype}, got {dtype}.")


class Table(LookupInterface):
    """What tables have in common for which one op stands."""

    def _begin(self, handle: Tensor, default: Tensor) -> None:
        self._handle, self._default_value = handle, default

    resource_handle: Tensor = getter("_handle", "The tensor that stands for the table.")

    @property
    def name(self) -> str:
        """The name of the table's op, without its scope."""
        return self._handle.op.name.rpartition("/")[2]

    def size(self, name: str | None = None) -> Tensor:
        """How many keys there are, an int64 scalar."""
        with tf.name_scope(name, f"{self.name}_Size", [self._handle]):
            return apply("LookupTableSizeV2", self._handle)

    def _found(self, keys: Tensor) -> Tensor:
        return apply("LookupTableFindV2", self._handle, keys, self._default_value)

    def _exported(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        types = {"Tkeys": self._key_dtype, "Tvalues": self._value_dtype}
        return apply("LookupTableExportV2", self._handle, name=name, **types)


class InitializableLookupTableBase(Table):
    """A table that an initializer fills; tf.tables_initializer() runs it."""

    def __init__(self, default_value, initializer: TableInitializerBase):
        super().__init__(initializer.key_dtype, initializer.value_dtype)
        default = tf.convert_to_tensor(default_value, self._value_dtype)
        default.shape.assert_is_compatible_with([])
        self._begin(self._made(initializer), default)
        self._init = initializer.initialize(self)

    def _made(self, initializer: TableInitializerBase) -> Tensor:
        raise NotImplementedError

    default_value: Tensor = getter("_default_value", "What keys have as value that are not there.")
    initializer: Operation = getter("_init", "The op that fills the table.")

    init = initializer

    def lookup(self, keys, name: str | None = None):
        """The values of `keys`, a tensor or a sparse one, or `default_value`: of the same shape.

        Raises:
          TypeError: for keys of another type. FailedPreconditionError: at a run, if the table was not filled.
        """
        sparse = keys if isinstance(keys, SparseTensor) else None
        flat = tf.convert_to_tensor(keys) if sparse is None else sparse.values
        self._check_keys(flat.dtype)
        with tf.name_scope(name, f"{self.name}_Lookup", [self._handle, flat, self._default_value]):
            values = self._found(flat)
        return values if sparse is None else SparseTensor(sparse.indices, values, sparse.dense_shape)

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys and their values, two vectors."""
        with tf.name_scope(name, f"{self.name}_Export", [self._handle]) as scope:
            return self._exported(scope)


class StaticHashTable(InitializableLookupTableBase):
    """Values by keys, from an initializer: `default_value` is the value of all others.

    >>> import minitf as tf
    >>> numbers = tf.lookup.KeyValueTensorInitializer(["one", "two"], [1, 2])
    >>> table = tf.lookup.StaticHashTable(numbers, default_value=-1)
    >>> x = table.lookup(tf.constant(["two", "three"]))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.tables_initializer())
    ...     print(sess.run(x))
    [ 2 -1]
    """

    def __init__(self, initializer, default_value, name: str | None = None):
        self._op_name, self._shared_name = name, initializer._shared_name
        super().__init__(default_value, initializer)

    def _made(self, initializer: TableInitializerBase) -> Tensor:
        return apply(
            "HashTableV2",
            key_dtype=self._key_dtype,
            value_dtype=self._value_dtype,
            shared_name=self._shared_name,
            name=self._op_name or "hash_table",
        )


class HashTable(StaticHashTable):
    """The same, of tf.contrib.lookup. Tables of one `shared_name` are one in a session."""

    def __init__(self, initializer, default_value, shared_name: str | None = None, name: str | None = None):
        self._op_name, self._shared_name = name, shared_name or ""
        InitializableLookupTableBase.__init__(self, default_value, initializer)
