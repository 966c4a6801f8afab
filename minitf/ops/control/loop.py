"""The Loop op: every loop of every kind, as one functional op that is closed under differentiation.

`carry, xs, consts (, count) -> finals, trips, ys`. Each iteration sees the carries, one slice of each of `xs` along
axis 0 and the consts (outer tensors that the body captured); it gives the next carries and one slice for each of `ys`.
The loop runs while the condition holds, or `count` times; `reverse` takes the slices last first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from minitf.framework import dtypes, inside
from minitf.framework.apply import apply_op
from minitf.framework.body import Body, merged_consts
from minitf.framework.operation import Operation
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops.control.loop_reads import read_before


@dataclass
class Loop:
    """What a Loop op does, in terms of its body's tensors."""

    body: Body
    carry_args: list[Tensor]
    nexts: list[Tensor]
    xs_args: list[Tensor] = field(default_factory=list)
    ys: list[Tensor] = field(default_factory=list)
    condition: Body | None = None  # its arguments are the carries, its one result is the predicate
    reverse: bool = False
    back_prop: bool = True
    swap_memory: bool = False
    names: list[str] = field(default_factory=list)  # the user's names of the carries
    saved: set[int] = field(default_factory=set)  # the ys that only gradients read; their slices may differ in shape
    ragged: set[int] = field(default_factory=set)  # the xs that come from such ys
    padded: set[int] = field(default_factory=set)  # the ys of whose slices some have fewer rows: zeros follow
    gradient_of: list = field(default_factory=list)  # of which carries (op, number) the first ones are the gradients
    consts: list[Tensor] = field(default_factory=list)  # the outer tensors, in the order of the inputs

    @property
    def carries(self) -> int:
        """The number of loop variables."""
        return len(self.carry_args)

    def const_args(self, body: Body) -> list[tuple[int, Tensor]]:
        """Which of the consts `body` uses, and the argument that stands for each."""
        return [(i, body.consts[t]) for i, t in enumerate(self.consts) if t in body.consts]

    def split(self, values: list) -> tuple[list, list, list, object]:
        """Inputs of the op as carries, xs, consts and count (None if there is a condition)."""
        n, m, k = self.carries, len(self.xs_args), len(self.consts)
        count = values[n + m + k] if self.condition is None else None
        return list(values[:n]), list(values[n : n + m]), list(values[n + m : n + m + k]), count

    def flag(self, body: Body, inner) -> Tensor:
        """A further output of the op: whether an op of its body ran, in each trip."""
        done = inner if isinstance(inner, Tensor) else inside.constant_flag(body, True, inner)
        if body is self.condition:  # it runs with what stands for it in the body
            condition, done = done, inside.constant_flag(self.body, True)
            body.rivals.append((condition, done.op))
        self.ys.append(done)
        flag = inside.output(body.owner, inside.Flag, done, TensorShape([None]))
        flag.loop = body.owner
        body.root.waited_for_in_loops = True
        return flag

    def take(self, op: Operation, outer: Tensor) -> None:
        """Adds an input to the op: an outer tensor that its body uses."""
        if outer not in self.consts:
            op._insert_input(self.carries + len(self.xs_args) + len(self.consts), outer)
            self.consts.append(outer)


def make_loop(loop: Loop, carry: list, xs: list = (), count=None, name: str | None = "Loop") -> Operation:
    """Adds a Loop op to the graph in which its body is nested."""
    read_before(loop.body, loop.condition)
    loop.consts = merged_consts(loop.body, loop.condition)
    inputs = [*carry, *xs, *loop.consts] + ([] if loop.condition is not None else [count])
    types = [t.dtype.base_dtype for t in loop.carry_args] + [dtypes.int32] + [t.dtype.base_dtype for t in loop.ys]
    shapes = [t.shape for t in loop.carry_args] + [SCALAR] + [stacked_shape(loop, t, inputs) for t in loop.ys]
    op = apply_op(
        "Loop",
        inputs,
        dtypes=types,
        static_shapes=shapes,
        name=name,
        loop=loop,
        body=loop.body,
        condition=loop.condition,
    )
    for body in filter(None, (loop.condition, loop.body)):
        body.adopt(op, loop)
    return op


def stacked_shape(loop: Loop, y: Tensor, inputs) -> TensorShape:
    """The static shape of the slices `y` of all iterations together."""
    n, trips = loop.carries, None
    xs = inputs[n : n + len(loop.xs_args)]
    if xs:  # slices that are not reached are zero, so there are as many as of the xs
        trips = next((x.shape.sizes[0] for x in xs if x.shape.sizes and x.shape.sizes[0] is not None), None)
    elif loop.condition is None:
        value = constant_value(inputs[-1])
        trips = None if value is None else max(int(value), 0)
    return UNKNOWN if y.shape.sizes is None else TensorShape([trips]).concatenate(y.shape)


def add_ys(op: Operation, y: Tensor, saved: bool = False) -> Tensor:
    """The slices of a tensor of the loop's body as an output of the loop, added if it is none yet."""
    loop: Loop = op.attrs["loop"]
    if y not in loop.ys:
        if saved:
            loop.saved.add(len(loop.ys))
        loop.ys.append(y)
        inside.output(op, Tensor, y, stacked_shape(loop, y, op.inputs))
    return op.outputs[loop.carries + 1 + loop.ys.index(y)]


define(
    "Loop",
    "inputs: **; loop: object, body: object, condition: object = None -> outputs: **dtypes",
    host=lambda b, op, *values: b.loop(op, list(values)),
    bodies=("body", "condition"),
    takes_absent=True,
)
define(
    "If",
    "pred: bool, inputs: **; branches: object, then_branch: object, else_branch: object -> outputs: **dtypes",
    host=lambda b, op, *values: b.branch(op, list(values)),
    bodies=("then_branch", "else_branch"),
    takes_absent=True,
)
