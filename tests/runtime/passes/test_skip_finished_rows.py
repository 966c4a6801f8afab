"""Rows whose sequence has ended are not computed, and nobody can tell."""

import re

import numpy as np
import pytest
from poison import poisoned

import minitf as tf
from minitf.framework import nest
from minitf.runtime import inspect
from minitf.runtime.lower.ir import Repeat

B, T, D, N = 9, 7, 5, 9
LENGTHS = [[3, 7, 1, 0, 5, 5, 2, 6, 4], [T] * B, [0] * B, [1, 0, 0, 0, 0, 0, 0, 0, 2]]
CELLS = {
    "rnn": lambda: tf.nn.rnn_cell.BasicRNNCell(N),
    "relu": lambda: tf.nn.rnn_cell.BasicRNNCell(4, activation=tf.nn.relu),
    "gru": lambda: tf.nn.rnn_cell.GRUCell(N),
    "lstm": lambda: tf.nn.rnn_cell.BasicLSTMCell(N),
    "deep": lambda: tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.LSTMCell(N, use_peepholes=True, num_proj=4), tf.nn.rnn_cell.GRUCell(N)]
    ),
    "layer norm": lambda: tf.contrib.rnn.LayerNormBasicLSTMCell(N),
    "projected": lambda: tf.contrib.rnn.OutputProjectionWrapper(tf.nn.rnn_cell.GRUCell(N), 3),
}


@pytest.fixture
def fed():
    tf.set_random_seed(2)
    return tf.placeholder(tf.float32, [B, T, D]), tf.placeholder(tf.int32, [B])


def values(fetches, fed, passes="", executor="native"):
    """The fetched values for all kinds of lengths, and how many calls were limited in each loop."""
    config = tf.ConfigProto(passes=passes, executor=executor, intra_op_parallelism_threads=1)
    found = []
    with poisoned(), tf.Session(config=config) as session:
        session.run(tf.global_variables_initializer())
        for seed, lengths in enumerate(LENGTHS):
            x = 3 * np.random.RandomState(seed).standard_normal((B, T, D)[: fed[0].shape.ndims])
            x = np.abs(x).astype(np.int32) if fed[0].dtype == tf.int32 else x / 3
            found += nest.flatten(session.run(fetches, {fed[0]: x, fed[1]: lengths}))
        found += session.run(tf.trainable_variables())
        return found, limited(session)


def limited(session):
    counts = []
    for program in inspect(session).programs:
        loops = [node for node in program._nodes if isinstance(node, Repeat)]
        counts += [sum(call.limit is not None for call in loop.body) for loop in loops]
    return counts


def check(fetches, fed, loops=None):
    """Compares with the executor that knows no rows; `loops`: how many of them skip ended rows."""
    fetches = [f for f in nest.flatten(fetches) if f is not None]
    found, counts = values(fetches, fed)
    if loops is not None:
        assert sum(count > 0 for count in counts) == loops, counts
    expected, _ = values(fetches, fed, executor="op_by_op")
    assert len(found) == len(expected)
    for a, b in zip(found, expected):
        if a is not None:
            np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-5)


def loss_of(*tensors):
    return sum(tf.reduce_mean(tf.square(t)) for t in nest.flatten(tensors))


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("wanted", ["both", "outputs", "state"])
def test_cells(kind, wanted, fed):
    outputs, state = tf.nn.dynamic_rnn(CELLS[kind](), fed[0], dtype=tf.float32, sequence_length=fed[1])
    used = {"both": (outputs, state), "outputs": outputs, "state": state}[wanted]
    loss = loss_of(used)
    check([used, loss], fed, loops=1)
    check([loss, tf.gradients(loss, [fed[0], *tf.trainable_variables()])], fed, loops=2)
    check([loss, tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)], fed, loops=2)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "layer norm"])
def test_what_is_saved_for_a_later_region(kind, fed):
    """Rows that are written in parts: what one call leaves out another one may not be taken to compute."""
    outputs, state = tf.nn.dynamic_rnn(CELLS[kind](), fed[0], fed[1], dtype=tf.float32)
    weights = tf.trainable_variables()
    by_host = [tf.py_func(lambda a: a, [g], g.dtype) for g in tf.gradients(loss_of(outputs, state), weights)]
    seen = [tf.reshape(g, w.shape) for g, w in zip(by_host, weights)]
    later = tf.gradients(loss_of(outputs), weights, grad_ys=loss_of(seen))
    check([seen, later], fed)


def test_the_state_to_begin_with_and_its_gradient(fed):
    start = tf.get_variable("start", [B, N])
    outputs, state = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(N), fed[0], sequence_length=fed[1], initial_state=start + 1.0
    )
    check([outputs, state, tf.gradients(loss_of(outputs, state), [start, fed[0]])], fed, loops=2)


def test_both_directions_and_layers(fed):
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(N), tf.nn.rnn_cell.BasicLSTMCell(4), fed[0], fed[1], dtype=tf.float32
    )
    second, last = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.BasicLSTMCell(N), tf.concat(outputs, 2), fed[1], dtype=tf.float32, scope="second"
    )
    loss = loss_of(second, last, states)
    check([second, last, states, tf.gradients(loss, [fed[0], *tf.trainable_variables()])], fed, loops=6)


def test_time_major_and_masks_of_a_row(fed):
    """What each row multiplies its inputs by is captured by the loop, and sorted too."""
    mask = tf.get_variable("mask", [B, D])

    class Masked(tf.nn.rnn_cell.BasicRNNCell):
        def call(self, inputs, state):
            return super().call(inputs * mask, state)

    x = tf.transpose(fed[0], [1, 0, 2])
    outputs, state = tf.nn.dynamic_rnn(Masked(N), x, fed[1], dtype=tf.float32, time_major=True)
    check([outputs, state, tf.gradients(loss_of(outputs, state), [mask, x])], fed, loops=2)


def test_two_gradients_of_one_loop(fed):
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(N), fed[0], fed[1], dtype=tf.float32)
    grads = [tf.gradients(loss_of(y), tf.trainable_variables()) for y in (outputs, state)]
    check([outputs, grads], fed, loops=3)


def test_second_derivatives(fed):
    """Their loops run forwards again: such programs are left as they are."""
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(N), fed[0], fed[1], dtype=tf.float32)
    [slope] = tf.gradients(loss_of(outputs), fed[0])
    check(tf.gradients(loss_of(slope), tf.trainable_variables()), fed)


def test_cells_that_mix_rows_are_left_alone(fed):
    class Mixing(tf.nn.rnn_cell.BasicRNNCell):
        def call(self, inputs, state):
            return super().call(inputs - tf.reduce_mean(inputs, 0, keepdims=True), state)

    outputs, state = tf.nn.dynamic_rnn(Mixing(N), fed[0], fed[1], dtype=tf.float32)
    check([outputs, state, tf.gradients(loss_of(outputs), fed[0])], fed, loops=0)


@pytest.mark.parametrize("kind", CELLS)
def test_sizes_known_only_when_it_runs(kind):
    tf.set_random_seed(2)
    fed = tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.int32, [None])
    outputs, state = tf.nn.dynamic_rnn(CELLS[kind](), fed[0], fed[1], dtype=tf.float32)
    loss = loss_of(outputs, state)
    check([outputs, loss, tf.gradients(loss, [fed[0], *tf.trainable_variables()])], fed, loops=2)


def test_as_many_units_as_rows(fed):
    """Weights of B rows are no rows of the batch."""
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(B), fed[0], fed[1], dtype=tf.float32)
    check([state, tf.gradients(loss_of(outputs, state), tf.trainable_variables())], fed, loops=2)


def test_one_hot_inputs():
    tf.set_random_seed(2)
    letters = tf.placeholder(tf.int32, [B, T]), tf.placeholder(tf.int32, [B])
    x = tf.one_hot(letters[0], 4)
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(N), x, letters[1], dtype=tf.float32)
    check([outputs, tf.gradients(loss_of(outputs), tf.trainable_variables())], letters, loops=2)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "deep"])
def test_embedded_letters(cell):
    """More of them than the table has: the table is multiplied, and rows of the product are picked."""
    tf.set_random_seed(2)
    letters = tf.placeholder(tf.int32, [B, T]), tf.placeholder(tf.int32, [B])
    x = tf.nn.embedding_lookup(tf.get_variable("table", [10, D]), letters[0])
    outputs, _ = tf.nn.dynamic_rnn(CELLS[cell](), x, letters[1], dtype=tf.float32)
    check([outputs, tf.gradients(loss_of(outputs), tf.trainable_variables())], letters, loops=2)


@pytest.mark.parametrize("lengths", LENGTHS[:2], ids=str)
def test_lengths_known_before(fed, lengths):
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(N), fed[0], lengths, dtype=tf.float32)
    fetches = [outputs, tf.gradients(loss_of(outputs), tf.trainable_variables()), fed[1] + 0]
    check(fetches, fed, loops=2)


def test_longer_than_there_are_steps(fed):
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(N), fed[0], fed[1] + 4, dtype=tf.float32)
    check([outputs], fed, loops=1)


def test_it_can_be_switched_off(fed):
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(N), fed[0], fed[1], dtype=tf.float32)
    assert sum(values([outputs], fed, passes="-skip_finished_rows")[1]) == 0
    assert sum(values([outputs], fed, passes="skip_finished_rows")[1]) > 0


def test_as_text(monkeypatch, capsys):
    monkeypatch.setenv("MINITF_SHOW", "skip_finished_rows")
    x, lengths = tf.placeholder(tf.float32, [4, 3, 2], name="x"), tf.placeholder(tf.int32, [4], name="n")
    cell = tf.nn.rnn_cell.BasicRNNCell(5)
    state = tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32)[1]
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        session.run(state, {x: np.zeros((4, 3, 2)), lengths: [1, 2, 3, 3]})
    found = re.sub("  # .*|rnn/basic_rnn_cell/", "", capsys.readouterr().err)
    before, after = found.split("---- after skip_finished_rows")
    assert (
        before[before.index("\nrepeat") :]
        == """
repeat t5 times:
  greater_equal[int32] a=t6 b=n[4] o:=t9[4] rank=1 dims=(4,0,1)
  gemm[float32] a=t1+32/trip[4, 2] b=kernel[7, 5] c<>t11[4, 5] m=4 n=5 k=2 lda=2 ldb=5 ldc=5 batch=1 c_next=20
  gemm[float32] a=t8[4, 5] b=kernel+40[7, 5] c<>t11[4, 5] m=4 n=5 k=5 lda=5 ldb=5 ldc=5 beta=1 batch=1 c_next=20
  bias_tanh[float32] a=t11[4, 5] bias=bias[5] o:=t13[4, 5] rows=4 width=5 step=5
  select[uint32] mask=t9[4, 1] a=t8[4, 5] b=t13[4, 5] o:=t8[4, 5] rank=2 dims=(4,1,5,5,5,0,1,1)
  add[int32] a=t6 b=1 o:=t6 rank=1 dims=(1,0,0)
"""
    )
    assert (
        after[after.index("\nsort_rows") :]
        == """
sort_rows[] lengths=n[4] places:=t14[4] o:=t15[4] values:=t16[3] n=4 steps=3
gather[uint32,int32] a=n[4] index=t14[4] o:=t17[4] outer=1 rows=4 n=4 width=1
gather[uint32,int32] a=t8[4, 5] index=t14[4] o:=t18[4, 5] outer=1 rows=4 n=4 width=5
assign[uint32] a=t18[4, 5] o:=t8[4, 5] n=20
gather[uint32,int32] a=t1[24] index=t14[4] o:=t19[24] outer=3 rows=4 n=4 width=2
repeat t5 times:
  greater_equal[int32] a=t6 b=t17[4] o:=t9[4] rank=1 dims=(4,0,1)
  gemm[float32]* a=t19+32/trip[4, 2] b=kernel[7, 5] c<>t11[4, 5] m=4 n=5 k=2 lda=2 ldb=5 ldc=5 batch=1 c_next=20
  gemm[float32]* a=t8[4, 5] b=kernel+40[7, 5] c<>t11[4, 5] m=4 n=5 k=5 lda=5 ldb=5 ldc=5 beta=1 batch=1 c_next=20
  bias_tanh[float32]* a=t11[4, 5] bias=bias[5] o:=t13[4, 5] rows=4 width=5 step=5
  select[uint32]* mask=t9[4, 1] a=t8[4, 5] b=t13[4, 5] o:=t8[4, 5] rank=2 dims=(4,1,5,5,5,0,1,1)
  add[int32] a=t6 b=1 o:=t6 rank=1 dims=(1,0,0)
gather[uint32,int32] a=t8[20] index=t15[4] o:=t20[20] outer=1 rows=4 n=4 width=5
assign[uint32] a=t20[20] o:=t8[20] n=20
"""
    )
