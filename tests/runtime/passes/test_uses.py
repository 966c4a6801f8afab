"""Who uses each buffer, as passes keep it while they rewrite a program, is what a program looked at anew says."""

from bisect import bisect_right

import numpy as np
import pytest

import minitf as tf
from minitf.runtime import passes
from minitf.runtime.passes.uses import Uses

B, T, D, N = 6, 5, 3, 4


def of_lengths(x, n):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(N), x, n, dtype=tf.float32)[0]


def both_ways(x, n):
    cells = [tf.nn.rnn_cell.BasicLSTMCell(N) for _ in range(2)]
    return tf.concat(tf.nn.bidirectional_dynamic_rnn(*cells, x, n, dtype=tf.float32)[0], 2)


def unrolled(x, n):
    return tf.stack(tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(N), tf.unstack(x, axis=1), dtype=tf.float32)[0], 1)


def of_letters(x, n):
    letters = tf.one_hot(tf.argmax(x, 2), D)
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(N), letters, n, dtype=tf.float32)[0]


def convolved(x, n):
    y = tf.layers.conv2d(tf.expand_dims(x, 3), 2, 3, padding="same", activation=tf.nn.relu)
    return tf.layers.max_pooling2d(y, 2, 1)


def said(uses):
    """All that is known of each buffer. Positions are counted: where calls were taken out, no others are."""
    buffers = uses.in_order(uses.buffers)
    positions = sorted({u.order for b in buffers for u in uses.of(b)} | set(uses.stops))
    found = [
        [(u.call, u.operand, u.ref, u.writes, id(u.block), positions.index(u.order)) for u in uses.of(b)]
        for b in buffers
    ]
    changes = [[(u.call, positions.index(u.order)) for u in uses.changes(b)] for b in buffers]
    places = [positions.index(stop) for stop in uses.stops], uses.names, uses.controls, uses.pinned
    spans = [uses.span(node) for node in uses.nodes if node.blocks]
    spans = [(positions.index(start), bisect_right(positions, end)) for start, end in spans]
    return buffers, found, changes, places, spans, set(uses.calls)


@pytest.mark.parametrize("model", [of_lengths, both_ways, unrolled, of_letters, convolved])
def test_what_passes_keep_is_what_a_program_says(model, monkeypatch):
    changed = set()

    def watched(name, apply):
        def checked(uses):
            before = set(uses.calls)
            said(uses)  # so that all of it is there already
            apply(uses)
            assert said(uses) == said(Uses(uses.nodes, uses.kept)), name
            if set(uses.calls) != before:
                changed.add(name)

        return checked

    for name, apply in passes.PASSES.items():
        monkeypatch.setitem(passes.PASSES, name, watched(name, apply))
    x, n = tf.placeholder(tf.float32, [None, T, D]), tf.placeholder(tf.int32, [None])
    loss = tf.reduce_mean(tf.square(model(x, n)))
    train = tf.train.AdamOptimizer().minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run([loss, train], {x: np.random.rand(B, T, D), n: np.arange(B) % T + 1})
    assert changed


def test_a_program_is_looked_at_once(monkeypatch):
    """However many passes rewrite it: only what they put there is new."""
    looked = []
    add = Uses._add
    monkeypatch.setattr(Uses, "_add", lambda self, call, touched: looked.append(call) or add(self, call, touched))
    x, n = tf.placeholder(tf.float32, [None, T, D]), tf.placeholder(tf.int32, [None])
    train = tf.train.AdamOptimizer().minimize(tf.reduce_mean(tf.square(of_lengths(x, n))))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        looked.clear()
        session.run(train, {x: np.random.rand(B, T, D), n: np.arange(B) % T + 1})
    assert max(map(looked.count, looked)) <= 2  # and once more where its values turned out to belong elsewhere
