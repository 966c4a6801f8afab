"""Copies that are not made: programs as text before and after it, and random ones, which compute the same."""

import random

import numpy as np
import pytest
from poison import poisoned
from programs import CARRIER, Program

from minitf.kernels.math import check
from minitf.kernels.math import elementwise as ew
from minitf.kernels.math.state import assign, assign_add
from minitf.runtime.lower.ir import Buffer, Call, Choice, Ref, Repeat, calls
from minitf.runtime.lower.text import Names, text
from minitf.runtime.memory.placement import place_values

SHAPE = (2, 3)


class Copying(Program):
    """Programs that copy values to where they are wanted, as lowering makes them."""

    def move(self, a, out):
        self.call(assign[CARRIER], a, out, a.size)

    def loop(self, body, *firsts, count=3, stacked=False):
        """body(p, *values): the next values. Returns the last ones, and the stack of the first of them."""
        places = [self.new(*SHAPE) for _ in firsts]
        for first, place in zip(firsts, places):
            self.move(first, place)
        outside, self.nodes, node = self.nodes, [], Repeat(count=count, carried={p.buffer for p in places})
        nexts = body(self, *places)
        stack = self.new(count, *SHAPE) if stacked else None
        if stacked:
            node.carried.add(stack.buffer)
            self.move(nexts[0], Ref(SHAPE, self.dtype, stack.buffer, 0, ((node, nexts[0].nbytes),)))
        nexts = [self.copied(v) if any(v.buffer is p.buffer for p in places) else v for v in nexts]
        for value, place in zip(nexts, places):
            self.move(value, place)
        node.body, self.nodes = self.nodes, [*outside, node]
        return [*places, *([stack] if stacked else [])]

    def branch(self, taken, *bodies):
        """Each of the bodies gives one value."""
        flag, out = np.array(taken), self.new(*SHAPE)
        outside, blocks = self.nodes, []
        for body in bodies:
            self.nodes = []
            self.move(body(self), out)
            blocks.append(self.nodes)
        self.nodes = [*outside, Choice(Ref((), np.bool_, Buffer(1, "constant", flag)), tuple(blocks))]
        return out

    def copied(self, a):
        out = self.new(*a.shape)
        self.move(a, out)
        return out

    def changed(self, a, by):
        """A copy of a value, which then changes."""
        out = self.copied(a)
        self.call(assign_add[self.dtype], by, out, out.size)
        return out

    def add(self, a, b):
        return self.binary(ew.add, a, b)


def copies(nodes):
    return sum(call.name == "assign" for call in calls(nodes))


# ---- programs by hand: how many copies are left of them

LEFT = {}


def left(count):
    def declare(build):
        LEFT[build.__name__] = build, count
        return build

    return declare


@left(0)
def every_copy_is_needless(p):
    """The first value, the next one, which is added to the old one in its place, and the stack beside it."""
    first = p.add(p.given(*SHAPE), p.given(*SHAPE))
    p.keep(*p.loop(lambda p, v: [p.add(v, p.given(*SHAPE))], first))


@left(1)
def first_value_that_is_read_later(p):
    first = p.add(p.given(*SHAPE), p.given(*SHAPE))
    (last,) = p.loop(lambda p, v: [p.add(v, v)], first)
    p.keep(p.add(first, last))


@left(1)
def first_value_that_is_wanted_itself(p):
    first = p.add(p.given(*SHAPE), p.given(*SHAPE))
    p.keep(first, *p.loop(lambda p, v: [p.add(v, v)], first))


@left(2)
def old_value_that_is_read_after_the_new_one_is_made(p):
    def body(p, v):
        new = p.add(v, v)
        p.keep(p.add(new, v))
        return [new]

    p.keep(*p.loop(body, p.given(*SHAPE)))


@left(2)
def old_value_that_is_read_all_over(p):
    """A sum over columns does not read each element just before it writes it."""
    p.keep(*p.loop(lambda p, v: [p.binary(ew.add, v, Ref((3,), p.dtype, v.buffer))], p.given(*SHAPE)))


@left(2)
def old_value_that_is_read_in_another_order(p):
    def body(p, v):
        turned = (3, 1, 1, 2, 3, 3)  # columns first
        return [p.call(ew.add[p.dtype], v, v, p.new(*SHAPE), 2, turned)]

    p.keep(*p.loop(body, p.given(*SHAPE)))


@left(2)
def a_number_of_the_old_value_that_all_are_added_to(p):
    p.keep(*p.loop(lambda p, v: [p.add(v, Ref((), p.dtype, v.buffer))], p.given(*SHAPE)))


@left(5)
def values_that_change_places(p):
    p.keep(*p.loop(lambda p, a, b: [b, a], p.given(*SHAPE), p.given(*SHAPE)))


@left(2)
def one_value_for_two_places(p):
    def body(p, a, b):
        return [p.add(a, b)] * 2

    p.keep(*p.loop(body, p.add(p.given(*SHAPE), p.given(*SHAPE)), p.given(*SHAPE)))


@left(1)
def a_value_that_is_stacked_and_handed_on(p):
    first = p.add(p.given(*SHAPE), p.given(*SHAPE))
    p.keep(*p.loop(lambda p, v: [p.add(v, p.given(*SHAPE))], first, stacked=True))


@left(0)
def inner_loops(p):
    def body(p, v):
        return p.loop(lambda p, w: [p.add(w, p.given(*SHAPE))], p.add(v, p.given(*SHAPE)), count=2)

    p.keep(*p.loop(body, p.add(p.given(*SHAPE), p.given(*SHAPE))))


@left(1)
def a_value_from_outside_of_the_loop(p):
    outer = p.add(p.given(*SHAPE), p.given(*SHAPE))
    p.keep(*p.loop(lambda p, v: [p.add(v, p.changed(outer, v))], p.add(outer, outer)))


@left(0)
def branches(p):
    a = p.add(p.given(*SHAPE), p.given(*SHAPE))
    p.keep(p.branch(True, lambda p: p.add(a, a), lambda p: p.unary(ew.neg, a)))


@left(1)
def a_branch_that_hands_on_what_is_read_again(p):
    a = p.add(p.given(*SHAPE), p.given(*SHAPE))
    p.keep(p.add(a, p.branch(False, lambda p: p.add(a, a), lambda p: a)))


@left(0)
def changed_again_and_again(p):
    value = p.add(p.given(*SHAPE), p.given(*SHAPE))
    for _ in range(3):
        value = p.changed(value, p.given(*SHAPE))
    p.keep(value)


@left(1)
def changed_while_the_old_one_is_wanted(p):
    value = p.add(p.given(*SHAPE), p.given(*SHAPE))
    new = p.changed(value, p.given(*SHAPE))
    p.keep(p.add(new, value))


@left(0)
def changed_by_every_trip(p):
    p.keep(*p.loop(lambda p, v: [p.changed(v, p.given(*SHAPE))], p.add(p.given(*SHAPE), p.given(*SHAPE))))


@left(1)
def a_copy_of_what_changes_later(p):
    value = p.add(p.given(*SHAPE), p.given(*SHAPE))
    p.keep(p.add(p.copied(value), p.changed(value, p.given(*SHAPE))))


@left(1)
def a_part(p):
    value = p.add(p.given(*SHAPE), p.given(*SHAPE))
    p.keep(p.copied(Ref((3,), p.dtype, value.buffer, 12)))


class Slot:
    """A variable's memory."""

    def __init__(self, array):
        self.array = array


def variable(p):
    array = p.given(*SHAPE).buffer.array
    return Ref(SHAPE, p.dtype, Buffer(array.nbytes, "variable", slot=Slot(array)))


def assigned(p, v, between=lambda: None):
    """v = v + something."""
    new = p.add(v, p.given(*SHAPE))
    between()
    p.move(new, v)
    p.keep(v)


@left(0)
def a_variable_that_is_computed_of_itself(p):
    assigned(p, variable(p))


@left(1)
def a_variable_that_is_read_before_it_changes(p):
    v = variable(p)
    assigned(p, v, lambda: p.keep(p.add(v, v)))


@left(1)
def a_variable_that_changes_behind_what_may_fail(p):
    flags = p.given(1)
    fine = Call(check.true[()], (Ref((), np.bool_, flags.buffer), flags), lambda _: "it is false", None)
    assigned(p, variable(p), lambda: p.nodes.append(fine))


@left(2)
def a_variable_that_changes_behind_a_loop(p):
    assigned(p, variable(p), lambda: p.keep(*p.loop(lambda p, w: [w], p.given(*SHAPE))))


def placed(build):
    """A program, and the same without needless copies; what both compute."""
    programs = [Copying("int32"), Copying("int32")]
    for p in programs:
        build(p)
    place_values(programs[1].uses())
    with poisoned():
        for a, b in zip(*(p.run() for p in programs), strict=True):
            np.testing.assert_array_equal(a, b)
    return programs[1].nodes


@pytest.mark.parametrize("name", LEFT)
def test_left(name):
    build, count = LEFT[name]
    assert copies(placed(build)) == count


def test_as_text():
    p, names = Copying("int32"), Names()
    a_value_that_is_stacked_and_handed_on(p)
    before = text(p.nodes, names)
    place_values(p.uses())
    assert (
        f"\n{before}\n->\n{text(p.nodes, names)}\n"
        == """
add[int32] a=c0[2, 3] b=c1[2, 3] o:=t2[2, 3] rank=1 dims=(6,1,1)
assign[uint32] a=t2[2, 3] o:=t3[2, 3] n=6
repeat 3 times:
  add[int32] a=t3[2, 3] b=c4[2, 3] o:=t5[2, 3] rank=1 dims=(6,1,1)
  assign[uint32] a=t5[2, 3] o:=t6+24/trip[2, 3] n=6
  assign[uint32] a=t5[2, 3] o:=t3[2, 3] n=6
->
add[int32] a=c0[2, 3] b=c1[2, 3] o:=t3[2, 3] rank=1 dims=(6,1,1)
repeat 3 times:
  add[int32] a=t3[2, 3] b=c4[2, 3] o:=t3[2, 3] rank=1 dims=(6,1,1)
  assign[uint32] a=t3[2, 3] o:=t6+24/trip[2, 3] n=6
"""
    )


# ---- random programs


def drawn(pick, p, values, depth):
    """Makes some values more of those there are."""
    for _ in range(pick.randrange(1, 5)):
        one, other = pick.choice(values), pick.choice(values)
        kind = pick.choice(["add", "sub", "neg", "changed", "changed", *["loop", "branch"] * (depth < 2)])
        if kind == "neg":
            values.append(p.unary(ew.neg, one))
        elif kind == "changed":
            values.append(p.changed(one, other))
        elif kind == "loop":
            values += looped(pick, p, values, depth)
        elif kind == "branch":
            made = [[*values], [*values]]
            values.append(p.branch(pick.random() < 0.5, *(lambda p, m=m: drawn(pick, p, m, depth + 1) for m in made)))
        else:
            values.append(p.binary(getattr(ew, kind), one, other))
    return pick.choice(values[-3:])


def looped(pick, p, values, depth):
    """The last values of some loop variables."""

    def body(p, *places):
        inner = [*values, *places]
        drawn(pick, p, inner, depth + 1)
        return [pick.choice([*inner[-4:], *places]) for _ in places]

    firsts = [pick.choice(values) for _ in range(pick.randrange(1, 4))]
    count, stacked = pick.randrange(0, 4), pick.random() < 0.5
    found = p.loop(body, *firsts, count=count, stacked=stacked)
    if count and stacked and depth == 0:
        p.keep(found[-1])
    return found[: len(firsts)]


@pytest.mark.parametrize("seed", range(150))
def test_random_programs(seed):
    def build(p):
        pick = random.Random(seed)
        values = [p.given(*SHAPE), p.add(p.given(*SHAPE), p.given(*SHAPE))]
        drawn(pick, p, values, 0)
        drawn(pick, p, values, 0)
        p.keep(*pick.sample(values[1:], min(len(values) - 1, 3)))

    placed(build)
