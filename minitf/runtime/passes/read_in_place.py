"""Pass `read_in_place`: columns of a matrix are read where they are.

Gates are computed side by side and then taken apart. Elementwise calls read a range of columns in place, so it need not
be copied first; and if only such copies of an elementwise result are wanted, each is computed by itself.
"""

from __future__ import annotations

from minitf.runtime.lower.ir import Call, Ref
from minitf.runtime.passes import rows
from minitf.runtime.passes.split_concat import intact, same_slice, seen_by
from minitf.runtime.passes.uses import Use, Uses, whole


def read_in_place(uses: Uses) -> None:
    """Rewrites all such copies."""
    copied = {call["a"].buffer for call in uses.calls if call.name == "strided_copy"}
    if not copied:
        return
    with uses:
        for buffer in uses.in_order(copied):
            if uses.private(buffer):
                _take_apart(uses.of(buffer), uses)
    with uses:
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
    count, width = ranges[0].rows, ranges[0].step
    if not made.writes or not rows.is_binary(made.call) or any((r.rows, r.step) != (count, width) for r in ranges):
        return
    walks, inputs = rows.steps(made.call, count, width), {key: made.call[key] for key in "ab"}
    if walks is None or not uses.undisturbed(inputs.values(), made.order, reads[-1].order + 1):
        return
    changes = {made.call: []}
    for use, part in zip(reads, ranges):
        refs = {key: _part(ref, part, walks[key]) for key, ref in inputs.items()}
        changes[use.call] = [_walking(made.call, walks, count, part.count, o=use.call["o"], **refs)]
    uses.replace(changes)


def _part(ref: Ref, part: rows.Columns, step: rows.Step) -> Ref:
    columns = part.count if step.column else 1
    return rows.view(ref, part.first * step.column, part.rows, columns, step.row)


def _walking(call: Call, walks: dict[str, rows.Step], count: int, columns: int, **refs: Ref) -> Call:
    """A binary call that walks its inputs so."""
    a, b = walks["a"], walks["b"]
    dims = count, a.row, b.row, columns, a.column, b.column
    return Call.of(call.kernel, call.op, rank=2, dims=dims, **refs)


def _read_in_place(found: list[Use], uses: Uses, settled: set) -> None:
    """Elementwise calls that read copied columns read the columns themselves."""
    copy, reads = found[0], found[1:]
    columns = rows.columns_read(copy.call) if copy.writes else None
    if columns is None or not reads or any(use.writes or not _fits(use, copy.ref, columns) for use in reads):
        return
    source, readers = copy.call["a"], {use.call for use in reads}
    if not intact(source, [copy], reads, uses) or len(readers) < len(reads) or readers & settled:
        return
    settled |= {source.buffer, copy.call, *readers}
    moved = {use.call: [_moved(use, seen_by(source, copy.ref, use.ref), columns)] for use in reads}
    uses.replace({copy.call: [], **moved})


def _fits(use: Use, place: Ref, columns: rows.Columns) -> bool:
    if not same_slice(use.ref, place) or not rows.is_binary(use.call):
        return False
    walks = rows.steps(use.call, columns.rows, columns.count)
    return walks is not None and walks[use.operand] == (columns.count, 1)


def _moved(use: Use, source: Ref, columns: rows.Columns) -> Call:
    """The reading call, with the columns for their copy."""
    first, count, width, step = columns
    refs = {key: use.call[key] for key in ("a", "b", "o")}
    refs[use.operand] = rows.view(source, first, count, width, step)
    walks = rows.steps(use.call, count, width) | {use.operand: rows.Step(step, 1)}
    return _walking(use.call, walks, count, width, **refs)
