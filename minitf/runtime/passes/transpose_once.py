"""Pass `transpose_once`: a factor that is read transposed again and again is transposed once.

The gradient of a loop multiplies by the transpose of the same weights in every trip.
"""

from __future__ import annotations

from minitf.runtime.lower.ir import Buffer, Call, Ref, Repeat
from minitf.runtime.passes import gemms, rows
from minitf.runtime.passes.uses import Uses

_WORTHWHILE = 3  # products in one block


def transpose_once(uses: Uses) -> None:
    """Rewrites products in loops, and where several in one block share a factor."""
    with uses:
        _visit(uses.nodes, uses, in_loop=None)


def _visit(block: list, uses: Uses, in_loop: Repeat | None) -> None:
    groups: dict[tuple, list[Call]] = {}
    for node in block:
        if isinstance(node, Repeat):
            _visit(node.body, uses, node)
        elif gemms.is_gemm(node) and node["tb"] and node["k"] > 1:
            b = node["b"]
            groups.setdefault((b.buffer, b.offset, b.moves, node["n"], node["k"], node["ldb"]), []).append(node)
    for (buffer, _, moves, n, k, _), products in groups.items():
        loop = in_loop if in_loop is not None and not any(m is in_loop for m, _ in moves) else None
        if (loop or len(products) >= _WORTHWHILE) and not _changes(buffer, products, loop, uses):
            _rewrite(products, n, k, loop, uses)


def _changes(buffer: Buffer, products: list[Call], loop: Repeat | None, uses: Uses) -> bool:
    """Whether the factor is written while the products need it."""
    members = set(products)
    orders = [u.order for u in uses.of(buffer) if u.call in members]
    first, last = (min(orders), max(orders)) if loop is None else uses.span(loop)
    return any(u.writes and first <= u.order <= last for u in uses.of(buffer))


def _rewrite(products: list[Call], n: int, k: int, loop: Repeat | None, uses: Uses) -> None:
    product = products[0]
    b = product["b"]
    turned = Ref((k, n), b.dtype, Buffer(k * n * b.dtype.itemsize))
    uses.insert(loop or product, rows.strided_copy(b, turned, (k, 1, n, product["ldb"]), product.op))
    uses.replace({each: [each.with_(b=turned, tb=0, ldb=n)] for each in products})
