"""tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl."""

from minitf.contrib.rnn import *  # noqa: F403
from minitf.rnn.rnn_cell import _linear  # noqa: F401
