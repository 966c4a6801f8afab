"""Pass `slices`: columns of a matrix are read where they are.

Gates are computed side by side and then taken apart. Elementwise calls read a range of columns in place, so
it need not be copied first; and if only such copies of an elementwise result are wanted, each is computed by
itself.
"""

from __future__ import annotations

from minitf.runtime.ir import Call, Ref, calls
from minitf.runtime.passes import rows
from minitf.runtime.passes.concat import intact, same_slice, seen_by
from minitf.runtime.passes.uses import Use, Uses, name, whole


def slices(nodes: list, kept: frozenset) -> None:
    """Rewrites all such copies."""
    copied = {call.operands[0].buffer for call in calls(nodes) if name(call) == "strided_copy"}
    if not copied:
        return
    with Uses(nodes, kept) as uses:
        for buffer in uses.buffers():
            if buffer in copied and uses.private(buffer):
                _take_apart(uses.of(buffer), uses)
    with Uses(nodes, kept) as uses:
        settled: set = set()  # calls that have been changed, buffers that are read in place
        for buffer in uses.first_used_by(["strided_copy"]):
            if uses.internal(buffer) and buffer not in settled:
                _read_in_place(uses.of(buffer), uses, settled)


def _take_apart(found: list[Use], uses: Uses) -> None:
    """An elementwise result that is only copied in parts is computed in parts."""
    made, reads = found[0], found[1:]
    ranges = [None if use.writes else rows.columns_read(use.call) for use in reads]
    if not reads or None in ranges or not all(whole(use.ref) for use in found):
        return
    _, count, _, width = ranges[0]
    if (
        not made.writes
        or not rows.is_binary(made.call)
        or any((r[1], r[3]) != (count, width) for r in ranges)
    ):
        return
    walks = rows.steps(made.call, count, width)
    if walks is None or not uses.undisturbed(made.call.operands[:2], made.order, reads[-1].order + 1):
        return
    changes = {made.call: []}
    for use, (first, _, columns, _) in zip(reads, ranges):
        inputs = [_part(ref, first, count, columns, walk) for ref, walk in zip(made.call.operands, walks)]
        refs = [*inputs, use.call.operands[1]]
        changes[use.call] = [_walking(made.call, refs, walks, count, columns)]
    uses.replace(changes)


def _part(ref: Ref, first: int, count: int, columns: int, walk: tuple[int, int]) -> Ref:
    return rows.view(ref, first * walk[1], count, columns if walk[1] else 1, walk[0])


def _walking(call: Call, refs: list[Ref], walks: list[tuple[int, int]], count: int, columns: int) -> Call:
    """A binary call that walks its inputs so."""
    (row_a, step_a), (row_b, step_b) = walks
    return Call(call.kernel, (*refs, 2, (count, row_a, row_b, columns, step_a, step_b)), None, call.op)


def _read_in_place(found: list[Use], uses: Uses, settled: set) -> None:
    """Elementwise calls that read copied columns read the columns themselves."""
    copy, reads = found[0], found[1:]
    columns = rows.columns_read(copy.call) if copy.writes else None
    if columns is None or not reads or any(use.writes or not _fits(use, copy.ref, columns) for use in reads):
        return
    source, readers = copy.call.operands[0], {use.call for use in reads}
    if not intact(source, [copy], reads, uses) or len(readers) < len(reads) or readers & settled:
        return
    settled |= {source.buffer, copy.call, *readers}
    moved = {use.call: [_moved(use, seen_by(source, copy.ref, use.ref), *columns)] for use in reads}
    uses.replace({copy.call: [], **moved})


def _fits(use: Use, place: Ref, columns: tuple) -> bool:
    _, count, width, _ = columns
    if not same_slice(use.ref, place) or not rows.is_binary(use.call):
        return False
    walks = rows.steps(use.call, count, width)
    return walks is not None and walks[use.operand] == (width, 1)


def _moved(use: Use, source: Ref, first: int, count: int, width: int, step: int) -> Call:
    """The reading call, with the columns for their copy."""
    refs, walks = list(use.call.operands[:3]), rows.steps(use.call, count, width)
    refs[use.operand] = rows.view(source, first, count, width, step)
    walks[use.operand] = step, 1
    return _walking(use.call, refs, walks, count, width)
