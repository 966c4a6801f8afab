import numpy as np
import pytest
from queue_facts import cases, check_case, check_graph, graphs

import minitf as tf

NOT_NEEDED = "input_producer/Assert/"  # TensorFlow makes a constant twice


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
@pytest.mark.parametrize("id", cases("train_strings", "train_range", "train_slices", "train_local"))
def test_like_tensorflow(id, executor, monkeypatch):
    monkeypatch.setenv("MINITF_EXECUTOR", executor)
    check_case(id)


@pytest.mark.parametrize("id", graphs("strings", "range", "slices", "rows", "limit"))
def test_graph_of_tensorflow(id):
    check_graph(id, without=NOT_NEEDED)


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: tf.train.string_input_producer([]), ValueError, "needs one string at least"),
        (lambda: tf.train.slice_input_producer([]), ValueError, "list of one tensor at least"),
        (lambda: tf.train.limit_epochs(tf.constant(1), 0), ValueError, "number of epochs above 0, not 0"),
        (lambda: tf.train.range_input_producer(3, num_epochs=-1), ValueError, "above 0, not -1"),
        (lambda: tf.train.range_input_producer(3, capacity=0), ValueError, "elements above 0 here, not 0"),
        (
            lambda: tf.train.input_producer(tf.placeholder(tf.int32, [3, None])),
            ValueError,
            r"rows of Placeholder:0 are of shape \(\?,\): pass their element_shape",
        ),
    ],
)
def test_what_is_no_input(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_no_strings_at_run_time():
    queue = tf.train.string_input_producer(tf.constant([], tf.string))
    with tf.Session() as sess:
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(coord=coord)
        with pytest.raises((tf.errors.OutOfRangeError, tf.errors.CancelledError)):
            sess.run(queue.dequeue())
        with pytest.raises(tf.errors.InvalidArgumentError, match="needs one string at least"):
            coord.join(threads)


def test_rows_whose_shape_is_given():
    fed = tf.placeholder_with_default(np.float32([[1, 2], [3, 4]]), None)
    queue = tf.train.input_producer(fed, element_shape=[2], shuffle=False)
    assert queue.shapes == [[2]]
    with tf.Session() as sess:
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(coord=coord)
        assert sess.run(queue.dequeue_many(3)).tolist() == [[1, 2], [3, 4], [1, 2]]
        coord.request_stop()
        coord.join(threads)


def test_every_epoch_has_all_rows_in_an_order_of_its_own():
    queue = tf.train.range_input_producer(20, num_epochs=2)
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(coord=coord)
        first, second = sess.run(queue.dequeue_many(40)).reshape(2, 20).tolist()
        with pytest.raises(tf.errors.OutOfRangeError):
            sess.run(queue.dequeue())
        coord.request_stop()
        coord.join(threads)
    assert sorted(first) == sorted(second) == list(range(20)) and first != second


def test_a_step_of_a_language_model():
    """Slices of a text at places that a producer counts, as the PTB tutorials read them."""
    data = np.arange(24).reshape(2, 12)
    steps = 3
    i = tf.train.range_input_producer(4, shuffle=False).dequeue()
    x = tf.strided_slice(data, [0, i * steps], [2, (i + 1) * steps])
    x.set_shape([2, steps])
    total = tf.reduce_sum(x)
    with tf.Session() as sess:
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coord)
        for step in range(6):
            found, s = sess.run([x, total])
            at = step % 4 * steps
            assert found.tolist() == data[:, at : at + steps].tolist() and s == found.sum()
        coord.request_stop()
        coord.join(threads)
