"""Cutting single calls: each thread makes a range of its pieces."""

from __future__ import annotations

from itertools import combinations, product

from minitf.kernels.compile.splitting import Window
from minitf.runtime.lower.ir import Call, Limit, Ref
from minitf.runtime.memory.instructions import words_of
from minitf.runtime.threads.accesses import Part, access, clash, fate

_NONE: dict = {}
FEWEST = 4  # pieces per thread of a call that is cut


def divided(call: Call, threads: int) -> list[Part]:
    """A call cut into a part per thread, or nothing if it cannot be cut."""
    found = pieces_of(call, threads)
    if found is None:
        return []
    rule, units, unit = found
    cuts = [(first * unit, last * unit) for first, last in ranges(units, threads)]
    changes = [rule.part(call.numbers, first, last - first) for first, last in cuts]
    if _disturb(call, changes):
        return []
    return [_part(call, changes[t], cuts[t][0], t) for t in range(threads)]


def pieces_of(call: Call, threads: int) -> tuple | None:
    """How a call is cut: (the rule, how many units, how many pieces each is); None if there are too few of them."""
    rule, numbers = call.kernel.kernel.split, call.numbers
    if rule is None:
        return None
    rule = rule.among_threads(numbers)
    pieces = rule.pieces(numbers)
    if pieces < FEWEST * threads:
        return None
    unit = _unit(call, pieces, threads, rule.part(numbers, 0, 1))
    return rule, pieces // unit, unit


def ranges(count: int, threads: int) -> list[tuple[int, int]]:
    """The range of so many things that each thread has, of about the same size."""
    cuts = [count * thread // threads for thread in range(threads + 1)]
    return list(zip(cuts, cuts[1:]))


def _disturb(call: Call, changes: list[dict]) -> bool:
    """Whether a part writes what another one touches: memory that is not cut, or an operand in place of
    another one that is cut in another way.
    """
    if any(key not in changes[0] for key in call.kernel.kernel.written):
        return True
    written = {ref.buffer for ref in call.results}
    refs = [each for each in call.memory if each[1].buffer in written]
    if len(refs) == len(call.results):
        return False
    if len({ref.moves for _, ref, _ in refs}) == 1:  # what counts is the same trip, for all of them
        refs = [(key, Ref(r.shape, r.dtype, r.buffer, r.offset), writes) for key, r, writes in refs]
    touched = [[access(ref, writes, change.get(key)) for key, ref, writes in refs] for change in changes]
    return any(
        clash(mine, theirs)
        for one, other in combinations(touched, 2)
        for mine, theirs in product(one, other)
        if mine.space is theirs.space
    )


def _unit(call: Call, pieces: int, threads: int, changes: dict) -> int:
    """How many pieces stay together: where each is a number, the numbers of a row."""
    if by_rows(call, changes):
        return pieces // call.limit.size
    out, rows = call.results[0], 1
    for size in out.shape if pieces == out.size else ():
        rows *= size
        if rows >= FEWEST * threads:
            return pieces // rows
    return 1


def by_rows(call: Call, changes: dict) -> bool:
    """Whether the pieces of a call are rows (or parts of them) whose number is limited."""
    return call.limit is not None and any(key in changes for key, _, _ in call.limit.numbers)


def _part(call: Call, changes: dict, first: int, thread: int) -> Part:
    found = [access(ref, writes, changes.get(key)) for key, ref, writes in call.memory]
    return Part(thread, part_of(call, changes, first), found + fate(call, found))


def part_of(call: Call, changes: dict, first: int) -> Call:
    """The call of a range of pieces, from the first one on, with what changes for it."""
    part = call.with_(
        **{key: _windowed(call[key], new) if isinstance(new, Window) else new for key, new in changes.items()}
    )
    part.error, part.origin = call.error and (lambda position: call.error(first + position)), call
    part.limit = _limit_of(call, changes, first)
    return part


def flat(call: Call, changes: dict = _NONE, first: int = 0) -> list[int]:
    """The words of a call's operands, offsets for addresses, and behind them those by which rows are limited; with
    changes, those of the call that `part_of` gives, which need not be made for that.
    """
    words: list[int] = []
    for key, operand in zip(call.kernel.kernel.operands, call.operands):
        new = changes.get(key)
        if isinstance(operand, Ref):
            words.append(operand.offset if new is None else operand.offset + new.start * operand.dtype.itemsize)
            continue
        number = operand if new is None else new
        words += [number] if type(number) is int else words_of(number)
    limit = _limit_of(call, changes, first)
    if limit is not None:
        words += [n for *_, factor in limit.numbers for n in (factor, limit.first, limit.size)]
    return words


def _windowed(ref: Ref, window: Window) -> Ref:
    """The items of a value in a window."""
    offset = ref.offset + window.start * ref.dtype.itemsize
    return Ref((window.size,), ref.dtype, ref.buffer, offset, ref.moves)


def _limit_of(call: Call, changes: dict, first: int) -> Limit | None:
    """The limit of a part that starts with a piece."""
    if not by_rows(call, changes):
        return call.limit
    key, k, per_row = call.limit.numbers[0]
    number = changes[key] if k is None else changes[key][k]
    return Limit(call.limit.numbers, first // per_row, number // per_row)
