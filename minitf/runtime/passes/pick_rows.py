"""Pass `pick_rows`: a product with a one-hot matrix picks rows instead.

`one_hot(i) @ W` is rows of W, and its gradient `one_hot(i)^T @ dz` adds up rows of dz. The one-hot matrix
may have had its rows rearranged on the way (time first, say, or each step by itself): the indices then are
rearranged instead.
"""

from __future__ import annotations

from minitf.kernels.math import rows
from minitf.runtime.lower.ir import Call, Ref
from minitf.runtime.passes import lookups
from minitf.runtime.passes.uses import Use, Uses, whole


def pick_rows(uses: Uses) -> None:
    """Rewrites all products with one-hot matrices."""
    more = "one_hot" in uses.names
    while more:
        with uses:
            made = [buffer for buffer in uses.first_used_by(["one_hot"]) if uses.internal(buffer)]
            more = any([_rewrite(uses.of(buffer), uses) for buffer in made])


def _rewrite(found: list[Use], uses: Uses) -> bool:
    """Rewrites the uses of one one-hot matrix; tells whether there may be more to do."""
    make, reads = found[0], found[1:]
    if not make.writes or not reads or any(u.writes for u in reads):
        return False
    index, out, depth = make.call["index"], make.call["o"], make.call["depth"]
    if (
        make.call["inner"] != 1
        or not _is(make.call["on"], 1)
        or not _is(make.call["off"], 0)
        or out.offset
        or out.moves
        or not rows.pick_rows.supports(index.dtype, out.dtype)
    ):
        return False
    if any(u.writes and u.order > make.order for u in uses.of(index.buffer)):
        return False
    if index.moves and any(use.block is not make.block for use in reads):
        return False
    if all(use.call.name == "strided_copy" for use in reads):
        return _rearranged(make, reads, index, depth, uses)
    if not all(lookups.reads_rows(use, depth, out.dtype) and not use.call["tb"] for use in reads):
        return False
    uses.replace({make.call: [], **{use.call: [_picked(use, index, depth)] for use in reads}})
    return False


def _is(ref: Ref, value: float) -> bool:
    return ref.known is not None and ref.known.size == 1 and ref.known.item() == value


def _rearranged(make: Use, copies: list[Use], index: Ref, depth: int, uses: Uses) -> bool:
    """Makes one-hot matrices of rearranged indices in place of rearranged parts of a one-hot matrix."""
    if not all(whole(copy.ref) and copy.ref.dtype == make.ref.dtype for copy in copies):
        return False
    found = [lookups.rearranged(copy.call, index, depth) for copy in copies]
    if None in found:
        return False
    made = {
        copy.call: [first, make.call.with_(index=moved, o=copy.call["o"], outer=moved.size)]
        for copy, (first, moved) in zip(copies, found)
    }
    return uses.replace({make.call: [], **made})


def _picked(use: Use, index: Ref, depth: int) -> Call:
    """The product as rows picked or added up."""
    product, turned = use.call, use.call["ta"]
    count, height = (product["k"], product["m"]) if turned else (product["m"], product["k"])
    kernel = rows.sum_into_rows if turned else rows.pick_rows
    same = {key: product[key] for key in ("b", "c", "n", "ldb", "ldc", "beta")}
    part = lookups.indices(use, index, depth, count)
    return Call.of(kernel[index.dtype, same["b"].dtype], product.op, index=part, m=count, depth=height, **same)
