import numpy as np
import pytest
from queue_facts import cases, check_case, check_graph, graphs

import minitf as tf
from minitf.framework import protos


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
@pytest.mark.parametrize(
    "id",
    cases("train", but=("train_strings", "train_range", "train_slices", "train_local", "train_twice", "train_names")),
)
def test_like_tensorflow(id, executor, monkeypatch):
    monkeypatch.setenv("MINITF_EXECUTOR", executor)
    check_case(id)


@pytest.mark.parametrize("id", graphs("batch", "shuffle_batch", "maybe"))
def test_graph_of_tensorflow(id):
    check_graph(id)


ONE = tf.constant


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: tf.train.batch([], 4), ValueError, r"tf.train.batch needs a list or dict .* not \[\]"),
        (lambda: tf.train.batch({}, 4), ValueError, r"needs a list or dict .* not \{\}"),
        (lambda: tf.train.batch(ONE(1.0), 4), ValueError, "tf.train.batch needs a list or dict"),
        (lambda: tf.train.batch_join([], 4), ValueError, r"tf.train.batch_join needs a list of lists .*\[\]"),
        (lambda: tf.train.batch([ONE(1)], 4, capacity=0), ValueError, "above 0 here, not 0"),
        (lambda: tf.train.batch([ONE(1)], 4, num_threads=0), ValueError, "list of operations"),
        (lambda: tf.train.batch([ONE(1)], -4), ValueError, "-4 elements cannot be taken"),
        (lambda: tf.train.batch([ONE(1)], 4, enqueue_many=True), ValueError, "rank at least 1"),
        (lambda: tf.train.batch([tf.placeholder(tf.int32)], 4), ValueError, "the rank of Placeholder:0 has to"),
        (lambda: tf.train.shuffle_batch([ONE(1)], 4, 5, 5), ValueError, r"capacity \(5\) has to be more than"),
        (
            lambda: tf.train.batch_join([[ONE(1)], [ONE(1.0)]], 4),
            TypeError,
            r"of the same types, not \[\['int32'\], \['float32'\]\]",
        ),
        (lambda: tf.train.batch_join([[ONE(1)], [ONE([1])]], 4), ValueError, "rank of Const:0, Const_1:0"),
        (lambda: tf.train.batch_join([[ONE([1, 2])], [ONE([1])]], 4), ValueError, "PaddingFIFOQueue"),
        (lambda: tf.train.maybe_batch([ONE(1)], ONE([True]), 4), ValueError, "a scalar without enqueue_many"),
        (
            lambda: tf.train.maybe_batch([ONE([1])], ONE([[True]]), 4, enqueue_many=True),
            ValueError,
            r"a scalar, or a vector, not of shape \(1, 1\)",
        ),
    ],
)
def test_what_is_no_batch(make, error, message):
    with tf.Graph().as_default(), pytest.raises(error, match=message):
        make()


def run(batch, times=1):
    """The values of a batch, with its threads started and stopped."""
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coord)
        found = [sess.run(batch) for _ in range(times)]
        coord.request_stop()
        coord.join(threads)
    return found


def numbers(n, **options):
    return tf.train.range_input_producer(n, shuffle=False, **options).dequeue()


def test_a_batch_of_known_size_has_a_static_shape():
    x = tf.train.batch([tf.zeros([3])], 4)
    y = tf.train.batch([tf.zeros([3])], 4, allow_smaller_final_batch=True)
    z = tf.train.batch([tf.zeros([3])], tf.placeholder(tf.int32, []))
    assert [str(t.shape) for t in (x, y, z)] == ["(4, 3)", "(?, 3)", "(?, 3)"]


def test_a_dict_of_one_keeps_its_key():
    [found] = run(tf.train.batch({"only": numbers(3)}, 3))
    assert found["only"].tolist() == [0, 1, 2]


def test_threads_share_the_work():
    i = numbers(40, num_epochs=1)
    [found] = run(tf.train.batch([i, i * 2], 40, num_threads=4, capacity=7))
    assert sorted(found[0]) == list(range(40)) and (found[1] == 2 * found[0]).all()


def test_joined_and_shuffled_sources():
    sources = [[numbers(10, num_epochs=1) + 100 * k] for k in range(3)]
    [found] = run(tf.train.shuffle_batch_join(sources, 30, capacity=40, min_after_dequeue=5))
    assert sorted(found) == [100 * k + i for k in range(3) for i in range(10)]
    assert found.tolist() != sorted(found)


@pytest.mark.parametrize(
    "make",
    [
        lambda i, keep: tf.train.maybe_batch([i], keep, 3),
        lambda i, keep: tf.train.maybe_batch_join([[i]], keep, 3),
        lambda i, keep: tf.train.maybe_shuffle_batch([i], 3, 9, 2, keep),
        lambda i, keep: tf.train.maybe_shuffle_batch_join([[i]], 3, 9, 2, keep),
    ],
)
def test_what_is_not_kept_is_dropped(make):
    i = numbers(8)
    found = np.concatenate(run(make(i, i % 2 > 0), 4))
    assert len(found) == 12 and (found % 2 == 1).all()


def test_rows_are_kept_one_by_one():
    rows = tf.reshape(tf.range(6), [3, 2])
    [found] = run(tf.train.maybe_batch([rows], [True, False, True], 4, enqueue_many=True))
    assert found.tolist() == [[0, 1], [4, 5], [0, 1], [4, 5]]


def test_the_summary_says_how_full_the_queue_is():
    tf.train.batch([tf.constant(1)], 4, capacity=8)
    [part] = [op.inputs[1] for op in tf.get_default_graph().get_operations() if op.type == "ScalarSummary"]
    queue = tf.get_default_graph().get_tensor_by_name("batch/fifo_queue:0")
    with tf.Session() as sess:
        for _ in range(2):
            sess.run("batch/fifo_queue_enqueue")
        assert sess.run(part) == 0.25
        assert len(sess.run(queue)) == 2


def test_there_is_no_summary_where_there_is_no_tensorboard(monkeypatch):
    def missing(module):
        raise ImportError(module)

    monkeypatch.setattr(protos, "tensorboard", missing)
    [found] = run(tf.train.batch([numbers(3)], 3))
    assert found.tolist() == [0, 1, 2]
    assert not tf.get_collection(tf.GraphKeys.SUMMARIES)


def batches(make, count):
    """The values of some batches."""
    batch = make()
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coord)
        found = [sess.run(batch) for _ in range(count)]
        coord.request_stop()
        coord.join(threads)
    return found


def sparse_number():
    """A number and a sparse vector of its length that ends in it."""
    i = tf.cast(tf.train.range_input_producer(4, shuffle=False).dequeue(), tf.int64)
    return tf.SparseTensor([[i]], tf.stack([i]), tf.stack([i + 1])), i


def test_sparse_tensors():
    """They are stacked, in the largest of their shapes."""
    for sparse, numbers in batches(lambda: tf.train.batch(sparse_number(), 2), 4):
        assert type(sparse) is tf.SparseTensorValue and sparse.values.tolist() == numbers.tolist()
        assert sparse.indices.tolist() == [[0, numbers[0]], [1, numbers[1]]]
        assert sparse.dense_shape.tolist() == [2, numbers[1] + 1]


def test_rows_of_sparse_tensors():
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [1, 2], [3, 2])
    for found in batches(lambda: tf.train.batch({"s": sparse}, 3, enqueue_many=True), 2):
        assert found["s"].indices.tolist() == [[0, 1], [2, 0]] and found["s"].dense_shape.tolist() == [3, 2]


@pytest.mark.parametrize("many", [False, True])
def test_sparse_tensors_that_are_not_kept(many):
    def make():
        sparse, i = sparse_number()
        if not many:
            return tf.train.maybe_batch([sparse, i], i % 2 > 0, 2)
        rows = tf.SparseTensor([[0, 0], [1, 0]], tf.stack([i, i + 10]), [2, 1])
        return tf.train.maybe_batch([rows, [i, i + 10]], tf.stack([i < 0, i > 0]), 2, enqueue_many=True)

    for sparse, numbers in batches(make, 2):
        assert sparse.values.tolist() == numbers.tolist()


def test_sparse_tensors_of_several_sources():
    def make():
        sources = [(tf.SparseTensor([[0]], [k], [3]), tf.constant(k)) for k in (1, 2)]
        return tf.train.shuffle_batch_join(sources, 4, 20, 5)

    for sparse, numbers in batches(make, 3):
        assert sparse.values.tolist() == numbers.tolist()
