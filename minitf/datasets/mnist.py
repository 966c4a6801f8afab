"""MNIST: 60,000 and 10,000 images of handwritten digits (LeCun, Cortes, Burges)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minitf as tf
from minitf.datasets import files, idx

DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
SOURCE_URL = DEFAULT_SOURCE_URL

# The files, with the MD5 digests of their packed form.
TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
_DIGESTS = {
    TRAIN_IMAGES: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    TRAIN_LABELS: "d53e105ee54ea40749a09fcbcd1e9432",
    TEST_IMAGES: "9fb629c4189551a2d022fa330f9573f3",
    TEST_LABELS: "ec29112dd5afa0611ce80d1b7f02629c",
}


class Arrays(NamedTuple):
    """All images (bytes, [n, 28, 28]) and digits (bytes, [n])."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


class Datasets(NamedTuple):
    """The three parts of a data set."""

    train: DataSet
    validation: DataSet
    test: DataSet


class DataSet:
    """Images and labels that come in batches, shuffled anew in each epoch.

    images: bytes [n, rows, columns, 1]; with `reshape` they become [n, rows * columns], and with dtype
    float32 numbers from 0 to 1. labels: n digits or one-hot rows. seed: of the shuffling, by default the
    graph's.
    fake_data: batches are ones.

    Raises:
      TypeError: for another dtype.
      ValueError: if there are not as many labels as images.
    """

    def __init__(
        self,
        images,
        labels,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype=tf.float32,
        reshape: bool = True,
        seed=None,
    ):
        first, second = tf.get_seed(seed)
        np.random.seed(first if seed is None else second)
        dtype = tf.as_dtype(dtype).base_dtype
        if dtype not in (tf.uint8, tf.float32):
            raise TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32")
        self._fake, self._one_hot = fake_data, one_hot
        if not fake_data:
            images, labels = _checked(images, labels, reshape)
            if dtype == tf.float32:
                images = np.multiply(images.astype(np.float32), 1.0 / 255.0)
        self._images, self._labels = images, labels
        self._num_examples = 10_000 if fake_data else len(images)
        self._epochs_completed = self._index_in_epoch = 0

    @property
    def images(self) -> np.ndarray:
        """The images, in the order of this epoch."""
        return self._images

    @property
    def labels(self) -> np.ndarray:
        """The labels, in the same order."""
        return self._labels

    @property
    def num_examples(self) -> int:
        """How many images there are."""
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        """How often all images have been given out."""
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True):
        """The next images and their labels; the last of an epoch come with the first of the next."""
        if fake_data or self._fake:
            label = [1] + [0] * 9 if self._one_hot else 0
            return [[1] * 784 for _ in range(batch_size)], [label for _ in range(batch_size)]
        start = self._index_in_epoch
        if start == 0 and self._epochs_completed == 0 and shuffle:
            self._shuffle()
        self._index_in_epoch = start + batch_size
        if self._index_in_epoch <= self._num_examples:
            return self._images[start : start + batch_size], self._labels[start : start + batch_size]
        rest = self._images[start:], self._labels[start:]
        self._epochs_completed += 1
        if shuffle:
            self._shuffle()
        self._index_in_epoch = end = batch_size - len(rest[0])
        return np.concatenate([rest[0], self._images[:end]]), np.concatenate([rest[1], self._labels[:end]])

    def _shuffle(self) -> None:
        order = np.arange(self._num_examples)
        np.random.shuffle(order)
        self._images, self._labels = self._images[order], self._labels[order]


def _checked(images, labels, reshape: bool):
    images, labels = np.asarray(images), np.asarray(labels)
    if len(images) != len(labels):
        raise ValueError(f"there are {len(images)} images, of shape {images.shape}, and {len(labels)} labels")
    if reshape:
        if images.ndim != 4 or images.shape[3] != 1:
            raise ValueError(f"images to reshape are of shape [n, rows, columns, 1], not {images.shape}")
        images = images.reshape(len(images), images.shape[1] * images.shape[2])
    return images, labels


def dense_to_one_hot(labels_dense, num_classes: int) -> np.ndarray:
    """Digits as rows of zeros with a one."""
    return np.eye(num_classes)[np.asarray(labels_dense).ravel()]


def read_data_sets(
    train_dir,
    fake_data: bool = False,
    one_hot: bool = False,
    dtype=tf.float32,
    reshape: bool = True,
    validation_size: int = 5000,
    seed=None,
    source_url: str = DEFAULT_SOURCE_URL,
) -> Datasets:
    """MNIST in three parts, of which the first `validation_size` training images are one.

    The four IDX files, packed or not, or `mnist.npz` are looked for in `train_dir`, in `$MINITF_DATA` and in
    the user's cache, and fetched into `train_dir` if they are nowhere. For the other arguments see `DataSet`.

    Raises:
      FileNotFoundError: if they are nowhere and cannot be fetched; it says where to put which files.
      ValueError: for a validation_size that is not from 0 to the number of training images.
    """
    options = {"fake_data": fake_data, "one_hot": one_hot, "dtype": dtype, "reshape": reshape, "seed": seed}
    if fake_data:
        return Datasets(*(DataSet([], [], **options) for _ in range(3)))
    given = load(train_dir, source_url or DEFAULT_SOURCE_URL)
    count = len(given.train_images)
    if not 0 <= validation_size <= count:
        raise ValueError(f"Validation size should be between 0 and {count}. Received: {validation_size}.")
    first, rest = slice(None, validation_size), slice(validation_size, None)
    train, validation = (
        DataSet(given.train_images[part, ..., None], _labels(given.train_labels[part], one_hot), **options)
        for part in (rest, first)
    )
    test = DataSet(given.test_images[..., None], _labels(given.test_labels, one_hot), **options)
    return Datasets(train, validation, test)


def _labels(digits: np.ndarray, one_hot: bool) -> np.ndarray:
    return dense_to_one_hot(digits, 10) if one_hot else digits


def load_mnist(train_dir: str = "MNIST-data") -> Datasets:
    """`read_data_sets` with digits as labels."""
    return read_data_sets(train_dir)


def load(folder=None, url: str = DEFAULT_SOURCE_URL) -> Arrays:
    """All of MNIST; for where it is looked for see `read_data_sets`."""
    places = files.folders("mnist", folder)
    place = files.found(places, _DIGESTS)
    packed = next((p / "mnist.npz" for p in places if os.path.isfile(p / "mnist.npz")), None)
    if place is None and packed is not None:
        return _from_npz(packed)
    place = place or _fetched(Path(os.fsdecode(folder)) if folder else _kept(), places, url)
    arrays = Arrays(*(idx.read(place / name) for name in _DIGESTS))
    return _whole(arrays, place)


def _from_npz(path: Path) -> Arrays:
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays = Arrays(*(data[name] for name in ("x_train", "y_train", "x_test", "y_test")))
    except Exception as error:  # NumPy and zipfile raise many kinds
        raise ValueError(f"{path} is no mnist.npz with x_train, y_train, x_test and y_test: {error}") from None
    return _whole(arrays, path)


def _whole(arrays: Arrays, place: Path) -> Arrays:
    """The arrays, checked to be images and as many digits."""
    for images, labels in (arrays[:2], arrays[2:]):
        if images.ndim != 3 or labels.shape != images.shape[:1] or labels.size and labels.max() > 9:
            raise ValueError(f"{place} holds images of shape {images.shape}, labels of {labels.shape}")
    return arrays


def _kept() -> Path:
    if (folder := files.cache()) is None:
        raise FileNotFoundError(
            "MNIST is not here, and without a home folder there is no place to fetch it to: set HOME, or "
            "name a folder in the environment variable MINITF_DATA"
        )
    return folder / "mnist"


def _fetched(folder: Path, places: list[Path], url: str) -> Path:
    try:
        for name, digest in _DIGESTS.items():
            if not (folder / f"{name}.gz").is_file():
                files.fetch(f"{url}{name}.gz", folder / f"{name}.gz", digest)
    except OSError as error:
        with contextlib.suppress(OSError):
            folder.rmdir()  # only if it is empty
        raise FileNotFoundError(
            f"MNIST is not here and cannot be fetched ({error}): put {', '.join(f'{n}.gz' for n in _DIGESTS)}, or "
            f"mnist.npz, into one of {', '.join(map(str, places))}"
        ) from None
    return folder
