"""Segments of sequences with their states: values as TensorFlow 1.15.5 gave them, and trained with."""

import pytest
from helpers import fails

import minitf as tf


def test_segments_and_states_of_two_sequences():
    key, length, x = tf.placeholder(tf.string, []), tf.placeholder(tf.int32, []), tf.placeholder(tf.float32, [None, 1])
    saver = tf.contrib.training.SequenceQueueingStateSaver(2, 2, length, key, {"x": x}, {}, {"s": tf.constant(1)}, 5)
    batch = saver.next_batch
    save = batch.save_state("s", batch.state("s") * 2)
    assert saver.name == "InputQueueingStateSaver/" and saver.barrier.name == "InputQueueingStateSaver/barrier"
    assert saver.prefetch_op.name == "InputQueueingStateSaver/StateSaverPrefetchGroup"
    assert batch.sequences["x"].shape == [2, 2, 1] and batch.key.shape == [2]
    with tf.Session() as sess:

        def taken():
            values = sess.run([batch.key, batch.next_key, batch.sequences["x"], batch.state("s"), batch.length, save])
            return [value.tolist() for value in values[:-1]]

        sess.run(saver.prefetch_op, {key: "p", length: 3, x: [[1], [2], [3], [4]]})
        sess.run(saver.prefetch_op, {key: "q", length: 2, x: [[5], [6]]})
        for n, rows, text in ((9, [[5], [6]], "should be <="), (1, [[5]], "multiple of 2")):
            with fails(tf.errors.InvalidArgumentError, text):
                sess.run(saver.prefetch_op, {key: "r", length: n, x: rows})
        keys = [[b"00000_of_00002:p", b"00000_of_00001:q"], [b"00001_of_00002:p", b"STOP:q"]]
        assert taken() == [*keys, [[[1], [2]], [[5], [6]]], [1, 1], [2, 2]]
        sess.run(saver.prefetch_op, {key: "t", length: 1, x: [[7], [8]]})
        keys = [[b"00001_of_00002:p", b"00000_of_00001:t"], [b"STOP:p", b"STOP:t"]]
        assert taken() == [*keys, [[[3], [4]], [[7], [8]]], [2, 1], [1, 1]]
        sess.run(saver.close())
        with fails(tf.errors.CancelledError, "closed"):
            sess.run(saver.prefetch_op, {key: "z", length: 1, x: [[7], [8]]})
        with fails(tf.errors.OutOfRangeError, "closed"):
            sess.run(batch.key)


def test_threads_fill_batches_until_the_end():
    number = tf.train.range_input_producer(3, num_epochs=1, shuffle=False).dequeue()
    length = tf.gather([5, 3, 8], number)
    x, name = tf.fill(tf.expand_dims(length, 0), tf.to_float(number)), tf.gather(["a", "b", "c"], number)
    places, shape = tf.constant([[0, 1], [2, 0]], tf.int64), tf.cast(tf.stack([length, 4]), tf.int64)
    both = {"x": x, "sparse": tf.SparseTensor(places, tf.stack([number, number + 1]), shape)}
    rows = {"n": number * 10, "sparse": tf.SparseTensor([[1]], [number], [3])}
    states = {"s": tf.zeros([2])}
    batch = tf.contrib.training.batch_sequences_with_states(name, both, rows, None, states, 3, 2, num_threads=1)
    save = batch.save_state("s", batch.state("s") + tf.reduce_sum(batch.sequences["x"], 1, keepdims=True))
    found = []
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coordinator)
        with pytest.raises(tf.errors.OutOfRangeError):
            while True:
                found.append(sess.run([batch.key, batch.state("s")[:, 0], batch.sequences, batch.context, save]))
        coordinator.request_stop()
        coordinator.join(threads)
    keys = [["00000_of_00002:a", "00000_of_00001:b"], ["00001_of_00002:a", "00000_of_00003:c"]]
    keys += [["00001_of_00003:c"], ["00002_of_00003:c"]]
    assert [[key.decode() for key in row[0]] for row in found] == keys
    assert [row[1].tolist() for row in found] == [[0, 0], [0, 0], [6], [12]]
    first = found[0][2]["sparse"]
    assert first.indices.tolist() == [[0, 0, 1], [0, 2, 0], [1, 0, 1], [1, 2, 0]]
    assert [first.values.tolist(), first.dense_shape.tolist()] == [[0, 1, 1, 2], [2, 3, 4]]
    context = found[1][3]
    assert [context["n"].tolist(), context["sparse"].indices.tolist()] == [[0, 20], [[0, 1], [1, 1]]]


def test_states_go_from_segment_to_segment():
    """As one run over whole sequences."""
    x = tf.placeholder(tf.float32, [None, 2])
    cell = tf.nn.rnn_cell.GRUCell(3)
    batch = tf.contrib.training.batch_sequences_with_states("a", {"x": x}, {}, None, {"s": tf.zeros([3])}, 2, 1)
    steps = tf.unstack(batch.sequences["x"], axis=1)
    with tf.variable_scope("rnn"):
        _, state = tf.nn.static_state_saving_rnn(cell, steps, batch, "s", sequence_length=batch.length)
    with tf.variable_scope("rnn", reuse=True):
        _, whole = tf.nn.dynamic_rnn(cell, x[tf.newaxis], dtype=tf.float32)
    [runner] = tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)
    fed = {x: [[0.5, 1.0], [-1.0, 0.25], [2.0, 0.75]]}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(runner.enqueue_ops[0], fed)
        after = [sess.run(state) for _ in range(2)][-1]
        assert after == pytest.approx(sess.run(whole, fed), rel=1e-6)


def test_wrong_lengths_are_named():
    x = tf.placeholder(tf.float32, [None])
    tf.contrib.training.batch_sequences_with_states("a", {"x": x}, {}, 1, {"s": 0.0}, 2, 1, pad=False)
    [runner] = tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)
    with tf.Session() as sess, fails(tf.errors.InvalidArgumentError, "multiple of 2", "pad=True"):
        sess.run(runner.enqueue_ops[0], {x: [1.0]})


def test_what_is_refused():
    x = tf.zeros([6, 2])
    right = {"input_key": "a", "input_sequences": {"x": x}, "input_context": {}, "input_length": 6, "num_unroll": 3}
    right.update(initial_states={"s": tf.zeros([2])}, batch_size=2)
    for changed, error, text in [
        ({"initial_states": {}}, ValueError, "at least one"),
        ({"input_sequences": {}}, ValueError, "at least one"),
        ({"input_sequences": {"a:b": x}}, ValueError, "colon"),
        ({"input_context": {1: x}}, TypeError, "expected string"),
        ({"initial_states": {"s": tf.placeholder(tf.float32, [None])}}, ValueError, "not fully defined"),
        ({"input_length": tf.constant(6, tf.int64)}, TypeError, "length dtype must be int32"),
        ({"input_key": 3}, TypeError, "key dtype must be string"),
        ({"capacity": 1}, ValueError, "needs to be >= batch_size"),
        ({"num_unroll": tf.constant(3)}, ValueError, "num_unroll expected int"),
        ({"input_sequences": {"x": tf.placeholder(tf.float32, [None, None])}}, ValueError, "not fully defined"),
    ]:
        with fails(error, text):
            tf.contrib.training.batch_sequences_with_states(**{**right, **changed})
    batch = tf.contrib.training.batch_sequences_with_states(**right)
    for call in (lambda: batch.state("z"), lambda: batch.save_state("z", 1.0)):
        with pytest.raises(KeyError, match="state was not declared: z"):
            call()
