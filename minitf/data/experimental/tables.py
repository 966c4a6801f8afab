"""Datasets of files of comma-separated values, of Examples, and of data bases; and files of records."""

from __future__ import annotations

import collections
import csv
import glob
import gzip
from collections.abc import Callable

import numpy as np

import minitf as tf
from minitf.data import structure
from minitf.data.dataset import Dataset
from minitf.data.experimental.steps import ignore_errors as without_errors
from minitf.data.experimental.steps import parallel_interleave, parse_example_dataset, shuffle_and_repeat
from minitf.data.readers import TFRecordDataset
from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.operation import Operation
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor

_TYPES = (tf.float32, tf.float64, tf.int32, tf.int64, tf.string)
_BUFFER = 4 * 1024 * 1024
_AUTOTUNE = -1


def _tensor(value, name: str, dtype) -> Tensor:
    return tf.convert_to_tensor(value, dtype, name=name)


def _defaults(given) -> list:
    """Defaults of columns as tensors; a type stands for a column that has to be there."""
    return [
        tf.constant([], dtypes.as_dtype(d)) if not isinstance(d, (Tensor, list, np.ndarray)) and d in _TYPES else d
        for d in given
    ]


class CsvDataset(Dataset):
    """The rows of files of comma-separated values, as tuples of scalars.

    filenames: a name or several; record_defaults: for each column its type, if it has to be there, or its default,
    a vector of one; header: whether the first line is left out; select_cols: the rising numbers of the columns to
    read; the other arguments as of `tf.decode_csv`, and compression_type "", "ZLIB" or "GZIP".

    Raises (at run time):
      NotFoundError: if there is no such file. InvalidArgumentError: for a row that does not fit.
    """

    def __init__(
        self,
        filenames,
        record_defaults,
        compression_type=None,
        buffer_size=None,
        header=False,
        field_delim=",",
        use_quote_delim=True,
        na_value="",
        select_cols=None,
    ):
        names = _tensor(filenames, "filenames", tf.string)
        kind = _tensor("" if compression_type is None else compression_type, "compression_type", tf.string)
        defaults = [
            tf.convert_to_tensor(d, name=f"record_defaults_{i}") for i, d in enumerate(_defaults(record_defaults))
        ]
        rest = [
            _tensor(_BUFFER if buffer_size is None else buffer_size, "buffer_size", tf.int64),
            _tensor(header, "header", tf.bool),
            _tensor(field_delim, "field_delim", tf.string),
            _tensor(use_quote_delim, "use_quote_delim", tf.bool),
            _tensor(na_value, "na_value", tf.string),
            _tensor([] if select_cols is None else select_cols, "select_cols", tf.int64),
        ]
        parts = tuple([structure.Part(d.dtype.base_dtype, TensorShape([])) for d in defaults])
        self._begin(apply("CSVDataset", names, kind, *rest, defaults, **structure.shapes_of(parts)), parts)


class SqlDataset(Dataset):
    """The rows that a data base gives for a query, as tuples of scalars.

    driver_name: "sqlite"; data_source_name: its file; output_types: a tuple of the columns' types.

    Raises (at run time):
      InvalidArgumentError: for a query that fails, or gives other columns.
    """

    def __init__(self, driver_name, data_source_name, query, output_types):
        names = {"driver_name": driver_name, "data_source_name": data_source_name, "query": query}
        given = [_tensor(value, name, tf.string) for name, value in names.items()]
        parts = structure.made_of(output_types, structure.map_structure(lambda _: [], output_types))
        self._begin(apply("SqlDataset", *given, **structure.carriers(parts)), parts)


class TFRecordWriter:
    """Writes datasets of string scalars to a TFRecord file; compression_type: "", "ZLIB" or "GZIP"."""

    def __init__(self, filename, compression_type=None):
        self._filename = _tensor(filename, "filename", tf.string)
        kind = "" if compression_type is None else compression_type
        self._compression_type = _tensor(kind, "compression_type", tf.string)

    def write(self, dataset: Dataset) -> Operation:
        """The op that writes a dataset.

        Raises:
          TypeError: if its elements are no string scalars.
        """
        parts = dataset._parts
        if structure.is_nested(parts) or parts.dtype is not tf.string or not parts.shape.is_compatible_with([]):
            raise TypeError(
                f"`dataset` must produce scalar `DT_STRING` tensors whereas it produces {structure.shown(parts)}"
            )
        return apply_op("DatasetToTFRecord", dataset._variant_tensor, self._filename, self._compression_type)


# ---- batches of files


def _again(dataset: Dataset, epochs, shuffle: bool, buffer_size, seed) -> Dataset:
    if shuffle and epochs != 1:
        return dataset.apply(shuffle_and_repeat(buffer_size, epochs, seed))
    if shuffle:
        return dataset.shuffle(buffer_size, seed)
    return dataset if epochs == 1 else dataset.repeat(epochs)


def _in_turn(names: Dataset, read: Callable, readers: int, sloppy) -> Dataset:
    if readers == _AUTOTUNE:
        return names.interleave(read, num_parallel_calls=readers)
    return names.apply(parallel_interleave(read, cycle_length=readers, sloppy=sloppy))


def make_batched_features_dataset(
    file_pattern,
    batch_size,
    features,
    reader: Callable = TFRecordDataset,
    label_key=None,
    reader_args=None,
    num_epochs=None,
    shuffle: bool = True,
    shuffle_buffer_size=10000,
    shuffle_seed=None,
    prefetch_buffer_size=None,
    reader_num_threads=None,
    parser_num_threads=None,
    sloppy_ordering: bool = False,
    drop_final_batch: bool = False,
) -> Dataset:
    """Batches of the features of Examples in files: dicts of tensors, or with `label_key` pairs of such a dict and
    the feature that is the label.

    features: as of `tf.parse_example`; num_epochs: None for ever.

    Raises:
      TypeError: for a reader that makes no datasets. ValueError: for a label that is no feature.
    """
    if isinstance(reader, type) and issubclass(reader, tf.ReaderBase):
        raise TypeError("The `reader` argument must return a `Dataset` object, such as tf.data.TFRecordDataset.")
    names = Dataset.list_files(file_pattern, shuffle=shuffle, seed=shuffle_seed)
    readers = 1 if reader_num_threads is None else reader_num_threads
    made = _in_turn(names, lambda name: reader(name, *(reader_args or [])), readers, sloppy_ordering)
    if made.output_types == (tf.string, tf.string):
        made = made.map(lambda _, value: value)
    made = _again(made, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    made = made.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)
    made = made.apply(parse_example_dataset(features, 2 if parser_num_threads is None else parser_num_threads))
    if label_key:
        if label_key not in features:
            raise ValueError(f"The `label_key` provided ({label_key!r}) must be one of the `features` keys.")
        made = made.map(lambda x: (x, x.pop(label_key)))
    return made.prefetch(_AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size)


def make_csv_dataset(
    file_pattern,
    batch_size,
    column_names=None,
    column_defaults=None,
    label_name=None,
    select_columns=None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs=None,
    shuffle: bool = True,
    shuffle_buffer_size=10000,
    shuffle_seed=None,
    prefetch_buffer_size=None,
    num_parallel_reads=None,
    sloppy: bool = False,
    num_rows_for_inference=100,
    compression_type=None,
    ignore_errors: bool = False,
) -> Dataset:
    """Batches of the rows of files of comma-separated values: dicts of columns by their names, or with `label_name`
    pairs of such a dict and the column that is the label.

    column_names: by default what the first line says; column_defaults: as of CsvDataset, by default of types that
    the first num_rows_for_inference rows fit; select_columns: names or numbers; num_epochs: None for ever.

    Raises:
      ValueError: if there are no such files, columns or names.
    """
    names = _file_names(file_pattern)
    source = Dataset.from_tensor_slices(names)
    if shuffle:
        source = source.shuffle(len(names), shuffle_seed)
    quoting = csv.QUOTE_MINIMAL if use_quote_delim else csv.QUOTE_NONE
    probe = _Probe(names, _opener(compression_type), {"delimiter": field_delim, "quoting": quoting})
    if column_names is None:
        if not header:
            raise ValueError("Cannot infer column names without a header line.")
        column_names = probe.names()
    if len(column_names) != len(set(column_names)):
        raise ValueError("Cannot have duplicate column names.")
    chosen = None if select_columns is None else _numbers_of(select_columns, column_names)
    if column_defaults is None:
        column_defaults = probe.defaults(len(column_names), na_value, header, num_rows_for_inference, chosen)
    column_defaults = _defaults(column_defaults)
    if chosen is not None and len(column_defaults) != len(chosen):
        raise ValueError("If specified, column_defaults and select_columns must have same length.")
    if chosen is not None:
        column_names = [column_names[i] for i in chosen]
    if label_name is not None and label_name not in column_names:
        raise ValueError("`label_name` provided must be one of the columns.")

    def rows(name) -> Dataset:
        settings = {"header": header, "field_delim": field_delim, "use_quote_delim": use_quote_delim}
        settings |= {"na_value": na_value, "select_cols": chosen, "compression_type": compression_type}
        made = CsvDataset(name, column_defaults, **settings)
        return made.apply(without_errors()) if ignore_errors else made

    def named(*columns):
        found = collections.OrderedDict(zip(column_names, columns))
        return found if label_name is None else (found, found.pop(label_name))

    made = _in_turn(source, rows, 1 if num_parallel_reads is None else num_parallel_reads, sloppy)
    made = _again(made, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    made = made.batch(batch_size, drop_remainder=num_epochs is None).map(named)
    return made.prefetch(_AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size)


def _file_names(pattern) -> list[str]:
    if isinstance(pattern, list) and not pattern:
        raise ValueError("File pattern is empty.")
    names = [name for each in (pattern if isinstance(pattern, list) else [pattern]) for name in glob.glob(each)]
    if not names:
        raise ValueError(f"No files match {pattern}.")
    return sorted(names)


def _opener(compression) -> Callable:
    kind = None if compression is None else constant_value(compression)
    if compression is not None and kind is None:
        raise ValueError("the compression_type has to be known to look into the files")
    kind = "" if kind is None else kind.item()
    kind = kind.decode() if isinstance(kind, bytes) else kind
    if kind not in ("", "GZIP"):
        raise ValueError(f"compression_type ({kind}) is not supported for probing columns")
    return gzip.open if kind else open


class _Probe:
    """Files that are looked into when the graph is made."""

    def __init__(self, names: list[str], open_file: Callable, settings: dict):
        self._names, self._open, self._settings = names, open_file, settings

    def _rows(self, name: str):
        with self._open(name, "rt", newline="") as file:
            yield from csv.reader(file, **self._settings)

    def names(self) -> list[str]:
        """The names of the columns, which all files say in their first lines."""
        firsts = [next(self._rows(name), None) for name in self._names]
        if None in firsts:
            empty = self._names[firsts.index(None)]
            raise ValueError(f"Received StopIteration when reading the header line of {empty}.  Empty file?")
        if any(first != firsts[0] for first in firsts):
            raise ValueError("Files have different column names in the header row.")
        return firsts[0]

    def defaults(self, count: int, missing: str, header: bool, most, chosen) -> list:
        """0, or "", of the types that what stands in the columns fits."""
        columns = range(count) if chosen is None else chosen
        kinds: list = [None] * len(columns)
        for number, row in enumerate(self._all(header)):
            if most is not None and number >= most:
                break
            if len(row) != count:
                raise ValueError("Problem inferring types: CSV row has different number of fields than expected.")
            kinds = [_narrowest(row[c], missing, kind) for c, kind in zip(columns, kinds)]
        kinds = [tf.string if kind is None else kind for kind in kinds]
        return [tf.constant(["" if kind is tf.string else 0], kind) for kind in kinds]

    def _all(self, header: bool):
        for name in self._names:
            rows = self._rows(name)
            if header:
                next(rows, None)
            yield from rows


_ORDER = [tf.int32, tf.int64, tf.float32, tf.float64, tf.string]


def _narrowest(text: str, missing: str, before):
    """The first of the types that a text fits, and those before it did."""
    if text in ("", missing):
        return before
    start = 0 if before is None else _ORDER.index(before)
    return next(kind for kind in _ORDER[start:] if _fits(text, kind))


def _fits(text: str, kind) -> bool:
    if kind is tf.string:
        return True
    try:
        if kind.is_integer:
            return kind.min <= int(text) <= kind.max
        return bool(kind.as_numpy_dtype(text) < np.inf)
    except ValueError:
        return False


def _numbers_of(columns: list, names: list) -> list[int]:
    """The numbers of columns, in order."""
    found = []
    for column in columns:
        if isinstance(column, int) and not 0 <= column < len(names):
            raise ValueError(f"Column index {column} specified in select_columns out of valid range.")
        if not isinstance(column, int) and column not in names:
            raise ValueError(f"Value '{column}' specified in select_columns not a valid column index or name.")
        found.append(column if isinstance(column, int) else names.index(column))
    if len(set(found)) != len(found):
        raise ValueError("select_columns contains duplicate columns")
    return sorted(found)
