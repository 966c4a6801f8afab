import zlib

import numpy as np
import pytest
from case_facts import cases, check_case
from helpers import fails

import minitf as tf
from minitf.formats.checksum import crc32c, masked

OURS = ["value = d.hex()", "tf_record_iterator("]


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # and back after sources that go elsewhere


@pytest.mark.parametrize("fact", cases("records", *OURS), ids=lambda fact: fact["source"][-100:])
def test_recorded_values(fact):
    check_case(fact)


def written(path, options=None, records=(b"abc", b"", b"x" * 1000)):
    with tf.python_io.TFRecordWriter(path, options) as writer:
        for record in records:
            writer.write(record)
    return path.read_bytes()


def read(path, options=None):
    return list(tf.python_io.tf_record_iterator(path, options))


@pytest.mark.parametrize("options", [None, "GZIP", "ZLIB", 1, 2, tf.python_io.TFRecordOptions("GZIP")])
def test_there_and_back(tmp_path, options):
    path = tmp_path / "r"
    data = written(path, options)
    assert read(path, options) == [b"abc", b"", b"x" * 1000]
    assert (len(data) < 500) == bool(options)


@pytest.mark.parametrize("options", [None, "GZIP", "ZLIB"])
def test_cut_anywhere_or_changed(tmp_path, options):
    """What is there before the damage is read; then it is said where."""
    path = tmp_path / "r"
    data = written(path, options, [b"abc", b"defg"])
    for cut in range(1, len(data)):
        path.write_bytes(data[:cut])
        try:
            assert read(path, options) in ([], [b"abc"], [b"abc", b"defg"])
        except tf.errors.DataLossError as error:
            assert str(path) in str(error)
    random = np.random.default_rng(0)
    for place in random.integers(0, len(data), 40):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << random.integers(8)]) + data[place + 1 :])
        try:
            assert read(path, options) == [b"abc", b"defg"]  # in a header of gzip that says nothing
        except tf.errors.DataLossError as error:
            assert "r: " in str(error)


def test_the_head_of_a_record_may_be_cut(tmp_path):
    """As in TensorFlow that is the end of the file; what is cut behind it is damage."""
    path = tmp_path / "r"
    data = written(path, None, [b"abc", b"defg"])
    for cut, found in [(1, []), (11, []), (19 + 11, [b"abc"])]:
        path.write_bytes(data[:cut])
        assert read(path) == found
    for cut in (12, 18, 19 + 12, len(data) - 1):
        path.write_bytes(data[:cut])
        with fails(tf.errors.DataLossError, "truncated record"):
            read(path)


def test_a_length_beyond_all_memory(tmp_path):
    path = tmp_path / "r"
    length = (2**60).to_bytes(8, "little")
    path.write_bytes(length + masked(crc32c(length)).to_bytes(4, "little") + b"abc")
    with fails(tf.errors.DataLossError, "truncated record", "at 0"):
        read(path)
    path.write_bytes(zlib.compress(bytes(1 << 24)))  # zeros, a thousand times smaller
    with fails(tf.errors.DataLossError, "corrupted record", "at 0"):
        read(path, "ZLIB")


def test_text_and_closing(tmp_path):
    writer = tf.python_io.TFRecordWriter(str(tmp_path / "r"))
    writer.write("\u00fc")
    writer.flush()
    assert read(tmp_path / "r") == ["\u00fc".encode()]
    writer.close()
    writer.close()
    with fails(tf.errors.FailedPreconditionError, "closed"):
        writer.write(b"")
    with fails(ValueError, "'LZ4'"):
        tf.python_io.TFRecordOptions("LZ4")
    with fails(tf.errors.NotFoundError, "nowhere"):
        tf.python_io.TFRecordWriter(str(tmp_path / "nowhere" / "r"))
