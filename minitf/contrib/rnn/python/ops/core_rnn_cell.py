"""tensorflow.contrib.rnn.python.ops.core_rnn_cell."""

from minitf.contrib.rnn import *  # noqa: F403
from minitf.rnn.linear import Linear as _Linear  # noqa: F401
from minitf.rnn.rnn_cell import _linear  # noqa: F401
