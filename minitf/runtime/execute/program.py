"""A region lowered for certain shapes, ready to run."""

from __future__ import annotations

import contextlib
import functools
import time
from collections import Counter

import numpy as np

from minitf.framework import errors
from minitf.kernels.machine import vm
from minitf.kernels.machine.alloc import copied
from minitf.runtime.execute.op_by_op import Concrete
from minitf.runtime.execute.patience import LIMIT
from minitf.runtime.execute.walk import Alone, Stop, Together, TogetherResized
from minitf.runtime.lower.held_slices import HeldStack, as_value, ragged
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Call, Ref, calls
from minitf.runtime.lower.lower import Assumption, Lowering
from minitf.runtime.lower.signals import OtherValue
from minitf.runtime.memory.instructions import Instructions
from minitf.runtime.memory.memory import Memory, Nowhere
from minitf.runtime.memory.placement import place_values
from minitf.runtime.passes import rewrite
from minitf.runtime.passes.uses import Uses
from minitf.runtime.plan.boundary import is_saved, saved, unpacked
from minitf.runtime.plan.pace import Pace
from minitf.runtime.session.state import Reference, follows_variable
from minitf.runtime.tensor_arrays.flows import Flow, Full
from minitf.runtime.threads.shards import Shards
from minitf.runtime.threads.thread_pool import thread_pool

_CUT, _CUT_ALIKE = 0.0001, 0.0003  # seconds that it takes to cut a call for several threads, for all sizes
LARGE = 1 << 17  # bytes of a result that is written where the caller gets it


class Program:
    """The instructions of a region and its memory; run by up to `threads` threads.

    direct: the inputs that are read where they are, if it is one of several that are compared: then nothing has a place
    before `lay_out`. given_away: the outputs that only `fetched` is asked for; large ones are written where the caller
    gets them.
    """

    def __init__(
        self,
        low: Lowering,
        outputs: list,
        copies: dict,
        passes: list,
        threads: int = 1,
        direct: frozenset | None = None,
        given_away: frozenset = frozenset(),
    ):
        self.low, self.outputs = low, outputs
        self._given_away, self._taken = given_away if direct is None else frozenset(), set()
        self._nodes = low.frames[0].nodes
        # What a branch would have given that is known not to be taken is absent, None.
        self.held = {t: low.refs[t] for t in outputs if isinstance(low.refs[t], Held)}
        self.refs = [None if t in self.held else low.refs[t] for t in outputs]
        self._given = low.given
        self.flows = {t: low.refs[t] for t in outputs if isinstance(low.refs[t], Flow)}
        seen = [flow.seen for flow in self.flows.values() if flow.seen is not None]
        self.copies = dict(copies)
        kept = [r for r in [*self.refs, *self.copies.values(), *seen] if r is not None and r.known is None]
        if passes is not None:  # else more is to be lowered behind it
            uses = Uses(self._nodes, frozenset(r.buffer for r in kept), low.prefers, low.always)
            place_values(uses)
            rewrite(uses, passes)
        self._kept, self._direct = kept, direct or frozenset()
        # Those without places are looked at first.
        self.instructions = None if direct is None else Instructions(self._nodes, Nowhere(), low.inputs)
        if direct is None:
            self.lay_out(threads)
        # What is known of the slices of what loops saved for their gradients.
        self.saved = {t: low.refs[t] for t in outputs if isinstance(low.refs[t], Ref) and is_saved(t)}
        # What one branch gave its gradient: by Python, or in memory.
        self.branched = {t for t in [*self.held, *self.saved] if t.op.type == "If" and is_saved(t)}
        self.branched -= {t for t, ref in self.saved.items() if ref.known is not None}
        self.versions = low.versions
        self._together = self._pace = self._pool = self._alike = None
        self._spent = 0.0  # seconds of a run so far
        self.share_among(threads)
        self.twin = None  # if this is resized: twin() is a program for its present sizes alone
        self.adapt = None  # and adapt(key, value) makes it one for another value than was assumed, if it can
        self.load = 1.0  # and how much there is to do, compared with the most there may be
        self.guesses = low.guesses | {
            node.op: node.limit
            for node in self.instructions.loops.values()
            if node.predicate is not None and node.limit < 2**62
        }

    def share_among(self, threads: int, alike=None) -> None:
        """Lets some threads share the program, if that is faster. alike(): how it is cut, if it is resized."""
        if threads > 1 and not self.memory.swap.size:
            ready = len(self.instructions.calls) * (_CUT_ALIKE if alike else _CUT)
            self._pace, self._pool, self._alike = Pace(ready), thread_pool(threads), alike

    @property
    def nodes(self) -> list:
        """What it does."""
        return self._nodes

    @functools.cached_property
    def _lasting_before_another(self) -> set:
        """The buffers outside of the arena that may be written before it is known that the run need not be made again:
        that there is room enough, and that values are what they were assumed to be.
        """
        again = [k for k, node in enumerate(self._nodes) if self._may_ask_for_another(node)]
        before = calls(self._nodes[: again[-1] + 1] if again else [])
        return {ref.buffer for call in before for ref in call.results if _lasts(ref)}

    def _may_ask_for_another(self, node) -> bool:
        if isinstance(node, Call) and isinstance(node.error, Assumption):
            return True
        return bool(self.guesses) and (not isinstance(node, Call) or node.error is not None)

    def lay_out(self, threads: int) -> None:
        """Gives every buffer its place, and the instructions the addresses."""
        given = self._large_results()
        self.memory = Memory(self._nodes, self.low.inputs, self._kept, self._direct, threads == 1, given)
        self._stages = [self.memory.stage(ref.buffer) for ref in self.low.inputs]
        self.place(self.results)
        if self.instructions is None:
            self.instructions = Instructions(self._nodes, self.memory, self.low.inputs)
        else:
            self.instructions.place(self.memory, self.low.inputs)
        self._alone = Alone(self._nodes, self.instructions, self.low.session_state)

    def _large_results(self) -> tuple:
        """The buffers of large outputs that are given away, each of which is all of an output, and of no other."""
        owners = Counter([ref.buffer for ref in self._kept])
        found = [ref for t, ref in zip(self.outputs, self.refs) if t in self._given_away and ref is not None]
        return tuple([ref.buffer for ref in found if _is_large(ref) and owners[ref.buffer] == 1])

    @property
    def results(self) -> list:
        """Where everything is that is read after a run: outputs, then copies of variables."""
        return [*self.refs, *self.copies.values()]

    def place(self, results: list) -> None:
        """Says where everything is that is read after a run."""
        self.refs, copies = results[: len(self.refs)], results[len(self.refs) :]
        self.copies, self._lasting, self._passing = dict(zip(self.copies, copies)), {}, None
        # What does not live in the caller's arrays is at the same place in each run. It is looked at after a run:
        # before it, what is counted may be assumed to be more than there is memory for.
        self._views: dict = {}

    def move(self, results: dict) -> None:
        """Says where some of it is from now on, by number; the rest stays where it was looked at."""
        for number, ref in results.items():
            if number >= len(self.refs):
                self.copies[list(self.copies)[number - len(self.refs)]] = ref
                continue
            self.refs[number] = ref
            self._views.pop(number, None)
            if self._lasting.pop(self.outputs[number], None) is not None and self._passing is not None:
                self._passing[number] = None

    def become(self, places: np.ndarray, words: np.ndarray) -> None:
        """Takes other words at some places of its instructions."""
        if self.instructions.become(places, words):
            self._alone.unpatch()

    @property
    def valid(self) -> bool:
        """Whether the variables' memory is still where it was."""
        for slot, version in self.versions:
            if slot.version != version:
                return False
        return True

    def run(self, arrays: list[np.ndarray]) -> None:
        """Runs on these inputs; raises what the ops raise."""
        for stage, array in zip(self._stages, arrays):
            if stage is not None:
                stage[...] = array
        for stack, at in self._given:
            arrays[at].put(stack)
        if self.memory.given_away:
            arrays, self._taken = [*arrays, *self.memory.make()], set()
        here = self._alone.once < LIMIT or self._alone.calls_host  # what Python does is done by who called it
        walk = self._walk if here else self._walk_aside
        stop = walk(arrays)
        while stop is not None:
            if not self._adapted(stop):
                self._failed(stop, arrays)
            stop = walk(arrays, stop.place)

    def _adapted(self, stop: Stop) -> bool:
        """Whether a walk may go on where it found that a value is not what it was assumed to be."""
        call = stop.call
        if call is None or not isinstance(call.error, Assumption):
            return False
        self.low.at_fault = stop.operands()
        try:
            found = call.error.found()
        finally:
            self.low.at_fault = None
        if self.adapt is None or not self.adapt(call.error.key, found):
            raise OtherValue(call.error.key, found)
        return True

    def _walk(self, arrays: list, behind: int | None = None) -> Stop | None:
        """A walk from the start, or from behind an instruction."""
        return self._alone.run(arrays, behind) if self._pace is None else self._paced(arrays, behind)

    def _walk_aside(self, arrays: list, behind: int | None = None) -> Stop | None:
        """A walk during which the calling thread hears Ctrl-C."""
        for walk in self._walks():
            walk.ready()
        return self.low.session_state.session_lock.aside.do(lambda: self._walk(arrays, behind), self._halt)

    def _halt(self) -> None:
        for walk in self._walks():
            walk.halt()

    def _walks(self) -> list:
        return [walk for walk in (self._alone, self._together) if walk is not None]

    def _paced(self, arrays: list, behind: int | None) -> Stop | None:
        """Runs in the way that is faster."""
        way, self._spent = self._pace.choose(), 0.0 if behind is None else self._spent
        if not way:
            return self._timed(way, arrays, behind)
        if self._together is None and not self._share() or self._pool.lock.locked():
            return self._alone.run(arrays, behind)  # too small, or another session has the workers
        with self._pool.lock:
            if not self._pool.ready():
                return self._alone.run(arrays, behind)
            with self._pool.apart() if self._pace.begins else contextlib.nullcontext():
                return self._timed(way, arrays, behind)

    def _timed(self, way: bool, arrays: list, behind: int | None) -> Stop | None:
        started = time.perf_counter()
        stop = (self._together if way else self._alone).run(arrays, behind)
        self._spent += time.perf_counter() - started
        if stop is None:
            self._pace.took(way, self._spent, self.load)
        return stop

    def _share(self) -> bool:
        """Cuts the program for several threads, if there is enough to share."""
        cutting = self._alike and self._alike()
        shards, state = Shards(self._nodes, self._pool.threads, cutting), self.low.session_state
        rest = shards, self._pool, self.memory, self.low.inputs, self._alone.trip, state
        if not shards.worthwhile:
            self._pace = None
        elif cutting is None:
            self._together = Together(*rest)
        else:
            self._together = TogetherResized(self._alone, *rest)
        return shards.worthwhile

    def fetched(self, position: int, arrays: list) -> np.ndarray:
        """Output number `position` as an array of the caller's own; a scalar as a NumPy scalar."""
        tensor, view = self.outputs[position], self._views.get(position)
        if tensor in self.flows:
            return self.value(tensor, self.refs[position], arrays, {}).array
        if tensor in self.held:
            view = self.held[tensor].value
        elif view is None:
            ref = self.refs[position]
            if ref is None:
                raise errors.without_value(tensor)
            view = self.memory.array(ref, arrays)
            if ref.buffer in self.memory.given_away:
                return self._handed_over(ref.buffer, view)
            if ref.buffer.kind != "input" or ref.known is not None:
                self._views[position] = view
        return copied(view) if view.ndim else view[()]

    def _handed_over(self, buffer, view: np.ndarray) -> np.ndarray:
        """What is there, for the first one who asks; a copy for others."""
        first, self._taken = buffer not in self._taken, self._taken | {buffer}
        return view if first else copied(view)

    def value(self, tensor, ref: Ref | None, arrays: list, read: dict):
        """A value the program computed, or None; in its own memory, which the next run overwrites.

        read: the sets of slots read, which versions of one list share.
        """
        if tensor in self.flows:
            return unpacked(self.flows[tensor], self.memory, arrays, read)
        if tensor in self.held:
            held = self.held[tensor]
            return ragged(held, held.value) if type(held) is HeldStack else as_value(held.value)
        if ref is None:
            return None
        if ref.slot is not None and follows_variable(tensor.op):
            return Reference(ref.slot)
        if ref.buffer.kind not in ("arena", "constant") or ref.buffer in self.memory.given_away:
            return self._present(tensor, ref, arrays)
        if tensor not in self._lasting:  # it is at the same place in each run
            self._lasting[tensor] = self._present(tensor, ref, arrays)
        return self._lasting[tensor]

    def give(self, values: dict, arrays: list, read: dict) -> None:
        """Adds the values of all outputs to `values`."""
        if self._passing is None:  # those that are not at the same place in each run
            for tensor, ref in zip(self.outputs, self.refs):
                values[tensor] = self.value(tensor, ref, arrays, read)
            self._passing = {k: None for k, tensor in enumerate(self.outputs) if tensor not in self._lasting}
            return
        values.update(self._lasting)
        for number in self._passing:
            tensor = self.outputs[number]
            values[tensor] = self.value(tensor, self.refs[number], arrays, read)

    def _present(self, tensor, ref: Ref, arrays: list):
        if tensor in self.saved:
            return saved(self.saved[tensor], self.memory.array(ref, arrays))
        return self.array(ref, arrays)

    def array(self, ref: Ref, arrays: list) -> Concrete:
        """What a ref holds now; a copy of what is a variable's, lest another run changes it."""
        array = self.memory.array(ref, arrays)
        return Concrete(array if ref.slot is None else array.copy())

    def written(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """What a run may change outside of its arena, with copies."""
        return _copies([*[ref.buffer for ref in self.low.states], *self.low.written_buffers()])

    def written_before_another(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """The same, as far as it is written before it is known that the run need not be made again."""
        return _copies(self._lasting_before_another)

    def _failed(self, stop: Stop, arrays: list) -> None:
        if self.twin is not None:
            self._explained(stop, arrays)
        instructions, place, status = stop.instructions, stop.place, stop.status
        if status == vm.FULL:
            raise Full(instructions.loops[instructions.words[place + 2]].op)  # LEAVE names its loop
        call = stop.call
        if call is None or status >= vm.AWAITED:
            raise errors.InternalError(None, None, f"the virtual machine stopped at {place} with status {status:#x}")
        self.low.at_fault = stop.operands()
        try:
            complaint = call.error(status - 1) if call.error else f"element {status - 1} cannot be computed"
        finally:
            self.low.at_fault = None
        raise errors.refusal(call.op, complaint)

    def _explained(self, stop: Stop, arrays: list) -> None:
        """Lets a program whose calls know the sizes of this run say what failed."""
        twin = self.twin()
        call = twin.instructions.calls.get(stop.place) if twin is not None else None
        if call is not None and stop.call is not None and call.kernel is stop.call.kernel:
            twin._failed(stop._replace(instructions=twin.instructions), arrays)


def _is_large(ref: Ref) -> bool:
    """Whether a result is a whole buffer of its own, and so large that a copy would take long."""
    own = ref.buffer.kind == "arena" and not ref.buffer.swapped and ref.buffer.home is None and not ref.moves
    return own and ref.known is None and ref.offset == 0 and LARGE <= ref.nbytes == ref.buffer.size


def _lasts(ref) -> bool:
    """Whether a result is what a run leaves behind."""
    return isinstance(ref, Ref) and ref.buffer.kind in ("variable", "state")


def _copies(buffers) -> list[tuple[np.ndarray, np.ndarray]]:
    """What is in memory outside of the arena, and copies of it."""
    arrays = [b.array if b.slot is None else b.slot.array for b in buffers]
    return [(array, array.copy()) for array in arrays]


def write_back(copies: list) -> None:
    """Writes back what was before a run."""
    for array, copy in copies:
        array[...] = copy
