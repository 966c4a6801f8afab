"""What loops and branches have to do with TensorArrays passes from one native region to another: a split takes none of
them along to the host.
"""

import numpy as np
import pytest
from helpers import host_calls, host_ops

import minitf as tf
from minitf.runtime import inspect

T, N = 5, 3


def asked(value):
    """The same, but Python was asked on the way."""
    scale = tf.py_func(lambda value: np.float32(1), [value], tf.float32)
    scale.set_shape([])
    return value * scale


def agree(fetches, feeds, executor="native", **config):
    """The native session after it has run for each of the feeds what it computes op by op, too."""
    found = {}
    for executor in ("op_by_op", "native"):
        session = tf.Session(config=tf.ConfigProto(executor=executor, **config))
        session.run(tf.global_variables_initializer())
        found[executor] = [session.run(fetches, feed) for feed in feeds]
        if executor == "op_by_op":
            session.close()
    for ours, theirs in zip(*found.values()):
        for a, b in zip(ours, theirs):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    return session


def assert_native(session):
    """No loop or branch is a step on the host."""
    assert not {"Loop", "If"} & set(host_ops(session)), host_ops(session)


def stacked(x, w):
    """A loop that reads from one list and writes to another."""
    rows, made = tf.TensorArray(tf.float32, T).unstack(x), tf.TensorArray(tf.float32, T)

    def body(i, state, made):
        state = tf.tanh(state * w + rows.read(i))
        return i + 1, state, made.write(i, state)

    return tf.while_loop(lambda i, *_: i < T, body, [0, tf.zeros([N]), made])[2].stack()


def growing(x, w):
    """A list that grows, to as many elements as there are positive numbers in a row."""
    made = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[N])
    count = tf.reduce_sum(tf.cast(x[:, 0] > 0, tf.int32)) + 1
    body = lambda i, a, made: (i + 1, tf.tanh(a * w), made.write(i, a * w))  # noqa: E731
    return tf.while_loop(lambda i, *_: i < count, body, [0, x[0], made])[2].stack()


def in_one_another(x, w):
    """Lists that are made in each trip of a loop."""

    def body(i, state):
        made = tf.TensorArray(tf.float32, T)
        inner = lambda j, made: (j + 1, made.write(j, tf.tanh(x[j] * state * w)))  # noqa: E731
        made = tf.while_loop(lambda j, _: j < T, inner, [0, made])[1]
        return i + 1, state + tf.reduce_mean(made.stack(), 0)

    return tf.while_loop(lambda i, _: i < 3, body, [0, x[0]])[1]


def in_a_branch(x, w):
    return tf.cond(x[0, 0] > 0, lambda: stacked(x, w), lambda: x * w)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("case", [stacked, growing, in_one_another, in_a_branch], ids=lambda case: case.__name__)
def test_second_derivatives_through_lists(case, threads):
    tf.set_random_seed(1)
    x, w = tf.placeholder(tf.float32, [T, N]), tf.get_variable("w", [N])
    loss = tf.reduce_sum(tf.square(case(x, w)))
    slope = tf.gradients(asked(loss), w)[0]
    fetches = [loss, slope, tf.gradients(asked(tf.reduce_sum(tf.square(slope))), w)[0]]
    draw = np.random.RandomState(0)
    feeds = [{x: draw.randn(T, N)} for _ in range(6)]
    session = agree(fetches, feeds, intra_op_parallelism_threads=threads)
    assert host_ops(session) == ["PyFunc", "PyFunc"]


def test_a_list_from_another_region_grows():
    x, n = tf.placeholder(tf.float32, [N]), tf.placeholder(tf.int32, [])
    made = tf.TensorArray(tf.float32, 0, dynamic_size=True, clear_after_read=False, element_shape=[N])
    made = tf.while_loop(lambda i, _: i < n, lambda i, a: (i + 1, a.write(i, x)), [0, made])[1]
    scale = asked(tf.reduce_sum(made.read(0)))
    body = lambda i, a: (i + 1, a.write(i, x * scale))  # noqa: E731
    more = tf.while_loop(lambda i, _: i < 3 * n, body, [n, made])[1].stack()
    feeds = [{x: np.arange(N), n: count} for count in (2, 5, 60, 300, 3, 70)]
    session = agree([more, tf.gradients(asked(tf.reduce_sum(tf.square(more))), x)[0]], feeds)
    assert_native(session)


def unlike(x, w):
    """Elements of one row, two rows, ..., read backwards in another loop."""
    made = tf.TensorArray(tf.float32, T, infer_shape=False)
    made = tf.while_loop(lambda i, _: i < T, lambda i, a: (i + 1, a.write(i, tf.tanh(x[: i + 1] * w))), [0, made])[1]

    def read(i, total):
        part = made.read(T - 1 - i)
        part.set_shape([None, N])
        return i + 1, tf.tanh(total + tf.reduce_sum(part, 0))

    return made, tf.while_loop(lambda i, _: i < T, read, [0, tf.zeros([N])])[1]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("split", [True, False])
def test_elements_of_other_shapes(split, threads):
    """They stay with Python, which reads and writes them from within the loops."""
    x, w = tf.placeholder(tf.float32, [T, N]), tf.get_variable("w", [N], initializer=tf.ones_initializer())
    loss = tf.reduce_sum(tf.square(unlike(x, w)[1]))
    slope = tf.gradients(asked(loss) if split else loss, w)[0]
    fetches = [loss, slope, tf.gradients(tf.reduce_sum(tf.square(slope)), w)[0]]
    draw = np.random.RandomState(0)
    session = agree(fetches, [{x: draw.randn(T, N)} for _ in range(4)], intra_op_parallelism_threads=threads)
    assert_native(session)
    assert {"TensorArrayWriteV3", "TensorArrayReadV3"} <= set(host_calls(session))


def test_a_list_of_other_shapes_passes_between_regions():
    """Python is asked between the loop that writes it and the one that reads it."""
    x, w = tf.placeholder(tf.float32, [T, N]), tf.get_variable("w", [N], initializer=tf.ones_initializer())
    made, _ = unlike(x, w)
    scale = asked(tf.reduce_sum(made.read(0)))
    body = lambda i, total: (i + 1, total + tf.reduce_sum(made.read(i)) * scale)  # noqa: E731
    total = tf.while_loop(lambda i, _: i < T, body, [1, 0.0])[1]
    draw = np.random.RandomState(0)
    feeds = [{x: draw.randn(T, N)} for _ in range(3)]
    assert_native(agree([total, *tf.gradients(total, w)], feeds))


def test_a_slot_may_be_read_once_where_python_has_the_list():
    x, w = tf.placeholder(tf.float32, [T, N]), tf.ones([N])
    made, _ = unlike(x, w)
    both = [tf.while_loop(lambda i, _: i < T, lambda i, a: (i + 1, a + tf.reduce_sum(made.read(i))), [0, 0.0])[1]]
    both.append(asked(both[0]) + tf.reduce_sum(made.read(2)))
    with tf.Session() as session:
        for _ in range(2):
            session.run(both[0], {x: np.ones((T, N))})
            with pytest.raises(tf.errors.InvalidArgumentError, match="read a second time"):
                session.run(both, {x: np.ones((T, N))})


def test_what_python_kept_of_a_known_shape_is_native_again():
    """A loop that must not run twice keeps its slices with Python; the gradient in another region calls no op of it."""
    x, n = tf.placeholder(tf.float32, [N]), tf.placeholder(tf.int32, [])
    rows = tf.TensorArray(tf.float32, T).unstack(tf.tile(x[None], [T, 1]))

    def body(i, a):
        return i + 1, asked(tf.sin(a) + rows.read(i))

    y = tf.reduce_sum(tf.while_loop(lambda i, a: i < n, body, [0, x])[1])
    slope = tf.gradients(asked(y), x)[0]
    session = agree([y, slope], [{x: np.ones(N), n: count} for count in (3, 4, 2, 4)])
    assert host_ops(session) == ["PyFunc"]
    assert host_calls(session) == ["PyFunc"]


CONSTANT = {
    "true": lambda x: tf.constant(True),
    "false": lambda x: tf.constant(False),
    "by a size": lambda x: tf.equal(tf.shape(x)[0], T),
    "neither": lambda x: x[0, 0] > 0,
}


@pytest.mark.parametrize("predicate", CONSTANT)
def test_what_a_branch_would_have_given_that_is_known_not_to_be_taken(predicate):
    """It is absent, in the region of the gradient, too."""
    tf.set_random_seed(1)
    x, w = tf.placeholder(tf.float32, [None, N]), tf.get_variable("w", [N])

    def one():
        body = lambda i, a: (i + 1, tf.tanh(a * w) + tf.reduce_sum(tf.boolean_mask(a, a > 0)))  # noqa: E731
        return tf.while_loop(lambda i, _: i < 4, body, [0, x])[1]

    def other():
        return tf.map_fn(lambda row: tf.sin(row * w), x)

    y = tf.cond(CONSTANT[predicate](x), one, other)
    loss = tf.reduce_sum(tf.square(y))
    slope = tf.gradients(asked(loss), w)[0]
    fetches = [loss, slope, tf.gradients(asked(tf.reduce_sum(tf.square(slope))), w)[0]]
    draw = np.random.RandomState(0)
    session = agree(fetches, [{x: draw.randn(n, N)} for n in (T, 2, T, T, 3, 2)])
    assert host_ops(session) == ["PyFunc", "PyFunc"]


def test_effects_and_what_may_have_to_be_done_again():
    """What is assumed before Python does something that lasts needs no region of its own; what is guessed behind that
    begins one.
    """
    seen = []
    x, m = tf.placeholder(tf.float32, [T, N]), tf.placeholder(tf.bool, [T])

    def noted(a):
        again = tf.py_func(lambda a: seen.append(1) or a, [a], tf.float32)
        again.set_shape([N])
        return again

    picked = tf.reduce_mean(tf.boolean_mask(x, m), 0)
    end = tf.while_loop(lambda i, _: i < 4, lambda i, a: (i + 1, noted(tf.sin(a))), [0, picked])[1]
    far = tf.while_loop(lambda a: tf.reduce_sum(a) < 50.0, lambda a: a * a + 2.0, [end])
    slope = tf.gradients(far, end)[0]
    draw = np.random.RandomState(0)
    feeds = [{x: draw.randn(T, N), m: np.arange(T) < n} for n in (3, 3, 2, 5, 3)]
    session = agree([far, slope], feeds)
    assert host_ops(session) == []
    assert len(seen) == 2 * 4 * len(feeds)
    assert len(inspect(session).last.steps) <= 3


def test_what_does_not_run_takes_nothing_along():
    """An op that waits for one in a branch that is not taken; a loop behind it is native all the same."""
    p, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, [N])
    v, inside = tf.get_variable("v", [], initializer=tf.zeros_initializer()), []
    found = tf.cond(p, lambda: inside.append(v.assign_add(1.0)) or tf.constant(1.0), lambda: tf.constant(2.0))
    with tf.control_dependencies([inside[0]]):
        waits = tf.assign_add(v, 10.0)
    end = tf.while_loop(lambda i, _: i < 4, lambda i, a: (i + 1, tf.tanh(a)), [0, x])[1] * found
    with tf.Session() as session:
        session.run(v.initializer)
        session.run([end, waits.op], {p: False, x: np.ones(N)})
        loops = [step for step in inspect(session).last.steps if "Loop" in [op.type for op in step.ops]]
        assert [step.lowered for step in loops] == [1]
        assert session.run(v) == 0
        session.run([end, waits.op], {p: True, x: np.ones(N)})
        assert session.run(v) == 11
