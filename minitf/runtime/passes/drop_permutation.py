"""Pass `drop_permutation`: a product reads and writes rows where they are, and not in another order.

A loop stacks its outputs time first; what follows it wants them batch first. The copy in between is not made
if products are all that reads it, or make all of it: they are then made step by step, or sequence by
sequence, with the rows that belong to it.
"""

from __future__ import annotations

from typing import NamedTuple

from minitf.runtime.lower.ir import Call, Ref
from minitf.runtime.passes import gemms, rows
from minitf.runtime.passes.uses import Use, Uses, whole

_WORTHWHILE = 32  # rows of a product
_MOST = 32  # products in the place of one; more gain nothing


class _Loop(NamedTuple):
    """One of the two loops over the rows of a copy."""

    count: int
    read: int  # items of the source from trip to trip
    row: int  # rows of the copy from trip to trip


def drop_permutation(uses: Uses) -> None:
    """Rewrites all such products."""
    with uses:
        for buffer in uses.first_used_by(["strided_copy", "gemm"]):
            found = uses.of(buffer)
            if uses.private(buffer) and len(found) > 1 and all(whole(use.ref) for use in found):
                if found[0].call.name == "strided_copy":
                    _read(found[0], found[1:], uses)
                elif gemms.is_gemm(found[0].call) and len(found) == 2:
                    _made(found[0], found[1], uses)


def _loops(copy: Call) -> tuple[_Loop, _Loop, int] | None:
    """(the shorter loop, the longer one, items in a row) of a copy that rearranges rows."""
    dims = copy["dims"]
    if copy["rank"] != 3 or copy["offset"] or dims[5] != 1 or copy["a"].size != copy["o"].size or min(dims) < 1:
        return None
    first, second = _Loop(dims[0], dims[1], dims[2]), _Loop(dims[2], dims[3], 1)
    outer, inner = (first, second) if first.count <= second.count else (second, first)
    return (outer, inner, dims[4]) if outer.count <= _MOST and inner.count >= _WORTHWHILE else None


# ---- products that read the copy


def _read(copy: Use, reads: list[Use], uses: Uses) -> None:
    found = _loops(copy.call)
    if found is None or not copy.writes or not all(_reads_rows(use, found[2]) for use in reads):
        return
    source = copy.call["a"]
    if not uses.undisturbed([source], copy.order, reads[-1].order + 1):
        return
    trips = range(found[0].count)
    reading = {use.call: [_reading(use.call, source, i, *found) for i in trips] for use in reads}
    uses.replace({copy.call: [], **reading})


def _reads_rows(use: Use, width: int) -> bool:
    """Whether a product reads the rows as its A, and the rows that belong to them are rows in memory."""
    if not gemms.is_gemm(use.call) or use.operand != "a":
        return False
    call = use.call
    columns = call["m"] if call["ta"] else call["k"]
    return columns == width == call["lda"] and call["n"] > 1 and not (call["ta"] and call["tb"])


def _reading(product: Call, source: Ref, i: int, outer: _Loop, inner: _Loop, width: int) -> Call:
    """The i-th part of a product."""
    part = product.with_(a=rows.view(source, i * outer.read, inner.count, width, inner.read), lda=inner.read)
    n, ldb, ldc = product["n"], product["ldb"], product["ldc"]
    if product["ta"]:  # a sum over the rows
        b = rows.view(product["b"], i * outer.row * ldb, inner.count, n, inner.row * ldb)
        return part.with_(b=b, k=inner.count, ldb=inner.row * ldb, beta=1 if i else product["beta"])
    c = rows.view(product["c"], i * outer.row * ldc, inner.count, n, inner.row * ldc)
    return part.with_(c=c, m=inner.count, ldc=inner.row * ldc)


# ---- products that are copied


def _made(made: Use, read: Use, uses: Uses) -> None:
    if read.call.name != "strided_copy" or read.writes or made.operand != "c":
        return
    found, out = _loops(read.call), read.call["o"]
    if found is None or not _writes_rows(made.call, *found):
        return
    factors = made.call["a"], made.call["b"]
    if out.buffer in {ref.buffer for ref in factors} or not uses.undisturbed(factors, made.order, read.order):
        return
    making = [_making(made.call, out, i, *found) for i in range(found[0].count)]
    uses.replace({made.call: [], read.call: making})


def _writes_rows(product: Call, outer: _Loop, inner: _Loop, width: int) -> bool:
    right = width == product["n"] == product["ldc"] > 1 and not product["ta"] and not product["beta"]
    return right and outer.read % width == 0 and inner.read % width == 0


def _making(product: Call, out: Ref, i: int, outer: _Loop, inner: _Loop, width: int) -> Call:
    """The i-th part of a product."""
    lda = product["lda"]
    step = inner.read // width * lda
    a = rows.view(product["a"], i * (outer.read // width) * lda, inner.count, product["k"], step)
    c = rows.view(out, i * outer.row * width, inner.count, width, inner.row * width)
    return product.with_(a=a, lda=step, c=c, ldc=inner.row * width, m=inner.count)
