"""Calls seen as work on the rows of a batch: where each row is, and which numbers say how many there are."""

from __future__ import annotations

from dataclasses import dataclass, field

from minitf.kernels import fused
from minitf.kernels.splitting import Window
from minitf.runtime.ir import Buffer, Call, Ref
from minitf.runtime.passes import gemms
from minitf.runtime.passes.uses import name


class Unfit(Exception):
    """A loop whose calls are not all work on rows."""


@dataclass(frozen=True)
class Rows:
    """A call that treats each row by itself, or (`summed`: the operand with the terms) adds rows up.

    strides: bytes from row to row of each operand that has rows. widths: bytes used of each row. words: the
    numbers that count rows, as (operand, position in it or None, number per row). skipped: bytes of each row
    before those used. sparse: the operands of which more bytes of a row are left out.
    """

    strides: dict[int, int]
    widths: dict[int, int]
    words: tuple
    summed: int | None = None
    skipped: dict[int, int] = field(default_factory=dict)
    sparse: frozenset = frozenset()


def rules(call: Call, batch: int) -> list[Rows]:
    """The ways in which a call may be work on so many rows."""
    return [rule for rule in (_by_row(call, batch), _sum_of_rows(call, batch)) if rule is not None]


def _by_row(call: Call, batch: int) -> Rows | None:
    rule, names = call.kernel.kernel.split, list(call.kernel.kernel.operands)
    numbers = {n: o for n, o in zip(names, call.operands) if not isinstance(o, Ref)}
    pieces = rule.pieces(numbers) if rule is not None else 0
    if pieces < batch or pieces % batch:
        return None
    unit = pieces // batch
    second, one = rule.part(numbers, unit, unit), rule.part(numbers, 0, unit)
    windows = {i: one[names[i]] for i, _ in call.kernel.pointers if names[i] in second}
    windows = {i: window for i, window in windows.items() if second[names[i]].start}
    sizes = {i: call.operands[i].dtype.itemsize for i in windows}
    return Rows(
        {i: second[names[i]].start * sizes[i] for i in windows},
        {i: (w.size - w.skipped) * sizes[i] for i, w in windows.items()},
        tuple(_words(names, numbers, one)),
        skipped={i: w.skipped * sizes[i] for i, w in windows.items()},
        sparse=frozenset(i for i, w in windows.items() if not w.dense),
    )


def _words(names: list, numbers: dict, one: dict):
    for i, key in enumerate(names):
        if isinstance(one.get(key), Window) or key not in one:
            continue
        if not isinstance(one[key], tuple):
            yield i, None, one[key]
            continue
        for k, (before, after) in enumerate(zip(numbers[key], one[key])):
            if before != after:
                yield i, k, after


def _sum_of_rows(call: Call, batch: int) -> Rows | None:
    o = call.operands
    if gemms.is_gemm(call) and o[gemms.TA] and not o[gemms.TB] and o[gemms.K] == batch:
        size, words = o[gemms.A].dtype.itemsize, ((gemms.K, None, 1),)
        strides = {gemms.A: o[gemms.LDA] * size, gemms.B: o[gemms.LDB] * size}
        return Rows(strides, {gemms.A: o[gemms.M] * size, gemms.B: o[gemms.N] * size}, words, gemms.B)
    if name(call) == "sum_into_rows" and o[5] == batch:
        (index, value), (n, _, ldb) = (o[i].dtype.itemsize for i in (0, 1)), o[4:7]
        return Rows({0: index, 1: ldb * value}, {0: index, 1: n * value}, ((5, None, 1),), 1)
    if name(call) == "add_rows" and o[2] == batch:
        width, step = (number * o[0].dtype.itemsize for number in o[3:])
        return Rows({0: step}, {0: width}, ((2, None, 1),), 0)
    return None


def layouts(calls: list[Call], batch: int, first: Buffer) -> tuple[dict[Buffer, int], dict[Call, Rows]]:
    """The bytes from row to row of each buffer that has rows, found from one of them; the rule of each call.

    Unfit if a call uses them in another way.
    """
    found, chosen = {first: 1}, {}
    more = True
    while more:
        more = False
        for call in [c for c in calls if c not in chosen]:
            rule = next((r for r in rules(call, batch) if _meets(call, r, found)), None)
            if rule is not None:
                chosen[call], more = rule, True
                found |= {call.operands[i].buffer: stride for i, stride in rule.strides.items()}
    for call in calls:
        strides = chosen[call].strides if call in chosen else {}
        for i, _ in call.kernel.pointers:
            ref = call.operands[i]
            if (
                found.get(ref.buffer) != strides.get(i)
                or i in strides
                and not _aligned(ref, chosen[call].skipped.get(i, 0), strides[i], batch)
            ):
                raise Unfit
    return found, chosen


def _meets(call: Call, rule: Rows, found: dict) -> bool:
    known = {i: found.get(call.operands[i].buffer) for i, _ in call.kernel.pointers}
    return any(known[i] for i in rule.strides) and all(
        known[i] in (None, stride) for i, stride in rule.strides.items()
    )


def _aligned(ref: Ref, skipped: int, stride: int, batch: int) -> bool:
    """Whether what is used of a value starts in the first row of its buffer, or of a slice of it."""
    whole = stride * batch
    inside = ref.offset % whole + skipped < stride and ref.buffer.size % whole == 0
    return inside and all(moved % whole == 0 for _, moved in ref.moves)


# ---- what rows hold whose sequence has ended

ZERO = "zero"
_COPIES = frozenset(["assign", "copy", "strided_copy", "strided_write"])
_OF_SUMS = frozenset(kernel.name for kernel in fused.OF_SUM.values())
# The operands of a kernel any of which makes the result zero if it is.
_FACTORS = {
    "mul": (0, 1),
    "div": (0,),
    "neg": (0,),
    "reduce_sum": (0,),
    **dict.fromkeys(["tanh_grad", "sigmoid_grad", "sqrt_grad", "rsqrt_grad", "reciprocal_grad"], (1,)),
    **dict.fromkeys(
        ["relu_grad", "relu6_grad", "elu_grad", "selu_grad", "softplus_grad", "softsign_grad"], (0,)
    ),
    **dict.fromkeys(["mul_tanh_grad", "mul_sigmoid_grad"], (1, 2)),
}


class Contents:
    """Symbols for what the ended rows of each place hold while a trip's calls are made."""

    def __init__(self, strides: dict[Buffer, int], batch: int, zeros: set[Buffer], symbols: dict):
        self._strides, self._batch, self._zeros, self._symbols = strides, batch, zeros, symbols
        self.places: dict = {}  # (buffer, slice) -> [(first byte of the row, last + 1, symbol)]

    def _symbol(self, *meaning) -> int:
        return self._symbols.setdefault(meaning, len(self._symbols))

    def place(self, call: Call, rule: Rows, i: int) -> tuple:
        """(buffer, slice, first byte of the row, last + 1) of an operand."""
        ref = call.operands[i]
        stride = self._strides[ref.buffer]
        first = ref.offset % stride + rule.skipped.get(i, 0)
        return ref.buffer, ref.offset // (stride * self._batch), first, first + rule.widths[i]

    def read(self, place: tuple):
        """The symbol at a place."""
        buffer, slot, first, last = place
        found = [p for p in self.places.get((buffer, slot), ()) if p[0] < last and first < p[1]]
        if len(found) == 1 and found[0][:2] == (first, last):
            return found[0][2]
        if not found:
            return ZERO if buffer in self._zeros else self._symbol("before", *place)
        covered = sum(min(p[1], last) - max(p[0], first) for p in found)
        if covered == last - first and all(p[2] == ZERO for p in found):
            return ZERO
        return self._symbol("pieces", *sorted(found, key=lambda p: p[0]))

    def write(self, call: Call, rule: Rows, i: int, symbol) -> None:
        """Puts a symbol where an operand is."""
        buffer, slot, first, last = place = self.place(call, rule, i)
        if i in rule.sparse and (symbol != ZERO or self.read(place) != ZERO):
            symbol = self._symbol("among", self.read(place), symbol)
        kept = [p for p in self.places.get((buffer, slot), ()) if p[1] <= first or last <= p[0]]
        self.places[buffer, slot] = [*kept, (first, last, symbol)]

    def result(self, call: Call, rule: Rows, ended: Buffer):
        """The symbol of what a call computes."""
        kernel, o = name(call), call.operands
        symbols = [self.of(call, rule, i) if i in rule.strides else None for i in range(len(o))]
        if kernel == "select" and o[0].buffer is ended:
            return symbols[1]
        if kernel in _COPIES:
            return symbols[0]
        simple = _with_zeros(kernel, symbols, o)
        return self._symbol("made", call, *symbols) if simple is None else simple

    def of(self, call: Call, rule: Rows, i: int):
        """The symbol of an operand."""
        return self.read(self.place(call, rule, i))


def _with_zeros(kernel: str, symbols: list, operands: tuple):
    """The result of a call some of whose inputs are zero; None if that tells nothing."""
    zero = [s == ZERO for s in symbols]
    if kernel == "add" and (zero[0] or zero[1]):
        return symbols[1] if zero[0] else symbols[0]
    if kernel == "sub" and zero[1] or kernel == "mul_add" and (zero[1] or zero[2]):
        return symbols[0]
    if kernel in _OF_SUMS and zero[1] and zero[2]:
        return ZERO
    if kernel == "gemm" and zero[gemms.A]:
        return symbols[gemms.C] if operands[gemms.BETA] else ZERO
    return ZERO if any(zero[i] for i in _FACTORS.get(kernel, ())) else None
