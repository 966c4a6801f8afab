"""Databases of LMDB as datasets and in readers: TensorFlow gives the same for the same files."""

import builtins

import pytest
from data_helpers import elements
from helpers import fails

import minitf as tf


@pytest.fixture
def bases(tmp_path):
    """A database that is a file, and one that is a folder."""
    lmdb = pytest.importorskip("lmdb")
    names = [str(tmp_path / "one.mdb"), str(tmp_path / "two")]
    for name, pairs in zip(names, ([(b"k%d" % i, b"v%d" % i**2) for i in range(5)], [(b"d2", b"w2"), (b"d1", b"")])):
        with (
            lmdb.open(name, subdir="." not in name, map_size=1 << 20) as environment,
            environment.begin(write=True) as t,
        ):
            for key, value in pairs:
                t.put(key, value)
    return names


PAIRS = [(b"k0", b"v0"), (b"k1", b"v1"), (b"k2", b"v4"), (b"k3", b"v9"), (b"k4", b"v16"), (b"d1", b""), (b"d2", b"w2")]


def test_dataset(bases):
    dataset = tf.contrib.data.LMDBDataset(bases)
    assert dataset.output_types == (tf.string, tf.string)
    assert elements(dataset) == PAIRS
    assert elements(tf.contrib.data.LMDBDataset(bases[1]).map(lambda key, value: key + value)) == [b"d1", b"d2w2"]


def test_reader(bases):
    queue = tf.train.string_input_producer(bases, num_epochs=1, shuffle=False)
    reader = tf.LMDBReader()
    pair, count = reader.read(queue), reader.num_records_produced()
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        assert [tuple(session.run(pair)) for _ in PAIRS] == PAIRS
        assert session.run(count) == 7
        with fails(tf.errors.OutOfRangeError, "is closed"):
            session.run(pair)
        coordinator.request_stop()
        coordinator.join(threads)


def test_what_is_no_database(tmp_path):
    pytest.importorskip("lmdb")
    (tmp_path / "bad.mdb").write_bytes(b"nonsense" * 1000)
    for name, message in (("nowhere", "No such file"), ("bad.mdb", "MDB_INVALID")):
        x = tf.contrib.data.LMDBDataset(str(tmp_path / name)).make_one_shot_iterator().get_next()
        with tf.Session() as session, fails(tf.errors.InvalidArgumentError, message):
            session.run(x)


def test_without_the_package(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "lmdb":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    x = tf.contrib.data.LMDBDataset(str(tmp_path / "x")).make_one_shot_iterator().get_next()
    monkeypatch.setattr(builtins, "__import__", without)
    with tf.Session() as session, fails(ImportError, "pip install 'minitf-engine[lmdb]'"):
        session.run(x)
