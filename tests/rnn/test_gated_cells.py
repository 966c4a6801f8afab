import numpy as np
from helpers import fails

import minitf as tf

CONTRIB = tf.contrib.rnn


def test_glstm_needs_groups_of_equal_size():
    with fails(ValueError, "multiples of 2"):
        CONTRIB.GLSTMCell(5, number_of_groups=2)
    cell = CONTRIB.GLSTMCell(4, number_of_groups=2)
    with fails(ValueError, "3 columns", "2 groups"):
        cell(tf.zeros([2, 3]), cell.zero_state(2, tf.float32))


def test_intersection_needs_inputs_as_wide_as_itself_or_a_projection():
    cell = CONTRIB.IntersectionRNNCell(4)
    with fails(ValueError, "num_in_proj=4", "(2, 3)"):
        cell(tf.zeros([2, 3]), tf.zeros([2, 4]))
    output, _ = CONTRIB.IntersectionRNNCell(4, num_in_proj=4)(tf.zeros([2, 3]), tf.zeros([2, 4]))
    assert output.shape.as_list() == [2, 4]


def test_gru_block_takes_its_old_argument_name():
    assert CONTRIB.GRUBlockCell(cell_size=3).state_size == 3
    with fails(ValueError, "num_units"):
        CONTRIB.GRUBlockCell()


def test_coupled_lstm_refuses_more_shards_than_rows():
    cell = CONTRIB.CoupledInputForgetGateLSTMCell(2, num_unit_shards=9)
    with fails(ValueError, "9 shards"):
        cell(tf.zeros([2, 3]), cell.zero_state(2, tf.float32))


def test_fused_lstm_is_the_block_cell_run_over_time():
    x = tf.constant(np.random.default_rng(0).normal(size=(5, 3, 2)), tf.float32)
    fused, state = CONTRIB.LSTMBlockFusedCell(4, name="cell")(x, dtype=tf.float32, sequence_length=[5, 0, 2])
    cell = CONTRIB.LSTMBlockCell(4)
    outputs, final = tf.nn.dynamic_rnn(cell, x, [5, 0, 2], dtype=tf.float32, time_major=True)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for fused_weight, weight in zip(tf.trainable_variables("cell"), cell.weights, strict=True):
            sess.run(weight.assign(fused_weight))
        for ours, theirs in zip(*sess.run([(fused, *state), (outputs, *final)])):
            np.testing.assert_array_equal(ours, theirs)


def test_block_lstm_passes_gradients_where_its_memory_is_clipped():
    """As TensorFlow's op does, unlike LSTMCell."""
    slopes = []
    for cell in (CONTRIB.LSTMBlockCell(1, cell_clip=0.1), tf.nn.rnn_cell.LSTMCell(1, cell_clip=0.1)):
        with tf.variable_scope(None, "v", initializer=tf.ones_initializer()):
            _, (c, _) = cell(tf.constant([[1.0]]), cell.zero_state(1, tf.float32))
        slopes += tf.gradients(c, cell.weights[0])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        passed, stopped = sess.run(slopes)
    assert np.abs(passed).max() > 0.1 and not stopped.any()
