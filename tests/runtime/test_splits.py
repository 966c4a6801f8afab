"""An op on the host in the middle of a step costs its own time: loops before and behind it stay native."""

import numpy as np
import pytest
from helpers import host_ops

import minitf as tf
from minitf.runtime.session.inspect import inspect

B, T, D, N = 3, 70, 2, 4  # so many steps that what loops save of shapes is no small array


def lstm(x, lengths=None):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(N), x, lengths, dtype=tf.float32)[0]


def masked(x, m):
    return tf.reduce_mean(tf.boolean_mask(tf.square(lstm(x)), m))


def partitioned(x, m):
    return sum(tf.reduce_mean(part) for part in tf.dynamic_partition(lstm(x), tf.cast(m, tf.int32), 2))


def both_directions(x, m):
    cells = [tf.nn.rnn_cell.GRUCell(N), tf.nn.rnn_cell.BasicLSTMCell(N)]
    lengths = tf.reduce_sum(tf.cast(m, tf.int32), 1)
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(*cells, x, lengths, dtype=tf.float32)
    return tf.reduce_mean(tf.boolean_mask(tf.concat(outputs, 2), m))


def called_back(x, m):
    loss = tf.reduce_mean(tf.square(lstm(x)))
    scale = tf.py_func(lambda loss: np.float32(2), [loss], tf.float32)
    scale.set_shape([])
    return loss * scale


def raw(x, m):
    cell, steps = tf.nn.rnn_cell.GRUCell(N), tf.shape(x)[1]
    inputs = tf.TensorArray(tf.float32, steps).unstack(tf.transpose(x, [1, 0, 2]))

    def loop(time, output, state, _):
        state = cell.zero_state(tf.shape(x)[0], tf.float32) if output is None else state
        over = tf.fill([tf.shape(x)[0]], time >= steps)
        following = tf.cond(time >= steps, lambda: x[:, 0] * 0.0, lambda: inputs.read(time))
        following.set_shape([None, D])
        return over, following, state, output, None

    outputs, _, _ = tf.nn.raw_rnn(cell, loop)
    return tf.reduce_mean(tf.square(outputs.stack()))


CASES = {masked: 0, partitioned: 0, both_directions: 0, called_back: 1, raw: 0}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_no_loop_leaves_the_native_regions(case):
    tf.set_random_seed(1)
    x, m = tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.bool, [None, None])
    loss = case(x, m)
    fetches = [loss, *tf.gradients(loss, tf.trainable_variables())]
    draw, found, hosts = np.random.RandomState(0), {}, []
    for executor in ("native", "op_by_op"):
        config = tf.ConfigProto(executor=executor, intra_op_parallelism_threads=1)
        with tf.Session(config=config) as session:
            session.run(tf.global_variables_initializer())
            draw.seed(0)
            found[executor] = [
                session.run(fetches, {x: draw.randn(B, T - t, D), m: draw.rand(B, T - t) > 0.3}) for t in (0, 0, 3, 0)
            ]
            if executor == "native":
                hosts = host_ops(session)
    assert len(hosts) == CASES[case] and not {"Loop", "If"} & set(hosts), hosts
    for ours, theirs in zip(*found.values()):
        for a, b in zip(ours, theirs):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_slices_of_other_shapes_are_another_program():
    """What all slices are is part of what a region is lowered for."""
    x, n = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.int32, [])

    def body(i, a):
        return i + 1, a + tf.reduce_sum(tf.tile(x[:1], [n]) * x[1])

    y = tf.while_loop(lambda i, a: i < 3, body, [0, 0.0])[1]
    middle = tf.py_func(lambda v: v, [y], tf.float32)
    middle.set_shape([])
    gradient = tf.gradients(y * y, x, grad_ys=middle)[0]
    with tf.Session() as session:
        for count in (1, 2, 5, 2):
            found = session.run(gradient, {x: [2.0, 3.0], n: count})
            slope = 2 * (18.0 * count) ** 2  # of y * y, times y
            np.testing.assert_allclose(found, [slope * 9 * count, slope * 6 * count], rtol=1e-5)


def test_a_loop_that_gives_no_shape_to_what_it_calls_back_is_native():
    """So is its gradient, which finds the shapes that the loop saved."""

    class Cell(tf.nn.rnn_cell.BasicLSTMCell):
        def call(self, inputs, state):
            output, state = super().call(inputs, state)
            scale = tf.py_func(lambda value: np.float32(2), [output], tf.float32)
            return tf.reshape(output * scale, [-1, N]), state

    x = tf.placeholder(tf.float32, [None, None, D])
    loss = tf.reduce_mean(tf.square(tf.nn.dynamic_rnn(Cell(N), x, dtype=tf.float32)[0]))
    fetches, found = [loss, *tf.gradients(loss, tf.trainable_variables())], {}
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            tf.set_random_seed(1)
            session.run([v.initializer for v in tf.global_variables()])
            session.run([tf.assign(v, tf.ones_like(v) * 0.1) for v in tf.trainable_variables()])
            given = np.random.RandomState(0)
            found[executor] = [session.run(fetches, {x: given.randn(B, t, D)}) for t in (4, 5, 4)]
            if executor == "native":
                assert not host_ops(session)
    for ours, theirs in zip(*found.values()):
        for a, b in zip(ours, theirs):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_as_many_slices_as_trips():
    """The gradient of a loop that ran on the host, for which it saved nothing: only it knows its trips."""
    x = tf.placeholder(tf.float32, [None, 3])

    def step(total, row):
        by_host = tf.py_func(lambda a: a * 0, [row], tf.float32)
        by_host.set_shape([3])
        return total + row + by_host

    total = tf.foldl(step, tf.tanh(x), tf.zeros([3]))
    gradient = tf.gradients(tf.reduce_sum(total), x)[0]
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            for n in (3, 5, 3):
                given = np.full((n, 3), 0.5, np.float32)
                found, _ = session.run([gradient, total], {x: given})
                np.testing.assert_allclose(found, 1 - np.tanh(given) ** 2, rtol=1e-5)


def _stacked(x, count):
    """A step whose loss is the mean of a list that grows, and the variable that it trains."""
    w = tf.get_variable("w", [D], initializer=tf.ones_initializer())
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    body = lambda i, array: (i + 1, array.write(i, x[:, i] * w * tf.cast(i + 1, tf.float32)))  # noqa: E731
    _, array = tf.while_loop(lambda i, array: i < count, body, [0, array])
    loss = tf.reduce_mean(tf.square(array.stack()))
    return [loss, tf.train.GradientDescentOptimizer(0.1).minimize(loss)]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_list_that_is_as_long_as_before_splits_nothing(threads):
    """Nor does one that is not; what is written is written once, though the run may be made again."""
    x, count = tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.int32, [])
    fetches = _stacked(x, count)
    (w,) = tf.trainable_variables()
    given, found, hosts = np.random.RandomState(0).randn(B, T, D), {}, []
    for executor in ("native", "op_by_op"):
        config = tf.ConfigProto(executor=executor, intra_op_parallelism_threads=threads)
        with tf.Session(config=config) as session:
            session.run(tf.global_variables_initializer())
            found[executor] = []
            for n in (5, 5, 5, 7, 7, 3, 6, 2, 4, 5, 70, 70):
                loss, _ = session.run(fetches, {x: given, count: n})
                found[executor].append((loss, *session.run(w)))
                if executor == "native":
                    hosts.append(inspect(session).plans[1].on_host)
    np.testing.assert_allclose(found["native"], found["op_by_op"], rtol=1e-5)
    assert not any(hosts)


def test_a_list_of_another_length_undoes_what_was_written_before():
    count = tf.placeholder(tf.int32, [])
    total = tf.get_variable("total", [], initializer=tf.zeros_initializer())
    added = tf.assign_add(total, 1.0)
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    with tf.control_dependencies([added]):
        start = tf.constant(0)
    body = lambda i, array: (i + 1, array.write(i, tf.cast(i, tf.float32)))  # noqa: E731
    array = tf.while_loop(lambda i, array: i < count, body, [start, array])[1]
    with tf.control_dependencies([added]):
        summed = tf.reduce_sum(array.stack())
    with tf.Session() as session:
        session.run(total.initializer)
        for step, n in enumerate((4, 4, 4, 6, 6, 200, 3, 9, 9)):
            assert session.run(summed, {count: n}) == n * (n - 1) / 2
            assert session.run(total) == step + 1


def part(x, w):
    """What comes of as many rows as only a run knows."""
    h = tf.tanh(tf.matmul(x, w))
    some = tf.boolean_mask(h, h[:, 0] > 0)
    return h + 0.01 * tf.reduce_sum(some * some)


def parts(x, w):
    return tf.while_loop(lambda i, h: i < 5, lambda i, h: (i + 1, part(h, w)), [0, x])[1]


def chosen(x, w):
    return tf.cond(tf.reduce_sum(x) > 0, lambda: part(x, w), lambda: part(x * 0.5, w))


def chosen_again(x, w):
    return tf.while_loop(lambda i, h: i < 5, lambda i, h: (i + 1, chosen(h, w)), [0, x])[1]


def of_one_branch(save):
    return lambda x, w, first: tf.cond(first, lambda: save(x, w), lambda: tf.matmul(x, w))


def masked_or_not(h, first):
    return tf.cond(first, lambda: tf.reduce_mean(tf.boolean_mask(h, h > 0) ** 2), lambda: tf.reduce_mean(h))


def scaled(h):
    scale = tf.py_func(lambda h: np.float32(0.5), [h], tf.float32)
    scale.set_shape([])
    return h * scale + tf.reduce_mean(h)


BRANCHES = {
    "one": of_one_branch(part),
    "both": lambda x, w, first: tf.cond(first, lambda: part(x, w), lambda: part(x * 2.0, w)),
    "loop": of_one_branch(parts),
    "branches in one another": of_one_branch(chosen),
    "a branch in a loop in a branch": of_one_branch(chosen_again),
    "a branch in a loop": lambda x, w, first: chosen_again(x, w),
    "loops in both": lambda x, w, first: tf.cond(first, lambda: parts(x, w), lambda: parts(x + 1.0, w)),
    "a branch that counts": lambda x, w, first: masked_or_not(tf.nn.relu(tf.matmul(x, w)), first),
    "a call of Python in a loop": lambda x, w, first: tf.while_loop(
        lambda i, h: i < 4, lambda i, h: (i + 1, scaled(tf.tanh(tf.matmul(h, w)))), [0, x]
    )[1],
    "lists": lambda x, w, first: tf.cond(first, lambda: tf.map_fn(lambda r: part(r[None], w)[0], x), lambda: x),
}


@pytest.mark.parametrize("first", [[True, False], [False, False, True]])
@pytest.mark.parametrize("case", BRANCHES)
def test_what_a_branch_saves_passes_between_regions(case, first):
    tf.set_random_seed(1)
    x, p = tf.placeholder(tf.float32, [6, 4]), tf.placeholder(tf.bool, [])
    w = tf.get_variable("w", [4, 4])
    loss = tf.reduce_mean(tf.square(BRANCHES[case](x, w, p)))
    scale = tf.py_func(lambda loss: np.float32(2), [loss], tf.float32)
    scale.set_shape([])
    fetches, found = [loss, tf.gradients(loss * scale, w)[0]], {}
    for executor in ("native", "op_by_op"):
        draw = np.random.RandomState(0)
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            session.run(tf.global_variables_initializer())
            feeds = [{x: draw.randn(6, 4), p: first[k % len(first)]} for k in range(12)]
            found[executor] = [session.run(fetches, feed) for feed in feeds]
            if executor == "native":
                assert host_ops(session) == ["PyFunc"]
                assert max(step.lowered for step in inspect(session).last.steps) <= 8
    for ours, theirs in zip(*found.values()):
        for a, b in zip(ours, theirs):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
