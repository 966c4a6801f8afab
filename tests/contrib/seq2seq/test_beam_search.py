"""Beam search against TensorFlow, and against trying all sequences."""

import itertools

import numpy as np
import pytest
import recorded_runs
from helpers import fails

import minitf as tf
from minitf.contrib import seq2seq

END, SYMBOLS, STEPS = 0, 3, 3
LOGITS = np.random.default_rng(3).normal(size=(SYMBOLS, SYMBOLS)).astype(np.float32) * 2


@pytest.mark.parametrize("id", recorded_runs.ids("seq2seq", "beam_search"))
def test_recorded(id):
    recorded_runs.check("seq2seq", id)


class Table(tf.nn.rnn_cell.RNNCell):
    """A cell whose outputs are the logits that follow the symbol it is fed."""

    state_size, output_size = 1, SYMBOLS

    def call(self, inputs, state):
        return tf.matmul(inputs, LOGITS), state


def searched(beams, **options):
    decoder = seq2seq.BeamSearchDecoder(
        Table(), tf.eye(SYMBOLS), [1, 2], END, tf.zeros([2 * beams, 1]), beams, **options
    )
    final, state, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=STEPS)
    with tf.Session() as sess:
        return sess.run([final.predicted_ids, state.log_probs, final.beam_search_decoder_output.scores, lengths])


def best(start, penalty=0.0):
    """All sequences from `start`, best first: (score, log probability, symbols)."""
    log_probs = LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))
    found = set()
    for symbols in itertools.product(range(SYMBOLS), repeat=STEPS):
        end = symbols.index(END) + 1 if END in symbols else STEPS
        taken = (start, *symbols[:end])
        total = sum(log_probs[a, b] for a, b in itertools.pairwise(taken))
        words = end - (END in symbols)
        found.add((total / ((5 + words) / 6) ** penalty, total, symbols[:end] + (END,) * (STEPS - end)))
    return sorted(found, reverse=True)


def test_with_beams_for_all_it_finds_the_best_sequences():
    ids, log_probs, _, _ = searched(15)
    for row, start in enumerate((1, 2)):
        totals = {symbols: total for _, total, symbols in best(start)}
        found = [totals.pop(tuple(ids[row, :, beam])) for beam in range(5)]
        np.testing.assert_allclose(log_probs[row, :5], found, rtol=1e-5)
        assert min(found) >= max(totals.values()) - 1e-5


def test_length_penalty():
    _, _, scores, _ = searched(15, length_penalty_weight=1.0)
    for row, start in enumerate((1, 2)):
        np.testing.assert_allclose(scores[row, -1, 0], best(start, 1.0)[0][0], rtol=1e-5)


@pytest.mark.parametrize("coverage", [0.0, 0.3])
def test_with_attention(coverage):
    memory = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)
    tiled = seq2seq.tile_batch(tf.constant(memory), 3)
    attention = seq2seq.BahdanauAttention(5, tiled, seq2seq.tile_batch(tf.constant([4, 2]), 3))
    cell = seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(6), tf.nn.rnn_cell.GRUCell(4)]),
        attention,
        7,
        alignment_history=True,
    )
    decoder = seq2seq.BeamSearchDecoder(
        cell,
        lambda ids: tf.one_hot(ids, 5),
        [1, 1],
        4,
        cell.zero_state(6, tf.float32),
        3,
        tf.layers.Dense(5),
        coverage_penalty_weight=coverage,
    )
    final, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=6)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        ids, history, log_probs = sess.run([final.predicted_ids, state.cell_state.alignment_history, state.log_probs])
    assert ids.shape[0] == 2 and ids.shape[2] == 3 and history.shape == (ids.shape[1], 6, 4)
    np.testing.assert_allclose(history.sum(axis=2), 1, rtol=1e-5)
    assert (np.diff(log_probs) <= 0).all() or coverage


def test_refusals():
    cell, state = tf.nn.rnn_cell.GRUCell(4), tf.zeros([6, 4])
    with fails(ValueError, "start_tokens is a vector"):
        seq2seq.BeamSearchDecoder(cell, tf.eye(3), 1, 0, state, 3)
    with fails(ValueError, "tile_batch"):
        seq2seq.BeamSearchDecoder(cell, tf.eye(3), [1, 1], 0, tf.zeros([2, 4]), 3)
    with fails(ValueError, "coverage_penalty_weight"):
        seq2seq.BeamSearchDecoder(cell, tf.eye(3), [1, 1], 0, state, 3, coverage_penalty_weight=1.0).initialize()
