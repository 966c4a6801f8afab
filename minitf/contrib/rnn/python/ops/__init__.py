"""tensorflow.contrib.rnn.python.ops."""

from minitf.contrib.rnn.python.ops import core_rnn_cell as core_rnn_cell
from minitf.contrib.rnn.python.ops import core_rnn_cell_impl as core_rnn_cell_impl
from minitf.contrib.rnn.python.ops import rnn_cell as rnn_cell
