"""The attention decoder over lists against TensorFlow."""

import pytest
import recorded_runs
from helpers import fails

import minitf as tf
from minitf.contrib import legacy_seq2seq


@pytest.mark.parametrize("id", recorded_runs.ids("seq2seq", "attention_decoder", "embedding_attention"))
def test_recorded(id):
    recorded_runs.check("seq2seq", id)


@pytest.mark.parametrize(
    ("steps", "heads", "states", "words"),
    [(0, 1, [3, 4, 2], "at least one time step"), (2, 0, [3, 4, 2], "num_heads"), (2, 1, [3, 4, None], "known size")],
)
def test_refusals(steps, heads, states, words):
    cell = tf.nn.rnn_cell.GRUCell(3)
    with fails(ValueError, words):
        legacy_seq2seq.attention_decoder(
            [tf.zeros([3, 2])] * steps,
            cell.zero_state(3, tf.float32),
            tf.placeholder(tf.float32, states),
            cell,
            num_heads=heads,
        )
