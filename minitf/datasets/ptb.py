"""Penn Treebank: texts as numbers of words, for language models (the reader of TensorFlow's models)."""

from __future__ import annotations

import collections
import os

import numpy as np

import minitf as tf

_END = "<eos>"


def _read_words(filename) -> list[str]:
    """The words of a file, each line closed by `<eos>`."""
    with tf.gfile.GFile(filename, "r") as file:
        return file.read().replace("\n", _END).split()


def _build_vocab(filename) -> dict[str, int]:
    """A number for each word of a file: the commonest first, those as common by the alphabet."""
    counts = collections.Counter(_read_words(filename))
    return {word: i for i, word in enumerate(sorted(counts, key=lambda word: (-counts[word], word)))}


def _file_to_word_ids(filename, word_to_id: dict[str, int]) -> list[int]:
    """The numbers of a file's words; words without one are left out."""
    return [word_to_id[word] for word in _read_words(filename) if word in word_to_id]


def ptb_raw_data(data_path=None):
    """The words of `ptb.train.txt`, `ptb.valid.txt` and `ptb.test.txt` in a folder as lists of numbers, and
    how many different words there are.

    Raises:
      tf.errors.NotFoundError: if one of the files is not there.
    """
    if data_path is None:
        raise ValueError("ptb_raw_data needs the folder of ptb.train.txt, ptb.valid.txt and ptb.test.txt")
    paths = [os.path.join(os.fsdecode(data_path), f"ptb.{part}.txt") for part in ("train", "valid", "test")]
    words = _build_vocab(paths[0])
    return *(_file_to_word_ids(path, words) for path in paths), len(words)


def ptb_iterator(raw_data, batch_size: int, num_steps: int):
    """Pairs of int32 arrays [batch_size, num_steps]: words, and the words that follow them.

    Raises:
      ValueError: if there are too few words for one pair.
    """
    raw_data = np.array(raw_data, dtype=np.int32)
    length = len(raw_data) // batch_size
    data = raw_data[: batch_size * length].reshape(batch_size, length)
    count = (length - 1) // num_steps
    if count <= 0:
        raise ValueError(f"epoch_size == 0, decrease batch_size or num_steps: there are {raw_data.size} words")
    for i in range(count):
        start = i * num_steps
        yield data[:, start : start + num_steps], data[:, start + 1 : start + num_steps + 1]


def ptb_producer(raw_data, batch_size: int, num_steps: int, name: str | None = None):
    """A pair of int32 tensors [batch_size, num_steps], the next at each run: words, and those that follow.

    A queue of positions stands behind it, so a session needs `tf.train.start_queue_runners`.

    Raises:
      tf.errors.InvalidArgumentError: when it runs, if there are too few words for one pair.
    """
    with tf.name_scope(name, "PTBProducer", [raw_data, batch_size, num_steps]):
        raw_data = tf.convert_to_tensor(raw_data, name="raw_data", dtype=tf.int32)
        length = tf.size(raw_data) // batch_size
        data = tf.reshape(raw_data[0 : batch_size * length], [batch_size, length])
        count = (length - 1) // num_steps
        enough = tf.assert_positive(count, message="epoch_size == 0, decrease batch_size or num_steps")
        with tf.control_dependencies([enough]):
            count = tf.identity(count, name="epoch_size")
        i = tf.train.range_input_producer(count, shuffle=False).dequeue()
        parts = [
            tf.strided_slice(data, [0, i * num_steps + late], [batch_size, (i + 1) * num_steps + late])
            for late in (0, 1)
        ]
        for part in parts:
            part.set_shape([batch_size, num_steps])
        return tuple(parts)
