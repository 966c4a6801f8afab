"""Cells that TensorFlow computes by one big kernel each; the maths and variable names are the basic cells'."""

from __future__ import annotations

from minitf.rnn.cells import GRUCell, LSTMCell


class LSTMBlockCell(LSTMCell):
    """An LSTMCell under the arguments of TensorFlow's fused kernel."""

    _peephole_order = "ifo"

    def __init__(self, num_units: int, forget_bias: float = 1.0, cell_clip=None, use_peephole: bool = False,
                 dtype=None, reuse=None, name: str = "lstm_cell"):  # fmt: skip
        clip = cell_clip if cell_clip is not None and cell_clip > 0 else None
        super().__init__(num_units, use_peephole, clip, forget_bias=forget_bias, reuse=reuse, name=name, dtype=dtype)


class GRUBlockCellV2(GRUCell):
    """A GRUCell under the arguments of TensorFlow's fused kernel."""

    def __init__(self, num_units: int | None = None, cell_size: int | None = None, reuse=None, name: str = "gru_cell"):
        if (num_units is None) == (cell_size is None):
            raise ValueError("GRUBlockCell takes num_units (or, by its old name, cell_size)")
        super().__init__(cell_size if num_units is None else num_units, reuse=reuse, name=name)


class GRUBlockCell(GRUBlockCellV2):
    """GRUBlockCellV2 with variables `w_ru`, `b_ru`, `w_c`, `b_c`."""

    _weight_names = {"gates": ("w_ru", "b_ru"), "candidate": ("w_c", "b_c")}
