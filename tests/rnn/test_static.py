import numpy as np
from helpers import fails

import minitf as tf

RNN = tf.nn.rnn_cell
X0 = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 0, 1]], np.float32)
X1 = np.array([[9, 8, 7], [0, 0, 0], [6, 5, 4], [3, 2, 1]], np.float32)


def runs(tensors, feed=None):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(tensors, feed)


def test_rows_past_their_length_are_zero_and_keep_their_state():
    x = [tf.constant(X0), tf.constant(X1), tf.constant(X0)]
    lengths = np.array([3, 0, 1, 2])
    outputs, state = tf.nn.static_rnn(RNN.LSTMCell(5), x, dtype=tf.float32, sequence_length=lengths)
    outputs, state = runs([outputs, state])
    for row, length in enumerate(lengths):
        assert all(outputs[t][row].any() == (t < length) for t in range(3))
        np.testing.assert_array_equal(state.h[row], outputs[length - 1][row] if length else np.zeros(5))


def test_nothing_is_computed_past_the_longest():
    ran = []

    class Noting(RNN.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            new = tf.py_func(lambda a: (ran.append(1), a)[1], [inputs + state], tf.float32)
            new.set_shape([4, 3])
            return new, new

    lengths = tf.placeholder(tf.int32, [4])
    outputs, _ = tf.nn.static_rnn(Noting(), [tf.constant(X0)] * 6, dtype=tf.float32, sequence_length=lengths)
    runs(outputs, {lengths: [2, 1, 0, 2]})
    assert len(ran) == 2


def test_initial_state_and_unknown_batch():
    x, start = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 5])
    outputs, state = tf.nn.static_rnn(RNN.GRUCell(5), [x, x], initial_state=start)
    assert outputs[0].shape.as_list() == [None, 5]
    assert runs(state, {x: X0, start: np.ones([4, 5])}).shape == (4, 5)


def test_inputs_may_be_nested():
    class Sum(RNN.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            a, (b,) = inputs
            return a + b, state + a

    outputs, state = tf.nn.static_rnn(Sum(), [(tf.constant(X0), (tf.constant(X1),))] * 2, dtype=tf.float32)
    first, last = runs([outputs[0], state])
    np.testing.assert_array_equal(first, X0 + X1)
    np.testing.assert_array_equal(last, 2 * X0)


def test_scope_is_shared_only_on_request():
    x = [tf.zeros([2, 3])]
    tf.nn.static_rnn(RNN.BasicRNNCell(4), x, dtype=tf.float32)
    with fails(ValueError, "rnn/basic_rnn_cell/kernel", "test_static.py"):
        tf.nn.static_rnn(RNN.BasicRNNCell(4), x, dtype=tf.float32)
    with tf.variable_scope("rnn", reuse=True) as scope:
        tf.nn.static_rnn(RNN.BasicRNNCell(4), x, dtype=tf.float32, scope=scope)
    assert len(tf.global_variables()) == 2


def test_errors():
    cell, x = RNN.BasicRNNCell(4), tf.zeros([2, 3])
    with fails(TypeError, "tf.unstack"):
        tf.nn.static_rnn(cell, x, dtype=tf.float32)
    with fails(ValueError, "empty"):
        tf.nn.static_rnn(cell, [], dtype=tf.float32)
    with fails(ValueError, "dtype=tf.float32"):
        tf.nn.static_rnn(cell, [x])
    with fails(ValueError, "known size"):
        tf.nn.static_rnn(cell, [tf.placeholder(tf.float32, [2, None])], dtype=tf.float32)
    with fails(ValueError, "2", "5"):
        tf.nn.static_rnn(cell, [x, tf.zeros([5, 3])], dtype=tf.float32)
    with fails(ValueError, "sequence_length", "(3,)"):
        tf.nn.static_rnn(cell, [x], dtype=tf.float32, sequence_length=[1, 2, 3])
    with fails(TypeError, "numbers"):
        tf.nn.static_rnn(cell, [x], dtype=tf.float32, sequence_length=[True, False])
    with fails(ValueError, "cells_fw is empty"):
        tf.contrib.rnn.stack_bidirectional_rnn([], [cell], [x], dtype=tf.float32)
    with fails(ValueError, "state_name"):
        tf.nn.static_state_saving_rnn(RNN.LSTMCell(4), [x], None, "one")
