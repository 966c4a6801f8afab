"""tf.nn.rnn_cell."""

from minitf.rnn.cell import LSTMStateTuple as LSTMStateTuple
from minitf.rnn.cell import RNNCell as RNNCell
from minitf.rnn.cells import BasicLSTMCell as BasicLSTMCell
from minitf.rnn.cells import BasicRNNCell as BasicRNNCell
from minitf.rnn.cells import GRUCell as GRUCell
from minitf.rnn.cells import LSTMCell as LSTMCell
from minitf.rnn.dropout import DropoutWrapper as DropoutWrapper
from minitf.rnn.linear import linear as _linear  # noqa: F401 - public code imports it from rnn_cell_impl
from minitf.rnn.linear import linear as linear
from minitf.rnn.multi import MultiRNNCell as MultiRNNCell
from minitf.rnn.wrappers import DeviceWrapper as DeviceWrapper
from minitf.rnn.wrappers import EmbeddingWrapper as EmbeddingWrapper
from minitf.rnn.wrappers import InputProjectionWrapper as InputProjectionWrapper
from minitf.rnn.wrappers import OutputProjectionWrapper as OutputProjectionWrapper
from minitf.rnn.wrappers import ResidualWrapper as ResidualWrapper
