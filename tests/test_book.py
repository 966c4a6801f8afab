"""Listings of Géron's chapter 14 that train, seeded as in the book's notebook, and the numbers printed
there.

Rounding differs between machines, so that trained numbers agree for the first hundreds of steps only;
TensorFlow 1.15 itself differs as much from what the notebook shows.
"""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import minitf as tf

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(autouse=True)
def examples_folder(monkeypatch):
    """Scripts find what stands beside them."""
    monkeypatch.syspath_prepend(EXAMPLES)


def example(name):
    """A script of examples/ as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reset_graph(seed=42):
    tf.reset_default_graph()
    tf.set_random_seed(seed)
    np.random.seed(seed)


def shuffle_batch(X, y, batch_size):
    rnd_idx = np.random.permutation(len(X))
    for batch_idx in np.array_split(rnd_idx, len(X) // batch_size):
        yield X[batch_idx], y[batch_idx]


# ---- sequence classifiers


def classifier_head(state, y, n_outputs):
    """The training op and the accuracy of a dense layer on `state`."""
    logits = tf.layers.dense(state, n_outputs)
    xentropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    loss = tf.reduce_mean(xentropy)
    training_op = tf.train.AdamOptimizer(learning_rate=0.001).minimize(loss)
    correct = tf.nn.in_top_k(logits, y, 1)
    return training_op, tf.reduce_mean(tf.cast(correct, tf.float32))


def mnist(folder):
    """Training images and labels without the 5000 for validation, and test images and labels."""
    (images, labels), test = example("mnist_rows").load(folder / "mnist")
    return images[5000:], labels[5000:], *test


def test_the_first_epoch_of_mnist_rows(data_dir):
    X_train, y_train, X_test, y_test = mnist(data_dir)
    reset_graph()
    X = tf.placeholder(tf.float32, [None, 28, 28])
    y = tf.placeholder(tf.int32, [None])
    basic_cell = tf.nn.rnn_cell.BasicRNNCell(num_units=150)
    outputs, states = tf.nn.dynamic_rnn(basic_cell, X, dtype=tf.float32)
    training_op, accuracy = classifier_head(states, y, 10)
    init = tf.global_variables_initializer()
    with tf.Session() as sess:
        init.run()
        for X_batch, y_batch in shuffle_batch(X_train, y_train, 150):
            sess.run(training_op, feed_dict={X: X_batch, y: y_batch})
        acc_batch = accuracy.eval(feed_dict={X: X_batch, y: y_batch})
        acc_test = accuracy.eval(feed_dict={X: X_test, y: y_test})
    assert acc_batch == pytest.approx(0.9533333, abs=0.007)
    assert acc_test == pytest.approx(0.9288, abs=0.002)


def test_a_deep_rnn_classifies_by_the_states_of_all_layers():
    reset_graph()
    X = tf.placeholder(tf.float32, [None, 6, 4])
    y = tf.placeholder(tf.int32, [None])
    layers = [tf.nn.rnn_cell.BasicRNNCell(num_units=20, activation=tf.nn.relu) for layer in range(3)]
    multi_layer_cell = tf.nn.rnn_cell.MultiRNNCell(layers)
    outputs, states = tf.nn.dynamic_rnn(multi_layer_cell, X, dtype=tf.float32)
    states_concat = tf.concat(axis=1, values=states)
    assert states_concat.shape.as_list() == [None, 60]
    training_op, accuracy = classifier_head(states_concat, y, 3)
    X_train = np.random.normal(size=(300, 6, 4))
    y_train = np.argmax(X_train[:, 1, :3], axis=1)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(60):
            for X_batch, y_batch in shuffle_batch(X_train, y_train, 50):
                sess.run(training_op, feed_dict={X: X_batch, y: y_batch})
        assert accuracy.eval(feed_dict={X: X_train, y: y_train}) > 0.9


def test_a_device_wrapper_of_ones_own():
    class DeviceCellWrapper(tf.nn.rnn_cell.RNNCell):
        def __init__(self, device, cell):
            self._cell = cell
            self._device = device

        @property
        def state_size(self):
            return self._cell.state_size

        @property
        def output_size(self):
            return self._cell.output_size

        def __call__(self, inputs, state, scope=None):
            with tf.device(self._device):
                return self._cell(inputs, state, scope)

    reset_graph()
    X = tf.placeholder(tf.float32, shape=[None, 20, 5])
    cells = [DeviceCellWrapper("/cpu:0", tf.nn.rnn_cell.BasicRNNCell(num_units=10)) for _ in range(3)]
    outputs, states = tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), X, dtype=tf.float32)
    inputs = np.random.rand(2, 20, 5)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        out, last = sess.run([outputs, states], feed_dict={X: inputs})
    assert out.shape == (2, 20, 10) and len(last) == 3
    np.testing.assert_array_equal(out[:, -1], last[-1])


# ---- time series

N_STEPS = 20
T_INSTANCE = np.linspace(12.2, 12.2 + 0.1 * (N_STEPS + 1), N_STEPS + 1)


def time_series(t):
    return t * np.sin(t) / 3 + 2 * np.sin(t * 5)


def next_batch(batch_size):
    t0 = np.random.rand(batch_size, 1) * (30 - 0 - N_STEPS * 0.1)
    ys = time_series(t0 + np.arange(0.0, N_STEPS + 1) * 0.1)
    return ys[:, :-1].reshape(-1, N_STEPS, 1), ys[:, 1:].reshape(-1, N_STEPS, 1)


def projected_by_wrapper(X):
    cell = tf.nn.rnn_cell.BasicRNNCell(num_units=100, activation=tf.nn.relu)
    cell = tf.contrib.rnn.OutputProjectionWrapper(cell, output_size=1)
    return tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)[0]


def projected_by_reshape(X):
    cell = tf.nn.rnn_cell.BasicRNNCell(num_units=100, activation=tf.nn.relu)
    rnn_outputs, states = tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    stacked_outputs = tf.layers.dense(tf.reshape(rnn_outputs, [-1, 100]), 1)
    return tf.reshape(stacked_outputs, [-1, N_STEPS, 1])


def time_series_model(outputs_of):
    """Placeholders, outputs, loss and training op, seeded."""
    reset_graph()
    X = tf.placeholder(tf.float32, [None, N_STEPS, 1])
    y = tf.placeholder(tf.float32, [None, N_STEPS, 1])
    outputs = outputs_of(X)
    loss = tf.reduce_mean(tf.square(outputs - y))
    return X, y, outputs, loss, tf.train.AdamOptimizer(learning_rate=0.001).minimize(loss)


@pytest.mark.parametrize(
    ("outputs_of", "printed"),
    [
        (projected_by_wrapper, {0: 11.967254, 100: 0.525841, 200: 0.1495599}),
        (projected_by_reshape, {0: 13.907029, 100: 0.5056698, 200: 0.19735886}),
    ],
)
def test_time_series_losses(outputs_of, printed):
    X, y, _, loss, training_op = time_series_model(outputs_of)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for iteration in range(201):
            X_batch, y_batch = next_batch(50)
            sess.run(training_op, feed_dict={X: X_batch, y: y_batch})
            if iteration in printed:
                mse = loss.eval(feed_dict={X: X_batch, y: y_batch})
                tolerance = 2e-6 if iteration == 0 else 0.1
                assert mse == pytest.approx(printed[iteration], rel=tolerance), iteration


def test_a_creative_sequence():
    X, y, outputs, loss, training_op = time_series_model(projected_by_reshape)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(400):
            X_batch, y_batch = next_batch(50)
            sess.run(training_op, feed_dict={X: X_batch, y: y_batch})
        X_new = time_series(T_INSTANCE[:-1].reshape(-1, N_STEPS, 1))
        y_pred = sess.run(outputs, feed_dict={X: X_new})
        sequence = [time_series(t) for t in np.arange(N_STEPS) * 0.1]
        for _ in range(100):
            X_batch = np.array(sequence[-N_STEPS:]).reshape(1, N_STEPS, 1)
            sequence.append(sess.run(outputs, feed_dict={X: X_batch})[0, -1, 0])
    np.testing.assert_allclose(y_pred[0, 10:, 0], time_series(T_INSTANCE[11:]), atol=0.5)
    assert np.std(sequence[-40:]) > 0.5 and np.max(np.abs(sequence)) < 30  # it goes on swinging


# ---- embeddings, encoder and decoder


def test_embeddings_learn_from_noise_contrastive_estimation():
    reset_graph()
    vocabulary_size, embedding_size, num_sampled, batch_size = 50, 8, 5, 64
    train_inputs = tf.placeholder(tf.int32, shape=[None])
    train_labels = tf.placeholder(tf.int32, shape=[batch_size, 1])
    embeddings = tf.Variable(tf.random_uniform([vocabulary_size, embedding_size], -1.0, 1.0))
    embed = tf.nn.embedding_lookup(embeddings, train_inputs)
    nce_weights = tf.Variable(
        tf.truncated_normal([vocabulary_size, embedding_size], stddev=1.0 / np.sqrt(embedding_size))
    )
    nce_biases = tf.Variable(tf.zeros([vocabulary_size]))
    loss = tf.reduce_mean(tf.nn.nce_loss(nce_weights, nce_biases, train_labels, embed, num_sampled, vocabulary_size))
    training_op = tf.train.AdamOptimizer(0.05).minimize(loss)
    norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), axis=1, keepdims=True))
    normalized_embeddings = embeddings / norm
    similarity = tf.matmul(normalized_embeddings, normalized_embeddings, transpose_b=True)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(400):  # words 2k and 2k + 1 are found in the same company
            words = np.random.randint(0, vocabulary_size, batch_size)
            company = words // 2 * 2 + np.random.randint(0, 2, batch_size)
            sess.run(training_op, {train_inputs: words, train_labels: company[:, None]})
        sim = similarity.eval()
    nearest = np.argsort(-sim, axis=1)[:, 1]
    assert np.mean(nearest == np.arange(vocabulary_size) ^ 1) > 0.8


def test_machine_translation():
    reset_graph()
    n_steps, n_symbols, embedding_size = 6, 12, 10
    X = tf.placeholder(tf.int32, [None, n_steps])  # English sentences
    Y = tf.placeholder(tf.int32, [None, n_steps])  # French translations
    W = tf.placeholder(tf.float32, [None, n_steps - 1, 1])
    Y_input = Y[:, :-1]
    Y_target = Y[:, 1:]
    encoder_inputs = tf.unstack(tf.transpose(X))
    decoder_inputs = tf.unstack(tf.transpose(Y_input))
    lstm_cells = [tf.nn.rnn_cell.BasicLSTMCell(num_units=20) for layer in range(2)]
    cell = tf.nn.rnn_cell.MultiRNNCell(lstm_cells)
    output_seqs, states = tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq(
        encoder_inputs, decoder_inputs, cell, n_symbols, n_symbols, embedding_size
    )
    logits = tf.transpose(tf.unstack(output_seqs), perm=[1, 0, 2])
    xentropy = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.reshape(Y_target, [-1]), logits=tf.reshape(logits, [-1, n_symbols])
    )
    loss = tf.reduce_mean(tf.reshape(W, [-1]) * xentropy)
    training_op = tf.train.AdamOptimizer(learning_rate=0.01).minimize(loss)
    losses = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(150):
            english = np.random.randint(1, n_symbols, (32, n_steps))
            french = np.insert((english[:, :1] + np.arange(n_steps - 1)) % n_symbols, 0, 0, axis=1)
            feed_dict = {X: english, Y: french, W: np.ones([32, n_steps - 1, 1])}
            losses.append(sess.run([loss, training_op], feed_dict=feed_dict)[0])
    assert losses[0] == pytest.approx(np.log(n_symbols), abs=0.1) and losses[-1] < 0.7


# ---- embedded Reber grammar


class BookReber:
    """The notebook's strings, drawn in its order from NumPy's global generator."""

    def __init__(self, script):
        self.script = script

    def good(self, grammar):
        state, output = 0, []
        while state is not None:
            production, state = grammar[state][np.random.randint(len(grammar[state]))]
            output.append(self.good(production) if isinstance(production, list) else production)
        return "".join(output)

    def corrupted(self):
        good = self.good(self.script.EMBEDDED_REBER)
        index = np.random.randint(len(good))
        bad_char = np.random.choice(sorted(set("BEPSTVX") - set(good[index])))
        return good[:index] + bad_char + good[index + 1 :]

    def dataset(self, size):
        strings = [self.good(self.script.EMBEDDED_REBER) for _ in range(size // 2)]
        strings += [self.corrupted() for _ in range(size // 2)]
        order = np.random.permutation(size)
        labels = np.repeat([[1], [0]], size // 2, axis=0)
        return *(a[order] for a in self.script.one_hot(strings)), labels[order]


def test_the_first_epoch_of_the_reber_classifier(tmp_path):
    pytest.importorskip("matplotlib")
    reset_graph()
    script = example("reber")
    book = BookReber(script)
    assert [book.good(script.REBER) for _ in range(3)] == ["BTXXTTVPXTVPXTTVPSE", "BPVPSE", "BTXSE"]
    for _ in range(22):
        book.good(script.REBER)
    assert [book.good(script.EMBEDDED_REBER) for _ in range(25)][:2] == ["BTBPVVETE", "BTBTSSSSSSSXXVVETE"]
    assert [book.corrupted() for _ in range(25)][:2] == ["BTTTXXVVETE", "BPBTXXSPXTVVEPE"]
    training = book.dataset(10000)
    reset_graph()
    model = script.Classifier()
    validation = book.dataset(5000)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        ((train_accuracy, accuracy),) = script.train(sess, model, training, validation, 1, tmp_path)
        loss = sess.run(model.loss, model.feed(*(a[-50:] for a in training)))
    assert accuracy == pytest.approx(0.5934, abs=0.003) and train_accuracy == pytest.approx(0.66)
    assert loss == pytest.approx(0.6727, abs=0.02)
