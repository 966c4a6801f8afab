"""Regions: runs of native ops, lowered once per set of input shapes and executed by the virtual machine."""

from __future__ import annotations

import functools
from collections import OrderedDict

import numpy as np

from minitf.framework.garbage import uncollected
from minitf.runtime.execute.bodies import Ragged
from minitf.runtime.execute.op_by_op import Concrete
from minitf.runtime.execute.program import Program, write_back
from minitf.runtime.lower.bounded import Bounded, for_python
from minitf.runtime.lower.branches import takes_one
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.lower import Lowering, makers
from minitf.runtime.lower.region_lowering import RegionLowering
from minitf.runtime.lower.remembered import Remembered
from minitf.runtime.lower.signals import InDoubt, NotNative, Open, OtherValue
from minitf.runtime.memory.memory import Memory
from minitf.runtime.passes import BY_SIZES
from minitf.runtime.plan.assumed import Assumed
from minitf.runtime.plan.boundary import Branches, held_slices, known_rows, leaving, packed, withheld
from minitf.runtime.plan.deciding import after_held, behind_held, choosing, deciding, follows_few, for_axes
from minitf.runtime.plan.expected import Expected
from minitf.runtime.plan.inner import Inner, Split
from minitf.runtime.plan.once import around, only_loops, unsure
from minitf.runtime.plan.recent import Recent, Told
from minitf.runtime.plan.stand_ins import LIST, Packed, StandIn, absent, held_back
from minitf.runtime.plan.steering import Steering
from minitf.runtime.plan.wanted import Wanted
from minitf.runtime.resize.given import Given, all_sizes, may_decide
from minitf.runtime.resize.resizing import Resizing
from minitf.runtime.session.state import State, follows_variable
from minitf.runtime.tensor_arrays.flows import Full, Learned
from minitf.runtime.tensor_arrays.onward import only_kind_wanted

_PROGRAMS_KEPT = 32
_NONE: dict = {}


class Region:
    """Native ops that follow each other; `inputs` come from outside, `outputs` are needed later."""

    resizes = True  # whether one program may be for several sizes

    def __init__(
        self,
        ops: list,
        inputs: list,
        variables: dict,
        outputs: list,
        fetched: list,
        used: set,
        written: frozenset,
        state: State,
        passes: list,
        threads: int = 1,
        branches: Branches | None = None,
    ):
        self.ops, self.inputs, self.outputs = ops, inputs, outputs
        self.variables = variables  # tensors from outside that are a variable's memory, and whose
        self.used = used  # the tensors that its ops, or who comes later, use
        self.fetched = fetched  # the outputs that follow a variable and are wanted as they are at their place
        self.written, self.state, self.passes, self.threads = written, state, passes, threads
        self.given_away: frozenset = frozenset()  # the outputs that nobody takes but who fetches them
        self._branches = branches or Branches()
        self._leaving = leaving(outputs)
        self.specialized: dict = {}  # the inputs whose contents decide shapes, and whether they say which axes
        self._decisive: list = []  # which these are
        self.capacities: dict = {}  # how many trips the loops of unknown length have room for
        self.lowered = 0  # how often
        self.hosted: set = set()  # the ops in bodies that Python runs
        self.steered: set = set()  # the ops in branches that numbers decide which kernels may count
        self.open: set = set()  # loops and the numbers of variables of theirs whose shape only a run knows
        self.growing: dict = {}  # and of those whose sizes change: by axes, how fast they grow
        self.once: set = set()  # loops that must not run again for want of room
        self._assumed = Assumed(ops)
        self._recent = Recent()
        self._packs: dict = {}  # the memory for lists that come in
        self._stand_ins = False  # whether some inputs are no arrays
        self._steering = Steering(ops, inputs, state)
        self._fixed = all([t.shape.is_fully_defined() for t in inputs])  # whether there is one size of each input
        self._inner = Inner(state, functools.partial(_of_one, written, state, passes))
        self._programs: OrderedDict = OrderedDict()
        self._remembered = Remembered()
        self._preferred: dict = {}  # which of two ways to lower is the better one: see `Lowering.prefers`
        self._taken: dict = {}  # If op -> which branches sizes have decided for: see `branches.py`
        self._resizing = Resizing(state, threads, self._assumed.values)
        self._elements = Expected()  # of lists

    @property
    def programs(self) -> list[Program]:
        """The programs that are kept for inputs of given shapes."""
        return list(self._programs.values())

    @property
    def memories(self) -> list[Memory]:
        """The tables of the programs that are kept."""
        return [program.memory for program in self._programs.values()] + self._resizing.memories + self._inner.memories

    def run(self, values: dict) -> dict:
        """Runs the region; `values` maps tensors to values and is added to. Returns copies of fetched variables."""
        given = [values[t] for t in self.inputs]
        held = self._branches.held
        arrays = [
            v.array if type(v) is Concrete and t not in held else self._array(t, v) for t, v in zip(self.inputs, given)
        ]
        program = self.compute(arrays, known_rows(self.inputs, given))
        self._branches.told(program)
        read: dict = {}
        for ref, array in zip(program.low.inputs, arrays) if self._stand_ins else ():
            if isinstance(array, Packed):
                array.note_read(ref, program.memory, read)
        program.give(values, arrays, read)
        return {t: program.array(ref, arrays) for t, ref in program.copies.items()}

    def left(self, values: dict) -> dict:
        """The outputs as a run that failed has left them: those of ops before the failed one are right."""
        arrays = [self._array(t, values[t]) for t in self.inputs]
        program = self.program(arrays, known_rows(self.inputs, [values[t] for t in self.inputs]))
        return {t: program.value(t, ref, arrays, {}) for t, ref in zip(self.outputs, program.refs)}

    def _array(self, tensor, value) -> np.ndarray:
        """A value as an array, or what stands for it."""
        if value is not None and not isinstance(value, Ragged) and tensor not in self._branches.held:
            return value.array
        self._stand_ins = True
        if tensor in self._branches.held:
            return withheld(value, self._branches.held[tensor])
        if value is None:
            return absent()
        if type(value) is not Ragged:
            found = None if tensor.op in self.hosted else packed(value, tensor, self.capacities, self._packs)
            return held_back((LIST,), value) if found is None else found
        found = held_slices(value)
        if found is None:
            raise Split(next(op for op in self.ops if tensor in op.inputs))
        return found

    def compute(self, arrays: list, rows: dict = _NONE) -> Program:
        """Runs the program for these inputs and returns it; the outputs are in its memory.

        rows: of inputs whose slices are all the same and known, what they are.
        """
        assumed = self._assumed
        assumed.begin()
        missed, wanted = self.lowered + assumed.repeated, self._told(arrays, rows)
        program = self._recent.program(wanted) or self.program(arrays, rows, bool(assumed.values))
        while True:
            undo = program.written_before_another()
            try:
                program.run(arrays)
                if assumed.values and self.lowered + assumed.repeated > missed:
                    self._note(arrays, rows, program)
                self._recent.note(wanted, program)
                return program
            except (Full, OtherValue) as signal:
                write_back(undo)
                self._take(signal, program, arrays)
                program = self.program(arrays, rows)

    def _told(self, arrays: list, rows: dict) -> Told | None:
        """What decides which program it is, where that is little enough."""
        if self._stand_ins or self._steering.ops:
            return None
        return Told([a.shape for a in arrays], [arrays[k].tobytes() for k in self._decisive], rows)

    def _note(self, arrays: list, rows: dict, program: Program) -> None:
        """Takes note of the sizes of a run that was lowered, or made again, and whose values were as assumed."""
        self._assumed.note_all(all_sizes(arrays))
        if program.adapt is None and (given := self._given(arrays, rows)) is not None:
            self._resizing.note(given, self._lowered_for)

    def _take(self, signal: Full | OtherValue, program: Program, arrays: list) -> None:
        """Takes note of why a run has to be made again."""
        if isinstance(signal, Full):
            self._grow(signal, program, arrays)
        else:
            self._assumed.correct(signal, reversed(self._programs.values()))

    def _grow(self, full: Full, program: Program, arrays: list) -> None:
        """Makes more room."""
        self.capacities[full.op] = max(2 * program.guesses[full.op], full.needed)
        for k, tensor in enumerate(self.inputs):
            if tensor.op is full.op and isinstance(arrays[k], Packed):
                arrays[k] = packed(arrays[k].slots, tensor, self.capacities, self._packs)
        self._forget()

    def _forget(self) -> None:
        """Forgets all programs: what they depend on has changed."""
        self._programs.clear()
        self._resizing.clear()
        self._recent.clear()

    def program(self, arrays: list, rows: dict = _NONE, nearest: bool = False) -> Program:
        """The program for inputs of these shapes; at most a few are kept, the least recently used goes
        first. nearest: whether it may be for the nearest values to those that are assumed.
        """
        program = self._assuming(arrays, rows, nearest) if self._assumed.values else None
        if program is not None:
            return program
        new = self._steering.ops and not self._steering.met(self._plain_key(arrays, rows))
        examples = {} if new else self._examples(arrays)
        key = self._key(arrays, rows, examples)
        program = self._programs.get(key)
        if program is not None and program.valid:
            if len(self._programs) > 1:
                self._programs.move_to_end(key)
            return program
        decided = self._decided()
        program = None if self._assumed.values else self._resized(arrays, rows)
        if program is not None:
            return program
        known, examples = [t in self.specialized for t in self.inputs], self._examples(arrays)
        program = self._lowered(Wanted(arrays, rows, known, examples, fixed=self._fixed))
        if self._decided() > decided:
            self._forget()
            return self.program(arrays, rows)
        self._steering.note(self._plain_key(arrays, rows), program.low.noted)  # with what is assumed by now
        self._programs[self._key(arrays, rows, examples)] = program
        if len(self._programs) > _PROGRAMS_KEPT:
            self._programs.popitem(last=False)
        given = None if examples else self._given(arrays, rows)  # which steer what is lowered: others are not alike
        if given is not None:
            self._resizing.lowered(given, program)
        return program

    def _assuming(self, arrays: list, rows: dict, nearest: bool) -> Program | None:
        """A program for the values that are assumed, if it is for other sizes, too."""
        unsure = self._assumed.expect(all_sizes(arrays)) if nearest else None
        try:
            program = self._resized(arrays, rows, unsure)
        except InDoubt:
            known = [t in self.specialized for t in self.inputs]
            program = self._lowered(Wanted(arrays, rows, known, self._examples(arrays), until=self._assumed.forget()))
            self._assumed.found = frozenset(self._assumed.values)
            program = program or self._resized(arrays, rows)
        self._assumed.leave_guessed(program is not None)
        return program

    def _examples(self, arrays: list) -> dict:
        """Values that steer what is lowered, for these inputs."""
        return (self._steering.values(arrays) or {}) if self._steering.ops else {}

    def _decided(self) -> int:
        """How many inputs and ops there are whose contents programs depend on, or that are left to Python: they are
        found one by one.
        """
        return len(self.specialized) + len(self._steering.ops) + sum([t.op in self.hosted for t in self.inputs])

    def _resized(self, arrays: list, rows: dict, unsure: frozenset | None = None) -> Program | None:
        """A program that is for other sizes, too; perhaps for other values than are assumed, if it is said of which of
        them nobody can be sure.
        """
        given = self._given(arrays, rows)
        return None if given is None else self._resizing.program(given, self._lowered_for, unsure, self._assumed.found)

    def _given(self, arrays: list, rows: dict) -> Given | None:
        """What a run depends on, if that is little enough."""
        if not self.resizes:
            return None
        axes = list(map(self.specialized.get, self.inputs))
        contents = [each is not None or m for each, m in zip(axes, self._steering.matter)]
        if any([c and not may_decide(a) for c, a in zip(contents, arrays)]):
            return None
        return Given(arrays, contents, rows, self._assumed.values, axes)

    def _lowered_for(self, given: Given, direct: frozenset) -> Program | None:
        """The program for inputs made up, some of which it reads where they are; None if there is none."""
        decided = self._decided()
        try:
            program = self._lowered(Wanted(given.arrays, given.rows, given.contents, {}, direct, given.assumed))
        except Split:
            return None
        if self._decided() > decided:
            self._forget()
            return None
        return program

    def _key(self, arrays: list, rows: dict, examples: dict) -> tuple:
        plain = self._plain_key(arrays, rows)
        return (plain, self._steering.decided(plain, examples)) if examples else plain

    def _plain_key(self, arrays: list, rows: dict) -> tuple:
        key = [a.kind if self._stand_ins and isinstance(a, StandIn) else a.shape for a in arrays]
        key += [arrays[k].tobytes() for k in self._decisive]
        if rows:
            key += [(t, row.shape, row.tobytes()) for t, row in rows.items()]
        if self._assumed.values:
            key += [(k, None if a is None else (a.shape, a.tobytes())) for k, a in self._assumed.values.items()]
        return tuple(key)

    @uncollected
    def _lowered(self, wanted: Wanted) -> Program | None:
        """The program for some inputs: what one attempt finds out is known in the next one. None if no more was wanted
        than that.
        """
        passes = [name for name in self.passes if name not in BY_SIZES] if wanted.direct else self.passes
        threads = self.threads if wanted.direct is None else 1
        sizes = all_sizes(wanted.arrays)
        wanted.likely = self._elements.all(sizes)
        low = self._lowering(wanted)
        while True:
            try:
                self._lower_ops(low)
                program = Program(low, self.outputs, low.copies, passes, threads, wanted.direct, self.given_away)
                self._elements.note_all(wanted.elements, sizes)
                if self._runs_once(low, program):
                    return program
            except NotNative as error:
                self._learn(low, error, wanted)
                if wanted.until is not None and wanted.seen >= wanted.until:
                    return None
            except Split:
                if not takes_one(low):
                    raise
            except MemoryError:
                if wanted.assumed is None and not low.joined <= self.hosted:
                    self.hosted |= low.joined  # Python makes room for as much as there is
                elif wanted.assumed is not None or not self._assumed.doubt(low.assumes - wanted.seen):
                    raise
            except Learned as fact:
                if fact.origin in wanted.elements:
                    self._leave_lists(low, {fact.origin}, wanted)
                else:
                    wanted.elements[fact.origin], wanted.resumes = fact.shape, fact.origin
                    low.elements[fact.origin], low.likely = fact.shape, low.likely - {fact.origin}
            except Open as variables:
                for number, axes in variables.axes.items():
                    self._open(variables.op, number, axes)
            low = low if low.back_to(wanted.resumes) else self._lowering(wanted)
            wanted.resumes = None

    def _open(self, loop, number: int, axes: dict | None) -> None:
        """Takes note of a loop variable whose sizes change, or that has to be on the host."""
        known = self.growing.setdefault((loop, number), {})
        if axes is None or axes.items() <= known.items():
            self.open.add((loop, number))
        else:
            known.update(axes)

    def _lowering(self, wanted: Wanted) -> RegionLowering:
        """What lowers the ops, with all that is known, and where the inputs will be."""
        low = RegionLowering(self.state, self.written, self._inner.runner)
        low.capacities, low.elements = self.capacities, wanted.likely | wanted.elements
        low.likely = wanted.likely.keys() - wanted.elements.keys()
        low.used, low.examples, low.hosted = self.used, wanted.examples, self.hosted
        low.sizes_vary, low.preferred, low.taken = wanted.direct is not None, self._preferred, self._taken
        low.folds_counts, low.made_up = wanted.folds_counts, wanted.assumed is not None
        low.assumed = wanted.assumed if low.made_up else dict(self._assumed.values)
        low.steered = self.steered
        low.open, low.growing, low.once, low.leaving = self.open, self.growing, self.once, self._leaving
        low.remembered = self._remembered
        self.lowered += 1
        for tensor, array, whole in zip(self.inputs, wanted.arrays, wanted.known):
            whole = whole or tensor in self.specialized
            low.input(tensor, array.shape, array.dtype, array.copy() if whole else None)
            if tensor in wanted.rows:
                low.refs[tensor].row = low.constant(wanted.rows[tensor])
            if isinstance(array, StandIn):
                low.refs[tensor] = array.placed(low, tensor)
        return low

    def _learn(self, low: Lowering, error: NotNative, wanted: Wanted) -> None:
        """Takes note of what an op that could not be lowered asked for, or that it runs on the host; Split if it has
        to be a step of its own.
        """
        if takes_one(low):
            return
        if error.__cause__ is None and wanted.fold_counts(low, error):  # what is refused is so in any case
            return
        if error.lists:
            self._leave_lists(low, error.lists, wanted)
            return
        op, sources = error.op, deciding(low, error, self.ops, self.inputs) - self.specialized.keys()
        if sources and op.type == "If":
            self._specialize(sources)
            return
        if sources & self._branches.computed:
            self._hold(sources & self._branches.computed, wanted)
            return
        few = wanted.assumed is not None or follows_few(low, error, sources)
        if not few and self._assumed.ask(low, error, wanted, self._take):
            return
        if self._steering.take(op):
            wanted.examples = self._steering.values(wanted.arrays) or {}
            return
        if op is low.top and any([isinstance(low.refs.get(t), (Held, Bounded)) for t in op.inputs]):
            raise Split(low.top, begins=low.top is not self.ops[0]) from None
        if not sources and error.demanded is not None and op is not low.top and op not in self.steered | self.hosted:
            self.steered.add(op)
            return
        if wanted.assumed is None and not sources and self._assumed.doubt(low.assumes - wanted.seen):
            return
        refused, made_up = error.__cause__ is not None, wanted.assumed is not None
        branches = choosing(op, self.inputs) - self.specialized.keys() if refused and not made_up else set()
        if branches:
            self._specialize(branches)  # which is not taken need not fit
            return
        misfit = refused and made_up  # sizes that do not go together
        if not sources and (op in self.hosted or misfit or op is low.top and not after_held(low, op)):
            raise Split(low.top) from None
        self._specialize(sources, for_axes(low, error))
        self.hosted |= set() if sources else {op}

    def _specialize(self, tensors: set, axes: bool = False) -> None:
        """From now on there is a program for each of the contents of some inputs."""
        self.specialized |= dict.fromkeys(tensors, axes)
        self._decisive = [k for k, tensor in enumerate(self.inputs) if tensor in self.specialized]

    def _leave_lists(self, low: Lowering, makers: set, wanted: Wanted) -> None:
        """Leaves to Python the lists that some ops made; Split if it has them already, or sizes are made up."""
        if makers <= self.hosted or wanted.direct is not None:
            raise Split(low.top)
        self.hosted |= makers
        for k, tensor in enumerate(self.inputs):
            if tensor.op in makers and isinstance(wanted.arrays[k], Packed):
                wanted.arrays[k] = held_back((LIST,), wanted.arrays[k].slots)

    def _hold(self, tensors: set, wanted: Wanted) -> None:
        """Leaves to Python what decides shapes only where the branch was taken that gave it."""
        self._branches.held |= dict.fromkeys(tensors, ())
        self._stand_ins = True
        for k, tensor in enumerate(self.inputs):
            if tensor in tensors:
                wanted.arrays[k] = withheld(Concrete(wanted.arrays[k]), ())

    def _runs_once(self, low: Lowering, program: Program) -> bool:
        """Whether nothing that lasts is done twice if a run is made again. Else takes note of loops that must not run
        again for want of room, and of what is not guessed any more; Split if that is not all.
        """
        if not low.effects:
            return True
        late = unsure(low, program, self.ops)
        apart = [op for op in late if op not in low.effects]
        roomed = {op for op in low.roomed if around(op, dict.fromkeys(late)) is not None}
        if roomed and not apart:
            self.hosted |= roomed
            return False
        loops = only_loops(low, program, late) - self.once
        if apart or late and not loops:
            raise Split((apart or late)[0], begins=bool(apart))
        self.once |= loops
        return not late

    def _lower_ops(self, low: Lowering) -> None:
        """Lowers all ops that are not lowered yet."""
        kept, ending = set(self.outputs), {tensor.op for tensor in self.outputs}
        for tensor, variable in self.variables.items() if not low.begun else ():
            low.top = low.current = next(op for op in self.ops if tensor in op.inputs)
            low.refs[tensor] = low.variable(variable)
        for op in self.ops[len(low.begun) :]:
            if behind_held(low, op):
                raise Split(op, begins=True)  # there it is known of which shape that is
            low.begin(op)
            low.lower(op)
            if op not in ending:
                continue
            for tensor in op.outputs:
                for_python(low, low.refs[tensor] if tensor in kept else None)  # what takes it here has more of memory
                if tensor in kept and getattr(low.refs[tensor], "ghost", False) and not only_kind_wanted(tensor):
                    raise NotNative(op, lists=makers([low.refs[tensor]]))
                if tensor in self.fetched:
                    low.copies[tensor] = low.snapshot(low.refs[tensor])
                elif tensor in kept and not follows_variable(op):
                    low.refs[tensor] = low.snapshot(low.refs[tensor])
        low.for_python(self.outputs)


def _of_one(written: frozenset, state: State, passes: list, op, inputs: list, outputs: list) -> Region:
    """A region that is one op in a body. It knows nothing of the region around it, whose programs call it: their memory
    is given back as soon as nobody else has that.
    """
    return Region([op], inputs, {}, outputs, [], {*inputs, *outputs}, written, state, passes)
