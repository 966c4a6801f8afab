"""Lowering a region for any values of the sizes that vary, and finding for which of them the programs have one form."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence

from minitf.framework.errors import OpError
from minitf.runtime.lower.ir import take_apart
from minitf.runtime.resize.box import SMALLEST, Box, Sizes
from minitf.runtime.resize.divided import Divided
from minitf.runtime.resize.form import Form
from minitf.runtime.resize.numbers import Unresizable

_WORDS = 24_000  # of all programs that are lowered to find one: a second, or less
_SMALLER = 3  # boxes that are tried
_STEPS = 5  # of the search for sizes from which on programs have another form


class Spent(Exception):
    """So many samples were lowered that it is not worth while to go on."""


class Limited:
    """Lowers for so many samples at most, and for fewer where programs are large, until what they are for is made."""

    def __init__(self, lower, most: int):
        self._lower, self._left, self._words = lower, most, _WORDS

    def __call__(self, given, direct: frozenset):
        """The program for a sample; raises Spent."""
        if self._left <= 0 or self._words <= 0:
            raise Spent
        self._left -= 1
        program = self._lower(given, direct)
        self._words -= 0 if program is None else len(program.instructions.words)
        return program

    def end(self) -> None:
        """From now on there is no limit."""
        self._left = self._words = math.inf


class Maker:
    """Lowers a region for any values of the sizes that vary. examples: the points for which there are programs, these,
    and their forms, if they are resized. again: whether the last time nothing came of it. only: the point without which
    no program is wanted.
    """

    def __init__(
        self, sizes: Sizes, given, lower, examples: Sequence = (), again: bool = False, only: tuple | None = None
    ):
        self._sizes, self._given, self._lower, self._forms = sizes, given, lower, {}
        self._again, self._only = again, None if only is None else sizes.free_values(only)
        self._refused: tuple | None = None  # sizes for which there is no program, though they may be
        self._unlike: tuple | None = None  # or another one than for others
        self.instead = None  # the sizes as multiples, or as what others leave, where there are programs for no others
        self._turned = False  # whether sizes have decided for another branch than before: from now on both are lowered
        self._both = False  # whether they once have
        # Values for which there is a program, that, and its form, if it is made for all sizes.
        self._known = {sizes.values(point): rest for point, *rest in reversed(examples)}
        self._known.pop(None, None)
        self.places = given.places
        self.here = sizes.typical()
        owners = given.owners
        self.direct = frozenset([owners[position] for position in sizes.varying if position < len(owners)])

    def form(self, values: tuple) -> Form:
        """What the program for some values is made of; raises Unresizable where there is none."""
        if values not in self._forms:
            self._forms[values] = self._made(values)
        if self._forms[values] is None:
            raise Unresizable
        return self._forms[values]

    def known(self, box: Box) -> list:
        """The values for which there are programs, those that have the form of others most likely first: of sizes at an
        end of the box there is a program of its own now and then.
        """
        found = [] if self._both else list(self._known)[::-1]
        return [values for values in found if not self.is_alone(values) or box.surrounds(values)]

    def known_form(self, values: tuple) -> Form:
        """What the program that there is for some values is made of. It is not the one that is resized."""
        program, form = self._known[values]
        return form or Form(program)

    def is_alone(self, values: tuple) -> bool:
        """Whether the program that there is for some values is for these alone: its steps may be others."""
        return self._known[values][1] is None

    def _made(self, values: tuple) -> Form | None:
        point = self._sizes.point(values)
        if not self._sizes.possible(point):
            return None
        try:
            program = self.alone(point)
        except (OpError, MemoryError):
            program = None
        if program is None:
            self._refused = self._refused or point
            return None
        if program.low.turned:
            self._turned = self._both = True
            self._forms.clear()
        return Form(program)

    def alike(self, values: tuple) -> bool:
        """Whether the program for some values has the form of that for the present ones."""
        here = self.form(self.here)
        if values not in self._forms:
            self._forms[values] = self._made(values)
        return self._forms[values] is not None and self._forms[values].structure == here.structure

    def boxes(self):
        """The values, from the smallest to the largest, for which programs may be alike; where they are not, as many
        of each size alone as are, and if some do not go together (a part is longer than the whole), those nearer to
        the typical ones. Those that were seen come last.
        """
        wider = self._sizes.limits()
        whole = [Box(*limits) for limits in wider]
        for box in filter(self._wanted, whole):
            yield box
            if self._turned:
                self._turned = False
                yield box  # what was lowered before that is lowered again
            if self._for_others():
                return
        if self._unlike is not None and self._for_rests(self._unlike):
            return
        for limits, box in zip(wider, whole) if self._sizes.searched(self._again) and self._only is None else ():
            if not all([self.alike(values) for values in box.first_samples()]):  # else numbers do not follow sizes
                found = self._within(limits, wider[-1])
                if found is not None:
                    yield found

    def _wanted(self, box: Box) -> bool:
        return box.wide() and (self._only is None or box.contains(self._only))

    def unlike(self, values: tuple) -> None:
        """Takes note of values for which the program has another form."""
        if min(values) >= SMALLEST:
            self._unlike = self._unlike or self._sizes.point(values)

    def _for_others(self) -> bool:
        """Whether there is no program for some sizes, but one for multiples that are nearest to them, or for more."""
        refused, self._refused = self._refused, None
        if refused is None:
            return False
        return self._for_multiples(refused) or self._for_rests(refused)

    def _for_multiples(self, refused: tuple) -> bool:
        divided = self._sizes.divided()
        if divided is None or divided.values(refused) is not None:
            return False
        ways = [divided] if isinstance(self._sizes, Divided) else [*divided.parts(), divided]
        self.instead = next((each for each in ways if self._is_there(each.nearest(refused))), None)
        return self.instead is not None

    def _for_rests(self, point: tuple) -> bool:
        """Whether a size is less than others in a point, which never was, and is one that they leave something of."""
        rests = (each for each in self._sizes.rests(point) if self._is_there(each.nearest(point)))
        self.instead = next(rests, None)
        return self.instead is not None

    def _is_there(self, point: tuple) -> bool:
        """Whether there is a program for some sizes."""
        if min(point[: len(self._given.owners)]) < 0:
            return False
        with contextlib.suppress(OpError, MemoryError):
            return self.alone(point) is not None
        return False

    def _within(self, limits: tuple, seen: tuple) -> Box | None:
        """As many of the values as possible, each for itself, whose programs have the form of the present ones."""
        ends = zip(limits, seen)
        return self._box(*([self._farthest(k, *pair) for k, pair in enumerate(zip(*each))] for each in ends))

    def _box(self, low: list, high: list) -> Box | None:
        for _ in range(_SMALLER):
            box = Box(low, high)
            if not box.wide():
                break
            if all([self.alike(values) for values in box.first_samples()]):
                return box
            low = [here - (here - a) // 2 for a, here in zip(low, self.here)]
            high = [here + (b - here) // 2 for b, here in zip(high, self.here)]
        return None

    def _farthest(self, k: int, limit: int, seen: int) -> int:
        """The value of a size nearest to a limit up to which programs are alike; that was `seen` is tried, too."""
        near, far = self.here[k], limit
        for step in range(_STEPS):
            middle = (far, seen)[step] if step < 2 else (near + far) // 2
            if self.alike((*self.here[:k], middle, *self.here[k + 1 :])):
                near = middle
            else:
                far = middle
            if abs(far - near) < 2:
                break
        return near

    def alone(self, point: tuple):
        """A program for these sizes alone."""
        return self._lower(self._given.at(point), self.direct)

    def done(self, kept: list) -> None:
        """Lets go of the programs that were made to look at, but for those that are kept."""
        self._known.clear()
        for nodes in [form.program.nodes for form in self._forms.values() if form is not None]:
            if not any([nodes is each for each in kept]):
                take_apart(nodes)
        self._forms.clear()
