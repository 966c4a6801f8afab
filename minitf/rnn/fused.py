"""Networks that take all time steps at once."""

from __future__ import annotations

import minitf as tf
from minitf.rnn.dynamic import dynamic_rnn
from minitf.rnn.static import static_rnn


class FusedRNNCell:
    """The base of what takes inputs [time, batch, n], or a list of the steps, and gives all outputs and the last
    state.
    """

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """The outputs, in the form of the inputs, and the last state."""
        raise NotImplementedError(f"{type(self).__name__} has to define __call__")


class FusedRNNCellAdaptor(FusedRNNCell):
    """A cell that is repeated over all time steps: unrolled, or in a loop if use_dynamic_rnn."""

    def __init__(self, cell, use_dynamic_rnn: bool = False):
        self._cell, self._dynamic = cell, use_dynamic_rnn

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """The outputs, in the form of the inputs, and the last state."""
        is_list = isinstance(inputs, list)
        said = {"sequence_length": sequence_length, "initial_state": initial_state, "dtype": dtype, "scope": scope}
        if self._dynamic:
            steps = tf.stack(inputs) if is_list else inputs
            outputs, state = dynamic_rnn(self._cell, steps, time_major=True, **said)
            return (tf.unstack(outputs) if is_list else outputs), state
        outputs, state = static_rnn(self._cell, inputs if is_list else tf.unstack(inputs), **said)
        return (outputs if is_list else tf.stack(outputs)), state


class TimeReversedFusedRNN(FusedRNNCell):
    """A fused cell that reads its inputs backwards; the outputs are in the order of the inputs."""

    def __init__(self, cell):
        self._cell = cell

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """The outputs, in the form of the inputs, and the last state."""
        said = {"initial_state": initial_state, "dtype": dtype, "sequence_length": sequence_length, "scope": scope}
        outputs, state = self._cell(_backwards(inputs, sequence_length), **said)
        return _backwards(outputs, sequence_length), state


def _backwards(steps, lengths):
    if isinstance(steps, list):
        return steps[::-1]
    return tf.reverse(steps, [0]) if lengths is None else tf.reverse_sequence(steps, lengths, 0, 1)
