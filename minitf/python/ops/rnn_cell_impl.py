"""tensorflow.python.ops.rnn_cell_impl."""

from minitf.rnn.cell import BIAS as _BIAS_VARIABLE_NAME  # noqa: F401
from minitf.rnn.cell import KERNEL as _WEIGHTS_VARIABLE_NAME  # noqa: F401
from minitf.rnn.cell import LayerRNNCell as LayerRNNCell
from minitf.rnn.cell import assert_like_rnncell as assert_like_rnncell
from minitf.rnn.rnn_cell import *  # noqa: F403
from minitf.rnn.rnn_cell import _linear  # noqa: F401
