"""What fills tables: tensors, or files."""

from __future__ import annotations

import minitf as tf
from minitf.framework.apply import apply_op
from minitf.framework.getter import getter
from minitf.framework.operation import Operation
from minitf.ops.state.lookup import LINE_NUMBER, WHOLE_LINE


class TextFileIndex:
    """What of a line is meant, instead of the number of a column."""

    WHOLE_LINE, LINE_NUMBER = WHOLE_LINE, LINE_NUMBER


class OfTypes:
    """What has keys and values of some types."""

    def __init__(self, key_dtype, value_dtype):
        self._key_dtype, self._value_dtype = tf.as_dtype(key_dtype), tf.as_dtype(value_dtype)

    key_dtype: tf.DType = getter("_key_dtype", "The type of the keys.")
    value_dtype: tf.DType = getter("_value_dtype", "The type of the values.")


class TableInitializerBase(OfTypes):
    """What fills a table with keys and values of some types."""

    @property
    def _shared_name(self) -> str:
        """What tables that are filled alike have in common; "" if they are not to be shared."""
        return ""

    def initialize(self, table) -> Operation:
        """The op that fills a table; NotImplementedError where a subclass does not say how."""
        raise NotImplementedError

    def _check(self, table) -> None:
        types = [(d.key_dtype, d.value_dtype) for d in (self, table)]
        if types[0] != types[1]:
            raise TypeError(f"a table of keys and values {types[1]} cannot be filled with {types[0]}")


def _added(op: Operation) -> Operation:
    op.graph.add_to_collection(tf.GraphKeys.TABLE_INITIALIZERS, op)
    return op


class KeyValueTensorInitializer(TableInitializerBase):
    """Keys and values from two tensors, of one shape.

    key_dtype, value_dtype: their types, where they are no tensors yet.
    """

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name: str | None = None):
        self._keys = tf.convert_to_tensor(keys, key_dtype, name="keys")
        self._values = tf.convert_to_tensor(values, value_dtype, name="values")
        self._name = "key_value_init" if name is None else name
        super().__init__(self._keys.dtype.base_dtype, self._values.dtype.base_dtype)

    def initialize(self, table) -> Operation:
        """The op that fills a table.

        Raises (at run time):
          FailedPreconditionError: for a key with two values, or a table that holds something else.
        """
        self._check(table)
        with tf.name_scope(self._name, values=[table.resource_handle, self._keys, self._values]):
            return _added(apply_op("LookupTableImportV2", table.resource_handle, self._keys, self._values))


class TextFileInitializer(TableInitializerBase):
    r"""Keys and values from the lines of a file.

    key_index, value_index: the numbers of columns, or `TextFileIndex.WHOLE_LINE` or `LINE_NUMBER` (int64);
    vocab_size: how many lines are read, by default all; delimiter: what is between columns.

    Raises:
      ValueError: for types that do not go with an index, or two indices that are the same.
    """

    def __init__(
        self,
        filename,
        key_dtype,
        key_index: int,
        value_dtype,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
    ):
        super().__init__(key_dtype, value_dtype)
        if not isinstance(filename, tf.Tensor) and not filename:
            raise ValueError("Filename required for the initializer of a table")
        for label, index, dtype in (("Key", key_index, self.key_dtype), ("Value", value_index, self.value_dtype)):
            _check_index(label, index, dtype)
        if key_index == value_index:
            raise ValueError(f"Key and value have the same index: {key_index}")
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"Invalid vocab_size {vocab_size}.")
        self._filename_arg = filename
        self._key_index, self._value_index = key_index, value_index
        self._vocab_size, self._delimiter = vocab_size, delimiter
        self._name = "text_file_init" if name is None else name
        self._path = tf.convert_to_tensor(filename, tf.string, name="asset_path")

    @property
    def _shared_name(self) -> str:
        sizes = [] if self._vocab_size is None else [self._vocab_size]
        return "_".join(map(str, ["hash_table", self._filename_arg, *sizes, self._key_index, self._value_index]))

    def initialize(self, table) -> Operation:
        """The op that fills a table.

        Raises (at run time):
          NotFoundError: if there is no such file.
          InvalidArgumentError: for lines without such columns, or fewer lines than `vocab_size`.
        """
        self._check(table)
        with tf.name_scope(self._name, values=[table.resource_handle]):
            op = apply_op(
                "InitializeTableFromTextFileV2",
                table.resource_handle,
                self._path,
                key_index=self._key_index,
                value_index=self._value_index,
                vocab_size=self._vocab_size or -1,
                delimiter=self._delimiter,
            )
        op.graph.add_to_collection(tf.GraphKeys.ASSET_FILEPATHS, self._path)
        return _added(op)


def _check_index(label: str, index: int, dtype) -> None:
    if index < WHOLE_LINE:
        raise ValueError(f"Invalid {label.lower()} index {index}: it is the number of a column, or a TextFileIndex")
    if index == LINE_NUMBER and dtype is not tf.int64:
        raise ValueError(f"Signature mismatch. {label}s must be dtype {tf.int64}, got {dtype}.")
    if index == WHOLE_LINE and not (dtype.is_integer or dtype is tf.string):
        raise ValueError(f"Signature mismatch. {label}s must be integer or string, got {dtype}.")


class TextFileStringTableInitializer(TextFileInitializer):
    """Strings by the numbers of their lines."""

    def __init__(
        self,
        filename,
        key_column_index: int = LINE_NUMBER,
        value_column_index: int = WHOLE_LINE,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str = "text_file_string_table_init",
    ):
        super().__init__(
            filename, tf.int64, key_column_index, tf.string, value_column_index, vocab_size, delimiter, name
        )


class TextFileIdTableInitializer(TextFileInitializer):
    """The numbers of lines by what stands in them."""

    def __init__(
        self,
        filename,
        key_column_index: int = WHOLE_LINE,
        value_column_index: int = LINE_NUMBER,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str = "text_file_id_table_init",
        key_dtype=tf.string,
    ):
        super().__init__(
            filename, key_dtype, key_column_index, tf.int64, value_column_index, vocab_size, delimiter, name
        )
