"""TensorFlow 0.x, in processes of its own."""

import numpy as np
import pytest

import minitf as tf
from minitf.as_tensorflow.zero import arrays, image, legacy_seq2seq, losses, nn, rnn, rnn_cell, summaries

X = np.arange(12.0, dtype=np.float32).reshape(2, 6)


CALLS = [
    (lambda: arrays.concat(1, [X, X]), lambda: tf.concat([X, X], 1)),
    (lambda: arrays.concat(concat_dim=0, values=[X, X]), lambda: tf.concat([X, X], 0)),
    (lambda: arrays.concat(tf.constant(1), [X, X]), lambda: tf.concat([X, X], 1)),
    (lambda: arrays.split(1, 3, X)[2], lambda: tf.split(X, 3, 1)[2]),
    (lambda: arrays.split(split_dim=1, num_split=2, value=X)[0], lambda: tf.split(X, 2, 1)[0]),
    (lambda: arrays.split(0, 2, X, name="s")[1], lambda: tf.split(X, 2, 0)[1]),
    (lambda: arrays.pack([X, X]), lambda: tf.stack([X, X])),
    (lambda: image.per_image_whitening(X[None]), lambda: tf.image.per_image_standardization(X[None])),
    (lambda: losses.sum_of_squares(X, 2 * X), lambda: tf.contrib.losses.mean_squared_error(X, 2 * X)),
    (
        lambda: losses.sum_of_pairwise_squares(X, X * X, weight=2.0),
        lambda: tf.contrib.losses.mean_pairwise_squared_error(X, X * X, weights=2.0),
    ),
    (lambda: arrays.unpack(X)[1], lambda: tf.unstack(X)[1]),
    (lambda: arrays.batch_matmul(X[None], X[None], adj_y=True), lambda: tf.matmul(X[None], X[None], adjoint_b=True)),
    (lambda: arrays.reverse(X, [False, True]), lambda: tf.reverse(X, [1])),
    (
        lambda: nn.softmax_cross_entropy_with_logits(X, X),
        lambda: tf.nn.softmax_cross_entropy_with_logits(logits=X, labels=X),
    ),
    (
        lambda: nn.sparse_softmax_cross_entropy_with_logits(X, [1, 2], "n"),
        lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(logits=X, labels=[1, 2]),
    ),
    (
        lambda: nn.sigmoid_cross_entropy_with_logits(X, targets=X),
        lambda: tf.nn.sigmoid_cross_entropy_with_logits(logits=X, labels=X),
    ),
    (
        lambda: nn.ctc_loss(X[:, None], tf.SparseTensor([[0, 0]], [1], [1, 1]), [2]),
        lambda: tf.nn.ctc_loss(tf.SparseTensor([[0, 0]], [1], [1, 1]), X[:, None], [2]),
    ),
]


@pytest.mark.parametrize("i", range(len(CALLS)))
def test_old_calls(i, no_notes):
    old, new = CALLS[i]
    with tf.Session() as sess:
        np.testing.assert_array_equal(*sess.run([old(), new()]))
    assert len(no_notes) == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda: arrays.concat([X, X], 1),
        lambda: arrays.concat(values=[X, X], axis=1),
        lambda: arrays.split(X, 3, 1),
        lambda: arrays.split(X, [2, 4], axis=1),
        lambda: arrays.reverse(X, axis=[0]),
        lambda: nn.softmax_cross_entropy_with_logits(labels=X, logits=X),
        lambda: nn.ctc_loss(tf.SparseTensor([[0, 0]], [1], [1, 1]), X[:, None], [2]),
    ],
)
def test_new_calls_are_no_old_ones(call, no_notes):
    call()
    assert len(no_notes) == 1


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda: arrays.split(1, 3), (TypeError, ValueError)),
        (lambda: arrays.concat(1), (TypeError, ValueError)),
        (lambda: nn.sparse_softmax_cross_entropy_with_logits(X, [1, 2], "n", 3), TypeError),
        (lambda: summaries.scalar_summary(["a", "b"], [1.0, 2.0]), TypeError),
    ],
)
def test_what_neither_takes(call, error):
    with pytest.raises(error):
        call()


def test_states_are_one_tensor():
    lstm = rnn_cell.BasicLSTMCell(4, forget_bias=0.0, input_size=3)
    assert lstm.state_size == 8 and rnn_cell.LSTMCell(4).state_size == 8
    stacked = rnn_cell.MultiRNNCell([lstm] * 2)
    assert stacked.state_size == 16
    outputs, state = rnn.rnn(stacked, [tf.zeros([2, 3])] * 2, dtype=tf.float32)
    assert state.shape.as_list() == [2, 16] and len(outputs) == 2
    assert tf.trainable_variables()[0].op.name.startswith("RNN/")
    assert isinstance(rnn_cell.BasicLSTMCell(4, state_is_tuple=True).state_size, tuple)


@pytest.mark.parametrize("dynamic", [False, True])
def test_states_may_be_one_tensor_where_they_have_parts(dynamic, no_notes):
    cell, state = tf.nn.rnn_cell.BasicLSTMCell(3), tf.placeholder(tf.float32, [None, 6])
    inputs = tf.zeros([2, 4, 1])
    with tf.variable_scope("RNN"):
        parts = tf.nn.rnn_cell.LSTMStateTuple(state[:, :3], state[:, 3:])
        expected = tf.nn.dynamic_rnn(cell, inputs, initial_state=parts, scope="inner")[1]
    with tf.variable_scope("RNN", reuse=True):
        if dynamic:
            found = rnn.dynamic_rnn(cell, inputs, None, state, scope="inner")[1]
        else:
            found = rnn.rnn(cell, tf.unstack(inputs, axis=1), state, scope="inner")[1]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found, expected = sess.run([found, expected], {state: np.ones([2, 6])})
    np.testing.assert_allclose(found, np.concatenate(expected, 1))
    assert "an LSTM's state as one tensor" in no_notes


def test_summaries():
    pytest.importorskip("tensorboard")
    summaries.scalar_summary("loss", 1.0), summaries.histogram_summary("h", X)
    with tf.Session() as sess:
        found = tf.Summary.FromString(sess.run(summaries.merge_all_summaries()))
    assert [value.tag for value in found.value] == ["loss", "h"]


def test_one_note_a_script(apart):
    code = (
        "import minitf.as_tensorflow, tensorflow as tf\n"
        "from tensorflow.models.rnn import rnn_cell, rnn, seq2seq\n"
        "from tensorflow.models.rnn.ptb import reader\nfrom tensorflow.python.ops import array_ops\n"
        "for _ in range(2):\n    tf.mul(1, tf.sub(3, 2)), tf.concat(0, [[1], [2]])\n"
        "array_ops.concat(0, [[1], [2]]), tf.ops, tf.nn.seq2seq.sequence_loss, seq2seq.rnn_decoder\n"
        "rnn_cell.BasicLSTMCell(3), rnn_cell.GRUCell(3), rnn.rnn, tf.train.SummaryWriter, tf.nn.rnn\n"
        "tf.TensorArray(tf.float32, 2).unpack([1., 2.]).pack()\n"
    )
    done = apart(code)
    lines = done.stderr.splitlines()
    assert lines[0] == "minitf: taken as TensorFlow 0.x had it:" and len(lines) == 3, done.stderr
    assert lines[1].startswith("  tf.concat(dim, values), first at <string>:6")


@pytest.mark.parametrize(
    "loss",
    [
        lambda labels, logits: labels - logits,  # as today
        lambda labels, inputs: labels - inputs,  # 1.0
        lambda inputs, labels: labels - inputs,  # 0.x
        lambda y_pred, y_target: y_target - y_pred,
        lambda targets, predictions, name="n": targets - predictions,
        lambda a, b: a - b,
        lambda **names: names["labels"] - names["logits"],
    ],
)
def test_losses_of_one_step(loss, no_notes):
    lists = [[tf.constant([5.0])], [tf.constant([2.0])], [tf.constant([3.0])]]
    for function in (legacy_seq2seq.sequence_loss, legacy_seq2seq.sequence_loss_by_example):
        found = function(*lists, average_across_timesteps=False, softmax_loss_function=loss)
        with tf.Session() as session:
            assert np.sum(session.run(found)) == 3 * (2 - 5)
    names = loss.__code__.co_varnames[: loss.__code__.co_argcount]
    assert len(no_notes) == (1 if set(names) in (set(), {"labels", "logits"}) else 2)
