import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import fails, run

import minitf as tf

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


def test_states():
    reader, queue = tf.IdentityReader(), tf.FIFOQueue(3, tf.string)
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
