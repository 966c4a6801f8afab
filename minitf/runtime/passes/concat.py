"""Pass `concat`: a product with joined columns becomes a sum of products with the parts.

`concat([x, h]) @ W` is `x @ W[:i] + h @ W[i:]`, and its gradient `concat([x, h])^T @ dz` is two blocks of rows. Neither needs
the joined matrix, so it is never made if nobody else reads it.
"""

from __future__ import annotations

from minitf.runtime.ir import Call, Ref
from minitf.runtime.passes import gemms
from minitf.runtime.passes.uses import Use, Uses, name, remove, whole


def split_concat(nodes: list, kept: frozenset) -> None:
    """Rewrites all such products."""
    uses = Uses(nodes, kept)
    for buffer in uses.buffers():
        found = uses.of(buffer)
        if uses.private(buffer) and name(found[0].call) == "strided_write":
            _rewrite(found, uses)


def _rewrite(found: list[Use], uses: Uses) -> None:
    writes = [u for u in found if u.writes]
    reads = [u for u in found if not u.writes]
    if not reads or any(not gemms.is_gemm(u.call) or u.operand != gemms.A or not whole(u.ref) for u in reads):
        return
    parts = _parts(writes, reads[0])
    if parts is None or not all(_intact(source, writes[-1], reads[-1], uses) for source, _, _ in parts):
        return
    block = found[0].block
    for use in reads:
        position = block.index(use.call)
        block[position : position + 1] = _split(use.call, parts)
    remove(block, {u.call for u in writes})


def _parts(writes: list[Use], read: Use) -> list[tuple[Ref, int, int]] | None:
    """(source, first column, columns) of the parts of a joined matrix, if they fill it."""
    rows, width = read.ref.shape
    parts = []
    for use in writes:
        if name(use.call) != "strided_write" or not whole(use.ref):
            return None
        source, _, offset, rank, dims = use.call.operands
        if rank == 2 and dims[0] == rows and dims[1] == width and dims[3] == 1:
            parts.append((source, offset, dims[2]))
        elif rank == 1 and source.size == rows and dims == (rows, width):
            parts.append((source, offset, 1))
        else:
            return None
    parts.sort(key=lambda part: part[1])
    starts = [first for _, first, _ in parts]
    ends = [first + count for _, first, count in parts]
    return parts if starts == [0, *ends[:-1]] and ends[-1] == width else None


def _intact(source: Ref, written: Use, last_read: Use, uses: Uses) -> bool:
    """Whether a part still holds what was joined when the last product reads it."""
    return not any(u.writes and written.order < u.order <= last_read.order for u in uses.of(source.buffer))


def _split(product: Call, parts: list) -> list[Call]:
    a, b, c = product.operands[: gemms.M]
    if product.operands[gemms.TA]:
        ldc = product.operands[gemms.LDC]
        return [gemms.changed(product, A=source, C=gemms.shifted(c, first * ldc), M=count, LDA=count)
                for source, first, count in parts]  # fmt: skip
    step = 1 if product.operands[gemms.TB] else product.operands[gemms.LDB]
    return [
        gemms.changed(product, A=source, B=gemms.shifted(b, first * step), K=count, LDA=count,
                      BETA=1 if i else product.operands[gemms.BETA])
        for i, (source, first, count) in enumerate(parts)
    ]  # fmt: skip
