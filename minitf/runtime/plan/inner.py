"""Loop ops in bodies that are regions of their own, and how a region says that it cannot be one."""

from __future__ import annotations

from collections.abc import Callable

from minitf.runtime.lower.loop_calls import one_by_one
from minitf.runtime.memory.memory import Memory
from minitf.runtime.session.state import State


class Split(Exception):
    """An op of the region cannot be lowered and has to run on the host. If it could be where the shapes of its inputs
    are known, a region of its own `begins` with it.
    """

    def __init__(self, op, begins: bool = False):
        super().__init__(op.name)
        self.op, self.begins = op, begins


class Inner:
    """The regions of Loop ops in the bodies of one; region(op, inputs, outputs) makes that of an op."""

    def __init__(self, state: State, region: Callable):
        self._state, self._region = state, region
        self._regions: dict = {}

    @property
    def memories(self) -> list[Memory]:
        """The tables of the programs that are kept."""
        return [memory for region in self._regions.values() if region is not None for memory in region.memories]

    def runner(self, op, inputs: list, outputs: list) -> Callable:
        """What runs a Loop op: gives the outputs for values of the inputs."""
        key = op, *inputs, None, *outputs
        if key not in self._regions:
            self._regions[key] = self._region(op, inputs, outputs)

        def run(values):
            if self._regions[key] is not None:
                known = dict(zip(inputs, values))
                try:
                    self._regions[key].run(known)
                except Split:
                    self._regions[key] = None  # something in it is not native
                else:
                    return [known[t] for t in outputs]
            return one_by_one(self._state, op, inputs, outputs, values)

        return run
