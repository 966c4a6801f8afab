"""Loop and If, op by op: the reference for the native loops."""

from __future__ import annotations

import contextlib
import math
from copy import copy

import numpy as np

from minitf.framework.dtypes import zeros
from minitf.framework.errors import OpError
from minitf.framework.inside import Flag
from minitf.runtime.lower.builder import Value
from minitf.runtime.plan.needed import Needed, needed_in_branch, needed_in_condition, needed_in_loop


class Ragged(Value):
    """Slices that a loop saved for its gradient; they may differ in shape.

    Of a loop that never ran, what is known of its slices: an example, and how many there might have been.
    """

    __slots__ = ("slices", "example", "length")

    def __init__(self, slices: list, example: Value | None = None, length: int | None = None):
        self.slices, self.example, self.length = slices, example, length

    @property
    def count(self) -> int:
        """The number of slices."""
        return len(self.slices)

    def item(self, index: int):
        """One slice."""
        return self.slices[index]

    def mapped(self, op, slices: list, example: Value | None = None) -> Ragged:
        """What an op makes of this, slice by slice; where there are none, what it makes of an example."""
        return Ragged(slices, example, self.length)


def run_loop(builder, op, values: list) -> list:
    """Finals, number of trips, and the stacked ys of a Loop op."""
    loop = op.attrs["loop"]
    carry, xs, consts, count = loop.split(values)
    if loop.condition is None and count is None:
        return [None] * len(op.outputs)
    carry, xs = [[builder.snapshot(v) for v in part] for part in (carry, xs)]
    run = _LoopRun(builder, op, xs, consts)
    trips = None if count is None else max(int(builder.data(count)), 0)
    _check_lengths(op, xs, trips)
    carry = run.finals(carry, trips)
    if carry is None:
        return [None] * len(op.outputs)
    finals = [v if t in builder.used else None for v, t in zip(carry, op.outputs)]
    return [*finals, builder.constant(np.asarray(run.done, np.int32)), *run.stacked(carry)]


def put_together(builder, op, values: list, slices: dict[int, list]) -> list:
    """The ys of a Loop op of which these are the slices, by their numbers; None of the others."""
    loop = op.attrs["loop"]
    carry, xs, consts, _ = loop.split(values)
    if any(slices.values()):
        ys = [y if k in slices else None for k, y in enumerate(loop.ys)]
        return _given_out(builder, loop, ys, [slices.get(k, []) for k in range(len(ys))], xs)
    builder.used = {op.outputs[loop.carries + 1 + k] for k in slices}
    return _LoopRun(builder, op, xs, consts).stacked(carry)


class _LoopRun:
    """A Loop op that runs, trip by trip; `stacks` are the slices of its ys."""

    def __init__(self, builder, op, xs: list, consts: list):
        self.builder, self.loop, self.xs = builder, op.attrs["loop"], xs
        loop, used = self.loop, [t in builder.used for t in op.outputs]
        live, needed = needed_in_loop(loop, used)
        nexts = [t if i in live else None for i, t in enumerate(loop.nexts)]
        self.ys = [y if u else None for y, u in zip(loop.ys, used[loop.carries + 1 :])]
        self.body = _Runner(builder, needed, nexts + self.ys, loop.const_args(loop.body), consts)
        if loop.condition is not None:
            tested, const_args = needed_in_condition(loop, needed.ops), loop.const_args(loop.condition)
            self.condition = _Runner(builder, tested, loop.condition.results, const_args, consts)
        self.stacks: list[list] = [[] for _ in loop.ys]
        self.done = 0

    def finals(self, carry: list, trips: int | None) -> list | None:
        """The loop variables after the last trip; None if it was not computed whether there is one more."""
        while going := self.done < trips if trips is not None else self._goes_on(carry):
            carry = self._trip(carry, trips - 1 - self.done if self.loop.reverse else self.done)
        if self.loop.reverse:
            for stack in self.stacks:
                stack.reverse()
        return None if going is None else carry

    def _goes_on(self, carry: list) -> bool | None:
        """Whether there is one more trip; None if that was not computed."""
        if self.done == self.builder.most_trips:
            return False
        predicate = self.condition.run(self.loop.condition.arguments, carry)[0]
        return None if predicate is None else _true(self.builder, predicate, "the condition of a loop")

    def _trip(self, carry: list, index: int) -> list:
        """The loop variables after a trip with the slices of that number."""
        builder, loop = self.builder, self.loop
        slices = [item(builder, x, index) for x in self.xs]
        results = self.body.run([*loop.carry_args, *loop.xs_args], [*carry, *slices])
        for stack, y, value in zip(self.stacks, self.ys, results[loop.carries :]):
            absent = value is None and type(y) is Flag
            stack.append(builder.constant(np.asarray(False)) if absent else builder.snapshot(value))
        self.done += 1
        return [builder.snapshot(v) for v in results[: loop.carries]]

    def stacked(self, carry: list) -> list:
        """The ys."""
        if not self.done:
            return empty(self.builder, self.loop, self.ys, self.body, self.xs, carry)
        return _given_out(self.builder, self.loop, self.ys, self.stacks, self.xs)


def _given_out(builder, loop, ys: list, stacks: list[list], xs: list) -> list:
    """The ys as far as they are used, of which these are the slices that trips gave."""
    found: list = []
    for k, (y, slices) in enumerate(zip(ys, stacks)):
        if y is not None and k in loop.padded:
            slices = _padded(builder, slices)
        found.append(None if y is None else stacked(builder, slices, k in loop.saved, xs))
    return found


def _true(builder, predicate, what: str) -> bool:
    if predicate.shape != ():
        raise ValueError(f"{what} has to be a scalar, but its shape is {predicate.shape}")
    return bool(builder.data(predicate))


def _check_lengths(op, xs: list, trips) -> None:
    for x in xs:
        length = x.count if isinstance(x, Ragged) else x.shape[0]
        if trips is not None and length < trips:
            raise ValueError(f"a loop of {trips} trips was given only {length} slices")


class _Runner:
    """Runs the ops of one body, again and again."""

    def __init__(self, builder, needed: Needed, results: list, const_args: list, consts: list):
        self.builder, self.needed, self.results = builder, needed, results
        self.base = {argument: consts[i] for i, argument in const_args}

    def run(self, arguments: list, values: list) -> list:
        """The results for these arguments."""
        known = dict(self.base)
        known.update(zip(arguments, values))
        return self.builder.run_body(self.needed, self.results, known)

    def tried(self, arguments: list, values: list) -> tuple[list, OpError | None]:
        """What `run` would give, as far as shapes and types go, and why it is no more; nothing that ops do lasts."""
        other, other.builder = copy(self), self.builder.trial()
        other.base = {t: other.builder.copied(value) for t, value in self.base.items()}
        return other.run(arguments, values), other.builder.problem


def item(builder, value, index: int):
    """One slice of a stacked value."""
    if isinstance(value, Ragged):
        return value.item(index)
    shape = value.shape[1:]
    return builder.view(value, shape, index * math.prod(shape))


def _padded(builder, slices: list) -> list:
    """Slices with as many rows as the longest one; as they are, if a trip that is tried could not give one."""
    if None in slices:
        return slices
    most = max(s.shape[0] for s in slices)
    rows = [zeros((most - s.shape[0], *s.shape[1:]), s.dtype) for s in slices]
    return [builder.constant(np.concatenate([builder.data(s), more])) for s, more in zip(slices, rows)]


def stacked(builder, slices: list, saved: bool, xs: list):
    """Slices as one value, if they are of one shape."""
    if any(s is None or isinstance(s, Ragged) or s.shape != slices[0].shape for s in slices):
        if not saved:
            shapes = sorted({s.shape for s in slices if s is not None})
            raise ValueError(f"the iterations of a loop give slices of different shapes: {shapes}")
        return Ragged(slices)
    rows = np.stack([builder.data(s) for s in slices])
    missing, row = max(_length(xs) - len(slices), 0), rows[0]
    alike = saved and rows.dtype.kind == "i" and bool((rows == row).all())
    more = np.stack([row] * missing) if alike and missing else zeros((missing, *rows.shape[1:]), rows.dtype)
    value = builder.constant(np.concatenate([rows, more]))
    value.row = row if alike else None  # shapes: with them the gradient is native, though this loop was not
    return value


def _length(xs: list) -> int:
    """How many slices there are."""
    lengths = [x.length if isinstance(x, Ragged) else x.shape[0] for x in xs]
    return min((length for length in lengths if length is not None), default=0)


def empty(builder, loop, ys: list, body: _Runner, xs: list, carry: list) -> list:
    """The stacks of a loop that never ran; what a trip would have given is found by trying it on zeros."""
    saved = [k in loop.saved for k in range(len(loop.ys))]
    open_ = [y is not None and not s and not y.shape.is_fully_defined() for s, y in zip(saved, ys)]
    examples, length = [None] * len(loop.ys), _length(xs)
    if any(open_) or any(saved):
        examples, why = _tried(builder, loop, body, xs, carry)
        if why is not None and any(o and example is None for o, example in zip(open_, examples)):
            raise why
    return [
        None if y is None else Ragged([], example, length) if s else _none(builder, y, example, length)
        for s, y, example in zip(saved, ys, examples)
    ]


def _tried(builder, loop, body: _Runner, xs: list, carry: list) -> tuple:
    """What a trip on zeros gives, and why no more. Where a shape is not known they are first as small
    as can be, which fits most; then, for what is to be taken apart, there are none of them.
    """
    found: list = [None] * len(loop.ys)
    for likely in (_smallest, _none_of_them):
        slices = [_example(builder, x, argument, likely) for x, argument in zip(xs, loop.xs_args)]
        results, why = body.tried([*loop.carry_args, *loop.xs_args], [*carry, *slices])
        found = [new if old is None else old for old, new in zip(found, results[loop.carries :])]
        if why is None:
            break
    return found, why


def _example(builder, x, argument, likely):
    """A slice: one that was made for a trip that is not, else of zeros."""
    if getattr(x, "example", None) is not None:
        return x.example
    if not isinstance(x, Ragged) and x.shape[0]:
        return item(builder, x, 0)
    shape = likely(argument) if isinstance(x, Ragged) else x.shape[1:]
    return builder.constant(zeros(shape, argument.dtype.numpy))


def _smallest(argument) -> tuple:
    """The shape of the argument, else that of a scalar; what may be a shape itself is then a scalar's."""
    if argument.shape.is_fully_defined():
        return tuple(argument.shape.sizes)
    return (0,) if argument.dtype.is_integer and argument.shape.rank == 1 else ()


def _none_of_them(argument) -> tuple:
    """The shape of the argument, sizes that are not known being 0."""
    return tuple(n or 0 for n in argument.shape.sizes or ())


def _none(builder, y, example, length: int):
    """Zeros in the place of slices that no trip gave."""
    shape = tuple(y.shape.sizes) if example is None else example.shape
    return builder.constant(zeros((length, *shape), y.dtype.numpy))


def run_branch(builder, op, values: list) -> list:
    """The results of the branch that the predicate chooses."""
    if values[0] is None:
        return [None] * len(op.outputs)
    branches = op.attrs["branches"]
    index = 0 if _true(builder, values[0], "the predicate of a cond") else 1
    body = branches.bodies[index]
    const_args = [(i, body.consts[t]) for i, t in enumerate(branches.consts) if t in body.consts]
    used = [t in builder.used for t in op.outputs]
    needed, _ = needed_in_branch(branches, index, used)
    results = [t if u else None for t, u in zip(body.results, used)]
    results = _Runner(builder, needed, results, const_args, values[1:]).run([], [])
    return [None if r is None else builder.snapshot(r) for r in results]


def map_ragged(run, op, values: list) -> list:
    """An elementwise op applied to each slice of ragged values."""
    first = next(v for v in values if isinstance(v, Ragged))
    if op.definition.on_lists == "sum" and all(isinstance(v, Ragged) for v in values):
        example = next((v.example for v in values if v.example is not None), None)
        return [first.mapped(op, _sums(run, op, values), example)]
    count = max(len(v.slices) for v in values if isinstance(v, Ragged))
    if not count:
        return _none_mapped(run, op, values, first)
    slices = [[_at(v, i) for v in values] for i in range(count)]
    rows = [[None] * len(op.outputs) if any(v is None for v in row) else run(op, row) for row in slices]
    return [first.mapped(op, [row[k] for row in rows]) for k in range(len(op.outputs))]


def _none_mapped(run, op, values: list, first: Ragged) -> list:
    """What is known of the results where there are no slices: by the examples of these, if there are any."""
    given = [v.example if isinstance(v, Ragged) else v for v in values]
    found = [None] * len(op.outputs)
    if None not in given and not op.definition.stateful:
        with contextlib.suppress(OpError):
            found = run(op, given)
    return [first.mapped(op, [], example) for example in found]


def _at(value, i: int):
    if not isinstance(value, Ragged):
        return value
    return value.slices[i] if i < len(value.slices) else None


def _sums(run, op, values: list) -> list:
    """The sums of corresponding slices; what is absent is zero."""
    longest = max(range(len(values)), key=lambda k: len(values[k].slices))
    total = list(values[longest].slices)
    for other in values[:longest] + values[longest + 1 :]:
        for i, value in enumerate(other.slices):
            if value is not None:
                total[i] = value if total[i] is None else run(op, [total[i], value])[0]
    return total
