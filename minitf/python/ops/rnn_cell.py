"""tensorflow.python.ops.rnn_cell."""

from minitf.python.ops.rnn_cell_impl import *  # noqa: F403
from minitf.python.ops.rnn_cell_impl import _linear  # noqa: F401
