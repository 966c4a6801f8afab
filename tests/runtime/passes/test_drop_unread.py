"""Calls whose results nobody reads: which are left out, and which are made all the same."""

import pytest
from programs import CARRIER, check, program, shown

from minitf.kernels.math import elementwise as ew
from minitf.kernels.math import state
from minitf.runtime.lower.ir import Repeat

CASES = {}
SHAPE = (2, 3)


@program(CASES, "tanh")
def what_is_not_wanted(p):
    x = p.given(*SHAPE)
    p.unary(ew.sigmoid, p.binary(ew.add, x, x))
    p.keep(p.unary(ew.tanh, x))


@program(CASES, "assign mul")
def written_again(p):
    x = p.copy(p.given(*SHAPE))
    p.keep(p.binary(ew.mul, x, x, out=x))


def looped(p, wanted):
    """x = x * y and y = y + y, three times."""
    x, y, z = (p.copy(p.given(*SHAPE)) for _ in range(3))
    before, p.nodes = p.nodes, []
    p.binary(ew.mul, x, y, out=x)
    p.binary(ew.add, y, y, out=y)
    p.call(state.assign[CARRIER], p.unary(ew.tanh, x), z, z.size)
    p.nodes = [*before, Repeat(body=p.nodes, count=3, carried={x.buffer, y.buffer, z.buffer})]
    p.keep({"x": x, "y": y, "z": z}[wanted])


@program(CASES, "assign assign mul add")
def what_a_loop_need_not_hand_on(p):
    looped(p, "x")


@program(CASES, "assign add")
def what_only_others_need(p):
    looped(p, "y")


@program(CASES, "assign assign assign mul add tanh assign")
def everything_that_is_needed(p):
    looped(p, "z")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_not_read(case):
    build, expected = case
    check(build, ["drop_unread"], expected)


def test_as_text():
    assert (
        shown(what_only_others_need, "drop_unread")
        == """
assign[uint32] a=c0[2, 3] o:=t1[2, 3] n=6
assign[uint32] a=c2[2, 3] o:=t3[2, 3] n=6
assign[uint32] a=c4[2, 3] o:=t5[2, 3] n=6
repeat 3 times:
  mul[float32] a=t1[2, 3] b=t3[2, 3] o:=t1[2, 3] rank=1 dims=(6,1,1)
  add[float32] a=t3[2, 3] b=t3[2, 3] o:=t3[2, 3] rank=1 dims=(6,1,1)
  tanh[float32] a=t1[2, 3] o:=t6[2, 3] n=6
  assign[uint32] a=t6[2, 3] o:=t5[2, 3] n=6
->
assign[uint32] a=c2[2, 3] o:=t3[2, 3] n=6
repeat 3 times:
  add[float32] a=t3[2, 3] b=t3[2, 3] o:=t3[2, 3] rank=1 dims=(6,1,1)
"""
    )
