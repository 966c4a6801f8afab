"""Datasets of files."""

import gzip
import zlib

import pytest
from data_helpers import elements
from helpers import fails

import minitf as tf


@pytest.mark.parametrize("kind, pack", [("", bytes), ("GZIP", gzip.compress), ("ZLIB", zlib.compress)])
def test_lines_and_pieces(tmp_path, kind, pack):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(pack(b"a\nb\r\n\nc"))
    two.write_bytes(pack(b"d\n"))
    names = [str(one), str(two)]
    assert elements(tf.data.TextLineDataset(names, kind)) == [b"a", b"b", b"", b"c", b"d"]
    assert elements(tf.data.TextLineDataset(names, kind, num_parallel_reads=2)) == [b"a", b"d", b"b", b"", b"c"]
    pieces = tf.data.FixedLengthRecordDataset(names, 2, header_bytes=1, compression_type=kind)
    assert elements(pieces.take(3)) == [b"\nb", b"\r\n", b"\nc"]


@pytest.mark.parametrize("kind", ["", "GZIP", "ZLIB"])
def test_records(tmp_path, kind):
    path = str(tmp_path / "records")
    with tf.python_io.TFRecordWriter(path, kind) as writer:
        for record in (b"one", b"", b"three"):
            writer.write(record)
    assert elements(tf.data.TFRecordDataset(path, kind)) == [b"one", b"", b"three"]
    assert elements(tf.data.TFRecordDataset(tf.data.Dataset.from_tensors(path), kind)) == [b"one", b"", b"three"]


def test_damaged_files_are_said_once_and_left(tmp_path):
    bad, good = tmp_path / "bad", str(tmp_path / "good")
    with tf.python_io.TFRecordWriter(good) as writer:
        writer.write(b"fine")
    data = bytearray((tmp_path / "good").read_bytes())
    data[13] ^= 1
    bad.write_bytes(bytes(data))
    x = tf.data.TFRecordDataset([str(bad), "/nowhere", good]).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        with fails(tf.errors.DataLossError, "corrupted record"):
            session.run(x)
        with fails(tf.errors.NotFoundError, "/nowhere"):
            session.run(x)
        assert session.run(x) == b"fine"


def test_files_that_are_no_whole_records(tmp_path):
    (tmp_path / "f").write_bytes(b"abcde")
    x = tf.data.FixedLengthRecordDataset(str(tmp_path / "f"), 2).make_one_shot_iterator().get_next()
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "not an exact multiple"):
        session.run(x)


def test_listed_files(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(name)
    pattern = str(tmp_path / "*.txt")
    assert elements(tf.data.Dataset.list_files(pattern, shuffle=False)) == [
        str(tmp_path / f"{n}.txt").encode() for n in "ab"
    ]
    assert len(elements(tf.data.Dataset.list_files(pattern, seed=1))) == 2
    x = tf.data.Dataset.list_files(str(tmp_path / "*.x")).make_initializable_iterator()
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "No files matched"):
        session.run(x.initializer)
