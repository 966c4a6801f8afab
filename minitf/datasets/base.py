"""Files of data sets: fetched where they are lacking, and read where they are tables of numbers."""

from __future__ import annotations

import collections
import csv
import os

import numpy as np

from minitf.datasets.mnist import Datasets as Datasets

Dataset = collections.namedtuple("Dataset", ["data", "target"])


def maybe_download(filename: str, work_directory: str, source_url: str) -> str:
    """The path of a file in a folder, fetched from `source_url` if it is not there; OSError if that fails."""
    import urllib.request

    os.makedirs(work_directory, exist_ok=True)
    path = os.path.join(work_directory, filename)
    if not os.path.exists(path):
        temporary = f"{path}.{os.getpid()}.tmp"
        try:
            urllib.request.urlretrieve(source_url, temporary)
            os.replace(temporary, path)
        finally:
            if os.path.exists(temporary):
                os.remove(temporary)
        print("Successfully downloaded", filename, os.path.getsize(path), "bytes.")
    return path


def load_csv_with_header(filename: str, target_dtype, features_dtype, target_column: int = -1) -> Dataset:
    """A table whose first line says how many rows and features there are: features [n, k], targets [n]."""
    with open(filename, newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        count, features = int(header[0]), int(header[1])
        data, target = _columns(rows, target_dtype, features_dtype, target_column)
    if data.shape != (count, features):
        raise ValueError(f"{filename} says that it has {count} rows of {features}, but has {data.shape}")
    return Dataset(data, target)


def load_csv_without_header(filename: str, target_dtype, features_dtype, target_column: int = -1) -> Dataset:
    """A table of features and one column of targets."""
    with open(filename, newline="") as file:
        return Dataset(*_columns(csv.reader(file), target_dtype, features_dtype, target_column))


def _columns(rows, target_dtype, features_dtype, column: int) -> tuple[np.ndarray, np.ndarray]:
    targets, features = [], []
    for row in rows:
        targets.append(row.pop(column))
        features.append(np.asarray(row, features_dtype))
    return np.array(features), np.array(targets, target_dtype)
