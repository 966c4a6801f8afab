"""tf.contrib.rnn."""

from minitf.rnn.block_cells import GRUBlockCell, GRUBlockCellV2, LSTMBlockCell, LSTMBlockFusedCell
from minitf.rnn.cell import LayerRNNCell, LSTMStateTuple, RNNCell
from minitf.rnn.cells import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell
from minitf.rnn.conv_cells import Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell, ConvLSTMCell
from minitf.rnn.diagonal_cells import IndRNNCell, IndyGRUCell, IndyLSTMCell, SRUCell
from minitf.rnn.dropout import DropoutWrapper
from minitf.rnn.dynamic import best_effort_input_batch_size, stack_bidirectional_dynamic_rnn, transpose_batch_time
from minitf.rnn.fused import FusedRNNCell, FusedRNNCellAdaptor, TimeReversedFusedRNN
from minitf.rnn.grid_cells import BidirectionalGridLSTMCell, GridLSTMCell, TimeFreqLSTMCell
from minitf.rnn.gated_cells import CoupledInputForgetGateLSTMCell, GLSTMCell, IntersectionRNNCell
from minitf.rnn.gated_cells import LayerNormBasicLSTMCell
from minitf.rnn.gated_cells import NASCell, PhasedLSTMCell, UGRNNCell
from minitf.rnn.multi import MultiRNNCell
from minitf.rnn.static import stack_bidirectional_rnn, static_bidirectional_rnn, static_rnn, static_state_saving_rnn
from minitf.rnn.wrappers import AttentionCellWrapper, CompiledWrapper, DeviceWrapper, EmbeddingWrapper, HighwayWrapper
from minitf.rnn.wrappers import InputProjectionWrapper, OutputProjectionWrapper, ResidualWrapper
