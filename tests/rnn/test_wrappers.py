import numpy as np
import pytest
from helpers import fails

import minitf as tf

RNN, CONTRIB = tf.nn.rnn_cell, tf.contrib.rnn


def stepped(cell, inputs=None):
    """Output and state of one step on ones, run."""
    inputs = tf.ones([64, 4]) if inputs is None else inputs
    result = cell(inputs, cell.zero_state(64, tf.float32))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(result)


class Echo(RNN.RNNCell):
    """Gives its inputs out and adds them to its state."""

    state_size = output_size = 4

    def call(self, inputs, state):
        return inputs, state + inputs


class EchoLSTM(RNN.RNNCell):
    state_size, output_size = RNN.LSTMStateTuple(4, 4), 4

    def call(self, inputs, state):
        return inputs, RNN.LSTMStateTuple(state.c + inputs, state.h + inputs)


def share(values):
    """The share of zeros; what is not dropped must be scaled alike."""
    kept = np.unique(values[values != 0])
    assert len(kept) <= 1
    return np.mean(values == 0), kept


@pytest.mark.parametrize("seed", [None, 3])
def test_dropout_scales_what_it_keeps(seed):
    output, state = stepped(RNN.DropoutWrapper(Echo(), output_keep_prob=0.5, seed=seed))
    zeros, kept = share(output)
    assert 0.3 < zeros < 0.7 and kept == 2.0 and share(state) == (0, 1.0)
    output, state = stepped(RNN.DropoutWrapper(Echo(), input_keep_prob=0.25, seed=seed))
    assert 0.6 < share(output)[0] < 0.9 and share(output)[1] == 4.0
    np.testing.assert_array_equal(output, state)


def test_state_dropout_leaves_the_memory_of_an_lstm_alone():
    _, state = stepped(RNN.DropoutWrapper(EchoLSTM(), state_keep_prob=0.5))
    assert share(state.c) == (0, 1.0) and share(state.h)[0] > 0.3
    both = {"state_keep_prob": 0.5, "dropout_state_filter_visitor": lambda part: True}
    _, state = stepped(RNN.DropoutWrapper(EchoLSTM(), **both))
    assert share(state.c)[0] > 0.3
    none = {"state_keep_prob": 0.5, "dropout_state_filter_visitor": lambda part: False}
    _, state = stepped(RNN.DropoutWrapper(EchoLSTM(), **none))
    assert share(state.h) == share(state.c) == (0, 1.0)
    with fails(TypeError, "dropout_state_filter_visitor"):
        RNN.DropoutWrapper(EchoLSTM(), dropout_state_filter_visitor=3)


def test_no_ops_are_made_where_nothing_is_dropped():
    stepped(RNN.DropoutWrapper(Echo(), 1.0, 1, 1.0))
    assert not any("RandomUniform" in op.type for op in tf.get_default_graph().get_operations())


def test_probability_may_be_fed():
    keep = tf.placeholder_with_default(1.0, [])
    outputs, _ = tf.nn.dynamic_rnn(RNN.DropoutWrapper(Echo(), keep), tf.ones([8, 50, 4]), dtype=tf.float32)
    with tf.Session() as sess:
        assert sess.run(outputs).all() and 0.4 < np.mean(sess.run(outputs, {keep: 0.5}) == 0) < 0.6


def test_variational_masks_are_the_same_for_all_steps_and_differ_between_runs():
    cell = RNN.DropoutWrapper(
        Echo(), input_keep_prob=0.5, variational_recurrent=True, input_size=4, dtype=tf.float32, seed=1
    )
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.ones([3, 6, 4]), dtype=tf.float32)
    with tf.Session() as sess:
        runs = [sess.run(outputs) for _ in range(8)]
    assert all((values == values[0, 0]).all() for values in runs)
    assert len({values.tobytes() for values in runs}) > 1


def test_dropout_errors():
    with fails(ValueError, "input_keep_prob", "1.5"):
        RNN.DropoutWrapper(Echo(), input_keep_prob=1.5)
    with fails(ValueError, "dtype"):
        RNN.DropoutWrapper(Echo(), variational_recurrent=True)
    with fails(ValueError, "input_size"):
        RNN.DropoutWrapper(Echo(), 0.5, variational_recurrent=True, dtype=tf.float32)
    with fails(TypeError, "not an RNNCell"):
        RNN.DropoutWrapper("cell")


def test_residual_adds_inputs():
    output, _ = stepped(RNN.ResidualWrapper(Echo()))
    assert (output == 2).all()
    output, _ = stepped(RNN.ResidualWrapper(Echo(), residual_fn=lambda i, o: i * o - 5))
    assert (output == -4).all()
    with fails(ValueError, "ResidualWrapper", "(2, 3)", "(2, 4)"):
        RNN.ResidualWrapper(RNN.GRUCell(4))(tf.zeros([2, 3]), tf.zeros([2, 4]))


def test_device_reaches_the_ops():
    cell = RNN.DeviceWrapper(RNN.BasicRNNCell(4), "/cpu:0")
    output, _ = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
    assert "cpu:0" in output.device.lower()


def test_wrappers_pass_weights_and_sizes_on():
    inner = RNN.GRUCell(4)
    for wrapper in (RNN.DropoutWrapper(inner), RNN.ResidualWrapper(inner), RNN.DeviceWrapper(inner, "/cpu:0")):
        assert wrapper.state_size == wrapper.output_size == 4 and wrapper.wrapped_cell is wrapper.cell is inner
    stepped(RNN.ResidualWrapper(inner))
    assert wrapper.trainable_weights == inner.trainable_weights and len(wrapper.weights) == 4


def test_projections_have_variables_of_their_own():
    cell = CONTRIB.OutputProjectionWrapper(RNN.BasicRNNCell(5), 2, activation=tf.nn.relu)
    output, state = stepped(cell)
    assert output.shape == (64, 2) and state.shape == (64, 5) and (output >= 0).all()
    assert [v.op.name for v in cell.trainable_weights] == [
        "output_projection_wrapper/" + n for n in ("basic_rnn_cell/kernel", "basic_rnn_cell/bias", "kernel", "bias")
    ]
    with fails(ValueError, "output_size"):
        CONTRIB.OutputProjectionWrapper(RNN.BasicRNNCell(5), 0)


def test_embedding_takes_word_numbers():
    cell = CONTRIB.EmbeddingWrapper(RNN.GRUCell(3), embedding_classes=7, embedding_size=5)
    output, _ = stepped(cell, tf.ones([64, 1], tf.int32))
    assert output.shape == (64, 3) and tf.global_variables()[0].shape.as_list() == [7, 5]
    with fails(ValueError, "embedding_classes"):
        CONTRIB.EmbeddingWrapper(RNN.GRUCell(3), 0, 5)


def test_attention_state_may_be_one_tensor():
    cell = CONTRIB.AttentionCellWrapper(RNN.GRUCell(3), 4, state_is_tuple=False)
    output, state = stepped(cell)
    assert output.shape == (64, 3) and state.shape == (64, cell.state_size) == (64, 3 + 3 + 12)
    with fails(ValueError, "attn_length"):
        CONTRIB.AttentionCellWrapper(RNN.GRUCell(3), 0)
    with fails(ValueError, "state_is_tuple"):
        CONTRIB.AttentionCellWrapper(RNN.LSTMCell(3), 2, state_is_tuple=False)


def test_attention_counts_ops_as_tensorflow_does():
    """They seed what is drawn behind them."""
    cell = CONTRIB.AttentionCellWrapper(RNN.BasicLSTMCell(6), 3, state_is_tuple=True)
    x = tf.placeholder(tf.float32, [None, 5])
    state, graph = cell.zero_state(tf.shape(x)[0], tf.float32), tf.get_default_graph()
    before = graph._last_id
    cell(x, state)
    assert graph._last_id - before == 135


def test_attention_in_a_loop_draws_as_tensorflow_does():
    tf.set_random_seed(4)
    cell = CONTRIB.AttentionCellWrapper(RNN.BasicLSTMCell(6), 3, state_is_tuple=True)
    tf.nn.dynamic_rnn(cell, tf.zeros([8, 6, 5]), dtype=tf.float32)
    drawn = [op for op in tf.get_default_graph().get_operations() if op.type == "RandomUniform"]
    assert [op.get_attr("seed2") for op in drawn] == [112, 132, 168, 178, 192, 229]


def test_a_compiled_cell_is_the_cell():
    cell = RNN.GRUCell(4)
    wrapped = CONTRIB.CompiledWrapper(cell)
    output, _ = wrapped(tf.ones([2, 4]), wrapped.zero_state(2, tf.float32))
    assert (wrapped.state_size, wrapped.output_size, output.shape.as_list()) == (4, 4, [2, 4])
    assert [v.name for v in tf.trainable_variables()] == [v.name for v in cell.variables]
    assert tf.trainable_variables()[0].name == "gru_cell/gates/kernel:0"
