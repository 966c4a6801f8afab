"""Helpers: what is fed and what is sampled."""

import numpy as np
import pytest
import recorded_runs
from helpers import fails

import minitf as tf
from minitf.contrib import seq2seq

INPUTS = np.arange(12, dtype=np.float32).reshape(2, 3, 2)


class Echo(tf.nn.rnn_cell.RNNCell):
    """A cell that puts its inputs out."""

    state_size = output_size = 2

    def call(self, inputs, state):
        return inputs, state


def decoded(helper, output_layer=None, **options):
    decoder = seq2seq.BasicDecoder(Echo(), helper, tf.zeros([2, 2]), output_layer)
    outputs, _, lengths = seq2seq.dynamic_decode(decoder, **options)
    with tf.Session() as sess:
        return sess.run([outputs.rnn_output, outputs.sample_id, lengths])


@pytest.mark.parametrize("id", recorded_runs.ids("seq2seq", "scheduled"))
def test_recorded(id):
    recorded_runs.check("seq2seq", id)


def test_training_helper_feeds_the_inputs():
    for time_major in (False, True):
        inputs = INPUTS.transpose(1, 0, 2) if time_major else INPUTS
        outputs, samples, lengths = decoded(seq2seq.TrainingHelper(inputs, [3, 1], time_major))
        np.testing.assert_array_equal(outputs, INPUTS)
        assert samples.tolist() == [[1, 1, 1]] * 2 and lengths.tolist() == [3, 1]


def test_sequences_of_no_length():
    outputs, _, lengths = decoded(seq2seq.TrainingHelper(INPUTS, tf.constant([0, 0])))
    assert outputs.shape == (2, 0, 2) and lengths.tolist() == [0, 0]


def test_scheduled_embedding():
    table = tf.constant([[100.0, 200.0], [300.0, 400.0]])
    for probability in (0.0, 1.0, [0.0, 1.0]):
        helper = seq2seq.ScheduledEmbeddingTrainingHelper(INPUTS, [3, 3], table, probability, seed=1, scheduling_seed=2)
        outputs, samples, _ = decoded(helper)
        sampled = np.broadcast_to(np.reshape(np.array(probability) > 0, (-1, 1)), (2, 3))
        assert np.array_equal(samples >= 0, sampled)
        assert np.array_equal(outputs[:, 1:, 0] >= 100, sampled[:, 1:])
        np.testing.assert_array_equal(outputs[:, 0], INPUTS[:, 0])


def test_scheduled_output_with_a_function():
    helper = seq2seq.ScheduledOutputTrainingHelper(INPUTS, [3, 3], 1.0, next_inputs_fn=lambda x: x + 1)
    outputs, samples, _ = decoded(helper)
    np.testing.assert_array_equal(outputs - outputs[:, :1], np.arange(3.0)[:, None] * np.ones((2, 3, 2)))
    assert samples.tolist() == [[1, 1, 1]] * 2


def test_sampled_symbols_follow_the_logits():
    table = tf.constant([[9.0, -9.0], [-9.0, 9.0]])
    helper = seq2seq.SampleEmbeddingHelper(table, [0, 1], 2, seed=1)
    outputs, samples, _ = decoded(helper, maximum_iterations=4)
    assert samples.tolist() == [[0] * 4, [1] * 4]
    hot = seq2seq.SampleEmbeddingHelper(lambda ids: tf.gather(table, ids), [0] * 2, 2, 1e6, seed=1)
    assert len(set(decoded(hot, maximum_iterations=20)[1].ravel())) == 2


def test_inference_helper_feeds_samples_back():
    helper = seq2seq.InferenceHelper(
        lambda x: 2 * x, [2], tf.float32, INPUTS[:, 0], lambda x: x[:, 1] > 50, next_inputs_fn=lambda x: x + 1
    )
    outputs, samples, lengths = decoded(helper)
    assert outputs[0].tolist() == [[0, 1], [1, 3], [3, 7], [7, 15], [15, 31]]
    np.testing.assert_array_equal(samples, 2 * outputs)
    assert lengths.tolist() == [5, 3]


def test_custom_helper():
    helper = seq2seq.CustomHelper(
        lambda: (tf.zeros([2], tf.bool), tf.ones([2, 2])),
        lambda time, outputs, state: tf.fill([2], time),
        lambda time, outputs, state, sample_ids: (sample_ids > 0, outputs * 3, state),
    )
    outputs, samples, lengths = decoded(helper)
    assert outputs[:, :, 0].tolist() == [[1, 3]] * 2
    assert samples.tolist() == [[0, 1]] * 2 and lengths.tolist() == [2, 2]


def test_refusals():
    with fails(ValueError, "one length for each sequence"):
        seq2seq.TrainingHelper(INPUTS, 3)
    with fails(ValueError, "sampling_probability"):
        seq2seq.ScheduledOutputTrainingHelper(INPUTS, [3, 3], [[0.5]])
    with fails(ValueError, "start_tokens is a vector"):
        seq2seq.GreedyEmbeddingHelper(tf.ones([2, 2]), 0, 1)
    helper = seq2seq.SampleEmbeddingHelper(tf.ones([2, 2]), [0], 1)
    for make in (seq2seq.GreedyEmbeddingHelper, seq2seq.SampleEmbeddingHelper):
        with fails(TypeError, "one tensor"):
            make.sample(helper, 0, (1, 2), None)
