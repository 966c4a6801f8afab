import gzip
import zlib

import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import fails, run

import minitf as tf
from minitf.ops.io import readers

OURS = ["Reader()", "Reader(", "LineReader"]


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # and back after sources that go elsewhere


@pytest.mark.parametrize("fact", cases("records", *OURS), ids=lambda fact: fact["source"][-100:])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("records", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


def test_in_threads(tmp_path):
    """Two readers' threads and a batch: each record comes once."""
    names = []
    for part in range(3):
        names.append(str(tmp_path / f"part{part}"))
        with tf.python_io.TFRecordWriter(names[-1]) as writer:
            for i in range(20):
                writer.write(b"%d" % (100 * part + i))
    queue = tf.train.string_input_producer(names, num_epochs=1)
    reader = tf.TFRecordReader()
    value = tf.string_to_number(reader.read(queue)[1], tf.int32)
    batch = tf.train.batch([value], 10, num_threads=2, allow_smaller_final_batch=True)
    found = []
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coord)
        with pytest.raises(tf.errors.OutOfRangeError):
            while True:
                found += sess.run(batch).tolist()
        coord.request_stop()
        coord.join(threads)
    assert sorted(found) == [100 * part + i for part in range(3) for i in range(20)]


@pytest.mark.parametrize("encoding, packed", [("ZLIB", zlib.compress), ("GZIP", gzip.compress), ("NONE", bytes)])
@pytest.mark.parametrize(
    "sizes, records", [((5,), 4), ((5, 2, 3, 4), 4), ((3, 1, 0, 8), 3), ((20, 1, 2), 1), ((30,), 0)]
)
def test_packed_pieces(tmp_path, monkeypatch, encoding, packed, sizes, records):
    """As many as TensorFlow 1.15.5 finds, read in chunks of any size."""
    data, (size, header, _, hop) = bytes(range(23)), (*sizes, 0, 0, 0)[:4]
    (tmp_path / "f").write_bytes(packed(data))
    (tmp_path / "damaged").write_bytes(packed(data)[:-9] if encoding != "NONE" else b"")
    for chunk in (1, 1 << 20):
        monkeypatch.setattr(readers, "_CHUNK", chunk)
        with tf.Graph().as_default(), tf.Session() as sess:
            queue, reader = tf.FIFOQueue(9, tf.string), tf.FixedLengthRecordReader(*sizes, encoding=encoding)
            found = reader.read_up_to(queue, 9)
            sess.run(queue.enqueue_many([[str(tmp_path / "f")] * 2 + [str(tmp_path / "damaged")]]))
            starts = range(header, header + records * (hop or size), hop or size)
            if records:
                assert sess.run(found[1]).tolist() == [data[start : start + size] for start in starts]
                assert sess.run(found[0]).tolist() == [f"{tmp_path / 'f'}:{i}".encode() for i in range(records)]
            if encoding != "NONE":
                with fails(tf.errors.DataLossError, "damaged: its compression is damaged"):
                    sess.run(found)


@pytest.mark.parametrize("reader", [tf.IdentityReader, tf.WholeFileReader])
def test_states(reader, tmp_path):
    for name in "ab":
        (tmp_path / name).write_text(name)
    reader, queue = reader(), tf.FIFOQueue(3, tf.string)
    state = tf.placeholder(tf.string)
    with tf.Session() as sess:
        sess.run(queue.enqueue_many([["a", "b"]]))
        sess.run(reader.read(queue))
        saved = sess.run(reader.serialize_state())
        sess.run(reader.read(queue))
        sess.run(reader.restore_state(state), {state: saved})
        assert sess.run([reader.num_records_produced(), reader.num_work_units_completed()]) == [1, 1]
        with fails(tf.errors.InvalidArgumentError, "no state of a reader"):
            sess.run(reader.restore_state(state), {state: b"\xff"})
    assert reader.supports_serialize and not tf.TextLineReader().supports_serialize


@pytest.mark.parametrize("sizes", [(0,), (5, -1), (5, 0, -1), (5, 0, 0, -1)])
def test_sizes(sizes):
    with fails(ValueError, "0 or more"):
        tf.FixedLengthRecordReader(*sizes)
    with fails(ValueError, "'LZ4'", "'ZLIB' or 'GZIP'"):
        tf.FixedLengthRecordReader(5, encoding="LZ4")


def test_numbers_of_records():
    with fails(tf.errors.InvalidArgumentError, "1 at least"):
        run(tf.IdentityReader().read_up_to(tf.FIFOQueue(3, tf.string), 0)[0])


def test_after_an_error(tmp_path):
    """A file that is not there is passed over; what is damaged is not."""
    good, bad = tmp_path / "good", tmp_path / "bad"
    with tf.python_io.TFRecordWriter(good) as writer:
        writer.write(b"abc")
    bad.write_bytes(good.read_bytes()[:-1])
    queue = tf.FIFOQueue(9, tf.string)
    reader = tf.TFRecordReader()
    record = reader.read(queue)
    with tf.Session() as sess:
        sess.run(queue.enqueue_many([[str(tmp_path / "nowhere"), str(good), str(bad), str(good)]]))
        with fails(tf.errors.NotFoundError, "nowhere"):
            sess.run(record)
        assert sess.run(record) == (f"{good}:0".encode(), b"abc")
        for _ in range(3):
            with fails(tf.errors.DataLossError, "bad: truncated record", "at 0"):
                sess.run(record)
        assert sess.run(reader.num_work_units_completed()) == 1
        sess.run(reader.reset())
        assert sess.run(record) == (f"{good}:0".encode(), b"abc")
