"""Models put together at random: natively, with all rewrites, they compute what they do op by op."""

import random
from types import SimpleNamespace

import numpy as np
import pytest

import minitf as tf
from minitf.kernels.compile.splitting import Window
from minitf.runtime import inspect
from minitf.runtime.lower.ir import Ref, calls

CELLS = {
    "rnn": tf.nn.rnn_cell.BasicRNNCell,
    "gru": tf.nn.rnn_cell.GRUCell,
    "lstm": tf.nn.rnn_cell.BasicLSTMCell,
    "peepholes": lambda n: tf.nn.rnn_cell.LSTMCell(n, use_peepholes=True),
    "projected": lambda n: tf.nn.rnn_cell.LSTMCell(n, num_proj=3),
    "normed": lambda n: tf.contrib.rnn.LayerNormBasicLSTMCell(max(n, 4)),
    "two": lambda n: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(n), tf.nn.rnn_cell.BasicLSTMCell(4)]),
    "wrapped": lambda n: tf.contrib.rnn.OutputProjectionWrapper(tf.nn.rnn_cell.GRUCell(n), 3),
}


def batch_first(cell, x, n):
    return tf.nn.dynamic_rnn(cell(), x, n, dtype=x.dtype)[0]


def time_first(cell, x, n):
    x = tf.transpose(x, [1, 0, 2])
    return tf.nn.dynamic_rnn(cell(), x, n, dtype=x.dtype, time_major=True)[0]


def unrolled(cell, x, n):
    return tf.stack(tf.nn.static_rnn(cell(), tf.unstack(x, axis=1), None, x.dtype, n)[0], 1)


def both_ways(cell, x, n):
    return tf.concat(tf.nn.bidirectional_dynamic_rnn(cell(), cell(), x, n, dtype=x.dtype)[0], 2)


def by_hand(cell, x, n):
    """A while loop that takes x[i]."""
    step, x = cell(), tf.transpose(x, [1, 0, 2])
    state = step.zero_state(tf.shape(x)[1], x.dtype)
    step(x[0], state)  # makes the variables
    state = tf.while_loop(lambda i, s: i < tf.shape(x)[0], lambda i, s: (i + 1, step(x[i], s)[1]), [0, state])[1]
    return tf.concat(tf.contrib.framework.nest.flatten(state), 1)


def gradients(loss, variables):
    return [tf.convert_to_tensor(g) for g in tf.gradients(loss, variables) if g is not None]


def second(loss, variables):
    return gradients(sum(tf.reduce_sum(tf.square(g)) for g in gradients(loss, variables)), variables)


def descent(loss, variables):
    return [tf.train.GradientDescentOptimizer(0.3).minimize(loss)]


def clipped(loss, variables):
    clipped, norm = tf.clip_by_global_norm(tf.gradients(loss, variables), 0.5)
    return [norm, tf.train.MomentumOptimizer(0.3, 0.9).apply_gradients(zip(clipped, variables))]


def drawn(seed):
    """What a model is made of."""
    pick = random.Random(seed).choice
    return SimpleNamespace(
        batch=pick([1, 2, 4, 7]),
        steps=pick([1, 3, 6]),
        units=pick([1, 4, 16]),
        letters=pick([2, 5, 9]),
        width=pick([1, 3, 16]),
        dtype=pick([tf.float32, tf.float64]),
        index=pick([tf.int32, tf.int64]),
        cell=CELLS[pick(list(CELLS))],
        run=pick([batch_first, time_first, unrolled, both_ways, by_hand]),
        wanted=pick([gradients, second, descent, clipped]),
        lengths=pick([True, False]),
        open=pick([True, False]),
        embedded=pick([True, True, False]),
        tied=pick([True, False, False]),
        also=pick([True, False, False]),
    )


def build(m):
    """(fetches, the placeholders of inputs and lengths)."""
    batch = None if m.open else m.batch
    n = tf.placeholder(tf.int32, [batch])
    table = tf.get_variable("table", [m.letters, m.width], m.dtype)
    if m.embedded:
        fed = tf.placeholder(m.index, [batch, m.steps])
        x = tf.nn.embedding_lookup(table, fed)
    else:
        fed = x = tf.placeholder(m.dtype, [batch, m.steps, m.width])
    outputs = m.run(lambda: m.cell(m.units), x, n if m.lengths else None)
    outputs = tf.reshape(outputs, [-1, outputs.shape[-1].value])
    if m.tied:
        outputs = tf.matmul(tf.layers.dense(outputs, m.width), table, transpose_b=True)
    loss = tf.reduce_mean(tf.square(outputs - 0.3))
    if m.also:
        loss += tf.reduce_mean(tf.square(tf.layers.dense(x, 5)))
    return [loss, outputs, *m.wanted(loss, tf.trainable_variables())], (fed, n)


def values(seed, executor):
    """What some steps compute, and the variables after them."""
    tf.reset_default_graph()
    tf.set_random_seed(seed)
    m, draw, found = drawn(seed), np.random.RandomState(seed), []
    fetches, placeholders = build(m)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(2):
            size = (m.batch, m.steps)
            x = draw.randint(0, m.letters, size) if m.embedded else draw.standard_normal((*size, m.width))
            fed = dict(zip(placeholders, (x, draw.randint(0, m.steps + 1, m.batch))))
            found += [value for value in sess.run(fetches, fed) if value is not None]
        assert_calls_fit(sess)
        return found + sess.run(tf.trainable_variables())


def assert_calls_fit(session):
    """No call reads or writes past the end of its memory, as far as the rules that cut calls tell."""
    for program in inspect(session).programs:
        for call in calls(program._nodes):
            kernel, refs = call.kernel.kernel, dict(zip(call.kernel.kernel.operands, call.operands))
            numbers = {name: o for name, o in refs.items() if not isinstance(o, Ref)}
            pieces = kernel.split.pieces(numbers) if kernel.split is not None else 0
            for name, window in kernel.split.part(numbers, 0, pieces).items() if pieces else ():
                if isinstance(window, Window) and refs[name].buffer.kind == "arena":
                    end = refs[name].offset + (window.start + window.size) * refs[name].dtype.itemsize
                    assert end <= refs[name].buffer.size, (call, name)


@pytest.mark.parametrize("seed", range(40))
def test_native_and_op_by_op(seed):
    tolerance = 2e-3 if drawn(seed).dtype == tf.float32 else 1e-7
    for a, b in zip(values(seed, "native"), values(seed, "op_by_op"), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=0.1 * tolerance)
