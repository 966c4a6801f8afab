"""Programs that are resized, shared by threads: bit for bit what one thread computes, for sizes that are new in each
run and for numbers that only a run finds out.
"""

import numpy as np
import pytest
from forced import shared
from helpers import fails

import minitf as tf
from minitf.kernels.machine import pool
from minitf.kernels.machine.pool import meet
from minitf.runtime import inspect
from minitf.runtime.execute.walk import TogetherResized

pytestmark = pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")
D, N = 3, 8


@pytest.fixture
def force(request):
    """Makes sessions of two or three threads, which share whatever can be shared; one of them may be late."""
    late = getattr(request, "param", None)
    threads = 3 if late == 2 else 2

    def session(wanted=threads):
        return tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=wanted))

    with shared(late) as session.shared:
        yield session


LATE = pytest.mark.parametrize("force", [None, 0, 1, 2], indirect=True)


def resized(force):
    """The walks of several threads through resized programs."""
    return [walk for walk in force.shared if isinstance(walk, TogetherResized)]


def of(cell, lengths=True):
    return lambda x, n, m: tf.nn.dynamic_rnn(cell(), x, n if lengths else None, dtype=tf.float32)[0]


def gru():
    return tf.nn.rnn_cell.GRUCell(N)


def two():
    return tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(N) for _ in range(2)])


def both(x, n, m):
    cells = [tf.nn.rnn_cell.LSTMCell(N, use_peepholes=True) for _ in range(2)]
    return tf.concat(tf.nn.bidirectional_dynamic_rnn(*cells, x, n, dtype=tf.float32)[0], 2)


def pairs(x, n, m):
    """Sizes that enter squared."""
    h = of(gru)(x, n, m)
    return tf.matmul(tf.nn.softmax(tf.matmul(h, h, transpose_b=True)), h)


def masked(x, n, m):
    return tf.boolean_mask(of(two)(x, n, m), m)


def masked_twice(x, n, m):
    picked = tf.layers.dense(tf.boolean_mask(of(gru)(x, n, m), m), N)
    sums = tf.reduce_sum(picked, 1)
    return tf.boolean_mask(picked, sums >= tf.reduce_mean(sums)) * 2.0


def in_turns(x, n, m):
    """The second layer has as many rows as a mask picks."""
    h = tf.transpose(tf.boolean_mask(tf.transpose(of(gru, False)(x, n, m), [1, 0, 2]), m[0]), [1, 0, 2])
    return tf.nn.dynamic_rnn(two(), h, dtype=tf.float32)[0]


def grown(x, n, m):
    h, array = of(gru)(x, n, m), tf.TensorArray(tf.float32, 0, dynamic_size=True)
    step = lambda i, array: (i + 1, array.write(i, h[:, i] * 2.0))  # noqa: E731
    return tf.while_loop(lambda i, array: i < tf.shape(h)[1], step, [0, array])[1].stack()


def called(x, n, m):
    """Python is called in each trip."""
    doubled = lambda h: tf.py_func(lambda a: 2 * a, [h], tf.float32)  # noqa: E731
    return tf.boolean_mask(tf.map_fn(lambda h: h + tf.stop_gradient(doubled(h)), of(gru)(x, n, m)), m)


def counted(x, n, m):
    """A mask picks rows in each trip."""
    picked = lambda h: tf.reduce_sum(tf.boolean_mask(h, h[:, 0] > 0))  # noqa: E731
    return tf.boolean_mask(tf.map_fn(lambda h: h + picked(h), of(gru)(x, n, m)), m)


def branched(x, n, m):
    h = of(gru)(x, n, m)
    return tf.cond(tf.reduce_sum(h) > 0, lambda: tf.tanh(h) * 2.0, lambda: tf.sin(h[:, :1]) + h)


MODELS = {
    "gru": of(gru),
    "lstms": of(two),
    "lstms without lengths": of(two, False),
    **{
        model.__name__: model
        for model in (both, pairs, masked, masked_twice, in_turns, grown, called, counted, branched)
    },
}


def fed(draw, batch, steps):
    return (
        draw.randn(batch, steps, D),
        draw.randint(0, steps + 1, batch),
        draw.rand(batch, steps) > draw.uniform(0.2, 0.6),
    )


@pytest.mark.parametrize(("force", "sizes"), [(0, "new"), (1, "one")], indirect=["force"])
@pytest.mark.parametrize("model", MODELS)
def test_training_is_the_same_to_the_last_bit(model, sizes, force):
    tf.set_random_seed(1)
    given = [tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.int32, [None])]
    given.append(tf.placeholder(tf.bool, [None, None]))
    loss = tf.reduce_mean(tf.square(MODELS[model](*given)))
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, tf.trainable_variables()), 0.5)
    train = tf.train.AdamOptimizer(0.05).apply_gradients(zip(gradients, tf.trainable_variables()))
    found = []
    for threads in (1, None):
        draw = np.random.RandomState(0)
        with force(1) if threads else force() as session:
            session.run(tf.global_variables_initializer())
            for _ in range(20):
                batch, steps = (draw.randint(9, 18), draw.randint(9, 25)) if sizes == "new" else (12, 16)
                feeds = dict(zip(given, fed(draw, batch, steps)))
                found.append(session.run([loss, train], feeds)[0])
            found.append(session.run(tf.global_variables()))
    half = len(found) // 2
    assert found[: half - 1] == found[half:-1]
    for ours, theirs in zip(found[half - 1], found[-1], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    of_data = {"masked", "masked_twice", "in_turns", "called", "counted"}
    wanted = MODELS.keys() if sizes == "new" else of_data
    assert bool(resized(force)) == (model in wanted), "nothing was shared"


@LATE
def test_an_error_in_a_part_knows_the_sizes_of_the_run(force):
    x, i = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.int32, [None])
    y = tf.gather(tf.tanh(x) * 2.0, i)
    with force() as session:
        for rows in (50, 90, 70, 60, 80, 75, 81):
            session.run(y, {x: np.ones((rows, 2)), i: np.arange(rows)})
            for k in (1, rows - 2):
                wrong = np.where(np.arange(rows) == k, rows + 7, np.arange(rows))
                with fails(tf.errors.InvalidArgumentError, f"[{k}] = {rows + 7} is not in [0, {rows})"):
                    session.run(y, {x: np.ones((rows, 2)), i: wrong})
    assert resized(force)


@LATE
def test_what_is_written_before_it_is_known_is_written_once(force):
    m, x = tf.placeholder(tf.bool, [None]), tf.placeholder(tf.float32, [None, D])
    v = tf.get_variable("v", [40, D], initializer=tf.zeros_initializer())
    with tf.control_dependencies([tf.assign_add(v, x)]):
        picked = tf.boolean_mask(tf.tanh(x), tf.identity(m))
    with tf.control_dependencies([picked]):
        after = tf.assign_add(v, x * tf.cast(tf.size(picked), tf.float32))
    found = []
    for threads in (1, None):
        draw = np.random.RandomState(0)
        with force(1) if threads else force() as session:
            session.run(v.initializer)
            feeds = [{m: draw.permutation(40) < draw.randint(12, 30), x: draw.randn(40, D)} for _ in range(30)]
            found.append([session.run([picked, after], feed) for feed in feeds])
    for ours, theirs in zip(*found, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)
    assert resized(force)


def test_what_works_on_rows_that_vary_is_cut(force):
    """All of what depends on a mask, not only what does not."""
    m, x = tf.placeholder(tf.bool, [None]), tf.placeholder(tf.float32, [None, D])
    picked = tf.layers.dense(tf.boolean_mask(x, m), N, tf.tanh)
    draw = np.random.RandomState(0)
    with force() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(30):
            session.run(picked, {m: draw.permutation(60) < draw.randint(30, 50), x: draw.randn(60, D)})
    [walk] = resized(force)
    cut = {call.name for call in walk._alike.cut if walk._alike.divided(call)}
    assert {"gather", "gemm", "bias_tanh"} <= cut, cut


def test_numbers_that_are_no_whole_ones_are_the_same_for_all_sizes(force):
    """A zero with its sign is a word as any other."""
    x = tf.placeholder(tf.float32, [None, D])
    y = tf.layers.dense(x, N, tf.sigmoid) + tf.layers.dense(x, N, tf.tanh)
    with force() as session:
        session.run(tf.global_variables_initializer())
        for rows in (40, 55, 47, 52, 45, 58):
            session.run(y, {x: np.ones((rows, D))})
    [walk] = resized(force)
    cut = {call.name for call in walk._alike.cut if walk._alike.divided(call)}
    assert any(name.startswith("bias_sigmoid") for name in cut), cut


@pytest.mark.parametrize("model", ["gru", "lstms"])
def test_threads_meet_about_as_often_as_in_a_program_of_one_size(model, force):
    """Where each has the same rows of what calls share, they need not; nor where each writes rows of a gradient."""
    x, n = tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.int32, [None])
    loss = tf.reduce_mean(tf.square(MODELS[model](x, n, None)))
    fetches, draw = [loss, *tf.gradients(loss, tf.trainable_variables())], np.random.RandomState(0)
    with force() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(20):
            batch, steps = draw.randint(16, 30), draw.randint(9, 25)
            session.run(fetches, {x: draw.randn(batch, steps, D), n: draw.randint(0, steps + 1, batch)})
    meetings = [sum(call.kernel is meet[()] for call in w.parts[0].instructions.calls.values()) for w in force.shared]
    most = max(m for walk, m in zip(force.shared, meetings) if not isinstance(walk, TogetherResized))
    assert all(m <= most + 1 for walk, m in zip(force.shared, meetings) if isinstance(walk, TogetherResized))
    assert resized(force)


def test_sizes_that_come_again_and_again_are_lowered_no_more(force):
    """However many there are: each has the program for all of them."""
    x = tf.placeholder(tf.float32, [None, D])
    y = tf.layers.dense(tf.layers.dense(x, N, tf.tanh), N, tf.tanh)
    with force() as session:
        session.run(tf.global_variables_initializer())
        lowered = []
        for run in range(2000):
            session.run(y, {x: np.ones((40 + run * 7 % 50, D))})
            lowered.append(inspect(session).last.steps[0].lowered)
    assert lowered[-1] == lowered[49]
    assert resized(force)
