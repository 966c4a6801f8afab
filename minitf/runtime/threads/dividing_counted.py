"""Cutting calls whose sizes only a run knows: what a thread does of one follows the counts as all of it does.

How its numbers follow them is found out as how the rule's do: from some numbers that the counts may be. What a thread
has of memory follows them, too; it is its lane as long as they do not change. If something writes them, threads meet
before and behind that, for all that share a call read them. Where they are others in each trip as they are in another
place in each, lanes are those of one trip.
"""

from __future__ import annotations

import random
from itertools import combinations, product
from math import gcd, prod
from typing import NamedTuple

from minitf.kernels.compile.splitting import Window
from minitf.runtime.lower.bounded import Count, Size, at, with_factors
from minitf.runtime.lower.counted_calls import CountedCalls, KernelCall, Place
from minitf.runtime.lower.following import fitted
from minitf.runtime.lower.ir import Ref
from minitf.runtime.threads import dividing
from minitf.runtime.threads.accesses import NOTHING, Access, Part, access, clash, fate
from minitf.runtime.threads.dividing import ranges


def divided(whole: CountedCalls, threads: int) -> list[Part]:
    """The calls cut into a part per thread, or nothing if one of them cannot be cut, or threads would have to meet."""
    if any([call.fails or call.kernel.kernel.split is None for call in whole.calls]):
        return []
    points, cuts = _Points(whole), []
    for call in whole.calls:
        cuts.append(_cut(whole, call, points, threads))
        if not cuts[-1]:
            return []
    shares = list(zip(*cuts))
    return [] if _disturb(shares) else [_part(whole, *each) for each in enumerate(shares)]


class _Share(NamedTuple):
    """What a thread does of a call, and what that touches."""

    call: KernelCall
    accesses: tuple[Access, ...]


def _part(whole: CountedCalls, thread: int, shares: tuple) -> Part:
    found = [a for share in shares for a in share.accesses]
    found += [access(whole.at(place), False) for place in whole.counts.values()]
    return Part(thread, whole.part([share.call for share in shares]), found + fate(whole, found))


def _disturb(shares: list[tuple]) -> bool:
    """Whether a thread touches what another one writes before all calls are made."""
    touched = [[a for share in each for a in share.accesses] for each in shares]
    pairs = [pair for one, other in combinations(touched, 2) for pair in product(one, other)]
    return any([a.space is b.space and clash(a, b) for a, b in pairs])


def accesses(whole: CountedCalls) -> list[Access]:
    """All that calls touch: not what an op is given of which they take the size."""
    words = [word for call in whole.calls for word in call.words]
    used = {word.operand for word in [*words, *whole.counts.values()] if type(word) is Place}
    if any([call.fails for call in whole.calls]):
        used |= set(range(whole.given))  # to say what is wrong
    found = [access(ref, writes) if k in used else NOTHING for k, (_, ref, writes) in enumerate(whole.memory)]
    return found + fate(whole, found)


class _Points:
    """Numbers that the counts of some calls may be."""

    def __init__(self, whole: CountedCalls):
        self._whole, self.counts = whole, list(whole.counts)
        drawn = random.Random(len(self.counts))
        shares = [[share] * len(self.counts) for share in (1.0, 0.0)]
        shares += [[drawn.random() for _ in self.counts] for _ in range(2 * len(self.counts) + 2)]
        self.known = [self._known(lambda count, share: round(share * count.most), row) for row in shares]
        self.known.append(self._known(lambda count, share: min(count.most, 1), shares[0]))

    def _known(self, number, shares: list) -> dict[Count, int]:
        known: dict = {}
        drawn = {count: number(count, share) for count, share in zip(self.counts, shares)}
        for count in with_factors(self.counts):
            known[count] = prod([known[c] for c in count.product]) if count.product else drawn.get(count, count.most)
        return known

    def sizes(self, columns: list[list[int]]) -> list | None:
        """Numbers, which may be Sizes, that are these at the points; None if one does not follow the counts."""
        table = list(zip(*columns))
        found = fitted([[1, *[known[count] for count in self.counts]] for known in self.known], table)
        return [self._size(*each) for each in found] if found else None

    def _size(self, base: int, *factors: int) -> int | Size:
        follows = {count: factor for count, factor in zip(self.counts, factors) if factor}
        return Size(base, follows) if follows else base

    def trips(self, numbers: list) -> tuple:
        """The loops in whose trips numbers follow other counts, as these are in another place in each."""
        refs = [self._whole.at(self._whole.counts[c]) for n in numbers if type(n) is Size for c in n.factors]
        return tuple(dict.fromkeys([loop for ref in refs for loop, _ in ref.moves]))

    def key(self, number) -> tuple:
        """What two numbers, of calls that may have counts of their own in the same places, have in common."""
        if type(number) is not Size:
            return (number,)
        refs = [(self._whole.at(self._whole.counts[count]), factor) for count, factor in number.factors.items()]
        return number.base, frozenset([(ref.buffer, ref.offset, ref.moves, factor) for ref, factor in refs])


def _cut(whole: CountedCalls, call: KernelCall, points: _Points, threads: int) -> list[_Share]:
    """What each thread does of a call; nothing if it is not cut alike for all counts."""
    numbers = [_numbers(call, known) for known in points.known]
    rule = call.kernel.kernel.split.among_threads(numbers[0])
    pieces = [rule.pieces(each) for each in numbers]
    units = gcd(*pieces)
    if units < dividing.FEWEST * threads:
        return []
    shares = ranges(units, threads)
    changes = [
        [rule.part(o, first * n // units, (last - first) * n // units) for o, n in zip(numbers, pieces)]
        for first, last in shares
    ]
    cut = set.intersection(*[set(change) for each in changes for change in each])
    if not cut.issuperset(call.kernel.kernel.written):
        return []
    calls = [_call_of(call, each, points) for each in changes]
    if None in calls:
        return []
    windows = {name: [[change.get(name) for change in each] for each in changes] for name in call.kernel.kernel.places}
    operands = [_Operand(whole, call, name, points) for name, _, _ in call.kernel.kernel.memory]
    touched = zip(*[o.accesses(shares, windows[o.name]) for o in operands])
    return [_Share(*share) for share in zip(calls, touched)]


def _fields(call: KernelCall):
    """Each operand's name, kind, and place among the words."""
    for k, (name, operand) in enumerate(call.kernel.kernel.operands.items()):
        yield name, operand.kind, slice(k, None if operand.kind == "integers" else k + 1)


def _numbers(call: KernelCall, known: dict) -> dict:
    """The operands that are no memory, by name, where these are the counts."""
    found = {
        name: [at(w, known) for w in call.words[words]] for name, kind, words in _fields(call) if kind != "pointer"
    }
    return {
        name: tuple(n) if call.kernel.kernel.operands[name].kind == "integers" else n[0] for name, n in found.items()
    }


def _call_of(call: KernelCall, changes: list[dict], points: _Points) -> KernelCall | None:
    """The call with what changes at the points; None if that does not follow the counts."""
    rows = [[n for n in _words_of(call, *each) if type(n) is not float] for each in zip(changes, points.known)]
    numbers = points.sizes(list(zip(*rows)))
    if numbers is None:
        return None
    found = iter(numbers)
    words = [
        w if type(w) is float else w._replace(offset=next(found)) if type(w) is Place else next(found)
        for w in call.words
    ]
    return call._replace(words=words)


def _words_of(call: KernelCall, changes: dict, known: dict) -> list:
    """The words of a call with what changes, an offset for memory, where these are the counts."""
    words: list = []
    for (name, kind, places), dtype in zip(_fields(call), call.kernel.operands):
        new, old = changes.get(name), call.words[places]
        if kind == "pointer":
            words.append(at(old[0].offset, known) + (new.start * dtype.itemsize if new else 0))
        elif new is not None:
            words.extend(new if kind == "integers" else [new])
        else:
            words.extend([at(word, known) for word in old])
    return words


class _Operand:
    """Memory that a call is given."""

    def __init__(self, whole: CountedCalls, call: KernelCall, name: str, points: _Points):
        place = call.kernel.kernel.places[name]
        self.name, self._points, self._word = name, points, call.words[place]
        self._writes = call.kernel.kernel.operands[name].writes
        self._all, self._dtype = whole.operands[self._word.operand], call.kernel.operands[place]

    def accesses(self, shares: list[tuple], windows: list[list[Window]]) -> list[Access]:
        """What each thread touches, which has such a share of the units, and such windows at the points."""
        whole = access(self._all, self._writes)
        if None in windows[0]:
            return [whole] * len(shares)
        if type(self._word.offset) is not Size and all([len({w[:4] for w in each}) == 1 for each in windows]):
            start = Ref((), self._dtype, self._all.buffer, self._all.offset + self._word.offset, self._all.moves)
            return [access(start, self._writes, each[0]) for each in windows]
        begins = self._begins(shares, windows)
        if begins is None:
            return [whole] * len(shares)
        trips, lane = self._points.trips(begins), (*map(self._points.key, begins), self._all.moves)
        here = whole.here and whole.here._replace(lane=(*lane, whole.low), trips=trips)
        return [whole._replace(lane=(*lane, whole.low), trips=trips, here=here)] * len(shares)

    def _begins(self, shares: list[tuple], windows: list[list[Window]]) -> list | None:
        """Where each thread but the first begins, if none touches what is behind where the next one does."""
        if len(self._all.moves) > 1 or any([abs(stride) < self._all.nbytes for _, stride in self._all.moves]):
            return None
        columns = []
        for k, known in enumerate(self._points.known):
            (first, _), item = shares[1], self._dtype.itemsize
            step, rest = divmod(windows[1][k].start * item, first)
            offset = at(self._word.offset, known)
            if rest or step and not all([self._fits(*each, k, step, offset) for each in zip(shares, windows)]):
                return None
            columns.append([first * step for first, _ in shares[1:]])
        return self._points.sizes(list(zip(*columns)))

    def _fits(self, share: tuple, windows: list[Window], k: int, step: int, offset: int) -> bool:
        """Whether a window at a point is within the units of a share, so many bytes each."""
        (first, last), window, item = share, windows[k], self._dtype.itemsize
        return window.start * item == first * step and offset + window.size * item <= (last - first) * step
