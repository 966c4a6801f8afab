"""Pass `split_concat`: a product with joined columns becomes a sum of products with the parts.

`concat([x, h]) @ W` is `x @ W[:i] + h @ W[i:]`, and its gradient `concat([x, h])^T @ dz` is two blocks of
rows. Neither needs the joined matrix, so it is never made if nobody else reads it. A loop stacks its joined
matrices for the gradient loop; that one then reads the slices of the parts, if they are stacks themselves. A
part that is not, and so is gone by then, is still joined and read where it was put.
"""

from __future__ import annotations

from typing import NamedTuple

from minitf.runtime.lower.ir import Call, Ref
from minitf.runtime.passes import gemms, rows
from minitf.runtime.passes.uses import Use, Uses


class _Part(NamedTuple):
    """Columns of a joined matrix: the call that writes them, from where, and which they are."""

    write: Call
    source: Ref
    first: int
    columns: int


def split_concat(uses: Uses) -> None:
    """Rewrites all such products."""
    with uses:
        for buffer in uses.first_used_by(["strided_write"]):
            if uses.internal(buffer):
                _rewrite(uses.of(buffer), uses)


def _rewrite(found: list[Use], uses: Uses) -> None:
    writes = [u for u in found if u.writes]
    reads = [u for u in found if not u.writes]
    if not reads or any(not gemms.is_gemm(u.call) or u.operand != "a" for u in reads):
        return
    place = writes[0].ref
    if len(place.shape) != 2 or not all(same_slice(u.ref, place) for u in found):
        return
    if any(not _reads_all(use.call, place.shape[1]) for use in reads):
        return
    parts = _parts(writes, place)
    lasting = [part for part in parts or [] if intact(part.source, writes, reads, uses)]
    if not lasting:
        return
    products = {use.call: _split(use.call, [_seen(p, p in lasting, place, use.ref) for p in parts]) for use in reads}
    uses.replace({**products, **{part.write: [] for part in lasting}})


def _reads_all(product: Call, width: int) -> bool:
    """Whether a product reads all columns of its A."""
    return product["lda"] == width == product["m" if product["ta"] else "k"]


def same_slice(ref: Ref, place: Ref) -> bool:
    """Whether it is the whole buffer, or the slice of the stack that belongs to a trip of a loop."""
    strides = [stride for _, stride in ref.moves]
    return ref.offset == place.offset == 0 and ref.shape == place.shape and strides == [s for _, s in place.moves]


def _parts(writes: list[Use], place: Ref) -> list[_Part] | None:
    """The parts of a joined matrix, if they fill it."""
    count, width = place.shape
    parts = []
    for use in writes:
        if use.call.name != "strided_write" or not use.ref.same_place(place):
            return None
        source, offset, rank, dims = (use.call[key] for key in ("a", "offset", "rank", "dims"))
        if rank == 2 and dims[0] == count and dims[1] == width and dims[3] == 1:
            parts.append(_Part(use.call, source, offset, dims[2]))
        elif rank == 1 and source.size == count and tuple(dims) == (count, width):
            parts.append(_Part(use.call, source, offset, 1))
        else:
            return None
    parts.sort(key=lambda part: part.first)
    starts = [part.first for part in parts]
    ends = [part.first + part.columns for part in parts]
    return parts if starts == [0, *ends[:-1]] and ends[-1] == width else None


def intact(source: Ref, writes: list[Use], reads: list[Use], uses: Uses) -> bool:
    """Whether a part still holds what was joined when the products read it."""
    changes, loops = uses.changes(source.buffer), [loop for loop, _ in writes[0].ref.moves]
    if not loops or all(read.block is writes[0].block for read in reads):
        last = max(uses.reach(writes[0], read) for read in reads)
        return uses.undisturbed([source], writes[0].order, last + 1)
    if source.buffer.kind != "arena":
        return source.buffer.kind != "variable" or not changes
    moves = dict(source.moves)
    apart = all(loop in moves and moves[loop] >= source.nbytes for loop in loops)
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


def _seen(part: _Part, lasting: bool, place: Ref, read: Ref) -> tuple[Ref, _Part, int]:
    """What a product reads of a part: where it is, the part, and the items from row to row."""
    count, width = place.shape
    if lasting:
        return seen_by(part.source, place, read), part, part.columns
    return rows.view(read, part.first, count, part.columns, width), part, width


def _split(product: Call, parts: list) -> list[Call]:
    if product["ta"]:
        c, ldc = product["c"], product["ldc"]
        return [
            product.with_(a=a, c=gemms.shifted(c, part.first * ldc), m=part.columns, lda=lda) for a, part, lda in parts
        ]
    b, step, beta = product["b"], 1 if product["tb"] else product["ldb"], product["beta"]
    return [
        product.with_(a=a, b=gemms.shifted(b, part.first * step), k=part.columns, lda=lda, beta=1 if i else beta)
        for i, (a, part, lda) in enumerate(parts)
    ]
