"""TensorFlow's ops that are whole steps or runs of recurrent cells, and their gradients, as minitf's ops."""

from __future__ import annotations

from typing import NamedTuple

from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.graphs.forms import named
from minitf.ops.array import array
from minitf.ops.array.joining import split
from minitf.ops.control.counted import counted_loop
from minitf.ops.linalg.matmul import matmul
from minitf.ops.math import cast, clip, math, reduce, unary
from minitf.ops.nn.nn import bias_add

# The gates in the order of their columns: of the input, the candidate (ci), what is forgotten, the output.
_COLUMNS, _COLUMNS_V2 = ("i", "ci", "f", "o"), ("i", "f", "ci", "o")


class _Memory(NamedTuple):
    """How an LSTM is set up: whether it has peepholes, and what they are; what it adds and clips."""

    peepholes: list
    columns: tuple
    forget_bias: float = 0.0
    cell_clip: float = 0.0


def _set_up(attrs: dict, peepholes: list) -> _Memory:
    return _Memory(
        peepholes if attrs["use_peephole"] else [],
        _COLUMNS_V2 if attrs["_type"].endswith("V2") else _COLUMNS,
        attrs.get("forget_bias", 0.0),
        attrs.get("cell_clip", 0.0),
    )


def _stepped(to: _Memory, x: Tensor, cs_prev: Tensor, h_prev: Tensor, w: Tensor, b: Tensor) -> tuple:
    """One step of an LSTM: i, cs, f, o, ci, co and h."""
    gates = bias_add(matmul(array.concat([x, h_prev], 1), w), b)
    of = dict(zip(to.columns, split(gates, 4, 1)))
    if to.peepholes:
        of["i"] += to.peepholes[0] * cs_prev
        of["f"] += to.peepholes[1] * cs_prev
    i, f, ci = unary.sigmoid(of["i"]), unary.sigmoid(of["f"] + to.forget_bias), unary.tanh(of["ci"])
    cs = ci * i + cs_prev * f
    if to.cell_clip > 0:
        cs = clip.clipped_with_whole_gradient(cs, to.cell_clip)
    o = unary.sigmoid(of["o"] + to.peepholes[2] * cs if to.peepholes else of["o"])
    co = unary.tanh(cs)
    return i, cs, f, o, ci, co, co * o


def _slopes(to: _Memory, cs_prev: Tensor, gates: tuple, cs_grad: Tensor, h_grad: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients of the sums that make the gates, column by column, and of the memory before."""
    i, f, o, ci, co = gates
    do = o * (1.0 - o) * h_grad * co
    dcs = (1.0 - co * co) * h_grad * o + cs_grad
    if to.peepholes:
        dcs += do * to.peepholes[2]
    df, di = f * (1.0 - f) * dcs * cs_prev, i * (1.0 - i) * dcs * ci
    of = {"i": di, "ci": (1.0 - ci * ci) * dcs * i, "f": df, "o": do}
    before = dcs * f
    if to.peepholes:
        before += di * to.peepholes[0] + df * to.peepholes[1]
    return array.concat([of[name] for name in to.columns], 1), before


def _peephole_slopes(to: _Memory, slopes: Tensor, cs_prev: Tensor, cs: Tensor, like: tuple) -> list[Tensor]:
    """The gradients of the peepholes; zeros like them, if they are not used."""
    if not to.peepholes:
        return [array.zeros_like(each) for each in like]
    axes = [*range(cs.shape.rank - 1)]
    of = dict(zip(to.columns, split(slopes, 4, len(axes))))
    return [reduce.reduce_sum(of[gate] * memory, axes) for gate, memory in zip("ifo", (cs_prev, cs_prev, cs))]


def _lstm_cell(name: str, attrs: dict, x, cs_prev, h_prev, w, wci, wcf, wco, b) -> Operation:
    return named(name, *_stepped(_set_up(attrs, [wci, wcf, wco]), x, cs_prev, h_prev, w, b))


def _lstm_cell_grad(
    name: str, attrs: dict, x, cs_prev, h_prev, w, wci, wcf, wco, b, i, cs, f, o, ci, co, cs_grad, h_grad
) -> Operation:
    to = _set_up(attrs, [wci, wcf, wco])
    slopes, before = _slopes(to, cs_prev, (i, f, o, ci, co), cs_grad, h_grad)
    return named(name, before, slopes, *_peephole_slopes(to, slopes, cs_prev, cs, (wci, wcf, wco)))


# ---- all steps of an LSTM


def _lstm(name: str, attrs: dict, seq_len_max, x, cs_prev, h_prev, w, wci, wcf, wco, b) -> Operation:
    to = _set_up(attrs, [wci, wcf, wco])

    def step(carry: list, slices: list) -> tuple[list, tuple]:
        found = _stepped(to, *slices, *carry, w, b)
        return [found[1], found[6]], found

    return named(name, *counted_loop(step, [cs_prev, h_prev], [x], _trips(seq_len_max, x))[1])


def _trips(seq_len_max: Tensor, x: Tensor) -> Tensor:
    """How many steps are made, of those that there are."""
    count = array.shape(x)[0]
    return math.minimum(cast.cast(seq_len_max, count.dtype.base_dtype), count)


def _lstm_grad(
    name: str,
    attrs: dict,
    seq_len_max,
    x,
    cs_prev,
    h_prev,
    w,
    wci,
    wcf,
    wco,
    b,
    i,
    cs,
    f,
    o,
    ci,
    co,
    h,
    cs_grad,
    h_grad,
) -> Operation:
    to, n = _set_up(attrs, [wci, wcf, wco]), x.shape[2].value or array.shape(x)[2]
    memories, outputs = [array.concat([[first], rest[:-1]], 0) for first, rest in ((cs_prev, cs), (h_prev, h))]

    def step(carry: list, slices: list) -> tuple[list, list]:
        before, *gates, cs_more, h_more = slices
        slopes, dcs = _slopes(to, before, gates, carry[0] + cs_more, carry[1] + h_more)
        return [dcs, matmul(slopes, w[n:], transpose_b=True)], [slopes]

    carry, xs = [array.zeros_like(cs_prev), array.zeros_like(h_prev)], [memories, i, f, o, ci, co, cs_grad, h_grad]
    finals, [slopes] = counted_loop(step, carry, xs, _trips(seq_len_max, x), reverse=True)
    rows = array.reshape(slopes, [-1, array.shape(w)[1]])
    seen = array.concat([x, outputs], 2)
    return named(
        name,
        array.reshape(matmul(rows, w[:n], transpose_b=True), array.shape(x)),
        *finals,
        matmul(array.reshape(seen, [-1, array.shape(w)[0]]), rows, transpose_a=True),
        *_peephole_slopes(to, slopes, memories, cs, (wci, wcf, wco)),
        reduce.reduce_sum(rows, 0),
    )


# ---- one step of a gated unit


def _gru_cell(name: str, attrs: dict, x, h_prev, w_ru, w_c, b_ru, b_c) -> Operation:
    gates = bias_add(matmul(array.concat([x, h_prev], 1), w_ru), b_ru)
    r, u = split(unary.sigmoid(gates), 2, 1)
    c = unary.tanh(bias_add(matmul(array.concat([x, r * h_prev], 1), w_c), b_c))
    return named(name, r, u, c, u * h_prev + (1.0 - u) * c)


def _gru_cell_grad(name: str, attrs: dict, x, h_prev, w_ru, w_c, b_ru, b_c, r, u, c, d_h) -> Operation:
    sizes = [array.shape(x)[1], array.shape(h_prev)[1]]
    of_c = d_h * (1.0 - u) * (1.0 - c * c)
    of_u = d_h * (h_prev - c) * u * (1.0 - u)
    x_by_c, reset = split(matmul(of_c, w_c, transpose_b=True), sizes, 1)
    of_gates = array.concat([reset * h_prev * r * (1.0 - r), of_u], 1)
    x_by_gates, h_by_gates = split(matmul(of_gates, w_ru, transpose_b=True), sizes, 1)
    return named(name, x_by_gates + x_by_c, h_by_gates + reset * r + d_h * u, of_c, of_gates)


RULES = {
    "BlockLSTM": _lstm,
    "BlockLSTMGrad": _lstm_grad,
    "BlockLSTMGradV2": _lstm_grad,
    "BlockLSTMV2": _lstm,
    "GRUBlockCell": _gru_cell,
    "GRUBlockCellGrad": _gru_cell_grad,
    "LSTMBlockCell": _lstm_cell,
    "LSTMBlockCellGrad": _lstm_cell_grad,
}
_LSTM = "cell_clip: float = {}, use_peephole: bool = False, T: type"
ATTRIBUTES = {
    "BlockLSTM": "forget_bias: float = 1.0, " + _LSTM.format(3.0),
    "BlockLSTMGrad": "use_peephole: bool, T: type",
    "BlockLSTMGradV2": "use_peephole: bool, T: type",
    "BlockLSTMV2": _LSTM.format(0.0),
    "GRUBlockCell": "T: type",
    "GRUBlockCellGrad": "T: type",
    "LSTMBlockCell": "forget_bias: float = 1.0, " + _LSTM.format(3.0),
    "LSTMBlockCellGrad": "use_peephole: bool, T: type",
}
