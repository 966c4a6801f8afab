"""Pass `prune_columns`: a product of which only some columns are read computes only those.

The gradient of `concat([x, h]) @ W` is `dz @ W^T`, of which the x part is often not asked for. Every read of
the product being a copy of a range of columns, each copy becomes a product with those columns of B, and the
whole is never made.
"""

from __future__ import annotations

from minitf.runtime.lower.ir import Call, Ref
from minitf.runtime.passes import gemms, rows
from minitf.runtime.passes.uses import Uses, whole


def prune_columns(uses: Uses) -> None:
    """Rewrites all such products."""
    with uses:
        for buffer in uses.first_used_by(["gemm"]):
            found = uses.of(buffer)
            if uses.private(buffer) and gemms.is_gemm(found[0].call) and found[0].operand == "c":
                _rewrite(found, uses)


def _rewrite(found: list, uses: Uses) -> None:
    made, *reads = found
    product, width = made.call, made.call["n"]
    if product["beta"] or product["ldc"] != width or not reads:
        return
    ranges = [rows.columns_read(use.call) for use in reads]
    if (
        any(r is None or (r.rows, r.step) != (product["m"], width) for r in ranges)
        or sum(r.count for r in ranges) > width
    ):
        return
    factors = product["a"], product["b"]
    if not all(whole(use.ref) for use in found) or not uses.undisturbed(factors, made.order, reads[-1].order + 1):
        return  # the factors are read later than before, and where the copies are written
    parts = {use.call: [_part(product, r.first, r.count, use.call["o"])] for use, r in zip(reads, ranges)}
    uses.replace({product: [], **parts})


def _part(product: Call, first: int, count: int, out: Ref) -> Call:
    """The product with only some columns of B."""
    step = product["ldb"] if product["tb"] else 1
    return product.with_(b=gemms.shifted(product["b"], first * step), c=out, n=count, ldc=count)
