"""Calls seen as work on the rows of a batch: where each row is, and which numbers say how many there are."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from minitf.kernels.compile.abi import Instance
from minitf.kernels.math import fused
from minitf.runtime.lower.ir import Buffer, Call, Ref
from minitf.runtime.passes import gemms


class Unfit(Exception):
    """A loop whose calls are not all work on rows."""


@dataclass(frozen=True)
class Rows:
    """A call that treats each row by itself, or (`summed`: the operand with the terms) adds rows up.

    strides: bytes from row to row of each operand that has rows. widths: bytes used of each row. numbers:
    those that count rows, as (operand, position in it or None, number per row). skipped: bytes of each row
    before those used. sparse: the operands of which more bytes of a row are left out.
    """

    strides: dict[str, int]
    widths: dict[str, int]
    numbers: tuple
    summed: str | None = None
    skipped: dict[str, int] = field(default_factory=dict)
    sparse: frozenset = frozenset()


def rules(call: Call, batch: int) -> list[Rows]:
    """The ways in which a call may be work on so many rows."""
    by_row = _by_row(call.kernel, tuple(call.numbers.items()), batch)
    return [rule for rule in (by_row, _sum_of_rows(call, batch)) if rule is not None]


@functools.lru_cache(4096)
def _by_row(instance: Instance, items: tuple, batch: int) -> Rows | None:
    """The way in which a kernel, given these numbers, works on each row by itself."""
    kernel, numbers = instance.kernel, dict(items)
    rule = kernel.split
    pieces = rule.pieces(numbers) if rule is not None else 0
    if pieces < batch or pieces % batch:
        return None
    unit = pieces // batch
    second, one = rule.part(numbers, unit, unit), rule.part(numbers, 0, unit)
    windows = {key: one[key] for key, _, _ in kernel.memory if key in second and second[key].start}
    sizes = {key: instance.operands[kernel.places[key]].itemsize for key in windows}
    return Rows(
        {key: second[key].start * sizes[key] for key in windows},
        {key: (w.size - w.skipped) * sizes[key] for key, w in windows.items()},
        tuple(_counting(numbers, one)),
        skipped={key: w.skipped * sizes[key] for key, w in windows.items()},
        sparse=frozenset(key for key, w in windows.items() if not w.dense),
    )


def _counting(numbers: dict, one: dict):
    """The numbers that count rows, from all numbers and those of one row."""
    for key, before in numbers.items():
        after = one.get(key)
        if isinstance(after, tuple):
            yield from ((key, k, new) for k, (old, new) in enumerate(zip(before, after)) if old != new)
        elif key in one:
            yield key, None, after


def _sum_of_rows(call: Call, batch: int) -> Rows | None:
    if gemms.is_gemm(call) and call["ta"] and not call["tb"] and call["k"] == batch:
        size = call["a"].dtype.itemsize
        strides = {"a": call["lda"] * size, "b": call["ldb"] * size}
        return Rows(strides, {"a": call["m"] * size, "b": call["n"] * size}, (("k", None, 1),), "b")
    if call.name == "sum_into_rows" and call["m"] == batch:
        index, value = call["index"].dtype.itemsize, call["b"].dtype.itemsize
        strides, widths = {"index": index, "b": call["ldb"] * value}, {"index": index, "b": call["n"] * value}
        return Rows(strides, widths, (("m", None, 1),), "b")
    if call.name == "add_rows" and call["rows"] == batch:
        size = call["a"].dtype.itemsize
        return Rows({"a": call["step"] * size}, {"a": call["width"] * size}, (("rows", None, 1),), "a")
    return None


def layouts(calls: list[Call], batch: int, first: Buffer) -> tuple[dict[Buffer, int], dict[Call, Rows]]:
    """The bytes from row to row of each buffer that has rows, found from one of them; the rule of each call.

    Unfit if a call uses them in another way.
    """
    found, chosen = {first: 1}, {}
    ways, more = {call: rules(call, batch) for call in calls}, True
    while more:
        more = False
        for call in [c for c in calls if c not in chosen]:
            rule = next((r for r in ways[call] if _meets(call, r, found)), None)
            if rule is not None:
                chosen[call], more = rule, True
                found |= {call[key].buffer: stride for key, stride in rule.strides.items()}
    for call in calls:
        strides = chosen[call].strides if call in chosen else {}
        for key, ref, _ in call.memory:
            if (
                found.get(ref.buffer) != strides.get(key)
                or key in strides
                and not _aligned(ref, chosen[call].skipped.get(key, 0), strides[key], batch)
            ):
                raise Unfit
    return found, chosen


def _meets(call: Call, rule: Rows, found: dict) -> bool:
    """Whether a call has rows in a buffer that is known to have some, and none in one that has others."""
    known = [(found.get(call[key].buffer), stride) for key, stride in rule.strides.items()]
    met = [before == stride for before, stride in known if before is not None]
    return bool(met) and all(met)


def _aligned(ref: Ref, skipped: int, stride: int, batch: int) -> bool:
    """Whether what is used of a value starts in the first row of its buffer, or of a slice of it."""
    whole = stride * batch
    inside = ref.offset % whole + skipped < stride and ref.buffer.size % whole == 0
    return inside and all(moved % whole == 0 for _, moved in ref.moves)


# ---- what rows hold whose sequence has ended

ZERO = "zero"
_COPIES = frozenset(["assign", "strided_copy", "strided_write"])
_OF_SUMS = frozenset(kernel.name for kernel in fused.OF_SUM.values())
# The operands of a kernel any of which makes the result zero if it is.
_FACTORS = {
    "mul": "ab",
    "div": "a",
    "neg": "a",
    "reduce_sum": "a",
    **dict.fromkeys(["tanh_grad", "sigmoid_grad", "sqrt_grad", "rsqrt_grad", "reciprocal_grad"], "b"),
    **dict.fromkeys(["relu_grad", "relu6_grad", "elu_grad", "selu_grad", "softplus_grad", "softsign_grad"], "a"),
    **dict.fromkeys(["mul_tanh_grad", "mul_sigmoid_grad"], "ab"),
}


class Places:
    """Where the operands of a loop's calls are, whose buffers have rows of so many bytes."""

    def __init__(self, strides: dict[Buffer, int], batch: int):
        self._strides, self._batch = strides, batch
        self._found: dict[tuple[Call, str], tuple] = {}

    def of(self, call: Call, rule: Rows, operand: str) -> tuple:
        """(buffer, slice, first byte of the row, last + 1) of an operand."""
        key = call, operand
        if key not in self._found:
            ref = call[operand]
            stride = self._strides[ref.buffer]
            first = ref.offset % stride + rule.skipped.get(operand, 0)
            slot = ref.offset // (stride * self._batch)
            self._found[key] = ref.buffer, slot, first, first + rule.widths[operand]
        return self._found[key]


class Contents:
    """Symbols for what the ended rows of each place hold while a trip's calls are made."""

    def __init__(self, places: Places, zeros: set[Buffer], symbols: dict):
        self._places, self._zeros, self._symbols = places, zeros, symbols
        self._held: dict = {}  # (buffer, slice) -> [(first byte of the row, last + 1, symbol)]

    def _symbol(self, *meaning) -> int:
        return self._symbols.setdefault(meaning, len(self._symbols))

    def read(self, place: tuple):
        """The symbol at a place."""
        buffer, slot, first, last = place
        found = [p for p in self._held.get((buffer, slot), ()) if p[0] < last and first < p[1]]
        if len(found) == 1 and found[0][:2] == (first, last):
            return found[0][2]
        if not found:
            return ZERO if buffer in self._zeros else self._symbol("before", *place)
        covered = sum(min(p[1], last) - max(p[0], first) for p in found)
        if covered == last - first and all(p[2] == ZERO for p in found):
            return ZERO
        return self._symbol("pieces", *sorted(found, key=lambda p: p[0]))

    def write(self, call: Call, rule: Rows, operand: str, symbol) -> None:
        """Puts a symbol where an operand is."""
        buffer, slot, first, last = place = self._places.of(call, rule, operand)
        if operand in rule.sparse and (symbol != ZERO or self.read(place) != ZERO):
            symbol = self._symbol("among", self.read(place), symbol)
        kept = [p for p in self._held.get((buffer, slot), ()) if p[1] <= first or last <= p[0]]
        self._held[buffer, slot] = [*kept, (first, last, symbol)]

    def result(self, call: Call, rule: Rows, ended: Buffer):
        """The symbol of what a call computes."""
        symbols = {key: self.of(call, rule, key) for key in rule.strides}
        if call.name == "select" and call["mask"].buffer is ended:
            return symbols.get("a")
        if call.name in _COPIES:
            return symbols.get("a")
        simple = _with_zeros(call, symbols)
        return self._symbol("made", call, *symbols.items()) if simple is None else simple

    def of(self, call: Call, rule: Rows, operand: str):
        """The symbol of an operand."""
        return self.read(self._places.of(call, rule, operand))


def _with_zeros(call: Call, symbols: dict):
    """The result of a call some of whose inputs are zero; None if that tells nothing."""
    kernel, zero = call.name, {key for key, symbol in symbols.items() if symbol == ZERO}
    if kernel == "add" and zero & {"a", "b"}:
        return symbols.get("b" if "a" in zero else "a")
    if kernel == "sub" and "b" in zero:
        return symbols.get("a")
    if kernel == "mul_add" and zero & {"a", "b"}:
        return symbols.get("y")
    if kernel in _OF_SUMS and zero >= {"a", "b"}:
        return ZERO
    if kernel == "gemm" and "a" in zero:
        return symbols.get("c") if call["beta"] else ZERO
    return ZERO if zero & set(_FACTORS.get(kernel, "")) else None
