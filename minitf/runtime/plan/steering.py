"""Numbers that steer what is lowered, but not by all that they are: bounds by how much lies between them.

A region is lowered for an example of them, and is right for all that decide the same. What they are is asked
before a run: the ops that make them from the region's inputs run on the host, too.
"""

from __future__ import annotations

from minitf.framework.errors import OpError
from minitf.runtime.execute.op_by_op import Concrete, OpByOp, run_ops
from minitf.runtime.plan.needed import needed_ops
from minitf.runtime.session.state import State

_MOST = 64  # ops to be run before each run, constants aside
_KEPT = 64  # programs of which it is known what their rules have noted
_REMEMBERED, _SMALL = 1024, 64  # values of small inputs for which it is remembered what comes of them


class Steering:
    """The ops of a region that are steered so, and what decides how they are lowered."""

    def __init__(self, ops: list, inputs: list, state: State):
        self._region, self._inputs, self._state = set(ops), list(inputs), state
        self.ops: dict = {}  # op -> the tensors whose values steer it
        self._makers: list = []  # the ops that make those
        self._used: set = set()
        self._remembered: dict = {}  # inputs, as far as they matter -> what `values` gives
        self.matter: list[bool] = [False] * len(inputs)  # for each input, whether more of it matters than its shape
        self._noted: dict = {}  # key of a program without them -> op -> what its rule noted

    def take(self, op) -> bool:
        """Whether an op's lowering needs no more of its inputs than what its definition says."""
        if op.definition.decided is None or op in self.ops or op not in self._region:
            return False
        tensors = [op.inputs[place] for place in op.definition.decided.places]
        wanted = [*(t for ts in self.ops.values() for t in ts), *tensors]
        found = needed_ops(wanted, frozenset(self._inputs))
        plain = all(o in self._region and o.definition.numpy and not o.definition.stateful for o in found.ops)
        if not plain or sum(bool(o.inputs) for o in found.ops) > _MOST:
            return False
        self.ops[op] = tensors
        self._makers, self._used = found.ops, found.used
        self._remembered.clear()
        read = {t for maker in found.ops if maker.definition.reads != "shape" for t in maker.inputs}
        self.matter = [t in read or t in wanted for t in self._inputs]
        return True

    def values(self, arrays: list) -> dict | None:
        """The values that steer each op, for these inputs; None if they cannot be computed."""
        if any([m and a.size > _SMALL for m, a in zip(self.matter, arrays)]):
            return self._computed(arrays)
        key = tuple([(a.shape, a.tobytes()) if m else a.shape for m, a in zip(self.matter, arrays)])
        if key not in self._remembered:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = self._computed(arrays)
        return self._remembered[key]

    def _computed(self, arrays: list) -> dict | None:
        values = {t: Concrete(a) for t, a in zip(self._inputs, arrays)}
        try:
            run_ops(OpByOp(self._state), self._makers, values, self._used)
        except OpError:
            return None
        return {op: [values[t].array.copy() for t in tensors] for op, tensors in self.ops.items()}

    def decided(self, key: tuple, examples: dict) -> tuple:
        """What the values decide, for a program whose key without them is `key`."""
        noted = self._noted.get(key, {})
        return tuple(
            [
                op.definition.decided.by(op, noted[op], given)
                if op in noted
                else tuple([(v.shape, v.tobytes()) for v in given])
                for op, given in examples.items()
            ]
        )

    def met(self, key: tuple) -> bool:
        """Whether there was a program of such a key."""
        return key in self._noted

    def note(self, key: tuple, noted: dict) -> None:
        """Keeps what the rules have noted for a key."""
        if len(self._noted) >= _KEPT:
            self._noted.clear()
        self._noted[key] = noted
