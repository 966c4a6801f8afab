"""Queues: values, errors and graphs as recorded from TensorFlow, and what is minitf's own."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from queue_facts import cases, check_case, check_graph, graphs

import minitf as tf
from minitf.runtime import inspect


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
@pytest.mark.parametrize("id", cases(but=("train", "coordinator", "looper", "runner")))
def test_like_tensorflow(id, executor, monkeypatch):
    monkeypatch.setenv("MINITF_EXECUTOR", executor)
    check_case(id)


@pytest.mark.parametrize("id", graphs("fifo", "unknown", "scopes", "others", "from_list"))
def test_graph_of_tensorflow(id):
    check_graph(id)


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: tf.FIFOQueue("a", tf.int32), TypeError, "'capacity' of tf.FIFOQueue is 'a'; it takes an integer"),
        (lambda: tf.FIFOQueue(3, [tf.int32], shapes=5), TypeError, "list of shapes, not 5"),
        (lambda: tf.FIFOQueue(3, [tf.int32], shapes=[[1], [2]]), ValueError, "2 shapes .* 1 components"),
        (lambda: tf.FIFOQueue(3, [tf.int32], names=["a", "b"]), ValueError, "2 names .* 1 components"),
        (lambda: tf.FIFOQueue(3, [tf.int32], shapes=[[None]]), ValueError, "known, not .*PaddingFIFOQueue"),
        (lambda: tf.PaddingFIFOQueue(3, [tf.int32], None), ValueError, r"a list like \[\[None\]\]"),
        (lambda: tf.PaddingFIFOQueue(3, [tf.int32], [None]), ValueError, r"a list like \[\[None\]\]"),
        (lambda: tf.PaddingFIFOQueue(3, [tf.int32], [tf.TensorShape(None)]), ValueError, "of known rank"),
        (lambda: tf.QueueBase.from_list(0, []), TypeError, "list of queues"),
        (lambda: tf.QueueBase.from_list(0, [3]), TypeError, "list of queues"),
    ],
)
def test_what_is_no_queue(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_queues_to_choose_from_are_alike():
    queues = [tf.FIFOQueue(3, tf.int32), tf.FIFOQueue(3, tf.float32)]
    with pytest.raises(TypeError, match=r"different types or names: fifo_queue \['int32'\], fifo_queue_1 \['fl"):
        tf.QueueBase.from_list(0, queues)


def test_as_many_values_as_components():
    queue = tf.FIFOQueue(3, tf.float32)
    with pytest.raises(ValueError, match=r"1 components, but 2 values.*list of its own: \[\[1, 2\]\]"):
        queue.enqueue([1.0, 2.0])
    with pytest.raises(ValueError, match="a list of tensors, not a dict"):
        queue.enqueue({"x": 1.0})
    named = tf.FIFOQueue(3, tf.float32, names=["x"])
    with pytest.raises(ValueError, match=r"a dict with the keys \['x'\]"):
        named.enqueue(1.0)
    with pytest.raises(ValueError, match=r"has the names \['x'\], not \['y'\]"):
        named.enqueue({"y": 1.0})


def test_rows_of_a_scalar():
    queue, fed = tf.FIFOQueue(3, tf.int32), tf.placeholder(tf.int32)
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match=r"as many each: \(\)"):
        sess.run(queue.enqueue_many([fed]), {fed: 1})


def test_a_queue_is_neither_fed_nor_a_number():
    queue = tf.FIFOQueue(3, tf.int32)
    with tf.Session() as sess:
        with pytest.raises(TypeError, match="is a queue, for which nothing can be fed"):
            sess.run(queue.size(), {queue.queue_ref: 3})
        sess.run(queue.enqueue(1))
        assert repr(sess.run(queue.queue_ref)) == "<FIFOQueueV2 'fifo_queue' with 1 element>"
    with pytest.raises(TypeError, match="resource"):
        queue.queue_ref + 1


def test_elements_are_copies():
    fed, queue = tf.placeholder(tf.float32, [2]), tf.FIFOQueue(3, tf.float32)
    add, many, take = queue.enqueue(fed), queue.enqueue_many([fed]), queue.dequeue()
    array = np.float32([1, 2])
    with tf.Session() as sess:
        sess.run(add, {fed: array})
        sess.run(many, {fed: array})
        array[:] = 0
        assert sess.run(take).tolist() == [1, 2]
        assert [sess.run(take), sess.run(take)] == [1, 2]


def test_values_of_a_region_are_copies():
    """What is added comes from memory that the next run computes in."""
    fed, queue = tf.placeholder(tf.float32, [3]), tf.FIFOQueue(9, tf.float32)
    add, take = queue.enqueue(fed * 2), queue.dequeue()
    with tf.Session() as sess:
        for start in range(4):
            sess.run(add, {fed: np.arange(3) + start})
        assert [sess.run(take).tolist() for _ in range(4)] == [[2 * s, 2 * s + 2, 2 * s + 4] for s in range(4)]


def test_many_threads_lose_nothing_and_double_nothing():
    fed, queue = tf.placeholder(tf.int32, []), tf.FIFOQueue(3, tf.int32, shapes=[[]])
    add, take, found = queue.enqueue(fed * 1), queue.dequeue_many(5) + 0, []
    sess = tf.Session()

    def produce(start):
        for i in range(50):
            sess.run(add, {fed: start + i})

    threads = [threading.Thread(target=produce, args=[100 * n]) for n in range(4)]
    threads += [threading.Thread(target=lambda: found.extend(sess.run(take)), daemon=True) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert sorted(found) == [100 * n + i for n in range(4) for i in range(50)]


def test_what_one_thread_adds_comes_in_order():
    fed, queue = tf.placeholder(tf.int32, [7]), tf.FIFOQueue(2, tf.int32, shapes=[[]])
    add, take, sess = queue.enqueue_many([fed]), queue.dequeue(), tf.Session()
    threads = [threading.Thread(target=lambda n=n: sess.run(add, {fed: [n] * 7})) for n in range(3)]
    for thread in threads:
        thread.start()
    found = [sess.run(take) for _ in range(21)]
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 7 + [found[7]] * 7 + [found[14]] * 7  # nobody gets in between


NOBODY = """
import minitf as tf
queue = tf.FIFOQueue(1, tf.float32, name="inputs")
add, x = queue.enqueue(1.0), queue.dequeue() * 2
sess = tf.Session()
sess.run(tf.matmul(tf.ones([300, 300]), tf.ones([300, 300])))  # work for a thread of minitf's own
for fetch in (x, add, add, x):
    try:
        print(sess.run(fetch))
    except tf.errors.FailedPreconditionError as error:
        print(error)
"""


def test_nobody_left_to_wait_for():
    """In a process of its own, as other tests leave threads behind."""
    done = subprocess.run([sys.executable, "-c", NOBODY], capture_output=True, text=True, timeout=120)
    lines = [line for line in done.stdout.splitlines() if not line.startswith("  in ")]
    assert [line.partition(", and no other thread is there")[0] for line in lines] == [
        "queue 'inputs' holds 0 elements, which is not enough",
        "None",
        "queue 'inputs' is full: it holds 1 element",
        "2.0",
    ], done.stderr


def test_interrupted_runs_leave_elements_where_they_are():
    queue = tf.FIFOQueue(5, tf.int32, shapes=[[]])
    three, size = queue.dequeue_many(3), queue.size()
    with tf.Session() as sess:
        sess.run(queue.enqueue_many([[1, 2]]))
        with pytest.raises(tf.errors.DeadlineExceededError):
            sess.run(three, options=tf.RunOptions(timeout_in_ms=20))
        assert sess.run(size) == 2
        sess.run(queue.enqueue(3))
        assert sess.run(three).tolist() == [1, 2, 3]


@pytest.mark.parametrize("kind", [tf.FIFOQueue, tf.PriorityQueue])
def test_elements_come_back_in_order(kind):
    queue = kind(5, tf.string, shapes=[[]])
    rows = [["a", "b"]] if kind is tf.FIFOQueue else [tf.constant([2, 1], tf.int64), ["b", "a"]]
    with tf.Session() as sess:
        sess.run(queue.enqueue_many(rows))
        with pytest.raises(tf.errors.DeadlineExceededError):
            sess.run(queue.dequeue_many(3), options=tf.RunOptions(timeout_in_ms=20))
        found = [sess.run(queue.dequeue()) for _ in range(2)]
    assert found == ([b"a", b"b"] if kind is tf.FIFOQueue else [[1, b"a"], [2, b"b"]])


def test_equal_priorities_leave_as_they_came():
    queue = tf.PriorityQueue(9, tf.int32, shapes=[[]])
    with tf.Session() as sess:
        sess.run(queue.enqueue_many([tf.constant([1] * 6, tf.int64), list(range(6))]))
        assert sess.run(queue.dequeue_many(6))[1].tolist() == list(range(6))


def test_priorities_alone():
    queue = tf.PriorityQueue(9, [], shapes=[])
    with tf.Session() as sess:
        sess.run(queue.enqueue_many(tf.constant([3, 1, 2], tf.int64)))
        assert sess.run(queue.dequeue_many(3)).tolist() == [1, 2, 3]


def test_a_priority_is_a_number():
    queue, fed = tf.PriorityQueue(9, [tf.int32]), tf.placeholder(tf.int64)
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"priority of an element .* not \[1 2\]"):
            sess.run(queue.enqueue([fed, 3]), {fed: [1, 2]})
        assert sess.run(queue.size()) == 0
        sess.run(queue.enqueue([fed, 3]), {fed: 1})
        assert sess.run(queue.dequeue()) == [1, 3]


def test_padding_scalars_and_empty_batches():
    queue = tf.PaddingFIFOQueue(9, [tf.int32, tf.string], shapes=[[], [None]])
    with tf.Session() as sess:
        sess.run(queue.enqueue([1, ["x"]]))
        sess.run(queue.enqueue([2, tf.constant([], tf.string)]))
        numbers, texts = sess.run(queue.dequeue_many(2))
        assert numbers.tolist() == [1, 2] and texts.tolist() == [[b"x"], [b""]]
        assert [a.shape for a in sess.run(queue.dequeue_many(0))] == [(0,), (0, 0)]


def test_unseeded_order_is_of_chance():
    def order():
        with tf.Graph().as_default():
            queue = tf.RandomShuffleQueue(40, 0, tf.int32, shapes=[[]])
            with tf.Session() as sess:
                sess.run(queue.enqueue_many([list(range(30))]))
                return sess.run(queue.dequeue_many(30)).tolist()

    first, second = order(), order()
    assert sorted(first) == sorted(second) == list(range(30)) and first != second


def test_seeds_of_a_shared_queue_depend_on_its_name_only():
    tf.set_random_seed(1)
    first = tf.RandomShuffleQueue(40, 0, tf.int32, shapes=[[]], shared_name="s")
    second = tf.RandomShuffleQueue(40, 0, tf.int32, shapes=[[]], shared_name="s")
    with tf.Session() as sess:
        sess.run(first.enqueue(3))
        assert sess.run(second.dequeue()) == 3


def test_a_closed_session_ends_waiting():
    queue, raised = tf.FIFOQueue(1, tf.int32), []
    take, sess = queue.dequeue(), tf.Session()

    def wait():
        try:
            sess.run(take)
        except tf.errors.CancelledError as error:
            raised.append(str(error))

    thread = threading.Thread(target=wait)
    thread.start()
    while not sess._lock._sleepers:
        time.sleep(0.001)
    sess.close()
    thread.join(60)
    assert "session was closed during this run" in raised[0]


def test_only_the_queue_runs_on_the_host():
    """The rest of the step stays in native regions."""
    x = tf.placeholder(tf.float32, [4, 3])
    queue = tf.FIFOQueue(2, tf.float32, shapes=[[4, 3]])
    add = queue.enqueue(x * 2)
    w = tf.Variable(tf.ones([3, 2]))
    loss = tf.reduce_sum(tf.tanh(tf.matmul(queue.dequeue(), w)))
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as sess:
        sess.run(w.initializer)
        sess.run(add, {x: np.ones([4, 3])})
        sess.run([loss, step])
        assert inspect(sess).last.on_host == ["FIFOQueueV2", "QueueDequeueV2"]
