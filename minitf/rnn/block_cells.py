"""Cells that TensorFlow computes by one big kernel each; maths and variables are the basic cells'."""

from __future__ import annotations

from minitf.framework import op_counts
from minitf.framework.getter import getter
from minitf.framework.tensor import Tensor
from minitf.layers.base import Layer
from minitf.layers.input_spec import InputSpec
from minitf.ops.math.clip import clipped_with_whole_gradient
from minitf.rnn.cell import LSTMStateTuple, RNNCell
from minitf.rnn.cells import GRUCell, LSTMCell
from minitf.rnn.dynamic import dynamic_rnn


class LSTMBlockCell(LSTMCell):
    """An LSTMCell under the arguments of TensorFlow's fused kernel; gradients pass where the memory is clipped."""

    _peephole_order = "ifo"
    _options = ()

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip=None,
        use_peephole: bool = False,
        dtype=None,
        reuse=None,
        name: str | None = "lstm_cell",
    ):
        clip = cell_clip if cell_clip is not None and cell_clip > 0 else None
        super().__init__(num_units, use_peephole, clip, forget_bias=forget_bias, reuse=reuse, name=name, dtype=dtype)

    def call(self, inputs, state):
        """One step."""
        with op_counts.Since().counted_as(op_counts.lstm_block(self._use_peepholes)):
            return super().call(inputs, state)

    def _clipped(self, c):
        return clipped_with_whole_gradient(c, self._cell_clip)


class GRUBlockCellV2(GRUCell):
    """A GRUCell under the arguments of TensorFlow's fused kernel."""

    _options = ()

    def __init__(
        self, num_units: int | None = None, cell_size: int | None = None, reuse=None, name: str | None = "gru_cell"
    ):
        if (num_units is None) == (cell_size is None):
            raise ValueError("GRUBlockCell takes num_units (or, by its old name, cell_size)")
        super().__init__(cell_size if num_units is None else num_units, reuse=reuse, name=name)

    def call(self, inputs, state):
        """One step."""
        with op_counts.Since().counted_as(op_counts.GRU_BLOCK):
            return super().call(inputs, state)


class GRUBlockCell(GRUBlockCellV2):
    """GRUBlockCellV2 with variables `w_ru`, `b_ru`, `w_c`, `b_c`."""

    _weight_names = {"gates": ("w_ru", "b_ru"), "candidate": ("w_c", "b_c")}


class LSTMBlockFusedCell(Layer):
    """An LSTM run over a whole sequence [time, batch, n] at once: `(outputs, final state)`.

    initial_state: a pair (c, h), zeros of type `dtype` by default; sequence_length: integers [batch], past
    which outputs are zero and the state is copied through.
    """

    input_spec = InputSpec(ndim=3)

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip=None,
        use_peephole: bool = False,
        reuse=None,
        dtype=None,
        name: str | None = "lstm_fused_cell",
    ):
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._cell = LSTMBlockCell(num_units, forget_bias, cell_clip, use_peephole, dtype, reuse)
        self._cell.add_weight = self.add_weight  # its variables are this layer's

    num_units: int = getter("_cell.output_size", "The size of memory and output.")

    def build(self, input_shape) -> None:
        """Makes the cell's variables."""
        self._cell.dtype = self.dtype
        self._cell.build(input_shape[1:])
        self.built = True

    def call(self, inputs, initial_state=None, dtype=None, sequence_length=None):
        """The outputs [time, batch, num_units] and `LSTMStateTuple(c, h)`; lists stay lists."""
        count = op_counts.lstm_blocks(
            inputs.shape,
            peephole=self._cell._use_peepholes,
            from_zeros=initial_state is None,
            cut=sequence_length is not None,
        )
        count += sequence_length is not None and not isinstance(sequence_length, Tensor)
        initial_state = None if initial_state is None else LSTMStateTuple(*initial_state)
        with op_counts.Since().counted_as(count):
            return dynamic_rnn(_Step(self._cell), inputs, sequence_length, initial_state, dtype, time_major=True)


class _Step(RNNCell):
    """A cell whose variables are made already, without a scope of its own."""

    def __init__(self, cell):
        super().__init__()
        self._cell = cell

    state_size = getter("_cell.state_size", "The cell's.")
    output_size = getter("_cell.output_size", "The cell's.")

    def __call__(self, inputs, state, scope=None):
        """One step."""
        return self._cell.call(inputs, state)
