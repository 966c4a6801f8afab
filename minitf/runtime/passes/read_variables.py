"""Pass `read_variables`: what a variable holds at one place of the program is read from the variable itself.

A read copies the variable's memory. Where nothing writes to that before the copy is last read, nobody can tell.
"""

from __future__ import annotations

from minitf.runtime.lower.ir import Call, Ref
from minitf.runtime.passes.uses import Use, Uses, in_place, whole


def read_variables(uses: Uses) -> None:
    """Removes such copies."""
    if not any(map(_is_copy, uses.calls)):
        return
    with uses:
        for buffer in uses.first_used_by(["assign"]):
            found = uses.of(buffer)
            if uses.internal(buffer) and buffer not in uses.pinned and _is_copy(found[0].call) and found[0].writes:
                _read(found[0], found[1:], uses)


def _is_copy(call: Call) -> bool:
    return call.name == "assign" and call["a"].buffer.kind == "variable" and whole(call["a"]) and whole(call["o"])


def _read(copy: Use, reads: list[Use], uses: Uses) -> None:
    source = copy.call["a"]
    last = max([uses.reach(copy, read) for read in reads], default=copy.order)
    if any(read.writes for read in reads) or not uses.undisturbed([source], copy.order, last):
        return
    if not all(_read_before(use, copy, reads) for use in uses.changes(source.buffer) if use.order == last):
        return
    changes: dict[Call, list] = {copy.call: []}
    for call in dict.fromkeys(read.call for read in reads):
        places = {read.operand: _moved(read.ref, source) for read in reads if read.call is call}
        changes[call] = [call.with_(**places)]
    uses.replace(changes)


def _read_before(write: Use, copy: Use, reads: list[Use]) -> bool:
    """Whether a call that writes the variable reads each element of the copy before that."""
    own = [read for read in reads if read.call is write.call]
    alike = write.block is copy.block and whole(write.ref) and all(whole(read.ref) for read in own)
    return bool(own) and alike and all(in_place(write.call, read.operand, write.operand) for read in own)


def _moved(ref: Ref, source: Ref) -> Ref:
    """The part of the variable that a part of the copy held."""
    return Ref(ref.shape, ref.dtype, source.buffer, source.offset + ref.offset, ref.moves)
