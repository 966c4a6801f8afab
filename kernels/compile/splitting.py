"""How the work of a kernel call is cut into pieces that do not depend on each other.

A rule such as `By("rows", a="width", o="width")` belongs to a kernel. Given the numbers among a call's operands it says
how many pieces there are and, for a range of them, which operands change: numbers are given outright, pointers as a
`Window`, the items that the range reads or writes. All pieces read the pointers that are not named; what a range writes
no other range reads or writes. A range computes bit for bit what the whole call computes there.
"""

import math
from typing import NamedTuple

LARGE, FEW = 1 << 15, 128  # items of B, and rows of C, for which a product is shared by columns
VECTOR = 16  # columns that stay together


class Window(NamedTuple):
    """Items of a pointer: the first, and how many from there to the last.

    If there is a `step`, only `width` items of every `step` belong to it. The first `skipped` ones do not,
    and if it is not `dense`, not all of the others do.
    """

    start: int
    size: int
    width: int = 0
    step: int = 0
    skipped: int = 0
    dense: bool = True


class Rule:
    """A way to cut; `among_threads` is the one to use for threads that share a call. `fails_alike`: whether either all
    pieces of a call fail or none.
    """

    fails_alike = False

    def pieces(self, operands):
        """How many pieces there are."""
        raise NotImplementedError

    def part(self, operands, first, count):
        """The operands that change for a range of pieces."""
        raise NotImplementedError

    def among_threads(self, operands):
        """Itself, unless there is a better one."""
        return self

    def packs(self, operands, name):
        """Whether what a call reads at a pointer is one item after the other, as what it writes is."""
        return True


class By(Rule):
    """Ranges of the rows that a number counts.

    For each pointer, what it has per row: the items from row to row, or a pair of that and the row's width;
    both are integers or names of operands. `when` tells from the operands whether the rule holds.
    """

    def __init__(self, count, when=None, **rows):
        self.count, self.when, self.rows = count, when, rows

    def pieces(self, operands):
        return operands[self.count] if self.when is None or self.when(operands) else 0

    def part(self, operands, first, count):
        changes = {self.count: count}
        for name, row in self.rows.items():
            step, width = (operands.get(n, n) for n in (row if isinstance(row, tuple) else (row, row)))
            dense = count == 1 or step == width
            changes[name] = Window(first * step, (count - 1) * step + width, dense=dense)
        return changes


class Range(Rule):
    """Ranges of `count` pieces, of which `first` is the number of the first.

    For each pointer that is cut the numbers whose product is a piece of it; the others are read whole.
    """

    def __init__(self, first, count, **pointers):
        self.first, self.count, self.pointers = first, count, pointers

    def pieces(self, operands):
        return operands[self.count]

    def part(self, operands, first, count):
        changes = {self.first: operands[self.first] + first, self.count: count}
        for name, numbers in self.pointers.items():
            size = math.prod(operands[n] for n in numbers)
            changes[name] = Window(first * size, count * size)
        return changes


class Either(Rule):
    """The first of several rules that finds pieces."""

    def __init__(self, *rules):
        self.rules = rules

    def _rule(self, operands):
        return next((rule for rule in self.rules if rule.pieces(operands) > 1), self.rules[-1])

    def pieces(self, operands):
        return self._rule(operands).pieces(operands)

    def part(self, operands, first, count):
        return self._rule(operands).part(operands, first, count)


class Nest(Rule):
    """Ranges of the outermost of the loops in `dims` (see `layout`).

    `walks` are the pointers that have strides there; `packed` is written or read without gaps. A pointer's
    `offset` operand stays as it is.
    """

    def __init__(self, walks, packed):
        self.walks, self.packed = walks, packed

    def _loops(self, operands):
        dims, width = operands["dims"], 1 + len(self.walks)
        return [dims[i : i + width] for i in range(0, len(dims), width)]

    def packs(self, operands, name):
        """Whether the strides of a pointer are those of the packed one."""
        k, inner = 1 + self.walks.index(name), 1
        for loop in reversed(self._loops(operands)):
            if loop[0] > 1 and loop[k] != inner:
                return False
            inner *= loop[0]
        return True

    def pieces(self, operands):
        loops = self._loops(operands)
        return loops[0][0] if all(step >= 0 for loop in loops for step in loop[1:]) else 0

    def part(self, operands, first, count):
        loops = [(count, *self._loops(operands)[0][1:]), *self._loops(operands)[1:]]
        inner = math.prod(loop[0] for loop in loops[1:])
        changes = {"dims": tuple(n for loop in loops for n in loop)}
        changes[self.packed] = Window(first * inner, count * inner)
        offset = operands.get("offset", 0)
        for k, name in enumerate(self.walks, 1):
            span = 1 + sum((loop[0] - 1) * loop[k] for loop in loops)
            dense = span == count * inner
            changes[name] = Window(first * loops[0][k], offset + span, skipped=offset, dense=dense)
        return changes


class Product(Rule):
    """Ranges of the rows of C in a matrix product."""

    def pieces(self, operands):
        return operands["m"] if operands["batch"] == 1 else 0

    def part(self, o, first, count):
        k, lda = o["k"], o["lda"]
        a = Window(first, (k - 1) * lda + count) if o["ta"] else Window(first * lda, (count - 1) * lda + k)
        dense = count == 1 or o["ldc"] == o["n"]
        c = Window(first * o["ldc"], (count - 1) * o["ldc"] + o["n"], dense=dense)
        return {"m": count, "a": a, "c": c}

    def among_threads(self, operands):
        """By columns, if B is so large that a processor had rather keep only a part of it."""
        large = operands["n"] * operands["k"] >= LARGE and operands["m"] <= FEW and not operands["ta"]
        return COLUMNS if large and operands["n"] % VECTOR == 0 else self


class Columns(Rule):
    """Ranges of the columns of B and C in a matrix product, whole vectors of them."""

    def pieces(self, operands):
        return operands["n"] // VECTOR if operands["batch"] == 1 else 0

    def part(self, o, first, count):
        start, width = first * VECTOR, count * VECTOR
        k, ldb = o["k"], o["ldb"]
        turned, plain = Window(start * ldb, (width - 1) * ldb + k), Window(start, (k - 1) * ldb + width, width, ldb)
        c = Window(start, (o["m"] - 1) * o["ldc"] + width, width, o["ldc"])
        return {"n": width, "b": turned if o["tb"] else plain, "c": c}


COLUMNS = Columns()


class Sums(Rule):
    """Ranges of the outermost loop of a reduction in `dims` (see `layout.reduction`) that is not reduced."""

    @staticmethod
    def _loops(operands):
        dims = operands["dims"]
        return [dims[i : i + 3] for i in range(0, len(dims), 3)]

    def pieces(self, operands):
        size, _, step = self._loops(operands)[0]
        return size if step > 0 else 0

    def part(self, operands, first, count):
        (_, row, step), *inner = self._loops(operands)
        changes = {"dims": tuple(n for loop in [(count, row, step), *inner] for n in loop)}
        changes |= {"size": count * step, "o": Window(first * step, count * step)}
        return changes | {"a": Window(first * row, count * row)}


class Across(Rule):
    """Ranges of the columns that a number counts, so many `together`, or whole vectors.

    For each pointer the numbers of its rows (several are multiplied: "images h w") and of the items from one to the
    next, None if it is one row, or the number of items that it has for each column, side by side. A kernel that has to
    read the other columns, too, is told the number `before` its own.
    """

    def __init__(self, count, together=None, before=None, **matrices):
        self.count, self.together, self.before, self.matrices = count, together, before, matrices

    def pieces(self, operands):
        together = self.together or VECTOR
        return operands[self.count] // together if operands[self.count] % together == 0 else 0

    def part(self, operands, first, count):
        together = self.together or VECTOR
        start, width = first * together, count * together
        changes = {self.count: width} | ({self.before: operands[self.before] + start} if self.before else {})
        for name, matrix in self.matrices.items():
            if isinstance(matrix, tuple):
                rows, step = (math.prod(operands[n] for n in numbers.split()) for numbers in matrix)
                changes[name] = Window(start, max(rows - 1, 0) * step + width, width, step)
            else:
                each = operands[matrix] if matrix else 1
                changes[name] = Window(start * each, width * each)
        return changes


class Shared(Rule):
    """A rule for threads that share a call: whoever leaves pieces out has to see that others make them. What fails is
    the same in all pieces.
    """

    fails_alike = True

    def __init__(self, rule):
        self.rule = rule

    def pieces(self, operands):
        return 0

    def among_threads(self, operands):
        return self.rule


class Blocks(Rule):
    """Ranges of what a number counts; for each pointer the numbers whose product it has for each: "n width"."""

    def __init__(self, count, **pointers):
        self.count, self.pointers = count, pointers

    def pieces(self, operands):
        return operands[self.count]

    def part(self, operands, first, count):
        changes = {self.count: count}
        for name, numbers in self.pointers.items():
            size = math.prod(operands[n] for n in numbers.split())
            changes[name] = Window(first * size, count * size)
        return changes


class InSlots(Rule):
    """Ranges of the `rows`, of `width` items each, of what each slot holds, `stride` items apart; for each pointer how
    many slots it has. `when` tells from the operands whether the rule holds.
    """

    def __init__(self, when=None, **slots):
        self.when, self.slots = when, slots

    def pieces(self, operands):
        return operands["rows"] if self.when is None or self.when(operands) else 0

    def part(self, operands, first, count):
        start, width = first * operands["width"], count * operands["width"]
        changes = {"rows": count}
        for name, slots in self.slots.items():
            between = max(operands.get(slots, slots) - 1, 0) * operands["stride"]
            changes[name] = Window(start, between + width, width, operands["stride"])
        return changes


class Outermost(Rule):
    """Ranges of what the first of the sizes in `dims` counts, of pointers that have items of all of them, packed."""

    def __init__(self, *pointers):
        self.pointers = pointers

    def pieces(self, operands):
        return operands["dims"][0] if operands["dims"] else 0

    def part(self, operands, first, count):
        _, *inner = operands["dims"]
        size = math.prod(inner)
        return {"dims": (count, *inner), **dict.fromkeys(self.pointers, Window(first * size, count * size))}
