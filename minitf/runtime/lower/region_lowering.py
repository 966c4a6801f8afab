"""Lowering all ops of a region, loops and branches too."""

from __future__ import annotations

from collections.abc import Callable

from minitf.runtime.execute.op_by_op import is_native
from minitf.runtime.lower import loop_calls
from minitf.runtime.lower.bounded import Bounded, for_python
from minitf.runtime.lower.bounded_stacks import BoundedStack
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
        values = self._loop_inputs(loop, values)
        if not is_native(op, known_inputs(op, values)):
            raise NotNative(op)
        if len(self.frames) > 1 and loop_calls.goes_over_held(loop, values):
            return loop_calls.lower(self, op, [for_python(self, value) for value in values])
        return LoopLowering(self, op, values).outputs()

    def _loop_inputs(self, loop, values: list) -> list:
        """The inputs of a loop: variables and constants may be Bounded, and xs the slices of such."""
        carry, xs, consts, count = loop.split(values)
        xs = [x if type(x) is BoundedStack else for_python(self, x) for x in xs]
        last = [] if count is None else [for_python(self, count)]
        return [v if type(v) is Bounded else for_python(self, v) for v in carry] + xs + consts + last

    def branch(self, op, values):
        return lowered_branch(self, op, values)
