"""What regular expressions are made of, how Python's `re` is told, and how long it may take over them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

_QUICK = 1 << 24  # steps that `re` may take over a string
_FEW = 64  # ways at each character


class Weight(NamedTuple):
    """What makes `re` go back: how many repetitions have several ways to go on, the number of ways beside them,
    whether any may go back at all, and whether ways multiply in each turn of a repetition.
    """

    ambiguous: int = 0
    ways: float = 1
    returns: bool = False
    endless: bool = False

    def __add__(self, other: Weight) -> Weight:
        ambiguous, ways = self.ambiguous + other.ambiguous, self.ways * other.ways
        return Weight(ambiguous, ways, self.returns or other.returns, self.endless or other.endless)

    def is_quick(self, length: int, searches: bool) -> bool:
        """Whether a string of that length is no work for `re`."""
        back = max(self.ambiguous, int(self.returns))
        if self.endless or not back and self.ways <= _FEW:
            return not self.endless
        return self.ways * length ** (back + searches) <= _QUICK


class First(NamedTuple):
    """The characters that something may begin with, as ranges, and whether it may be nothing or fail."""

    ranges: tuple = ()
    may_be_nothing: bool = False
    may_fail: bool = True

    def shares(self, other: First) -> bool:
        """Whether both may begin with the same character, or this with none."""
        pairs = ((a, b) for a in self.ranges for b in other.ranges)
        return self.may_be_nothing or any(a[0] <= b[1] and b[0] <= a[1] for a, b in pairs)


ENDED, FREE = First(), First(may_be_nothing=True, may_fail=False)  # behind a full match, and behind one that is found


@dataclass(frozen=True)
class Chars:
    """One of some characters."""

    ranges: tuple
    text: str
    is_rigid, turns = True, 1

    def first(self, follow: First) -> First:
        """What it begins with, before what follows."""
        return First(self.ranges)

    def weight(self, follow: First) -> Weight:
        """How often it may be gone back to."""
        return Weight()


@dataclass(frozen=True)
class Edge:
    """A place between characters."""

    text: str
    is_rigid, turns = True, 1

    def first(self, follow: First) -> First:
        """What follows begins with, if this is the place."""
        return follow._replace(may_fail=True)

    def weight(self, follow: First) -> Weight:
        """Nothing to go back to."""
        return Weight()


@dataclass(frozen=True)
class Sequence:
    """One thing behind the other."""

    parts: tuple

    @property
    def text(self) -> str:
        """For `re`."""
        return "".join([part.text for part in self.parts])

    @property
    def is_rigid(self) -> bool:
        """Whether it matches in one way only, of one length."""
        return all(part.is_rigid for part in self.parts)

    @property
    def turns(self) -> int:
        """How often what is repeated inside of repetitions may have to be there."""
        return max([part.turns for part in self.parts], default=1)

    def first(self, follow: First) -> First:
        """What it begins with, before what follows."""
        for part in reversed(self.parts):
            follow = part.first(follow)
        return follow

    def weight(self, follow: First) -> Weight:
        """What its parts weigh."""
        total = Weight()
        for part in reversed(self.parts):
            total, follow = part.weight(follow) + total, part.first(follow)
        return total


@dataclass(frozen=True)
class Group:
    """A part, kept under a number or not."""

    inside: object
    number: int | None
    opening: str

    @property
    def text(self) -> str:
        """For `re`."""
        return f"{self.opening}{self.inside.text})"

    @property
    def is_rigid(self) -> bool:
        """Whether it matches in one way only, of one length."""
        return self.inside.is_rigid

    @property
    def turns(self) -> int:
        """How often what is repeated inside of repetitions may have to be there."""
        return self.inside.turns

    def first(self, follow: First) -> First:
        """What it begins with, before what follows."""
        return self.inside.first(follow)

    def weight(self, follow: First) -> Weight:
        """What is inside weighs."""
        return self.inside.weight(follow)


@dataclass(frozen=True)
class Alternatives:
    """One of several, the first that fits."""

    parts: tuple
    is_rigid = False

    @property
    def text(self) -> str:
        """For `re`."""
        return "|".join([part.text for part in self.parts])

    @property
    def turns(self) -> int:
        """How often what is repeated inside of repetitions may have to be there."""
        return max([part.turns for part in self.parts])

    def first(self, follow: First) -> First:
        """What they begin with, before what follows."""
        found = [part.first(follow) for part in self.parts]
        ranges = tuple([r for each in found for r in each.ranges])
        return First(ranges, any(f.may_be_nothing for f in found), all(f.may_fail for f in found))

    def weight(self, follow: First) -> Weight:
        """What all of them weigh."""
        return sum([part.weight(follow) for part in self.parts], Weight(ways=len(self.parts)))


@dataclass(frozen=True)
class Repeat:
    """Something again and again; `most` is None for any number."""

    item: object
    least: int
    most: int | None
    lazy: bool
    count: str
    is_rigid = False

    @property
    def text(self) -> str:
        """For `re`."""
        return f"(?:{self.item.text}){self.count}{'?' if self.lazy else ''}"

    @property
    def turns(self) -> int:
        """How often what is repeated inside of repetitions may have to be there."""
        return max(self.least, self.most or 1, 1) * self.item.turns

    def first(self, follow: First) -> First:
        """What it begins with, before what follows."""
        item = self.item.first(follow)
        if self.least:
            return item
        return First((*item.ranges, *follow.ranges), follow.may_be_nothing, follow.may_fail)

    def weight(self, follow: First) -> Weight:
        """The ways in which it may end."""
        many = math.inf if self.most is None else self.most - self.least + 1
        if not self.item.is_rigid:
            inside = self.item.weight(First(may_be_nothing=True))
            if self.most == 1:
                return inside + Weight(ways=many)
            simple = not (inside.ambiguous or inside.returns or inside.endless) and many < math.inf
            return Weight(ways=(inside.ways + 1) ** self.most) if simple and self.most < 64 else Weight(endless=True)
        if not follow.may_fail:
            return Weight()
        ends_once = isinstance(_bare(self.item), Chars) and not follow.shares(self.item.first(follow))
        if many < math.inf:
            return Weight(ways=many)
        return Weight(returns=True) if ends_once else Weight(1, 1, True)


def _bare(item):
    """What is in groups around nothing else."""
    while isinstance(item, Group) or isinstance(item, Sequence) and len(item.parts) == 1:
        item = item.inside if isinstance(item, Group) else item.parts[0]
    return item
