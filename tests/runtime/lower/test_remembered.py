"""What one lowering finds out the next one need not find out again, and one that goes on need not begin anew."""

from collections import Counter

import numpy as np
import pytest

import minitf as tf
from minitf.runtime import inspect
from minitf.runtime.lower import folding, following
from minitf.runtime.lower.lower import Lowering
from minitf.runtime.lower.remembered import Remembered
from minitf.runtime.lower.text import text
from minitf.runtime.plan import needed
from minitf.runtime.plan.region import Region

D, N = 3, 4


def trained(x, n):
    outputs = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(N), x, n, dtype=tf.float32)[0]
    loss = tf.reduce_mean(tf.square(outputs))
    return [loss, tf.train.AdamOptimizer().minimize(loss)]


def given():
    return tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.int32, [None])


def drawn(batch, steps):
    return np.random.rand(batch, steps, D), np.arange(batch) % steps + 1


def test_other_sizes_compute_less_than_the_first(monkeypatch):
    """What ops give for constants, and what loops run, is computed once where it does not depend on sizes."""
    asked, lowerings = Counter(), []

    def counted(owner, name):
        inner = getattr(owner, name)

        def does(*args):
            asked[name] += 1
            return inner(*args)

        monkeypatch.setattr(owner, name, does)

    counted(folding, "computed")
    counted(needed, "_without_arguments")
    made = Region._lowered

    def watched(self, wanted):
        asked.clear()
        program = made(self, wanted)
        lowerings.append(asked.copy())
        return program

    monkeypatch.setattr(Region, "_lowered", watched)
    x, n = given()
    fetches = trained(x, n)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        lowerings.clear()
        for steps in (5, 7):
            session.run(fetches, dict(zip((x, n), drawn(6, steps))))
    first, *others = lowerings
    assert others and first["_without_arguments"] > 0
    assert not any(other["_without_arguments"] for other in others)
    assert max(other["computed"] for other in others) <= first["computed"] // 2


def remembering(x, n):
    """All states so far are looked at for the next one."""
    w = tf.get_variable("w", [D, D])

    def body(i, memory):
        seen = tf.nn.softmax(tf.reduce_sum(memory * x[:, i, None], 2))
        state = tf.tanh(tf.matmul(tf.reduce_sum(memory * seen[:, :, None], 1), w))
        return i + 1, tf.concat([memory, state[:, None]], 1)

    shapes = [tf.TensorShape([]), tf.TensorShape([None, None, D])]
    memory = tf.while_loop(lambda i, _: i < tf.shape(x)[1], body, [0, x[:, :1]], shapes)[1]
    loss = tf.reduce_mean(tf.square(memory))
    return [loss, tf.gradients(loss, [x, w])]


def test_rules_need_fewer_attempts_for_other_sizes(monkeypatch):
    attempts, made, tried = [], Region._lowered, following._Tried.__init__
    monkeypatch.setattr(Region, "_lowered", lambda self, wanted: attempts.append(0) or made(self, wanted))

    def counted(self, *given):
        attempts[-1] += 1
        tried(self, *given)

    monkeypatch.setattr(following._Tried, "__init__", counted)
    x, n = given()
    fetches = remembering(x, n)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for size in [(9, 5), (7, 6)]:
            session.run(fetches, dict(zip((x, n), drawn(*size))))
    first, *others = attempts
    assert first > 60 and others
    assert max(others) <= 0.6 * first


def masked(x, n):
    """How many items the mask picks is asked for behind the loop."""
    outputs = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(N), x, n, dtype=tf.float32)[0]
    return tf.reduce_mean(tf.square(tf.boolean_mask(outputs, tf.sequence_mask(n, tf.shape(x)[1]))))


def listed(x, n):
    """The shape of the list's elements is known when one is written."""
    values = tf.transpose(x, [1, 0, 2]) * 2.0
    array = tf.TensorArray(tf.float32, tf.shape(x)[1], infer_shape=False)
    body = lambda i, array: (i + 1, array.write(i, values[i]))  # noqa: E731
    array = tf.while_loop(lambda i, array: i < tf.shape(x)[1], body, [0, array])[1]
    return tf.reduce_sum(tf.square(array.stack()))


def chosen(x, n):
    """It is written in a branch that is known to be taken."""
    array = tf.TensorArray(tf.float32, 1, infer_shape=False)
    long = tf.shape(x)[1] > 2
    written = tf.cond(long, lambda: array.write(0, x[:, 2]).stack(), lambda: array.write(0, x[:, 1]).stack())
    return tf.reduce_sum(tf.square(written)) + tf.cond(long, lambda: tf.reduce_sum(x), lambda: 0.0)


@pytest.mark.parametrize("model", [masked, listed, chosen])
def test_what_was_lowered_before_stays(model, monkeypatch):
    lowered, texts = Counter(), []
    lower, made = Lowering.lower, Region._lowered

    def counted(self, op):
        lowered[op] += len(self.frames) == 1
        return lower(self, op)

    def kept(self, wanted):
        program = made(self, wanted)
        texts[-1].append(text(program.nodes))
        return program

    monkeypatch.setattr(Lowering, "lower", counted)
    monkeypatch.setattr(Region, "_lowered", kept)
    x, n = given()
    tf.set_random_seed(1)
    loss = model(x, n)
    fetches = [loss, tf.gradients(loss, x)[0]]
    fed = dict(zip((x, n), drawn(6, 5)))
    values, totals = [], []
    for anew in (False, True):
        texts.append([])
        if anew:
            monkeypatch.setattr(Lowering, "back_to", lambda self, op: False)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            lowered.clear()
            values.append(session.run(fetches, fed))
            totals.append(lowered.total())
            assert [step.on_host for step in inspect(session).last.steps] == [False]
    assert totals[0] < totals[1], totals
    assert texts[0] == texts[1]
    np.testing.assert_array_equal(values[0][1], values[1][1])


def test_what_sizes_are_worked_out_of_is_computed_once_for_new_ones(monkeypatch):
    """A range, and its tiles: how large each is is asked for by itself, and is made of what is before it."""
    asked = []
    inner = folding.computed
    monkeypatch.setattr(folding, "computed", lambda *args: (asked.append(args[1]), inner(*args))[1])
    x = tf.placeholder(tf.float32, [None, None])
    batch, steps = tf.unstack(tf.shape(x))
    places = tf.tile(tf.expand_dims(tf.range(0, steps, 2), 0), [batch, 1])
    with tf.Session() as session:
        for size in ((5, 9), (9, 12), (7, 15), (8, 10)):
            session.run(places, {x: np.ones(size)})
        asked.clear()
        found = session.run(places, {x: np.ones((6, 13))})
    np.testing.assert_array_equal(found, np.tile(np.arange(0, 13, 2), (6, 1)))
    assert asked and len(asked) == len(set(asked))


def test_what_ops_give_for_texts_is_not_remembered():
    """The bytes of such an array say where the texts are, and others may be there later."""
    asked, remembered = [], Remembered()
    for _ in range(2):
        remembered.computed(None, [np.array([b"a"], object)], lambda: asked.append(1) or [])
        remembered.computed(None, [np.array([1])], lambda: asked.append(2) or [])
    assert asked == [1, 2, 1]
