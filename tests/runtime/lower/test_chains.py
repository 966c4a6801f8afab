"""Ops in a loop that Python runs one behind the other are one call, which gives what they give."""

import numpy as np
import pytest
from helpers import host_ops

import minitf as tf
from minitf.runtime.lower import chains, host_calls

N = 3
ROWS = [tf.TensorShape([]), tf.TensorShape([None, N])]


def on_the_host(a):
    """The same by way of strings, of which kernels know nothing, not even how many there are."""
    return a + 0.0 * tf.stop_gradient(tf.string_to_number(tf.as_string(a)))


def grown(step, seen=on_the_host):
    """A memory that each trip makes longer by what `step` makes of what is seen of it."""

    def model(x):
        body = lambda i, a: (i + 1, tf.concat([a, step(seen(a), x, i)], 0))  # noqa: E731
        return tf.while_loop(lambda i, _: i < 5, body, [0, x], shape_invariants=ROWS)[1]

    return model


def by_sizes(a, x, i):
    """Sizes are worked out of shapes on the way."""
    rows = tf.shape(a)[0]
    flat = tf.reshape(a, [rows * N])
    wide = tf.reshape(tf.tile(flat, [2]), tf.stack([2 * rows, -1]))
    return tf.reduce_sum(tf.tanh(wide), 0, keepdims=True) / tf.cast(rows, tf.float32)


def of_a_known_branch(a, x, i):
    """What a branch gives that is always taken is read under another name."""
    half = tf.cond(tf.constant(True), lambda: tf.square(a * 0.5), lambda: a)
    return tf.reduce_mean(tf.sin(half) + half, 0, keepdims=True)


def of_what_is_in_memory(a, x, i):
    """Native calls stand between."""
    row = tf.tanh(x[:1] + tf.cast(i, tf.float32))
    seen = tf.reduce_sum(a * row, 0, keepdims=True)
    other = tf.exp(-tf.square(row)) * 0.1
    return tf.sigmoid(seen + other) + tf.reduce_max(a - other, 0, keepdims=True)


def now_and_then(a, x, i):
    """Some of it is there only where a branch is taken."""
    taken = tf.cond(tf.equal(i % 2, 0), lambda: tf.square(a) + 1.0, lambda: tf.concat([a, a], 0))
    return tf.reduce_mean(tf.tanh(taken * 0.3), 0, keepdims=True) * tf.cast(tf.shape(taken)[0], tf.float32)


WAYS = [{"executor": "native", "passes": "none"}, {"executor": "op_by_op"}, {"intra_op_parallelism_threads": 2}]


def where_it_is_known(a, x, i):
    """Of branches that sizes choose between, one is known to be taken in the first trip."""
    part = tf.cond(tf.shape(a)[0] > 3, lambda: a[:3] * 0.5, lambda: tf.sin(a))
    return tf.reduce_mean(tf.tanh(part), 0, keepdims=True)


STEPS = [where_it_is_known, by_sizes, of_a_known_branch, of_what_is_in_memory, now_and_then]


@pytest.mark.parametrize("seen", [on_the_host, tf.identity], ids=lambda seen: seen.__name__)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_it_is_what_op_by_op_gives(step, seen):
    x = tf.placeholder(tf.float32, [None, N])
    end = grown(step, seen)(x)
    slope = tf.gradients(tf.reduce_sum(tf.square(end)), x)[0]
    draw, found = np.random.RandomState(0), {}
    feeds = [{x: draw.randn(rows, N)} for rows in (2, 2, 4, 1, 2, 4)]
    for way in WAYS:
        with tf.Session(config=tf.ConfigProto(**way)) as session:
            found[str(way)] = [session.run([end, slope], feed) for feed in feeds]
            assert "executor" in way or "Loop" not in host_ops(session)
    plain, wanted, shared = found.values()
    for a, b, c in zip(plain, wanted, shared):
        for ours, theirs, both in zip(a, b, c):
            np.testing.assert_array_equal(ours, theirs)
            np.testing.assert_allclose(both, theirs, rtol=1e-5, atol=1e-6)


def test_what_came_before_is_done_again_without_the_rules(monkeypatch):
    x = tf.placeholder(tf.float32, [None, N])
    end = grown(of_what_is_in_memory)(x)
    slope = tf.gradients(tf.reduce_sum(tf.square(end)), x)[0]
    anew, chained = [], []
    for cls, found, name in ((host_calls.HostCall, anew, "_run_anew"), (chains.Chain, chained, "computed")):
        real = getattr(cls, name)
        monkeypatch.setattr(cls, name, lambda self, *given, r=real, f=found: f.append(self) or r(self, *given))
    with tf.Session() as session:
        for _ in range(4):
            anew.clear()
            session.run([end, slope], {x: np.ones((2, N))})
    assert not anew and chained


def test_an_op_that_fails_says_so():
    x, at = tf.placeholder(tf.float32, [None, N]), tf.placeholder(tf.int32, [])
    end = grown(lambda a, x, i: tf.gather(tf.tanh(a) * 2.0, [at + i], name="picked") + 1.0)(x)
    with tf.Session() as session:
        right = [session.run(end, {x: np.ones((2, N)), at: 0}) for _ in range(3)][0]
        with pytest.raises(tf.errors.InvalidArgumentError, match="picked"):
            session.run(end, {x: np.ones((2, N)), at: 2})
        np.testing.assert_array_equal(session.run(end, {x: np.ones((2, N)), at: 0}), right)
