"""tf.nn.rnn_cell."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.rnn.cell import LSTMStateTuple, RNNCell
from minitf.rnn.cells import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell
from minitf.rnn.dropout import DropoutWrapper
from minitf.rnn.linear import linear
from minitf.rnn.linear import linear as _linear  # noqa: F401 - public code imports it from rnn_cell_impl
from minitf.rnn.multi import MultiRNNCell
from minitf.rnn.wrappers import DeviceWrapper, EmbeddingWrapper, InputProjectionWrapper, OutputProjectionWrapper
from minitf.rnn.wrappers import ResidualWrapper
