"""Strings taken apart into rows, and rows put together."""

from __future__ import annotations

import numpy as np

import minitf as tf
from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.sparse import SparseTensor
from minitf.framework.static import constant_value
from minitf.framework.taking import arguments, taking
from minitf.ops import patterns
from minitf.ops.strings import string_parts, unicode
from minitf.ragged.gathering import as_ragged
from minitf.ragged.joining import expand_dims
from minitf.ragged.tensor import RaggedTensor

# ---- parts


def _rows(sparse: SparseTensor) -> RaggedTensor:
    """The parts of strings in rows, of which there are as many as strings: that is known of constants."""
    made = RaggedTensor.from_value_rowids(
        sparse.values, sparse.indices[:, 0], nrows=sparse.dense_shape[0], validate=False
    )
    strings = sparse.indices.op.inputs[0]
    if constant_value(strings) is not None:
        made.row_lengths().set_shape(strings.shape)
        made.row_splits.set_shape([strings.shape[0] + 1])
    return made


def _check_type(result_type: str) -> None:
    if result_type not in ("RaggedTensor", "SparseTensor"):
        raise ValueError("result_type must be 'RaggedTensor' or 'SparseTensor'.")


def string_split(
    source,
    sep=None,
    skip_empty: bool = True,
    delimiter=None,
    result_type: str = "SparseTensor",
    name: str | None = None,
):
    """The parts of strings, a vector [n], as a sparse tensor [n, most parts], or a ragged one.

    delimiter: bytes each of which ends a part (by default " "); "" for parts of one byte. skip_empty: without
    parts that are empty. sep: another name of `delimiter`.

    Raises:
      ValueError: for strings that are no vector.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.string_split(["hello world", "a"]).values))
    [b'hello' b'world' b'a']
    """
    delimiter = patterns.renamed("sep", sep, "delimiter", delimiter)
    with tf.name_scope(name, "StringSplit", [source]):
        sparse = string_parts.split_at_bytes(source, delimiter, skip_empty)
        _check_type(result_type)
        return sparse if result_type == "SparseTensor" else _rows(sparse)


def split(
    input=None, sep=None, maxsplit: int = -1, result_type: str = "SparseTensor", source=None, name: str | None = None
):
    """The parts of strings, as Python's `split` has them: of a vector [n] a sparse tensor [n, most parts], or with
    result_type "RaggedTensor" a ragged one; of one string a vector.

    sep: what stands between parts, by default white space; maxsplit: at how many places, -1 for all.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.strings.split(["a b", "c"], result_type="RaggedTensor")).to_list())
    [[b'a', b'b'], [b'c']]
    """
    input = patterns.renamed("input", input, "source", source)
    with tf.name_scope(name, "StringSplit", [input]):
        input = as_ragged(input, tf.string, name="input")
        if result_type == "SparseTensor" and input.shape.rank == 1:
            return string_parts.split_at_text(input, sep, maxsplit)
        made = _split(input, sep, maxsplit)
        _check_type(result_type)
        return made.to_sparse() if result_type == "SparseTensor" else made


def _split(input, sep, maxsplit: int):
    with tf.name_scope(None, "StringSplit", [input]):
        if isinstance(input, RaggedTensor):
            return input.with_flat_values(_split(input.flat_values, sep, maxsplit))
        if input.shape.rank == 0:
            return _split(tf.stack([input]), sep, maxsplit)[0]
        if input.shape.rank in (1, None):
            return _rows(string_parts.split_at_text(input, sep, maxsplit))
        return _split(RaggedTensor.from_tensor(input), sep, maxsplit)


def bytes_split(input, name: str | None = None):
    """The bytes of strings as strings: of one a vector, of more a ragged tensor.

    Raises:
      ValueError: for strings of unknown rank.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.strings.bytes_split(["ab", "c"])).to_list())
    [[b'a', b'b'], [b'c']]
    """
    with tf.name_scope(name, "StringsByteSplit", [input]):
        input = as_ragged(input, name="input")
        if isinstance(input, RaggedTensor):
            return input.with_flat_values(bytes_split(input.flat_values))
        if input.shape.rank is None:
            raise ValueError("input must have a statically-known rank.")
        if input.shape.rank == 0:
            return bytes_split(tf.stack([input]))[0]
        if input.shape.rank > 1:
            return bytes_split(RaggedTensor.from_tensor(input))
        return _rows(SparseTensor._from_components(apply("StringSplit", input, "", skip_empty=False)))


# ---- characters


def unicode_encode(
    input, output_encoding: str, errors: str = "replace", replacement_char: int = 65533, name: str | None = None
):
    """The strings whose characters have these numbers: one for each row of the last axis.

    input: int32, a tensor of one axis at least, or a ragged one; output_encoding: UTF-8, UTF-16-BE or UTF-32-BE;
    errors: what to do with numbers that no character has: "replace" them, "ignore" them, or be "strict".

    Raises:
      ValueError: for an encoding that is none, or a scalar.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.strings.unicode_encode([[72, 105], [79, 107]], "UTF-8")))
    [b'Hi' b'Ok']
    """
    unicode.check_output(output_encoding)
    settings = unicode.settings(errors, replacement_char)
    with tf.name_scope(name, "UnicodeEncode", [input]):
        input = as_ragged(input)
        rank = input.shape.rank
        if rank is None:
            raise ValueError("Rank of input_tensor must be statically known.")
        if rank == 0:
            raise ValueError("input_tensor's rank must be at least 1.")
        return _encoded(input, rank, dict(output_encoding=output_encoding, **settings))


def _encoded(input, rank: int, settings: dict):
    if not isinstance(input, RaggedTensor):
        if rank == 1:
            count = tf.shape(input, out_type=tf.int32)[0]
            row = RaggedTensor.from_row_splits(input, tf.stack([0, count]), validate=False)
            return tf.reshape(_encoded_inside(row, 2, settings), [])
        if rank == 2:
            return _encoded_inside(RaggedTensor.from_tensor(input), 2, settings)
        flat = tf.reshape(input, tf.stack([-1, tf.shape(input)[-1]]))
        return tf.reshape(_encoded_inside(flat, 2, settings), tf.shape(input)[:-1])
    inner = input.flat_values.shape.rank
    if inner > 1:
        return input.with_flat_values(_encoded_inside(input.flat_values, inner, settings))
    if input.ragged_rank > 1:
        return input.with_values(_encoded_inside(input.values, rank - 1, settings))
    splits = tf.cast(input.row_splits, tf.int64)
    return apply("UnicodeEncode", input.values, splits, **settings)


def _encoded_inside(input, rank: int, settings: dict):
    """In a scope of its own, as TensorFlow does it."""
    with tf.name_scope("UnicodeEncode"):
        return _encoded(input, rank, settings)


def unicode_decode(
    input,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
):
    """The characters of strings as numbers, int32: of one string a vector, of more a ragged tensor.

    The other arguments are those of unicode_transcode.

    Raises:
      ValueError: for strings of unknown rank.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.strings.unicode_decode(["Hi", "G"], "UTF-8")).to_list())
    [[72, 105], [71]]
    """
    settings = unicode.settings(errors, replacement_char, replace_control_characters=replace_control_characters)
    with tf.name_scope(name, "UnicodeDecode", [input]):
        return _decoded("UnicodeDecode", input, dict(input_encoding=input_encoding, **settings))[0]


@taking(arguments(unicode_decode))
def unicode_decode_with_offsets(input, input_encoding, name, **how) -> tuple:
    """`unicode_decode`, and where each character begins, in bytes: int64."""
    with tf.name_scope(name, "UnicodeDecodeWithOffsets", [input]):
        settings = dict(input_encoding=input_encoding, **unicode.settings(**how))
        return tuple(_decoded("UnicodeDecodeWithOffsets", input, settings))


def _decoded(type: str, input, settings: dict) -> list:
    """What an op that decodes gives for strings, without the splits, in rows like theirs."""
    input = as_ragged(input, name="input")
    rank = input.shape.rank
    if rank is None:
        raise ValueError("Rank of `input` must be statically known.")
    if rank > 1:
        if not isinstance(input, RaggedTensor):
            input = RaggedTensor.from_tensor(input, ragged_rank=rank - 1)
        elif input.ragged_rank < rank - 1:
            deeper = RaggedTensor.from_tensor(input.flat_values, ragged_rank=rank - input.ragged_rank - 1)
            input = input.with_flat_values(deeper)
    flat = input.flat_values if isinstance(input, RaggedTensor) else input
    splits, *found = apply(type, tf.reshape(flat, [-1]), **settings)
    if rank == 0:
        return found
    rows = [RaggedTensor.from_row_splits(each, splits, validate=False) for each in found]
    return [input.with_flat_values(each) for each in rows] if rank > 1 else rows


def unicode_split(
    input, input_encoding: str, errors: str = "replace", replacement_char: int = 65533, name: str | None = None
):
    """The characters of strings as strings in the same encoding: of one a vector, of more a ragged tensor.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.strings.unicode_split(["Hi", "G"], "UTF-8")).to_list())
    [[b'H', b'i'], [b'G']]
    """
    with tf.name_scope(name, "UnicodeSplit", [input]):
        settings = dict(input_encoding=input_encoding, **unicode.settings(errors, replacement_char))
        numbers = _decoded("UnicodeDecode", input, settings)[0]
        return unicode_encode(expand_dims(numbers, -1), input_encoding, errors, replacement_char)


def unicode_split_with_offsets(
    input, input_encoding: str, errors: str = "replace", replacement_char: int = 65533, name: str | None = None
) -> tuple:
    """`unicode_split`, and where each character begins, in bytes: int64."""
    with tf.name_scope(name, "UnicodeSplitWithOffsets", [input]):
        settings = dict(input_encoding=input_encoding, **unicode.settings(errors, replacement_char))
        numbers, places = _decoded("UnicodeDecodeWithOffsets", input, settings)
        return unicode_encode(expand_dims(numbers, -1), input_encoding, errors, replacement_char), places


# ---- n-grams


def _ngrams(op, data, splits):
    widths, separator = op.attrs["ngram_widths"], op.attrs["separator"].encode()
    made, ends = [], [0]
    for begin, end in zip(splits, splits[1:]):
        row = [gram for width in widths for gram in _of_row(op, data[begin:end].tolist(), width, separator)]
        if not row and op.attrs["preserve_short_sequences"] and end > begin:
            row = [separator.join(_padded(op, data[begin:end].tolist(), max(widths)))]
        made += row
        ends.append(len(made))
    return [np.array([*made, None], object)[:-1], np.array(ends, splits.dtype)]


def _of_row(op, row: list, width: int, separator: bytes) -> list:
    row = _padded(op, row, width)
    return [separator.join(row[i : i + width]) for i in range(len(row) - width + 1)]


def _padded(op, row: list, width: int) -> list:
    pad = op.attrs["pad_width"]
    count = width - 1 if pad < 0 else min(pad, width - 1)
    return [op.attrs["left_pad"].encode()] * count + row + [op.attrs["right_pad"].encode()] * count


define(
    "StringNGrams",
    "data: string[n], data_splits: Tsplits[k]; separator: string, ngram_widths: list(int), left_pad: string, "
    "right_pad: string, pad_width: int, preserve_short_sequences: bool, Tsplits: type = int64 -> ngrams: string, "
    "ngrams_splits: Tsplits",
    Tsplits=dtypes.INDEX,
    shape=lambda op: [TensorShape([None]), op.inputs[1].shape],
    numpy=_ngrams,
    differentiable=False,
)


def ngrams(
    data,
    ngram_width,
    separator: str = " ",
    pad_values=None,
    padding_width: int | None = None,
    preserve_short_sequences: bool = False,
    name: str | None = None,
):
    """The strings of neighbours in each row of strings, joined: `ngram_width` of them, or each of several widths.

    data: strings, a tensor of one axis at least or a ragged one; pad_values: what is put before and behind each
    row, one string or two; padding_width: how often, one less than the width by default;
    preserve_short_sequences: rows that are too short give one string of all that is there.

    Raises:
      ValueError: for widths below 1, or a padding_width without pad_values.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.strings.ngrams(["a", "b", "c"], 2)))
    [b'a b' b'b c']
    """
    with tf.name_scope(name, "StringNGrams", [data]):
        pads = pad_values if isinstance(pad_values, (list, tuple)) else (pad_values, pad_values)
        if pad_values is not None and not all(isinstance(p, (str, bytes)) for p in pads[:2]):
            raise TypeError("pad_values must be a string, tuple of strings, or None.")
        if padding_width is not None and padding_width < 1:
            raise ValueError("padding_width must be greater than 0.")
        if padding_width is not None and pad_values is None:
            raise ValueError("pad_values must be provided if padding_width is set.")
        widths = list(ngram_width) if isinstance(ngram_width, (list, tuple)) else [ngram_width]
        if any(width < 1 for width in widths):
            raise ValueError(f"All ngram_widths must be greater than 0. Got {ngram_width}")
        pad = 0 if pad_values is None else -1 if padding_width is None else padding_width
        left, right = ["" if p is None else p.decode() if isinstance(p, bytes) else p for p in pads[:2]]
        settings = {"separator": separator, "ngram_widths": widths, "left_pad": left, "right_pad": right}
        settings |= {"pad_width": pad, "preserve_short_sequences": bool(preserve_short_sequences)}
        return _grams(as_ragged(data, tf.string, name="data"), settings)


def _grams(data, settings: dict):
    if isinstance(data, RaggedTensor):
        if data.ragged_rank > 1:
            return data.with_values(_grams(data.values, settings))
        grams, splits = apply("StringNGrams", data.flat_values, data.row_splits, **settings)
        return RaggedTensor.from_row_splits(grams, splits, validate=False)
    if data.shape.rank is None:
        raise ValueError("Rank of data must be known.")
    if data.shape.rank == 0:
        raise ValueError("Data must have rank>0")
    if data.shape.rank == 1:
        return _grams(RaggedTensor.from_row_starts(data, [0], validate=False), settings)[0]
    made = _grams(RaggedTensor.from_tensor(data, ragged_rank=data.shape.rank - 1), settings)
    return tf.reshape(made.flat_values, tf.concat([tf.shape(data)[:-1], [-1]], axis=0))
