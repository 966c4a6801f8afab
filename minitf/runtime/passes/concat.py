"""Pass `concat`: a product with joined columns becomes a sum of products with the parts.

`concat([x, h]) @ W` is `x @ W[:i] + h @ W[i:]`, and its gradient `concat([x, h])^T @ dz` is two blocks of
rows. Neither needs the joined matrix, so it is never made if nobody else reads it. A loop stacks its joined
matrices for the gradient loop; that one then reads the slices of the parts, which have to be stacks
themselves.
"""

from __future__ import annotations

from minitf.runtime.ir import Call, Ref
from minitf.runtime.passes import gemms
from minitf.runtime.passes.uses import Use, Uses, name, touches


def split_concat(nodes: list, kept: frozenset) -> None:
    """Rewrites all such products."""
    with Uses(nodes, kept) as uses:
        for buffer in uses.first_used_by(["strided_write"]):
            if uses.internal(buffer):
                _rewrite(uses.of(buffer), uses)


def _rewrite(found: list[Use], uses: Uses) -> None:
    writes = [u for u in found if u.writes]
    reads = [u for u in found if not u.writes]
    if not reads or any(not gemms.is_gemm(u.call) or u.operand != gemms.A for u in reads):
        return
    place = writes[0].ref
    if not all(same_slice(u.ref, place) for u in found):
        return
    parts = _parts(writes, place)
    if parts is None or not all(intact(part[0], writes, reads, uses) for part in parts):
        return
    for use in reads:
        uses.replace(use.call, _split(use.call, [(seen_by(s, place, use.ref), f, n) for s, f, n in parts]))
    for use in writes:
        uses.replace(use.call, [])


def same_slice(ref: Ref, place: Ref) -> bool:
    """Whether it is the whole buffer, or the slice of the stack that belongs to a trip of a loop."""
    strides = [stride for _, stride in ref.moves]
    return (
        ref.offset == place.offset == 0
        and ref.shape == place.shape
        and strides == [s for _, s in place.moves]
    )


def _parts(writes: list[Use], place: Ref) -> list[tuple[Ref, int, int]] | None:
    """(source, first column, columns) of the parts of a joined matrix, if they fill it."""
    rows, width = place.shape
    parts = []
    for use in writes:
        if name(use.call) != "strided_write" or not use.ref.same_place(place):
            return None
        source, _, offset, rank, dims = use.call.operands
        if rank == 2 and dims[0] == rows and dims[1] == width and dims[3] == 1:
            parts.append((source, offset, dims[2]))
        elif rank == 1 and source.size == rows and tuple(dims) == (rows, width):
            parts.append((source, offset, 1))
        else:
            return None
    parts.sort(key=lambda part: part[1])
    starts = [first for _, first, _ in parts]
    ends = [first + count for _, first, count in parts]
    return parts if starts == [0, *ends[:-1]] and ends[-1] == width else None


def intact(source: Ref, writes: list[Use], reads: list[Use], uses: Uses) -> bool:
    """Whether a part still holds what was joined when the products read it."""
    changes = uses.changes(source.buffer)
    if all(read.block is writes[0].block for read in reads):
        first, last = writes[0].order, reads[-1].order
        return not any(first < u.order < last and touches(u.ref, source) for u in changes)
    if source.buffer.kind != "arena":
        return source.buffer.kind != "variable" or not changes
    moves = dict(source.moves)
    loops = [loop for loop, _ in writes[0].ref.moves]
    apart = all(moves.get(loop, 0) >= source.nbytes for loop in loops)
    return apart and all(u.order < reads[-1].order and _once(u, loops, moves) for u in changes)


def _once(use: Use, loops: list, moves: dict) -> bool:
    """Whether a write fills another slice of the stack in every trip, or happens outside of the loops."""
    own = dict(use.ref.moves)
    return all(own.get(loop, moves[loop]) == moves[loop] for loop in loops)


def seen_by(source: Ref, place: Ref, read: Ref) -> Ref:
    """The part in terms of the loop in which it is read."""
    loops = dict(zip([loop for loop, _ in place.moves], [loop for loop, _ in read.moves]))
    moves = tuple((loops.get(loop, loop), stride) for loop, stride in source.moves)
    return Ref(source.shape, source.dtype, source.buffer, source.offset, moves)


def _split(product: Call, parts: list) -> list[Call]:
    _, b, c = product.operands[: gemms.M]
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
