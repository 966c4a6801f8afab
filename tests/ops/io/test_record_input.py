"""RecordInput."""

import pytest
from helpers import fails

import minitf as tf
from minitf.ops.io.record_input import RecordInput


@pytest.fixture
def pattern(tmp_path):
    """Three files of four records each."""
    for i in range(3):
        with tf.python_io.TFRecordWriter(str(tmp_path / f"part{i}")) as writer:
            for j in range(4):
                writer.write(f"{i}{j}".encode())
    return str(tmp_path / "part*")


def test_each_epoch_has_every_record(pattern):
    records = RecordInput(pattern, batch_size=4, buffer_size=1, seed=3, shift_ratio=0.4).get_yield_op()
    assert records.shape.as_list() == [4] and records.dtype is tf.string
    with tf.Session() as sess:
        epochs = [sorted(sum([sess.run(records).tolist() for _ in range(3)], [])) for _ in range(3)]
    assert epochs == [sorted(f"{i}{j}".encode() for i in range(3) for j in range(4))] * 3


def test_draws_from_the_buffer_follow_the_seed(pattern):
    orders = []
    for seed in (1, 1, 2):
        records = RecordInput(pattern, batch_size=12, buffer_size=6, seed=seed).get_yield_op()
        with tf.Session() as sess:
            orders.append(sess.run(records).tolist())
    assert orders[0] == orders[1] != orders[2]


def test_batches(pattern):
    batches = RecordInput(pattern, batch_size=2, batches=3, name="input").get_yield_op()
    assert [len(batch) for batch in batches] == [2, 2, 2] and batches[0][0].shape.rank == 0
    with tf.Session() as sess:
        assert len({record for batch in sess.run(batches) for record in batch}) == 6


def test_errors(tmp_path):
    with fails(tf.errors.NotFoundError, "no file fits"), tf.Session() as sess:
        sess.run(RecordInput(str(tmp_path / "none*")).get_yield_op())
    tf.python_io.TFRecordWriter(str(tmp_path / "empty")).close()
    with fails(tf.errors.OutOfRangeError, "no records"), tf.Session() as sess:
        sess.run(RecordInput(str(tmp_path / "empty")).get_yield_op())
    with fails(ValueError, "1 or more"):
        RecordInput("x", batch_size=0)
