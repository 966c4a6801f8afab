"""tf.nn.rnn and its like, whose variables were in the scope `RNN` before TensorFlow 1.0."""

from __future__ import annotations

import functools
import inspect

import minitf as tf
from minitf.as_tensorflow.zero.notes import note


def _with_states_in_one(run):
    """A function with an `initial_state`, which for states of several parts may be one tensor, too."""

    @functools.wraps(run)
    def called(*args, **kwargs):
        given = inspect.signature(run).bind(*args, **kwargs)
        state = given.arguments.get("initial_state")
        sizes = getattr(given.arguments["cell"], "state_size", None)
        if not isinstance(state, tf.Tensor) or not tf.nest.is_nested(sizes):
            return run(*args, **kwargs)
        note("an LSTM's state as one tensor")
        parts = tf.split(state, tf.nest.flatten(sizes), 1)
        given.arguments["initial_state"] = tf.nest.pack_sequence_as(sizes, parts)
        outputs, state = run(*given.args, **given.kwargs)
        return outputs, tf.concat(tf.nest.flatten(state), 1)

    return called


@_with_states_in_one
def rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """A cell over a list of inputs: `tf.nn.static_rnn`."""
    note("tf.nn.rnn")
    return tf.nn.static_rnn(cell, inputs, initial_state, dtype, sequence_length, scope or "RNN")


dynamic_rnn = _with_states_in_one(tf.nn.dynamic_rnn)


def state_saving_rnn(cell, inputs, state_saver, state_name, sequence_length=None, scope=None):
    """A cell over a list of inputs, with its state kept between runs: `tf.nn.static_state_saving_rnn`."""
    note("tf.nn.state_saving_rnn")
    return tf.nn.static_state_saving_rnn(cell, inputs, state_saver, state_name, sequence_length, scope or "RNN")


def bidirectional_rnn(
    cell_fw, cell_bw, inputs, initial_state_fw=None, initial_state_bw=None, dtype=None, sequence_length=None, scope=None
):
    """Two cells over a list of inputs, forwards and backwards: `tf.nn.static_bidirectional_rnn`."""
    note("tf.nn.bidirectional_rnn")
    return tf.nn.static_bidirectional_rnn(
        cell_fw, cell_bw, inputs, initial_state_fw, initial_state_bw, dtype, sequence_length, scope or "BiRNN"
    )
