"""Ops without a kernel inside of loops and branches: Python runs them from within native programs."""

import numpy as np
import pytest
from forced import shared
from helpers import host_calls, host_ops

import minitf as tf
from minitf.runtime.session.inspect import inspect

B, T, D, N = 3, 5, 2, 4


def scaled(a):
    factor = tf.py_func(lambda value: np.float32(value.max() + 1), [a], tf.float32)
    factor.set_shape([])
    return a * factor


def printed(a):
    return tf.Print(a, [tf.shape(a)], first_n=0)


def counted(a):
    return a * tf.cast(1 + tf.size(tf.where(a > 0.0)), tf.float32)


def determined(a):
    square = tf.eye(2) + 0.1 * tf.matmul(a[:2], a[:2], transpose_b=True)
    return a + tf.linalg.slogdet(square)[1]


def as_text(a):
    return a + tf.stop_gradient(tf.string_to_number(tf.as_string(a, precision=2)))


def masked(a):
    return a + tf.stop_gradient(tf.reduce_mean(tf.boolean_mask(a, a[:, 0] > -9.0)))


def of_a_computed_size(a):
    """Integers that decide a shape and depend on data: the ops between are run by their kernels, one by one."""
    count = tf.cast(tf.abs(a[0, 0]) * 10.0, tf.int32) + 1
    return a + tf.stop_gradient(tf.reduce_sum(tf.reshape(tf.ones([count, 2]) * 0.5, [2, count])))


def drawn(a):
    """Random numbers, as many as only a run knows."""
    return a + 0.0 * tf.stop_gradient(tf.reduce_sum(tf.random_uniform(tf.shape(tf.where(a > 0.0)))))


def heard(a):
    """An op that has no meaning in NumPy, but one on the host; and a gradient there."""
    labels = tf.SparseTensor([[0, 0]], tf.constant([0]), [1, 1])
    return a + 0.1 * tf.nn.ctc_loss(labels, tf.reshape(a[0, :2], [1, 1, 2]), [1])


def chosen(a):
    return tf.cond(a[0, 0] > 0.0, lambda: scaled(a), lambda: counted(a))


def as_a_constant(a):
    """What stays on the host goes into a loop."""
    places = tf.stop_gradient(tf.where(a > 0.0))
    return tf.while_loop(lambda i, b: i < 3, lambda i, b: (i + 1, b + tf.cast(tf.size(places), tf.float32)), [0, a])[1]


def masked_and_differentiated(a):
    """Where its values came from is saved, as many places in each trip as there were."""
    return a + tf.reduce_mean(tf.boolean_mask(a, a[:, 0] > 0.0))


def picked(a):
    return a + tf.reduce_sum(tf.square(tf.gather_nd(a, tf.where(a > 0.2)))) * 0.1


def partitioned(a):
    small, large = tf.dynamic_partition(tf.reshape(a, [-1]), tf.cast(tf.reshape(a, [-1]) > 0.0, tf.int32), 2)
    return a + 0.1 * tf.reduce_sum(small) - 0.1 * tf.reduce_sum(tf.square(large))


BODIES = {
    scaled: ["PyFunc"],
    printed: ["Print"],
    counted: [],
    determined: ["LogMatrixDeterminant"],
    as_text: ["AsString", "StringToNumber"],
    masked: [],
    of_a_computed_size: [],
    drawn: [],
    heard: ["CTCLoss"],
    chosen: ["PyFunc"],
    as_a_constant: [],
    masked_and_differentiated: [],
    picked: [],
    partitioned: [],
}


def unrolled(body, x):
    """A recurrent network."""

    class Cell(tf.nn.rnn_cell.BasicRNNCell):
        def call(self, inputs, state):
            output, state = super().call(inputs, state)
            return body(output), state

    return tf.nn.dynamic_rnn(Cell(N), x, dtype=tf.float32)[0]


def looped(body, x):
    """A loop of unknown length, in which another is."""
    start = x[:, 0] * tf.get_variable("w", [D])
    inner = lambda a: tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, tf.tanh(body(a))), [0, a])[1]  # noqa: E731
    return tf.while_loop(lambda i, a: i < T, lambda i, a: (i + 1, inner(a)), [0, start])[1]


def branched(body, x):
    """A branch."""
    start = x[:, 0] * tf.get_variable("w", [D])
    return tf.cond(tf.reduce_sum(x) > -99.0, lambda: body(start), lambda: start)


def ran(network, body, feeds, threads=1, **config):
    """The results of a step for each feed, and what ran on the host, as steps and as calls."""
    tf.reset_default_graph()
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, None, D])
    loss = tf.reduce_mean(tf.square(network(body, x)))
    fetches = [loss, *tf.gradients(loss, tf.trainable_variables())]
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads, **config)) as session:
        session.run(tf.global_variables_initializer())
        found = [session.run(fetches, {x: feed}) for feed in feeds]
        hosts = () if "executor" in config else (host_ops(session), host_calls(session))
    return found, *hosts


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
@pytest.mark.parametrize("network", [unrolled, looped, branched], ids=lambda network: network.__name__)
def test_the_loop_stays_native(network, body):
    draw = np.random.RandomState(0)
    feeds = [draw.randn(B, T + more, D) for more in (0, 0, 2, 0)]
    native, hosts, calls = ran(network, body, feeds)
    if network is not looped:  # whose gradient needs room for trips: what may do things twice stays outside
        assert not {"Loop", "If"} & set(hosts), hosts
        assert set(calls) - {"Add", "Mul", "Shape", "StopGradient"} == set(BODIES[body]), calls
    (theirs,) = ran(network, body, feeds, executor="op_by_op")
    (plain, *_) = ran(network, body, feeds, passes="none")
    (both, *_) = ran(network, body, feeds, threads=2)
    for a, b, c, d in zip(native, theirs, plain, both):
        for one, other, bare, by_two in zip(a, b, c, d):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
            np.testing.assert_array_equal(bare, other)
            np.testing.assert_array_equal(one, by_two)


@pytest.mark.parametrize("late", [0, 1])
def test_threads_share_what_is_around_the_calls(late):
    """Python is called by the first of them, at its place in the program, however late each one comes."""
    feeds = [np.random.RandomState(0).randn(B, T, D)] * 2
    for body in BODIES:
        alone, *_ = ran(unrolled, body, feeds)
        with shared(late) as found:
            together, _, calls = ran(unrolled, body, feeds, threads=2)
        assert found and set(BODIES[body]) <= set(calls)
        for one, both in zip(alone, together):
            for a, b in zip(one, both):
                np.testing.assert_array_equal(a, b)


def test_a_shared_program_ends_when_a_call_fails_and_runs_again():
    at = [2, ValueError("no")]

    def check(a):
        at[0] -= 1
        if at[0] == 0:
            raise at[1]
        return a

    def checked(a):
        b = tf.py_func(check, [a], tf.float32)
        b.set_shape(a.shape)
        return tf.tanh(b)

    x = tf.placeholder(tf.float32, [B, T, D])
    outputs = unrolled(checked, x)
    feed = {x: np.ones((B, T, D))}
    with shared() as found, tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=2)) as session:
        session.run(tf.global_variables_initializer())
        at[0] = 0
        right = session.run(outputs, feed)
        for error in (ValueError("no"), KeyboardInterrupt()):
            for place in (1, 3, T):
                at[:] = place, error
                with pytest.raises((tf.errors.InvalidArgumentError, KeyboardInterrupt)):
                    session.run(outputs, feed)
                np.testing.assert_array_equal(session.run(outputs, feed), right)
    assert found


def test_what_is_called_is_called_as_often_as_there_are_trips():
    """Also where a loop or a list needs more room than was guessed: nothing is done twice for that."""
    seen = []

    def note(i):
        seen.append(int(i))
        return np.float32(1)

    def body(i, a, array):
        one = tf.py_func(note, [i], tf.float32)
        one.set_shape([])
        return i + 1, a * one, array.write(i, a)

    count, x = tf.placeholder(tf.int32, []), tf.constant(2.0)
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    _, a, array = tf.while_loop(lambda i, *_: i < count, body, [0, x, array])
    fetches = [a, array.stack(), tf.gradients(a, x)[0]]
    with tf.Session() as session:
        for n in (3, 100, 300, 2):
            seen.clear()
            session.run(fetches, {count: n})
            assert seen == list(range(n))


def _failing(at):
    """A loop of 5 trips, in one of which a function fails; the variable that each trip adds to, and the end."""

    def check(i):
        if i == at[0]:
            raise at[1]
        return np.int32(1)

    def body(i):
        one = tf.py_func(check, [i], tf.int32, name="check")
        one.set_shape([])
        return i + one

    return tf.while_loop(lambda i: i < 5, body, [tf.constant(0)])


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_a_trip_is_the_op_s_and_the_next_run_is_right(threads):
    at = [3, ValueError("no")]
    end = _failing(at)
    config = tf.ConfigProto(intra_op_parallelism_threads=threads)
    with tf.Session(config=config) as session:
        for _ in range(2):
            at[0] = 3
            with pytest.raises(tf.errors.InvalidArgumentError, match="ValueError: no") as error:
                session.run(end)
            assert error.value.op.type == "PyFunc"
            at[0] = 9
            assert session.run(end) == 5 and host_calls(session) == ["PyFunc"]


def test_an_interrupt_in_a_trip_ends_the_run_and_the_next_is_right():
    at = [3, KeyboardInterrupt()]
    end = _failing(at)
    with tf.Session() as session:
        with pytest.raises(KeyboardInterrupt):
            session.run(end)
        at[0] = 9
        assert session.run(end) == 5


def test_a_shape_that_the_script_says_and_is_not_so():
    def body(i, a):
        b = tf.py_func(lambda a: np.ones((2, 2), np.float32), [a], tf.float32, name="wide")
        b.set_shape([2])
        return i + 1, a + b

    end = tf.while_loop(lambda i, a: i < 3, body, [0, tf.zeros([2])])
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=r"wide.*\(2, 2\).*set_shape"):
        session.run(end)


def test_a_function_may_run_its_own_session_and_keep_what_it_is_given():
    kept = []
    x = tf.Variable(1.0)

    def inner(a):
        kept.append(a)
        return session.run(x) + a

    def body(i, a):
        b = tf.py_func(inner, [a], tf.float32)
        b.set_shape([])
        return i + 1, b

    end = tf.while_loop(lambda i, a: i < 4, body, [0, 0.0])[1]
    with tf.Session() as session:
        session.run(x.initializer)
        assert session.run(end) == 4.0 and session.run(end) == 4.0
    assert [float(a) for a in kept] == [0.0, 1.0, 2.0, 3.0] * 2


def test_sizes_that_are_new_are_lowered_a_few_times():
    draw, lowered = np.random.RandomState(0), []
    x = tf.placeholder(tf.float32, [None, None, D])
    loss = tf.reduce_mean(unrolled(counted, x))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for n in range(40):
            session.run(loss, {x: draw.randn(2 + n % 7, 3 + n % 11, D)})
            lowered.append(inspect(session).last.steps[0].lowered)
    assert lowered[-1] < 32 and lowered[-1] == lowered[20]


@pytest.mark.parametrize("resource", [False, True])
def test_a_variable_may_be_read_in_its_place(resource):
    v = tf.get_variable("v", [2], initializer=tf.ones_initializer(), use_resource=resource)

    def body(i, a):
        b = tf.py_func(lambda read: read * 2, [v.read_value()], tf.float32)
        b.set_shape([2])
        return i + 1, a + b

    end = tf.while_loop(lambda i, a: i < 3, body, [0, tf.zeros([2])])[1]
    with tf.control_dependencies([end]):
        added = tf.assign_add(v, [1.0, 1.0])
    with tf.Session() as session:
        session.run(v.initializer)
        for step in range(1, 4):
            found, _ = session.run([end, added])
            assert found.tolist() == [6.0 * step] * 2 and host_calls(session) == ["PyFunc"]
