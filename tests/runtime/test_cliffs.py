"""What stands in the way of a step takes nothing along to the host and has no program made anew; see also
`test_splits`, `plan/test_early`, `plan/test_steering`, `resize/test_resizing` and `lower/test_host_calls`.
"""

import gc

import numpy as np
import pytest
from helpers import host_ops

import minitf as tf
from minitf.runtime import inspect
from minitf.runtime.plan import region

B, T, D, N = 3, 6, 2, 4
TEXT = np.random.RandomState(0).randint(0, 9, (B, 400))


@pytest.fixture
def lowered(monkeypatch):
    """How often a region was lowered."""
    found, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: found.append(1) or real(self, *given))
    return found


def lstm(x):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(N), x, dtype=tf.float32)[0]


def trained(loss):
    """The loss, and the op that makes a step."""
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, tf.trainable_variables()), 5.0)
    return [loss, tf.train.GradientDescentOptimizer(0.1).apply_gradients(zip(gradients, tf.trainable_variables()))]


def model(x, y):
    """A language model's loss on integers, batch-major."""
    outputs = lstm(tf.nn.embedding_lookup(tf.get_variable("embedding", [9, D]), x))
    logits = tf.layers.dense(tf.reshape(outputs, [-1, N]), 9)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(y, [-1]), logits=logits))


def from_a_queue(data):
    """The place of a batch comes out of a queue, as in every reader of Penn Treebank."""
    queue = tf.FIFOQueue(1000, [tf.int32], [[]])
    i = queue.dequeue()
    return i, queue.enqueue_many([tf.range(60)]), tf.no_op()


def from_a_variable(data):
    """A variable counts the batches."""
    i = tf.get_variable("i", [], tf.int32, tf.zeros_initializer(), trainable=False)
    return i.read_value(), tf.no_op(), tf.assign_add(i, 1)


PLACES = {  # and what runs on the host
    from_a_queue: ["FIFOQueueV2", "QueueDequeueV2"],
    from_a_variable: ["StridedSlice"],
}


@pytest.mark.parametrize("source", PLACES, ids=lambda source: source.__name__)
def test_places_that_a_run_finds_out_are_not_lowered_for(source, lowered):
    tf.set_random_seed(1)
    data = tf.constant(TEXT, tf.int32)
    i, first, after = source(data)
    x = tf.strided_slice(data, [0, i * T], [B, (i + 1) * T])
    y = tf.strided_slice(data, [0, i * T + 1], [B, (i + 1) * T + 1])
    x.set_shape([B, T])
    y.set_shape([B, T])
    step, found = trained(model(x, y)), {}
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            session.run(tf.global_variables_initializer())
            session.run(first)
            lowered.clear()
            found[executor], counts = [], []
            for _ in range(20):
                found[executor].append(session.run([x, *step])[:2])
                counts.append(len(lowered))
                session.run(after)
            if executor == "native":
                assert [plan.on_host for plan in inspect(session).plans if x in plan.fetches] == [PLACES[source]]
                assert counts[-1] - counts[3] <= 2, counts
    for k, (ours, theirs) in enumerate(zip(*found.values())):
        np.testing.assert_array_equal(ours[0], TEXT[:, k * T : (k + 1) * T])
        np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-4)


def test_a_cond_around_a_network_is_native(lowered):
    tf.set_random_seed(1)
    x, n = tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.int32, [])
    w = tf.get_variable("w", [])
    step = trained(tf.cond(n >= 2, lambda: tf.reduce_mean(tf.square(lstm(x))), lambda: tf.reduce_mean(x) * w))
    found = {}
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            session.run(tf.global_variables_initializer())
            lowered.clear()
            given = np.random.RandomState(0).randn(B, T, D)
            found[executor] = [session.run(step, {x: given, n: k % 4})[0] for k in range(12)]
            if executor == "native":
                assert host_ops(session) == [] and len(lowered) <= 2
    np.testing.assert_allclose(found["native"], found["op_by_op"], rtol=1e-4)


def unique_in_the_loss(x):
    return tf.reduce_mean(tf.square(lstm(x))) * tf.cast(
        tf.size(tf.unique(tf.cast(x[:, 0, 0] > 0, tf.int32))[0]), tf.float32
    )


def printed_in_the_loss(x):
    loss = tf.reduce_mean(tf.square(lstm(x)))
    return tf.Print(loss, [loss], first_n=0) * 2.0


def called_in_the_loss(x):
    loss = tf.reduce_mean(tf.square(lstm(x)))
    factor = tf.py_func(lambda value: np.float32(2), [loss], tf.float32)
    factor.set_shape([])
    return loss * factor


@pytest.mark.parametrize("loss", [unique_in_the_loss, printed_in_the_loss, called_in_the_loss])
def test_what_is_in_the_middle_of_a_loss_is_all_that_python_runs(loss, lowered):
    x = tf.placeholder(tf.float32, [None, None, D])
    step, draw, counts = trained(loss(x)), np.random.RandomState(0), []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(12):
            session.run(step, {x: draw.randn(B, T, D)})
            counts.append(len(lowered))
        assert len(host_ops(session)) <= 1 and not {"Loop", "If"} & set(host_ops(session))
        assert counts[-1] - counts[5] <= 1, counts


def in_proportion(x):
    return tf.reduce_mean(tf.square(lstm(x)))


def over_all_pairs(x):
    h = lstm(x)
    weights = tf.nn.softmax(tf.matmul(h, h, transpose_b=True))
    return tf.reduce_mean(tf.square(tf.matmul(weights, h)))


@pytest.mark.parametrize(("loss", "first", "last"), [(in_proportion, 80, 200), (over_all_pairs, 36, 60)])
def test_many_sizes_do_not_fill_the_memory(loss, first, last):
    """The programs that are kept, their memory and their constants are as many after many sizes as after some."""
    x = tf.placeholder(tf.float32, [None, None, D])
    step, draw, held = trained(loss(x)), np.random.RandomState(0), []
    sizes = [(2 + k % 10, 4 + 2 * (k // 10)) for k in draw.permutation(200)]
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        for k, (rows, steps) in enumerate(sizes[:last]):
            session.run(step, {x: draw.randn(rows, steps, D)})
            if k + 1 in (first, last):
                gc.collect()
                [steps] = inspect(session).last.ways
                memories = [memory for step_ in steps for memory in step_.memories]
                held.append((sum(memory.arena.size + memory.constants for memory in memories), len(memories)))
    assert held[1][0] <= 1.5 * held[0][0] and held[1][1] <= held[0][1] + 2, held
