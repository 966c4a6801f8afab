"""Numbers for the words of a vocabulary, and for words that are in none."""

from __future__ import annotations

import collections
import uuid

import minitf as tf
from minitf.framework.apply import apply
from minitf.framework.operation import Operation
from minitf.framework.sparse import SparseTensor
from minitf.framework.taking import arguments, taking
from minitf.framework.tensor import Tensor
from minitf.lookup.initializers import (
    KeyValueTensorInitializer,
    TextFileIdTableInitializer,
    TextFileIndex,
    TextFileStringTableInitializer,
)
from minitf.lookup.tables import HashTable, LookupInterface, StaticHashTable

HasherSpec = collections.namedtuple("HasherSpec", ["hasher", "key"])
FastHashSpec = HasherSpec("fasthash", None)


class StrongHashSpec(HasherSpec):
    """A hash that nobody can foresee without the key: two natural numbers."""

    __slots__ = ()

    def __new__(cls, key):  # noqa: D102 - the class says it
        if not isinstance(key, (list, tuple)) or not all(isinstance(part, int) for part in key):
            raise TypeError(f"'key' of StrongHashSpec is two unsigned integers, not {key!r}")
        if len(key) != 2:
            raise ValueError(f"'key' of StrongHashSpec must have size 2, not {key!r}")
        return super().__new__(cls, "stronghash", list(key))


class IdTableWithHashBuckets(LookupInterface):
    """The ids of a table, and for keys that are not in it those of buckets: from the table's size on.

    table: a table with int64 values, or None; num_oov_buckets: how many; hasher_spec: FastHashSpec, or a
    StrongHashSpec; key_dtype: of the keys, where it is not that of the table.

    Raises:
      ValueError: for neither a table nor buckets. TypeError: for other types, or another hash.
    """

    def __init__(self, table, num_oov_buckets: int, hasher_spec=FastHashSpec, name: str | None = None, key_dtype=None):
        key_dtype = tf.as_dtype(key_dtype or (tf.string if table is None else table.key_dtype))
        if table is None and num_oov_buckets <= 0:
            raise ValueError("oov_buckets must be > 0 if no table is supplied.")
        if not (key_dtype.is_integer or key_dtype is tf.string):
            raise TypeError(f"Invalid key_dtype, expected integer or string, got {key_dtype}.")
        if table is not None and (table.key_dtype.is_integer != key_dtype.is_integer):
            raise TypeError(f"Invalid key dtype, expected a type like that of the table, {table.key_dtype}")
        if table is not None and table.value_dtype is not tf.int64:
            raise TypeError(f"Expected dtype of values {tf.int64}, got {table.value_dtype}")
        if not isinstance(hasher_spec, HasherSpec) or hasher_spec.hasher not in ("fasthash", "stronghash"):
            raise TypeError(f"hasher_spec must be of type HasherSpec, got {hasher_spec!r}")
        self._table, self._num_oov_buckets, self._hasher = table, num_oov_buckets, hasher_spec
        self._name = name.rpartition("/")[2] if name else None
        super().__init__(key_dtype, tf.int64)

    @property
    def initializer(self) -> Operation:
        """The op that fills the table inside."""
        return tf.no_op() if self._table is None else self._table.initializer

    init = initializer

    @property
    def name(self) -> str:
        """The name of the table inside."""
        return self._name or ("hash_bucket" if self._table is None else self._table.name)

    @property
    def resource_handle(self) -> Tensor | None:
        """The tensor that stands for the table inside."""
        return None if self._table is None else self._table.resource_handle

    def size(self, name: str | None = None) -> Tensor:
        """How many ids there are, those of the buckets too, an int64 scalar."""
        with tf.name_scope(name, f"{self.name}_Size"):
            own = tf.constant(0, tf.int64) if self._table is None else self._table.size()
            return own + self._num_oov_buckets

    def lookup(self, keys, name: str | None = None):
        """The ids of `keys`, a tensor or a sparse one: int64 of the same shape.

        Raises:
          TypeError: for keys of another type.
        """
        sparse = keys if isinstance(keys, SparseTensor) else None
        flat = tf.convert_to_tensor(keys) if sparse is None else sparse.values
        self._check_keys(flat.dtype)
        if self._table is not None and self._table.key_dtype is tf.int64:
            flat = tf.cast(flat, tf.int64)
        values = flat if self._num_oov_buckets else self._table.lookup(flat, name)
        if self._num_oov_buckets:
            with tf.name_scope(name, f"{self.name}_Lookup"):
                values = self._ids(flat)
        return values if sparse is None else SparseTensor(sparse.indices, values, sparse.dense_shape)

    def _ids(self, keys: Tensor) -> Tensor:
        words = keys if keys.dtype is tf.string else tf.as_string(keys)
        buckets = self._bucket(words)
        if self._table is None:
            return buckets
        ids = self._table.lookup(keys)
        buckets = tf.add(buckets, self._table.size())
        known = tf.not_equal(ids, self._table.default_value)
        return apply("Select", known, ids, buckets, name="SelectV2")

    def _bucket(self, words: Tensor) -> Tensor:
        if self._hasher.hasher == "fasthash":
            return tf.string_to_hash_bucket_fast(words, self._num_oov_buckets, name="hash_bucket")
        return tf.string_to_hash_bucket_strong(words, self._num_oov_buckets, self._hasher.key, name="hash_bucket")


class StaticVocabularyTable(IdTableWithHashBuckets):
    """The ids that an initializer gives keys, and for other keys those of buckets: from their number on.

    >>> import minitf as tf, numpy as np
    >>> words = tf.lookup.KeyValueTensorInitializer(["emerson", "lake"], np.int64([0, 1]))
    >>> table = tf.lookup.StaticVocabularyTable(words, num_oov_buckets=3)
    >>> x = table.lookup(tf.constant(["lake", "king", "crimson"]))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.tables_initializer())
    ...     print(sess.run(x))
    [1 3 2]
    """

    def __init__(self, initializer, num_oov_buckets: int, lookup_key_dtype=None, name: str | None = None):
        if num_oov_buckets <= 0:
            raise ValueError("oov_buckets must be > 0.")
        table = None
        if initializer is not None:
            if initializer.value_dtype is not tf.int64:
                raise TypeError(f"Invalid value dtype, expected {tf.int64} but got {initializer.value_dtype}.")
            table = StaticHashTable(initializer, default_value=-1)
        super().__init__(table, num_oov_buckets, FastHashSpec, name, lookup_key_dtype)


# ---- functions


def index_table_from_file(
    vocabulary_file=None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value=-1,
    hasher_spec=FastHashSpec,
    key_dtype=tf.string,
    name: str | None = None,
    key_column_index: int = TextFileIndex.WHOLE_LINE,
    value_column_index: int = TextFileIndex.LINE_NUMBER,
    delimiter: str = "\t",
) -> LookupInterface:
    """A table of the ids, by default the numbers, of the lines of a file.

    num_oov_buckets: how many ids there are beyond those for keys that are not in the file, by their hash;
    without, such keys have `default_value`.

    Raises:
      ValueError: without a file, or for a number that cannot be. TypeError: for a type of no keys.
    """
    if vocabulary_file is None or isinstance(vocabulary_file, str) and not vocabulary_file:
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    _check_numbers(num_oov_buckets, vocab_size)
    key_dtype = tf.as_dtype(key_dtype)
    if not (key_dtype.is_integer or key_dtype is tf.string):
        raise TypeError(f"Only integer and string keys are supported, not {key_dtype}.")
    with tf.name_scope(name, "string_to_index"):
        with tf.name_scope(None, "hash_table"):
            found = TextFileIdTableInitializer(
                vocabulary_file,
                key_column_index,
                value_column_index,
                vocab_size,
                delimiter,
                "table_init",
                tf.int64 if key_dtype.is_integer else key_dtype,
            )
            table = HashTable(found, default_value, shared_name=found._shared_name)
        return _with_buckets(table, num_oov_buckets, hasher_spec, key_dtype)


def _check_numbers(num_oov_buckets: int, vocab_size: int | None) -> None:
    if num_oov_buckets < 0:
        raise ValueError(f"num_oov_buckets must be greater or equal than 0, got {num_oov_buckets}.")
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"vocab_size must be greater than 0, got {vocab_size}.")


def _with_buckets(table, num_oov_buckets: int, hasher_spec, key_dtype) -> LookupInterface:
    if num_oov_buckets:
        return IdTableWithHashBuckets(table, num_oov_buckets, hasher_spec, None, key_dtype)
    return table


def index_table_from_tensor(
    mapping,
    num_oov_buckets: int = 0,
    default_value=-1,
    hasher_spec=FastHashSpec,
    dtype=tf.string,
    name: str | None = None,
) -> LookupInterface:
    """A table of the places of keys in a vector.

    num_oov_buckets, default_value: as of index_table_from_file.

    Raises:
      ValueError: without a vector, or for a number that cannot be. TypeError: for a type of no keys.
    """
    if mapping is None:
        raise ValueError("mapping must be specified.")
    _check_numbers(num_oov_buckets, None)
    dtype = tf.as_dtype(dtype)
    if not (dtype.is_integer or dtype is tf.string):
        raise TypeError(f"Only integer and string keys are supported, not {dtype}.")
    with tf.name_scope(name, "string_to_index"):
        keys = tf.convert_to_tensor(mapping)
        if keys.dtype.is_integer != dtype.is_integer or (keys.dtype is tf.string) != (dtype is tf.string):
            raise TypeError(f"Expected keys of {dtype}, got {keys.dtype}")
        places = tf.cast(tf.range(tf.size(keys)), tf.int64)
        with tf.name_scope(None, "hash_table"):
            keys = tf.cast(keys, tf.int64) if dtype.is_integer and keys.dtype is not tf.int64 else keys
            kind = tf.int64 if dtype.is_integer else dtype
            found = KeyValueTensorInitializer(keys, places, kind, tf.int64, name="table_init")
            table = HashTable(found, default_value, shared_name=_own_name())
        return _with_buckets(table, num_oov_buckets, hasher_spec, dtype)


def _own_name() -> str:
    return f"hash_table_{uuid.uuid4()}"


def index_to_string_table_from_file(
    vocabulary_file,
    vocab_size: int | None = None,
    default_value="UNK",
    name: str | None = None,
    key_column_index: int = TextFileIndex.LINE_NUMBER,
    value_column_index: int = TextFileIndex.WHOLE_LINE,
    delimiter: str = "\t",
) -> HashTable:
    """A table of the lines of a file, strings by numbers, int64.

    Raises:
      ValueError: without a file, or for a number that cannot be.
    """
    if isinstance(vocabulary_file, str) and not vocabulary_file or vocabulary_file is None:
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    _check_numbers(0, vocab_size)
    with tf.name_scope(name, "index_to_string"):
        found = TextFileStringTableInitializer(
            vocabulary_file, key_column_index, value_column_index, vocab_size, delimiter, "table_init"
        )
        return HashTable(found, default_value, shared_name=found._shared_name)


def index_to_string_table_from_tensor(mapping, default_value="UNK", name: str | None = None) -> HashTable:
    """A table of the strings in a vector by their places, int64.

    Raises:
      ValueError: without a vector.
    """
    if mapping is None:
        raise ValueError("mapping must be specified.")
    with tf.name_scope(name, "index_to_string"):
        values = tf.convert_to_tensor(mapping, tf.string)
        places = tf.cast(tf.range(tf.size(values)), tf.int64)
        found = KeyValueTensorInitializer(places, values, tf.int64, tf.string, name="table_init")
        return HashTable(found, default_value, shared_name=_own_name())


@taking([a for a in arguments(index_table_from_file)[:7] if a.name != "key_dtype"])
def string_to_index_table_from_file(**how) -> LookupInterface:
    """The old name of `index_table_from_file`."""
    return index_table_from_file(**how)


@taking([a for a in arguments(index_table_from_tensor) if a.name != "dtype"])
def string_to_index_table_from_tensor(**how) -> LookupInterface:
    """The old name of `index_table_from_tensor`."""
    return index_table_from_tensor(**how)


def string_to_index(tensor, mapping, default_value=-1, name: str | None = None) -> Tensor:
    """The places in the vector `mapping` of the strings in a tensor."""
    table = index_table_from_tensor(mapping, default_value=default_value, name=name)
    return table.lookup(tensor)


def index_to_string(tensor, mapping, default_value="UNK", name: str | None = None) -> Tensor:
    """The strings in the vector `mapping` at the places in a tensor."""
    return index_to_string_table_from_tensor(mapping, default_value, name).lookup(tensor)
