"""tensorflow.python.ops."""

from minitf.python.ops import control_flow_ops as control_flow_ops
from minitf.python.ops import rnn as rnn
from minitf.python.ops import rnn_cell as rnn_cell
from minitf.python.ops import rnn_cell_impl as rnn_cell_impl
