"""Lowering: a list of ops, for given shapes, becomes kernel calls over buffers."""

from __future__ import annotations

import contextlib
import ctypes
import math

import numpy as np

from minitf.framework.errors import InternalError, OpError
from minitf.framework.inside import Flag
from minitf.framework.registry import check_sizes
from minitf.kernels.compile import layout
from minitf.kernels.math import check
from minitf.kernels.math.state import assign
from minitf.runtime.lower import assumed_counts, folding, held_lists, host_calls
from minitf.runtime.lower.bounded import Bounded, for_python
from minitf.runtime.lower.bounded_stacks import BoundedStack
from minitf.runtime.lower.builder import Builder, NeedsData
from minitf.runtime.lower.chains import chained
from minitf.runtime.lower.frame import Frame
from minitf.runtime.lower.held_slices import HeldStack
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Buffer, Call, Derivation, Ref, word
from minitf.runtime.lower.list_stacks import ListStack
from minitf.runtime.lower.remembered import Remembered, Traits
from minitf.runtime.lower.signals import NotNative, OtherValue
from minitf.runtime.plan.needed import Needed
from minitf.runtime.session.state import State
from minitf.runtime.tensor_arrays import counted_flows, flows
from minitf.runtime.tensor_arrays.flows import Flow, HostOnly

# No memory of a variable is among these.
_SETTLED = Held, HeldStack, held_lists.HeldList, Bounded, BoundedStack, ListStack


class Assumption:
    """What is done where a value is not what it was assumed to be."""

    def __init__(self, low: Lowering, key: tuple, value: Ref):
        self._low, self.key, self._value = low, key, value

    def __call__(self, position: int) -> str:
        raise OtherValue(self.key, self.found())

    def found(self) -> np.ndarray:
        """What the value is in the run that has stopped here."""
        return self._low.data(self._value).copy()


class Lowering(Builder):
    """Collects the calls of one region; `refs` maps tensors to where their values will be."""

    def __init__(self, state: State, written: frozenset):
        self.session_state, self.written = state, written
        self.frames: list[Frame] = [Frame()]  # the bodies being lowered, outermost first
        self.refs: dict = {}
        self.capacities: dict = {}  # how much room loops and lists of unknown length need
        self.guesses: dict = {}  # how much room lists that are written and grow have, and what is counted
        self.filling: set = set()  # the ops of the region in which such lists are written
        self.roomed: set = set()  # the ops that have room for so much
        self.examples: dict = {}  # op -> values of inputs of which it is known what they decide
        self.sizes_vary = False  # whether what is lowered has to be the same for others
        self.preferred: dict = {}  # (op, what about) -> which of two ways was better for the sizes that were met first
        self.taken: dict = {}  # If op -> which branches sizes have decided for; None if both cannot be lowered
        self.both: set = set()  # those of which both are, for that reason
        self.turned = False  # whether one was the first that was not what it had been
        self.folds_counts = True  # whether real numbers made of known whole ones are known, too
        self.left: set = set()  # the ops that give such and are left to the run
        self.derivations: list[Derivation] = []  # what rules have worked out
        self.origins: dict = {}  # buffers of constants -> the derivation that found what they hold, and where it begins
        self.folded: dict = {}  # buffers of constants -> op, inputs, and which output it was that they hold
        self.tables: dict = {}  # those of rules' -> function, what is fixed and given, and which array it is
        self.noted: dict = {}  # op -> what its rule said of its other inputs then
        self.hosted: set = set()  # the ops that are calls of Python though they have kernels
        self.steered: set = set()  # the ops in branches that numbers decide which kernels may count
        self.open: set = set()  # loops and the numbers of variables of theirs whose shape only a run knows
        self.growing: dict = {}  # and of those whose sizes change: by axes, how fast they grow
        self.grown: dict = {}  # the same of those that are lowered
        self.once: set = set()  # loops that must not run again for want of room: Python keeps what they save
        self.effects: list = []  # the ops of the region in which calls of Python may do something that lasts
        self.assumed: dict = {}  # (op, which of the values it asks for) -> what that was before, or None
        self.made_up = False  # whether the sizes are, so that what is counted may be more than there can be
        self.counts: dict = {}  # what those are that are assumed
        self.assumes: set = set()  # the keys of those on which something depends
        self.elements: dict = {}  # the shapes of lists' elements, by the ops that make the lists
        self.likely: set = set()  # these of them are only expected
        self.leaving: set = set()  # the tensors that other regions may take, of bodies too
        self.used: set = set()  # the tensors of the body being lowered that somebody reads
        self.remembered = Remembered()  # from one lowering of a region to the next
        self.current = self.top = None  # the op being lowered, and the op of the region to which it belongs
        self.at_fault: dict | None = None  # while an error is explained: where the failing call's operands were
        self.begun: dict = {}  # the ops of the region that were begun, in their order, and what there was then
        self.copies: dict = {}  # where copies of fetched variables are
        self.target = 0  # the frame that takes the calls
        self.asked = self.nests = 0  # how often the present op has asked for a value that a run knows, and for loops
        self._fresh: set[Buffer] = set()  # what the op being lowered has allocated
        self._variables: dict = {}
        self._written_buffers: set[Buffer] = set()
        self._states: dict = {}
        self.inputs: list[Ref] = []
        self.given: list = []  # what holds slices that only the host has, and which of the inputs they are

    # ---- the builder that kernel rules see

    def constant(self, array):
        array = np.asarray(array, order="C")
        return Ref(array.shape, array.dtype, Buffer(array.nbytes, "constant", array), known=array)

    def new(self, shape, dtype):
        buffer = Buffer(0)
        ref = Ref(tuple(shape), dtype, buffer)
        buffer.size, buffer.level = ref.nbytes, self.target
        self._fresh.add(buffer)
        return ref

    def view(self, value, shape, offset=0, dtype=None):
        known = None
        if value.known is not None:
            flat = value.known.reshape(-1)
            flat = flat if dtype is None else flat.view(dtype)
            known = flat[offset : offset + math.prod(shape)].reshape(shape)
        dtype = value.dtype if dtype is None else np.dtype(dtype)
        outside = (offset + math.prod(shape)) * dtype.itemsize > value.nbytes and not self.made_up
        if outside or any([n < 0 for n in shape]):
            raise ValueError(f"{value.size} elements do not hold a value of shape {tuple(shape)} from {offset} on")
        offset = value.offset + offset * dtype.itemsize
        return self.snapshot(Ref(tuple(shape), dtype, value.buffer, offset, value.moves, known))

    def snapshot(self, value):
        if value is None or type(value) in _SETTLED or value.buffer not in self._written_buffers:
            return value
        return self.copy(value)

    def copy(self, value: Ref) -> Ref:
        """The value in memory of its own."""
        out = flows.like(self, value) if isinstance(value, Flow) else self.new(value.shape, value.dtype)
        self.move(value, out)
        return out

    def move(self, source: Ref, target: Ref) -> None:
        """Copies bytes."""
        if isinstance(source, Flow):
            flows.move(self, source, target)
        elif source.size or self.sizes_vary:
            self.call(assign[layout.carrier(source.dtype)], source, target, source.size)

    def call(self, kernel, *operands, error=None):
        wanted = len(kernel.operands)
        if len(operands) != wanted:
            raise InternalError(None, self.current, f"{kernel.name} takes {wanted} operands, not {len(operands)}")
        self.frames[self.target].nodes.append(Call(kernel, operands, error, self.current))

    def data(self, value):
        if value.known is not None:
            return value.known
        if self.at_fault is None:
            return self._assumption(value)
        settled = value.settled()
        address = self.at_fault[id(settled.buffer)] + settled.offset
        memory = (ctypes.c_uint8 * value.nbytes).from_address(address)
        return np.frombuffer(memory, value.dtype).reshape(value.shape)

    def known(self, value):
        return value.known if self.at_fault is None else self.data(value)

    def _assumption(self, value: Ref) -> np.ndarray:
        """What a value on which shapes depend is taken for: what it was before. The run asks whether it still is."""
        key = self.current, self.asked
        wanted = self.assumed.get(key) if len(self.frames) == 1 else None
        if wanted is None or wanted.shape != value.shape or wanted.dtype != value.dtype:
            raise NeedsData(value)
        self.asked += 1
        self.assumes.add(key)
        numbers = tuple(wanted.reshape(-1).tolist())
        self.call(check.holds[value.dtype], value, len(numbers), numbers, error=Assumption(self, key, value))
        for tensor in self.current.inputs:
            if self.refs.get(tensor) is value:
                self.refs[tensor] = self.constant(wanted)
        return wanted

    def cut(self, axes):
        return tuple(axes) if self.sizes_vary else None

    def prefers(self, about, way, op=None):
        key = op or self.current, about
        if not self.sizes_vary:
            self.preferred[key] = way
        return self.preferred.setdefault(key, way)

    def cannot(self, about: str) -> None:
        """Goes the other one of two ways from now on, for this one is none for such sizes."""
        if self.sizes_vary and self.preferred.get((self.current, about)):
            self.preferred[self.current, about], self.turned = False, True

    def example(self, op, noted):
        self.noted[op] = noted
        return self.examples.get(op)

    def variable(self, op, validate=True):
        if op not in self._variables:
            slot = self.session_state.slot(op)
            if slot.array is None:
                raise NotNative(self.current)
            buffer = Buffer(slot.array.nbytes, "variable", slot=slot, name=op.name)
            self._variables[op] = Ref(slot.array.shape, slot.array.dtype, buffer)
            if op in self.written:
                self._written_buffers.add(buffer)
        return self._variables[op]

    def store(self, ref, value):
        raise NotNative(self.current)  # memory is allocated on the host

    def state(self, op, make):
        if op not in self._states:
            array = self.session_state.op_state(op, make)
            self._states[op] = Ref(array.shape, array.dtype, Buffer(array.nbytes, "state", array))
        return self._states[op]

    def written_buffers(self) -> set[Buffer]:
        """The memory of the variables that this run writes."""
        return self._written_buffers

    @property
    def states(self) -> list[Ref]:
        """The op states used."""
        return list(self._states.values())

    @property
    def versions(self) -> list:
        """The variables used, and the version of their memory that was lowered."""
        return [(ref.slot, ref.slot.version) for ref in self._variables.values()]

    def derived(self, function, fixed, *given):
        found = function(*fixed, *given)
        self.derives(function, fixed, given, found)
        return found

    def table(self, function, fixed, *given):
        made = super().table(function, fixed, *given)
        self.tables |= {ref.buffer: (function, fixed, given, k) for k, ref in enumerate(made)}
        return made

    def derives(self, function, fixed: tuple, given: tuple, found: tuple, sources: tuple | None = None) -> None:
        """Says by which function numbers were worked out."""
        self.derivations.append(Derivation(function, fixed, given, tuple(map(word, found)), sources))

    # ---- ops

    def begin(self, op) -> None:
        """Begins with an op of the region."""
        self.top = op
        self.begun[op] = len(self.frames[0].nodes), len(self.guesses), len(self.derivations), self._lasting()

    def _lasting(self) -> int:
        """How much there is of what is known once and for all."""
        frame = self.frames[0]
        found = [self.assumes, self.effects, self.roomed, self.filling, self.noted, self.counts, self.grown]
        found += [frame.equal, frame.replaced, frame.counted, frame.numbers, frame.products]
        return sum(map(len, found))

    def back_to(self, op) -> bool:
        """Goes back to where an op of the region began, if what was lowered from there on left nothing but calls."""
        calls, guesses, derivations, lasting = self.begun.get(op, (0, 0, 0, -1))
        if lasting != self._lasting():
            return False
        del self.frames[0].nodes[calls:], self.derivations[derivations:]
        self.guesses = dict(list(self.guesses.items())[:guesses])
        ops = list(self.begun)
        for later in ops[ops.index(op) :]:
            del self.begun[later]
        return True

    def input(self, tensor, shape, dtype, known=None) -> Ref:
        """Declares an array that is given at each run."""
        ref = Ref(shape, dtype, Buffer(0, "input", index=len(self.inputs), name=tensor.name), known=known)
        ref.buffer.size = ref.nbytes
        self.refs[tensor] = ref
        self.inputs.append(ref)
        return ref

    def lower(self, op) -> None:
        """Lowers one op and notes where its outputs are."""
        self.current, refs, known = op, self.refs, self.remembered
        if op.guards and op is not self.top:  # of a region's ops, all run or none
            refs[op.outputs[0]] = self._guarded_flag(op)
            return
        if op in known.constants:
            refs[op.outputs[0]] = known.constants[op]
            return
        inputs = [refs.get(t) for t in op.inputs] if op.definition.bodies else [refs[t] for t in op.inputs]
        traits = known.traits.get(op) or known.traits_of(op)
        results = self.results(op, inputs)
        for tensor, ref in zip(op.outputs, results, strict=True):
            refs[tensor] = ref if traits.follows else self.snapshot(ref)
        if not inputs and len(results) == 1 and type(ref) is Ref and ref.buffer.kind == "constant":
            known.constants[op] = ref

    def _guarded_flag(self, op) -> Ref | None:
        """Where it says whether something ran behind what an op waits for."""
        flags = [self.refs.get(flag) for flag in op.guards]
        plain = len(flags) == 1 and (flags[0] is None or flags[0].shape == ())
        if not plain or not any([type(t) is Flag for t in op.outputs]) or not op.attrs.get("value", False):
            raise NotNative(op)
        return flags[0]

    def results(self, op, inputs: list) -> list:
        """Where the op's outputs are, given where its inputs are."""
        definition, self.asked, self.nests = op.definition, 0, 0
        traits = self.remembered.traits.get(op) or self.remembered.traits_of(op)
        plain = _all_refs(inputs)
        if plain and traits.usual and op not in self.hosted:
            return self._native(op, inputs, traits)
        if not plain and len(self.frames) == 1 and any([type(ref) is Bounded for ref in inputs]):
            if definition.on_lists == "same":
                return inputs[:1]
            inputs = [self._of_assumed_size(op, ref) for ref in inputs]
        if definition.bodies:
            return definition.host(self, op, *inputs)
        if (not plain or op in self.hosted) and held_lists.is_kept(self, op, inputs):
            return self._list(held_lists.lower, op, [for_python(self, ref) for ref in inputs])
        if (not plain or definition.counted) and len(self.frames) > 1:
            found = self._counted(op, inputs)
            if found is not None:
                return found
        if definition.on_lists in counted_flows.TAKES and len(self.frames) > 1:
            found = self._list(counted_flows.lower, op, inputs)
            if found is not None:
                return [found]
        held = False
        if not plain:
            inputs = [for_python(self, ref) for ref in inputs]
            if None in inputs:
                return [None] * len(op.outputs)
            if definition.host is None and any([isinstance(ref, Flow) for ref in inputs]):
                return [self.list_op(op, inputs)]
            held = any([isinstance(ref, Held) for ref in inputs])
        return self._native(op, inputs, traits, held)

    def _native(self, op, inputs: list, traits: Traits, held: bool = False) -> list:
        """The op's outputs by its kernels, or what else there is. held: whether Python has inputs."""
        definition, rule = op.definition, traits.kernel
        try:
            if definition.sized:
                check_sizes(definition, [None if isinstance(r, Flow) else r.shape for r in inputs])
            folded = folding.folded(self, op, inputs) if traits.folds and not held else None
            if folded is not None:
                return folded
            inside = len(self.frames) > 1  # where the op is left to Python if it has no kernels
            if held or op in self.hosted or inside and (rule is None or definition.counted):
                return self._host_call(op, inputs)
            if rule is None:
                raise NotNative(op)
            results = self._hoisted(op, inputs) if inside else rule(self, op, *inputs)
        except NeedsData as error:
            results = self._steered(op, inputs, *error.args)
        except (ValueError, TypeError, IndexError, ArithmeticError, OpError) as error:
            raise NotNative(op) from error  # on the host it fails with a full message, if it is reached at all
        return list(results) if isinstance(results, (list, tuple)) else [] if results is None else [results]

    def _of_assumed_size(self, op, value):
        """A value that a loop gave, outside of it: as large as it was before. Other bodies do without knowing that."""
        if type(value) is not Bounded or op.definition.bodies and not self.counts.keys() >= set(value.counts):
            return value
        try:
            counts = {count: self._assumed_count(count) for count in value.counts}
        except NeedsData as error:
            raise NotNative(op, error.args[0]) from None
        return value.ref(counts)

    def _assumed_count(self, count) -> int:
        if count not in self.counts:
            self.counts[count] = int(self.data(count.ref))
        return self.counts[count]

    def _counted(self, op, inputs: list) -> list | None:
        """The op's outputs, where their sizes, or those of its inputs, are what kernels count in a loop or branch."""
        if op in self.hosted or not (op.definition.counted or any([type(ref) is Bounded for ref in inputs])):
            return None
        return assumed_counts.lower(self, op, inputs)

    def _steered(self, op, inputs: list, value: Ref) -> list:
        """The op's outputs, where their sizes are decided by a number that is another one in each trip of a loop; in a
        branch it may be one that is known, or could be, and is asked for first.
        """
        if op in self.steered or not self.frames[self.level_of(value)].branch and self.level_of(value):
            found = assumed_counts.lower(self, op, inputs)
            if found is not None:
                return found
        raise NotNative(op, value)

    def _host_call(self, op, inputs: list) -> list:
        if not host_calls.hostable(op, inputs):
            raise NotNative(op, lists=makers(inputs))
        return host_calls.lower(self, op, inputs)

    def _hoisted(self, op, inputs: list):
        """Runs the kernel rule inside of a body, its calls going as far out of loops as they may."""
        here = len(self.frames) - 1
        self.target = self._level(op, inputs)
        nodes, self._fresh = self.frames[self.target].nodes, set()
        start = len(nodes)
        try:
            results = op.definition.kernel(self, op, *inputs)
        except NeedsData:
            del nodes[start:]  # it may be found in another way
            raise
        finally:
            level, self.target = self.target, here
        if level < here and any(call.error is not None for call in nodes[start:]):
            self._bring_in(nodes, start)  # a call that may fail stays where it may be skipped
        return results

    def _bring_in(self, nodes: list, start: int) -> None:
        for call in nodes[start:]:
            for ref in call.refs:
                if ref.buffer in self._fresh:
                    ref.buffer.level = self.target
        self.frames[self.target].nodes.extend(nodes[start:])
        del nodes[start:]

    def _level(self, op, inputs: list) -> int:
        """How deep in loops the op has to be computed."""
        here = len(self.frames) - 1
        if op.definition.stateful or not inputs or isinstance(inputs[0], Flow):
            return here
        level = max([k for k, frame in enumerate(self.frames) if frame.branch], default=0)
        if op.definition.reads == "shape":
            return level
        for ref in inputs:
            if ref.buffer in self._written_buffers:
                return here
            level = max(level, self.level_of(ref) if ref.moves else ref.buffer.level)
        return level

    def level_of(self, ref: Ref) -> int:
        """The innermost frame in which the value changes."""
        if not ref.moves:
            return ref.buffer.level
        nodes = [frame.node for frame in self.frames]
        moving = [nodes.index(loop) for loop, _ in ref.moves if loop in nodes]
        return max([ref.buffer.level, *moving])

    def body(self, needed: Needed, frame: Frame, results: list) -> None:
        """Lowers the needed ops of a body into `frame`; the refs of its arguments are set already.

        results: what is used of it elsewhere.
        """
        saved, self.used = self.used, needed.used
        try:
            with self.inside(frame):
                for op in needed.ops:
                    self.lower(op)
            frame.nodes[:] = chained(self, frame.nodes, needed.ops, results)
        finally:
            self.used = saved

    def for_python(self, tensors: list) -> None:
        """Has the values of some tensors be such as Python takes, too."""
        for tensor in tensors:
            if tensor is not None:
                self.refs[tensor] = for_python(self, self.refs.get(tensor))

    @contextlib.contextmanager
    def inside(self, frame: Frame):
        """A context in which calls are put at the end of a body."""
        self.frames.append(frame)
        self.target = len(self.frames) - 1
        try:
            yield
        finally:
            self.frames.pop()
            self.target = len(self.frames) - 1

    # ---- lists

    def _list(self, lower, op, inputs: list):
        try:
            return lower(self, op, inputs)
        except HostOnly:
            raise NotNative(op, lists=makers(inputs)) from None

    def list_op(self, op, values):
        try:
            return self._list(flows.lower, op, values)
        except NeedsData as error:
            raise NotNative(op, error.args[0]) from None


def _all_refs(values: list) -> bool:
    """Whether all are in memory, of one size."""
    return all([type(value) is Ref for value in values])


def makers(values: list) -> set:
    """The ops that made the lists among some values."""
    return {value.kind.origin for value in values if isinstance(value, Flow)}
