"""tf.contrib.rnn."""

from minitf.rnn.block_cells import GRUBlockCell as GRUBlockCell
from minitf.rnn.block_cells import GRUBlockCellV2 as GRUBlockCellV2
from minitf.rnn.block_cells import LSTMBlockCell as LSTMBlockCell
from minitf.rnn.block_cells import LSTMBlockFusedCell as LSTMBlockFusedCell
from minitf.rnn.cell import LSTMStateTuple as LSTMStateTuple
from minitf.rnn.cell import RNNCell as RNNCell
from minitf.rnn.cells import BasicLSTMCell as BasicLSTMCell
from minitf.rnn.cells import BasicRNNCell as BasicRNNCell
from minitf.rnn.cells import GRUCell as GRUCell
from minitf.rnn.cells import LSTMCell as LSTMCell
from minitf.rnn.diagonal_cells import IndRNNCell as IndRNNCell
from minitf.rnn.diagonal_cells import IndyGRUCell as IndyGRUCell
from minitf.rnn.diagonal_cells import IndyLSTMCell as IndyLSTMCell
from minitf.rnn.diagonal_cells import SRUCell as SRUCell
from minitf.rnn.dropout import DropoutWrapper as DropoutWrapper
from minitf.rnn.dynamic import stack_bidirectional_dynamic_rnn as stack_bidirectional_dynamic_rnn
from minitf.rnn.dynamic import transpose_batch_time as transpose_batch_time
from minitf.rnn.more_cells import CoupledInputForgetGateLSTMCell as CoupledInputForgetGateLSTMCell
from minitf.rnn.more_cells import GLSTMCell as GLSTMCell
from minitf.rnn.more_cells import IntersectionRNNCell as IntersectionRNNCell
from minitf.rnn.more_cells import LayerNormBasicLSTMCell as LayerNormBasicLSTMCell
from minitf.rnn.more_cells import NASCell as NASCell
from minitf.rnn.more_cells import PhasedLSTMCell as PhasedLSTMCell
from minitf.rnn.more_cells import UGRNNCell as UGRNNCell
from minitf.rnn.multi import MultiRNNCell as MultiRNNCell
from minitf.rnn.static import stack_bidirectional_rnn as stack_bidirectional_rnn
from minitf.rnn.static import static_bidirectional_rnn as static_bidirectional_rnn
from minitf.rnn.static import static_rnn as static_rnn
from minitf.rnn.static import static_state_saving_rnn as static_state_saving_rnn
from minitf.rnn.wrappers import AttentionCellWrapper as AttentionCellWrapper
from minitf.rnn.wrappers import DeviceWrapper as DeviceWrapper
from minitf.rnn.wrappers import EmbeddingWrapper as EmbeddingWrapper
from minitf.rnn.wrappers import HighwayWrapper as HighwayWrapper
from minitf.rnn.wrappers import InputProjectionWrapper as InputProjectionWrapper
from minitf.rnn.wrappers import OutputProjectionWrapper as OutputProjectionWrapper
from minitf.rnn.wrappers import ResidualWrapper as ResidualWrapper

from minitf.contrib.rnn import python as python  # last: it imports what stands above
