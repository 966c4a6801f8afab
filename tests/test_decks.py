"""Listings of the course decks that train: language models by character, cells and dropout of one's own."""

import numpy as np
import pytest

import minitf as tf

TEXT = "hello world, here is a line that repeats. " * 60


@pytest.mark.parametrize("unroll", ["static", "dynamic"])
def test_a_language_model_by_character(unroll):
    tf.set_random_seed(0)
    characters = sorted(set(TEXT))
    codes = np.array([characters.index(c) for c in TEXT])
    num_classes, num_steps, batch_size, state_size = len(characters), 5, 20, 40

    x = tf.placeholder(tf.int32, [batch_size, num_steps], name="input_placeholder")
    y = tf.placeholder(tf.int32, [batch_size, num_steps], name="labels_placeholder")
    init_state = tf.zeros([batch_size, state_size])
    x_one_hot = tf.one_hot(x, num_classes)
    cell = tf.contrib.rnn.BasicRNNCell(state_size)
    if unroll == "static":
        rnn_inputs = tf.unstack(x_one_hot, axis=1)
        rnn_outputs, final_state = tf.contrib.rnn.static_rnn(cell, rnn_inputs, initial_state=init_state)
    else:
        outputs, final_state = tf.nn.dynamic_rnn(cell, x_one_hot, initial_state=init_state)
        rnn_outputs = tf.unstack(outputs, axis=1)
    with tf.variable_scope("softmax"):
        W = tf.get_variable("W", [state_size, num_classes])
        b = tf.get_variable("b", [num_classes], initializer=tf.constant_initializer(0.0))
    logits = [tf.matmul(rnn_output, W) + b for rnn_output in rnn_outputs]
    y_as_list = tf.unstack(y, num=num_steps, axis=1)
    losses = [
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=label, logits=logit)
        for logit, label in zip(logits, y_as_list)
    ]
    total_loss = tf.reduce_mean(losses)
    train_step = tf.train.AdagradOptimizer(0.3).minimize(total_loss)
    correct = tf.equal(tf.cast(tf.argmax(tf.stack(logits, axis=1), 2), tf.int32), y)
    accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

    length = len(codes) // batch_size - 1
    strands = [codes[i : i + batch_size * length].reshape(batch_size, length) for i in (0, 1)]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(20):
            training_state = np.zeros((batch_size, state_size))
            for start in range(0, length - num_steps, num_steps):
                X, Y = (s[:, start : start + num_steps] for s in strands)
                loss, training_state, _, right = sess.run(
                    [total_loss, final_state, train_step, accuracy], feed_dict={x: X, y: Y, init_state: training_state}
                )
    assert loss < 0.5 and right > 0.85


def test_fully_connected_on_the_reshaped_outputs():
    tf.set_random_seed(0)
    X = tf.placeholder(tf.float32, [None, 8, 1])
    y = tf.placeholder(tf.float32, [None, 8, 1])
    cell = tf.contrib.rnn.BasicRNNCell(num_units=20, activation=tf.nn.relu)
    rnn_outputs, states = tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    stacked_rnn_outputs = tf.reshape(rnn_outputs, [-1, 20])
    stacked_outputs = tf.contrib.layers.fully_connected(stacked_rnn_outputs, 1, activation_fn=None)
    outputs = tf.reshape(stacked_outputs, [-1, 8, 1])
    loss = tf.reduce_sum(tf.square(outputs - y))
    training_op = tf.train.AdamOptimizer(learning_rate=0.01).minimize(loss)
    steps = np.random.default_rng(0).normal(size=(50, 8, 1))
    feed = {X: steps, y: np.cumsum(steps, axis=1)}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(loss, feed)
        for _ in range(200):
            sess.run(training_op, feed)
        assert sess.run(loss, feed) < 0.02 * before


def test_a_dropout_wrapper_of_ones_own_that_only_drops_in_training():
    class DropoutCell(tf.contrib.rnn.RNNCell):
        def __init__(self, cell, is_training, keep_prob):
            self._cell, self._is_training, self._keep_prob = cell, is_training, keep_prob

        @property
        def state_size(self):
            return self._cell.state_size

        @property
        def output_size(self):
            return self._cell.output_size

        def __call__(self, inputs, state, scope=None):
            dropped = tf.cond(self._is_training, lambda: tf.nn.dropout(inputs, self._keep_prob), lambda: inputs)
            return self._cell(dropped, state, scope)

    is_training = tf.placeholder_with_default(False, shape=(), name="is_training")
    X = tf.placeholder(tf.float32, [None, 5, 3])
    cell = DropoutCell(tf.contrib.rnn.BasicRNNCell(10), is_training, 0.5)
    outputs, _ = tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    feed = {X: np.ones([4, 5, 3])}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(*[sess.run(outputs, feed) for _ in range(2)])
        one, other = [sess.run(outputs, {**feed, is_training: True}) for _ in range(2)]
    assert (one != other).any()


def test_variational_dropout_drops_the_same_units_at_every_step():
    """Gal and Ghahramani 2016: one mask a sequence, for inputs, states and outputs."""
    tf.set_random_seed(1)
    X = tf.placeholder(tf.float32, [None, 6, 4])
    cell = tf.contrib.rnn.DropoutWrapper(
        tf.contrib.rnn.GRUCell(12),
        output_keep_prob=0.5,
        state_keep_prob=0.5,
        variational_recurrent=True,
        input_size=4,
        dtype=tf.float32,
    )
    outputs, _ = tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        dropped, others = [sess.run(outputs, {X: np.ones([3, 6, 4])}) == 0 for _ in range(2)]
    assert 0.1 < dropped.mean() < 0.9
    np.testing.assert_array_equal(dropped, np.repeat(dropped[:, :1], 6, axis=1))
    assert (dropped != others).any()


@pytest.mark.parametrize("attention", [tf.contrib.seq2seq.LuongAttention, tf.contrib.seq2seq.BahdanauAttention])
def test_an_encoder_and_a_decoder_with_attention(attention):
    """The decoder is trained by dynamic_rnn; the time in its state is a scalar."""
    tf.set_random_seed(0)
    source = tf.placeholder(tf.int32, [None, None])
    lengths = tf.placeholder(tf.int32, [None])
    target = tf.placeholder(tf.int32, [None, None])
    embedding = tf.get_variable("embedding", [8, 6])
    encoded, code = tf.nn.dynamic_rnn(
        tf.contrib.rnn.GRUCell(16),
        tf.nn.embedding_lookup(embedding, source),
        lengths,
        dtype=tf.float32,
        scope="encoder",
    )
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.contrib.rnn.GRUCell(16), attention(16, encoded, lengths), 16)
    state = cell.zero_state(tf.shape(lengths)[0], tf.float32).clone(cell_state=code)
    before = tf.nn.embedding_lookup(embedding, tf.concat([tf.zeros_like(target[:, :1]), target[:, :-1]], 1))
    outputs, final = tf.nn.dynamic_rnn(cell, before, lengths, state, tf.float32, scope="decoder")
    logits = tf.layers.dense(outputs, 8)
    loss = tf.contrib.seq2seq.sequence_loss(logits, target, tf.sequence_mask(lengths, dtype=tf.float32))
    training_op = tf.train.AdamOptimizer(0.02).minimize(loss)
    random = np.random.default_rng(0)
    digits = random.integers(1, 8, (32, 4))
    feed = {source: digits, lengths: np.full(32, 4), target: digits[:, ::-1]}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(30):
            last, steps, _ = sess.run([loss, final.time, training_op], feed)
    assert steps == 4 and last < 0.7
