"""The listings of the course deck and of the book's chapter on RNNs, as written, and the numbers they
printed.
"""

import numpy as np
import pytest

import minitf as tf

X0_BATCH = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 0, 1]])
X1_BATCH = np.array([[9, 8, 7], [0, 0, 0], [6, 5, 4], [3, 2, 1]])
X_BATCH = np.array(
    [
        # t = 0      t = 1
        [[0, 1, 2], [9, 8, 7]],  # instance 1
        [[3, 4, 5], [0, 0, 0]],  # instance 2
        [[6, 7, 8], [6, 5, 4]],  # instance 3
        [[9, 0, 1], [3, 2, 1]],  # instance 4
    ]
)
n_inputs, n_neurons, n_steps = 3, 5, 2


def printed(value, first_row):
    np.testing.assert_allclose(np.asarray(value)[0], first_row, atol=2e-6)


def test_constants():
    a = tf.constant(3.0)
    b = tf.constant(4.0)
    c = a * b
    assert str(c) == 'Tensor("mul:0", shape=(), dtype=float32)'
    with tf.Session() as sess:
        assert sess.run(c) == 12.0 and c.eval() == 12.0


def test_variables_and_placeholders():
    state = tf.Variable(0, name="counter")
    update = tf.assign(state, tf.add(state, tf.constant(1)))
    input1, input2 = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    output = tf.multiply(input1, input2)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        counts = [sess.run(update) for _ in range(3)]
        assert counts == [1, 2, 3] and sess.run(state) == 3
        assert sess.run([output], feed_dict={input1: [7.0], input2: [2.0]})[0] == [14.0]


def test_logistic_regression_learns():
    random = np.random.default_rng(0)
    inputs = random.normal(size=(200, 4))
    labels = np.eye(2)[(inputs @ [1.0, -2.0, 0.5, 0.0] > 0).astype(int)]
    X = tf.placeholder(tf.float32, shape=[None, 4], name="X")
    Y = tf.placeholder(tf.float32, shape=[None, 2], name="Y")
    w = tf.Variable(tf.random_normal(shape=[4, 2], stddev=0.01), name="weights")
    b = tf.Variable(tf.zeros([1, 2]), name="bias")
    logits = tf.matmul(X, w) + b
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=Y))
    optimizer = tf.train.GradientDescentOptimizer(learning_rate=0.5).minimize(loss)
    correct = tf.equal(tf.argmax(logits, 1), tf.argmax(Y, 1))
    accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(100):
            sess.run([optimizer, loss], feed_dict={X: inputs, Y: labels})
        assert sess.run(accuracy, feed_dict={X: inputs, Y: labels}) > 0.97


def test_static_rnn_with_two_placeholders():
    tf.set_random_seed(42)
    X0 = tf.placeholder(tf.float32, [None, n_inputs])
    X1 = tf.placeholder(tf.float32, [None, n_inputs])

    basic_cell = tf.nn.rnn_cell.BasicRNNCell(num_units=n_neurons)
    output_seqs, states = tf.nn.static_rnn(basic_cell, [X0, X1], dtype=tf.float32)
    Y0, Y1 = output_seqs

    init = tf.global_variables_initializer()
    with tf.Session() as sess:
        init.run()
        Y0_val, Y1_val = sess.run([Y0, Y1], feed_dict={X0: X0_BATCH, X1: X1_BATCH})
    printed(Y0_val, [0.30741334, -0.32884315, -0.6542847, -0.9385059, 0.52089024])


def test_static_rnn_with_packed_sequences():
    tf.set_random_seed(42)
    X = tf.placeholder(tf.float32, [None, n_steps, n_inputs])
    X_seqs = tf.unstack(tf.transpose(X, perm=[1, 0, 2]))

    basic_cell = tf.contrib.rnn.BasicRNNCell(num_units=n_neurons)
    output_seqs, states = tf.contrib.rnn.static_rnn(basic_cell, X_seqs, dtype=tf.float32)
    outputs = tf.transpose(tf.stack(output_seqs), perm=[1, 0, 2])

    init = tf.global_variables_initializer()
    with tf.Session():
        init.run()
        outputs_val = outputs.eval(feed_dict={X: X_BATCH})
    printed(outputs_val[0], [-0.45652324, -0.68064123, 0.40938237, 0.63104504, -0.45732826])


def test_dynamic_rnn():
    tf.set_random_seed(42)
    X = tf.placeholder(tf.float32, [None, n_steps, n_inputs])

    basic_cell = tf.contrib.rnn.BasicRNNCell(num_units=n_neurons)
    outputs, states = tf.nn.dynamic_rnn(basic_cell, X, dtype=tf.float32)

    init = tf.global_variables_initializer()
    with tf.Session():
        init.run()
        outputs_val = outputs.eval(feed_dict={X: X_BATCH})
    printed(outputs_val[0], [-0.85115266, 0.87358344, 0.5802911, 0.8954789, -0.0557505])


def test_dynamic_rnn_with_sequence_length():
    tf.set_random_seed(42)
    X = tf.placeholder(tf.float32, [None, n_steps, n_inputs])
    basic_cell = tf.contrib.rnn.BasicRNNCell(num_units=n_neurons)
    seq_length = tf.placeholder(tf.int32, [None])
    outputs, states = tf.nn.dynamic_rnn(basic_cell, X, dtype=tf.float32, sequence_length=seq_length)

    init = tf.global_variables_initializer()
    X_batch = X_BATCH.copy()
    X_batch[1, 1] = 0  # instance 2 is padded
    seq_length_batch = np.array([2, 1, 2, 2])
    with tf.Session() as sess:
        init.run()
        outputs_val, states_val = sess.run([outputs, states], feed_dict={X: X_batch, seq_length: seq_length_batch})
    printed(outputs_val[0], [-0.9123188, 0.16516446, 0.5548655, -0.39159346, 0.20846416])
    assert not outputs_val[1, 1].any()
    np.testing.assert_array_equal(states_val[1], outputs_val[1, 0])


def series_batch(random, n_steps, batch_size=50, resolution=0.1):
    t0 = random.random((batch_size, 1)) * (30 - n_steps * resolution)
    t = t0 + np.arange(n_steps + 1) * resolution
    y = t * np.sin(t) / 3 + 2 * np.sin(t * 5)
    return y[:, :-1, None], y[:, 1:, None]


@pytest.mark.parametrize("how", ["wrapper", "reshape"])
def test_time_series(how):
    n_steps, n_inputs, n_neurons, n_outputs = 20, 1, 100, 1
    random = np.random.default_rng(42)
    tf.set_random_seed(42)
    X = tf.placeholder(tf.float32, [None, n_steps, n_inputs])
    y = tf.placeholder(tf.float32, [None, n_steps, n_outputs])
    cell = tf.contrib.rnn.BasicRNNCell(num_units=n_neurons, activation=tf.nn.relu)
    if how == "wrapper":
        cell = tf.contrib.rnn.OutputProjectionWrapper(cell, output_size=n_outputs)
        outputs, states = tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    else:
        rnn_outputs, states = tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
        stacked_rnn_outputs = tf.reshape(rnn_outputs, [-1, n_neurons])
        stacked_outputs = tf.layers.dense(stacked_rnn_outputs, n_outputs)
        outputs = tf.reshape(stacked_outputs, [-1, n_steps, n_outputs])

    loss = tf.reduce_mean(tf.square(outputs - y))
    optimizer = tf.train.AdamOptimizer(learning_rate=0.001)
    training_op = optimizer.minimize(loss)
    init = tf.global_variables_initializer()

    mse = {}
    with tf.Session() as sess:
        init.run()
        for iteration in range(401):
            X_batch, y_batch = series_batch(random, n_steps)
            sess.run(training_op, feed_dict={X: X_batch, y: y_batch})
            if iteration % 100 == 0:
                mse[iteration] = loss.eval(feed_dict={X: X_batch, y: y_batch})
    assert mse[0] > 3 and mse[100] < 0.8 and mse[400] < 0.1


def test_deep_rnn_with_dropout():
    keep_prob = tf.placeholder_with_default(1.0, shape=())
    X = tf.placeholder(tf.float32, [None, 6, 2])
    cells = [tf.contrib.rnn.BasicRNNCell(num_units=8) for layer in range(3)]
    cells_drop = [tf.contrib.rnn.DropoutWrapper(cell, input_keep_prob=keep_prob) for cell in cells]
    multi_layer_cell = tf.contrib.rnn.MultiRNNCell(cells_drop)
    outputs, states = tf.nn.dynamic_rnn(multi_layer_cell, X, dtype=tf.float32)
    assert len(states) == 3
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        feed = {X: np.ones([4, 6, 2])}
        same = [sess.run(outputs, feed) for _ in range(2)]
        different = [sess.run(outputs, {**feed, keep_prob: 0.5}) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    assert (different[0] != different[1]).any()


def test_lstm_and_gru_classify_rows():
    X = tf.placeholder(tf.float32, [None, 5, 3])
    y = tf.placeholder(tf.int32, [None])
    lstm_cells = [tf.contrib.rnn.BasicLSTMCell(num_units=8), tf.contrib.rnn.LSTMCell(8, use_peepholes=True)]
    multi_cell = tf.contrib.rnn.MultiRNNCell([*lstm_cells, tf.contrib.rnn.GRUCell(num_units=8)])
    outputs, states = tf.nn.dynamic_rnn(multi_cell, X, dtype=tf.float32)
    logits = tf.layers.dense(states[-1], 2, name="softmax")
    xentropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    loss = tf.reduce_mean(xentropy, name="loss")
    training_op = tf.train.AdamOptimizer(learning_rate=0.01).minimize(loss)
    correct = tf.nn.in_top_k(logits, y, 1)
    accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    inputs = np.random.default_rng(0).normal(size=(100, 5, 3))
    feed = {X: inputs, y: inputs[:, 0, 0] > 0}
    assert states[0].h.shape.as_list() == [None, 8] and states[1].c.shape.as_list() == [None, 8]
    tf.set_random_seed(0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(80):
            sess.run(training_op, feed)
        assert sess.run(accuracy, feed) > 0.95


def test_custom_gru_cell():
    from minitf.rnn.rnn_cell import _linear

    class GRUCell(tf.contrib.rnn.RNNCell):
        def __init__(self, num_units, activation=tf.tanh):
            self._num_units = num_units
            self._activation = activation

        @property
        def state_size(self):
            return self._num_units

        @property
        def output_size(self):
            return self._num_units

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or type(self).__name__):
                with tf.variable_scope("Gates"):
                    value = tf.nn.sigmoid(_linear([inputs, state], 2 * self._num_units, True, 1.0))
                    r, u = tf.split(value=value, num_or_size_splits=2, axis=1)
                with tf.variable_scope("Candidate"):
                    c = self._activation(_linear([inputs, r * state], self._num_units, True))
                new_h = u * state + (1 - u) * c
            return new_h, new_h

    X = tf.placeholder(tf.float32, [None, n_steps, n_inputs])
    outputs, _ = tf.nn.dynamic_rnn(GRUCell(n_neurons), X, dtype=tf.float32)
    ours = tf.trainable_variables()
    assert ours[0].op.name == "rnn/GRUCell/Gates/kernel"
    reference, _ = tf.nn.dynamic_rnn(tf.contrib.rnn.GRUCell(n_neurons), X, dtype=tf.float32, scope="reference")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for mine, theirs in zip(ours, tf.trainable_variables("reference"), strict=True):
            sess.run(theirs.assign(mine))
        np.testing.assert_array_equal(*sess.run([outputs, reference], {X: X_BATCH}))
