"""tensorflow.models.rnn.rnn_cell: cells whose states are single tensors, c and h of an LSTM side by side."""

from __future__ import annotations

import minitf as tf
from minitf.as_tensorflow.zero.notes import note


def _joined(kind: type) -> type:
    """A kind of cell whose state is one tensor unless it is asked for otherwise."""

    class Cell(kind):
        def __init__(self, *args, state_is_tuple: bool = False, input_size=None, **kwargs):
            note(f"{kind.__name__} with its state as one tensor")
            super().__init__(*args, state_is_tuple=state_is_tuple, **kwargs)

    Cell.__name__ = Cell.__qualname__ = kind.__name__
    Cell.__doc__ = f"{kind.__doc__.splitlines()[0]} Its state is one tensor by default."
    return Cell


BasicLSTMCell = _joined(tf.nn.rnn_cell.BasicLSTMCell)
LSTMCell = _joined(tf.nn.rnn_cell.LSTMCell)
MultiRNNCell = _joined(tf.nn.rnn_cell.MultiRNNCell)
