"""Datasets of rows of tables, in files of comma-separated values and in data bases; sparse batches; and datasets
written to files.
"""

from __future__ import annotations

import contextlib

import numpy as np

from minitf.formats.records import TFRecordWriter
from minitf.framework import dtypes, errors
from minitf.framework.files import translated
from minitf.framework.registry import define
from minitf.ops.datasets.base import Dataset, Indexed, Pull, dataset_op
from minitf.ops.datasets.batches import Batches
from minitf.ops.datasets.files import Files, check_compression, opened, read
from minitf.ops.io.decoding import csv_fields, csv_value
from minitf.ops.patterns import STATEFUL, boxed

# ---- comma-separated values


@dataset_op(
    "CSVDataset",
    "filenames: string, compression_type: string[], buffer_size: int64[], header: bool[], field_delim: string[], "
    "use_quote_delim: bool[], na_value: string[], select_cols: int64[n], record_defaults: **output_types",
    "output_shapes: list(shape)",
)
class _CSVDataset(Files):
    """The rows of files, field by field."""

    def __init__(self, op, names, compression, _, header, delimiter, quotes, missing, columns, *defaults):
        super().__init__(op, names)
        self._compression = compression.item().decode()
        check_compression(self, self._compression)
        self._header, self._delimiter, self._quotes = bool(header), delimiter.item(), bool(quotes)
        self._missing, self._columns, self._defaults = missing.item(), columns.tolist(), defaults
        if len(self._delimiter) != 1:
            raise self.wrong("field_delim should be only 1 char")
        if any(b <= a for a, b in zip([-1, *self._columns], self._columns)):
            raise self.wrong("select_cols should be strictly increasing indices")

    def parts(self, name):
        with translated(name), opened(name, self._compression) as file:
            row = -1
            while record := self._record(name, file):
                row += 1
                if row or not self._header:
                    yield self._element(record.rstrip(b"\r\n"), row)

    def _record(self, name: str, file) -> bytes:
        """A line, or several that belong together as there are quotes around their ends."""
        record = read(name, file.readline)
        while self._quotes and record.count(b'"') % 2 and (more := read(name, file.readline)):
            record += more
        return record

    def _element(self, record: bytes, row: int) -> tuple:
        try:
            fields = csv_fields(record, self._delimiter, self._quotes)
            chosen = self._columns or range(len(self._defaults))
            if not self._columns and len(fields) != len(self._defaults) or chosen and len(fields) <= chosen[-1]:
                raise ValueError(f"Expect {len(self._defaults)} fields but have {len(fields)} in record")
            pairs = zip(chosen, self._defaults, self.op.attrs["output_types"])
            values = [(csv_value(fields[c], d, t, self._missing, c, row), t) for c, d, t in pairs]
        except ValueError as error:
            raise errors.InvalidArgumentError(None, None, str(error)) from None
        return tuple([boxed(v) if t is dtypes.string else np.array(v, t.numpy) for v, t in values])


# ---- data bases


@dataset_op("SqlDataset", "driver_name: string[], data_source_name: string[], query: string[]")
class _SqlDataset(Dataset):
    """The rows that a data base gives for a query."""

    def __init__(self, op, driver, source, query):
        super().__init__(op)
        if driver.item() != b"sqlite":
            raise self.wrong(f"The database type, {driver.item().decode()}, is not supported: only sqlite is.")
        self.file, self.query = source.item().decode(), query.item().decode()

    def start(self, pull):
        return _Selected(self)


class _Selected(Indexed):
    def __init__(self, dataset: _SqlDataset):
        super().__init__(None)
        self._dataset = dataset

    def __next__(self):
        if self._elements is None:
            self._elements = self._all()
        return self._element(super().__next__())

    def _all(self) -> list:
        import sqlite3  # few need it

        try:
            with contextlib.closing(sqlite3.connect(self._dataset.file)) as connection:
                connection.text_factory = bytes
                return connection.execute(self._dataset.query).fetchall()
        except sqlite3.Error as error:
            raise errors.UnknownError(None, self._dataset.op, str(error)) from None

    def _element(self, row: tuple) -> tuple:
        kinds = self._dataset.op.attrs["output_types"]
        if len(row) != len(kinds):
            raise self._dataset.wrong(
                f"The number of columns in query ({len(row)}) must match the number of elements in output_types "
                f"({len(kinds)})."
            )
        return tuple([_cell(value, kind) for value, kind in zip(row, kinds)])


def _cell(value, kind: dtypes.DType) -> np.ndarray:
    if kind is dtypes.string:
        text = b"" if value is None else value if isinstance(value, bytes) else str(value).encode()
        return boxed(text)
    return np.array(0 if value is None else value).astype(kind.numpy)


# ---- sparse batches


@dataset_op("DenseToSparseBatchDataset", "input_dataset: variant, batch_size: int64[], row_shape: int64[n]")
class _DenseToSparseBatchDataset(Batches):
    """Batches of elements of different shapes, as sparse tensors."""

    def __init__(self, op, source, size, row_shape):
        super().__init__(op, source, size, False)
        self._shape = row_shape.tolist()

    def joined(self, elements):
        arrays = [array for (array,) in elements]
        for array in arrays:
            fits = array.ndim == len(self._shape)
            if not fits or any(m >= 0 and n > m for n, m in zip(array.shape, self._shape)):
                raise _misfit(self.op, array, self._shape)
        largest = np.max([a.shape for a in arrays], axis=0, initial=0).astype(int).tolist() if self._shape else []
        sizes = [m if n < 0 else n for n, m in zip(self._shape, largest)]
        places = [(i, *index) for i, array in enumerate(arrays) for index in np.ndindex(array.shape)]
        values = [array[index] for array in arrays for index in np.ndindex(array.shape)]
        parts = np.empty(3, object)
        parts[0] = np.array(places, np.int64).reshape(len(places), len(self._shape) + 1)
        parts[1] = np.array([*values, None], object)[:-1].astype(arrays[0].dtype)
        parts[2] = np.array([len(arrays), *sizes], np.int64)
        return (parts,)


def _misfit(op, array: np.ndarray, row: list) -> errors.OpError:
    """TensorFlow's errors for an element that does not go into a row."""
    kind = errors.DataLossError if array.ndim == len(row) else errors.InvalidArgumentError
    message = f"Input element had shape {list(array.shape)}, which is not compatible with the row shape {row}"
    return kind(None, op, message)


# ---- files written


def _written(b, op, dataset, name, compression):
    pull, path = Pull(b.functions()), b.data(name).item().decode()

    def go() -> None:
        with translated(path), TFRecordWriter(path, b.data(compression).item().decode()) as writer:
            for (record,) in b.data(dataset)[()].start(pull):
                writer.write(record.item())

    try:
        b.outside(go)
    finally:
        pull.stop()


define(
    "DatasetToTFRecord",
    "input_dataset: variant, filename: string[], compression_type: string[] ->",
    host=_written,
    **STATEFUL,
)
