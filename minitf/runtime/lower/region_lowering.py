"""Lowering all ops of a region, loops and branches too."""

from __future__ import annotations

from collections.abc import Callable

from minitf.runtime.execute.op_by_op import is_native
from minitf.runtime.lower import alike, counted_loops, loop_calls
from minitf.runtime.lower.bounded import Bounded, Size, for_python
from minitf.runtime.lower.branches import known_inputs, lowered_branch
from minitf.runtime.lower.loops import LoopLowering
from minitf.runtime.lower.lower import Lowering
from minitf.runtime.lower.signals import NotNative


class RegionLowering(Lowering):
    """Lowers ops. runner(op, inputs, outputs): what runs a Loop op."""

    def __init__(self, state, written: frozenset, runner: Callable):
        super().__init__(state, written)
        self.runner = runner
        self.joined: set = set()  # the branches of which both give values of one memory, each as large as it is

    def loop(self, op, values):
        loop = op.attrs["loop"]
        if loop.condition is None and values[-1] is None:
            return [None] * len(op.outputs)
        trips = counted_loops.trips(self, op, *loop.split(values)[1::2])
        values = self._loop_inputs(op, values, trips)
        if not is_native(op, known_inputs(op, values)):
            raise NotNative(op)
        if len(self.frames) > 1 and loop_calls.goes_over_held(loop, values):
            return loop_calls.lower(self, op, [for_python(self, value) for value in values])
        return LoopLowering(self, op, values, trips).outputs()

    def _loop_inputs(self, op, values: list, trips: Size | None) -> list:
        """The inputs of a loop, whose trips may follow counts: variables, constants and rows may be Bounded."""
        carry, xs, consts, count = op.attrs["loop"].split(values)
        xs = [counted_loops.taken(self, op, x, trips) for x in xs]
        last = [] if count is None else [for_python(self, count) if trips is None else count]
        return [v if type(v) is Bounded else for_python(self, v) for v in carry] + xs + consts + last

    def nest(self, shape, *walks, cut):
        return super().nest(shape, *walks, cut=cut) if cut is None else alike.nest(self, shape, walks, cut)

    def always(self, about, way, op=None):
        return alike.always(self, about, way, op or self.current) if self.sizes_vary else way

    def branch(self, op, values):
        return lowered_branch(self, op, values)
