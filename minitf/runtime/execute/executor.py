"""Executing a plan: native regions, and host ops in between."""

from __future__ import annotations

from minitf.framework.errors import OpError, without_value
from minitf.framework.traversal import bodies_of
from minitf.kernels.machine.alloc import copied
from minitf.runtime.execute.frames import has_primitives, run_in_frames
from minitf.runtime.execute.native_bodies import Bodies, BuilderOfRegions, lasting
from minitf.runtime.execute.op_by_op import Concrete, OpByOp, is_native, run_op, run_ops
from minitf.runtime.execute.relief import Relief
from minitf.runtime.plan.boundary import Branches
from minitf.runtime.plan.guards import is_true
from minitf.runtime.plan.inner import Split
from minitf.runtime.plan.late import Order
from minitf.runtime.plan.needed import taken
from minitf.runtime.plan.plan import Plan
from minitf.runtime.plan.region import Region
from minitf.runtime.session.state import State, follows_variable, is_fetched_at_its_place, variable_of, variables_of

_WORTH_TAKING = 1 << 14  # elements


class OpByOpExecutor:
    """Runs a plan one op at a time: the reference."""

    def __init__(self, plan: Plan, state: State):
        self._plan, self._state = plan, state
        self.ran = 0  # how many ops ran in the last run

    def run(self, fed: dict) -> list:
        """The values of the fetches, given those of the fed tensors."""
        values: dict = {t: Concrete(a) for t, a in fed.items()}
        if has_primitives(self._plan):
            return [own(v.array) for v in run_in_frames(self._plan, self._state, fed)]
        builder = OpByOp(self._state)
        builder.handed = self._plan.handed
        copies = run_ops(
            builder, self._plan.ops, values, self._plan.used, self._plan.last_use, frozenset(self._plan.fetches)
        )
        self.ran = builder.ran
        return _fetched(self._plan, values, copies)


def _fetched(plan: Plan, values: dict, copies: dict) -> list:
    """Arrays of the caller's own for the fetches; InvalidArgumentError for one that was not computed."""
    for t in plan.fetches:
        if copies.get(t) is None and values[t] is None:
            raise without_value(t)
    return [own((copies.get(t) or values[t]).array) for t in plan.fetches]


def own(array):
    """An array of the caller's own; scalars as NumPy scalars."""
    return copied(array) if array.ndim else array[()]


class HostStep:
    """One op that runs on the host, on the values of `inputs`."""

    def __init__(self, op, inputs: list, state: State, plan: Plan, bodies: Bodies):
        self.op, self.inputs, self._state, self._used = op, inputs, state, plan.used
        self._fetches, self._handed = frozenset(plan.fetches), plan.handed
        self.bodies = bodies

    def run(self, values: dict) -> dict:
        """Runs the op; returns copies of fetched variables."""
        copies: dict = {}
        builder = BuilderOfRegions(self._state, self.bodies) if self.op.definition.bodies else OpByOp(self._state)
        builder.used, builder.handed = self._used, self._handed
        run_op(builder, self.op, self.inputs, values, self._fetches, copies)
        return copies


class NativeExecutor:
    """Runs a plan as native regions; an op that turns out not to be native becomes a host step.

    again: whether it is run again before what it gave is used up, as bodies are. Lists stay with the host then, which
    copies no list to write to it.
    """

    region = Region

    def __init__(self, plan: Plan, state: State, passes: list[str], threads: int = 1, again: bool = False):
        self._plan, self._state, self._passes, self._threads = plan, state, passes, threads
        self._again = again
        self._host: set = _host_ops(plan, state) | ({op for op in plan.ops if changes_lists(op)} if again else set())
        self._bodies: dict = {}  # ops on the host -> their bodies
        self._branches = Branches()
        self._beginning: set = set()  # the ops with which regions begin
        self._relief = Relief(plan.ops)
        self._written = frozenset(written_variables(plan.ops))
        self._arrange()

    def _arrange(self) -> None:
        """Puts the ops in order, and that into steps."""
        plan = self._plan
        self._order = Order(plan.ops, plan.fed, set() if plan.guards else self._host, self._is_unchanged)
        self._arranged = len(self._host)
        self._steps = self._partition()
        self._single = self._single_region()

    @property
    def steps(self) -> list:
        """The regions and host steps, in their order."""
        return list(self._steps)

    def _single_region(self) -> tuple | None:
        """The one region that is the whole plan, and where in its outputs the fetches are."""
        region = self._steps[0] if len(self._steps) == 1 and not self._plan.guards else None
        if not isinstance(region, Region) or region.fetched or any(t not in region.outputs for t in self._plan.fetches):
            return None
        region.given_away = frozenset(self._plan.fetches)
        return region, [region.outputs.index(t) for t in self._plan.fetches]

    def _bodies_of(self, op) -> Bodies | None:
        """What runs the bodies of an op on the host."""
        if op.definition.bodies and op not in self._bodies:
            shared = self._state, self._passes, self._threads
            self._bodies[op] = Bodies(lambda plan: NativeExecutor(plan, *shared, again=True))
        return self._bodies.get(op)

    def _is_memory(self, tensor) -> bool:
        """Whether the tensor is the memory of a variable, and not what was fed in its place."""
        while tensor not in self._plan.fed and follows_variable(tensor.op):
            if tensor.op.definition.role == "variable":
                return True
            tensor = tensor.op.attrs["stands_for"] if "stands_for" in tensor.op.attrs else tensor.op.inputs[0]
        return False

    def _is_unchanged(self, op, tensor) -> bool:
        """Whether an op only reads a variable, which nothing in the plan writes."""
        return not op.definition.writes and variable_of(tensor) not in self._written

    def run(self, fed: dict) -> list:
        """The values of the fetches, given those of the fed tensors."""
        if self._relief.due:
            plain = OpByOpExecutor(self._plan, self._state)
            results = plain.run(fed)
            self._relief.note_relieved(plain.ran)
            return results
        results = self._run_natively(fed)
        self._relief.note(self.lowered)
        return results

    def _run_natively(self, fed: dict) -> list:
        if len(self._host) != self._arranged:
            self._arrange()  # ops of the last run turned out not to be native
        if self._single is not None:
            region, positions = self._single
            arrays = [fed[t] for t in region.inputs]
            try:
                program = region.compute(arrays)
                return [program.fetched(k, arrays) for k in positions]
            except Split:
                self._single = None
        return self._run_steps(fed)

    @property
    def lowered(self) -> int:
        """How often programs were made."""
        return sum([step.lowered for step in self._steps if isinstance(step, Region)])

    def _run_steps(self, fed: dict) -> list:
        values: dict = {t: Concrete(a) for t, a in fed.items()}
        return _fetched(self._plan, values, self.fill(values))

    def fill(self, values: dict) -> dict:
        """Runs the plan and adds to the values of tensors. Returns copies of fetched variables."""
        copies: dict = {}
        position, builder = 0, OpByOp(self._state)  # for what does not run
        while position < len(self._steps):
            if self._plan.guards and not self._is_alive(position, values, builder.dead):
                ops = _ops_of(self._steps[position])
                copies |= run_ops(builder, ops, values, self._plan.used, None, frozenset(self._plan.fetches))
                position += 1
                continue
            try:
                copies |= self._run_step(self._steps[position], values)
            except Split as split:
                done = sum(len(_ops_of(step)) for step in self._steps[:position])
                (self._beginning if split.begins else self._host).add(split.op)
                self._steps = self._partition()
                position = self._resume(done)
                continue
            except OpError as error:
                self._print_what_came_before(error.op, position, values)
                raise
            position += 1
        return copies

    def _run_step(self, step, values: dict) -> dict:
        copies = step.run(values)
        if self._again and isinstance(step, Region):
            values |= {t: lasting(values[t]) for t in step.outputs}
            copies = {t: lasting(copy) for t, copy in copies.items()}
        return copies

    def _is_alive(self, position: int, values: dict, dead: set) -> bool:
        """Whether all ops of a step run, and all that it reads was computed. dead: ops that did not run."""
        step = self._steps[position]
        ops = _ops_of(step)
        if dead and not all([dead.isdisjoint(op._control_inputs) for op in ops]):
            return False
        flags = self._plan.guards.get(ops[0], ())
        return all(is_true(values[flag]) for flag in flags) and all(
            values[t] is not None for t in step.inputs if t in values
        )

    def _print_what_came_before(self, failed, position: int, values: dict) -> None:
        """After an op of a step has failed: what was to be printed before it, lest it is never seen."""
        step, later = self._steps[position], self._steps[position + 1 :]
        prints = [s for s in later if isinstance(s, HostStep) and s.op.definition.effect == "prints"]
        prints = [s for s in prints if failed is not None and s.op.order < failed.order]
        if prints and isinstance(step, Region):
            values = {**step.left(values), **values}
        for late in prints:
            if all(t in values for t in late.inputs):
                late.run(values)

    def _resume(self, done: int) -> int:
        """The step that starts after the first `done` ops."""
        count = 0
        for position, step in enumerate(self._steps):
            if count == done:
                return position
            count += len(_ops_of(step))
        return len(self._steps)

    def _partition(self) -> list:
        """The steps, in program order."""
        groups: list[list] = []
        for op in self._order.ops:
            if not groups or op in self._beginning or not self._together(groups[-1][0], op):
                groups.append([])
            groups[-1].append(op)
        later = _needed_later(groups, self._plan, self._order)
        return [self._step(group, needed) for group, needed in zip(groups, later)]

    def _together(self, first, op) -> bool:
        """Whether an op may be in one native region with another one: both run, or none."""
        if op in self._host or first in self._host:
            return False
        return not self._plan.guards or self._plan.guards.get(first) == self._plan.guards.get(op)

    def _step(self, ops: list, needed: set):
        if ops[0] in self._host:
            return HostStep(
                ops[0], self._order.inputs(ops[0], ops[0].inputs), self._state, self._plan, self._bodies_of(ops[0])
            )
        used = self._plan.used
        made = {t for op in ops for t in op.outputs if t not in self._plan.fed}
        inputs = list(dict.fromkeys(t for op in ops for t in taken(op, used, self._plan.fed) if t not in made))
        variables = {t: variable_of(t) for t in inputs if self._is_memory(t)}
        inputs = [t for t in inputs if t not in variables]
        outputs = [t for t in needed if t in made]
        fetched = [t for t in outputs if is_fetched_at_its_place(t.op) and t in self._plan.fetches]
        used = {t for op in ops for t in taken(op, used)}.union(outputs)
        shared = self._written, self._state, self._passes, self._threads, self._branches
        return self.region(ops, inputs, variables, outputs, fetched, used, *shared)


def _needed_later(groups: list[list], plan: Plan, order: Order) -> list[list]:
    """For each group of ops, the tensors that later groups or the fetches use, in a fixed order."""
    needed: dict = dict.fromkeys(t for t in plan.fetches if t not in plan.fed)
    result = []
    for group in reversed(groups):
        result.append(list(needed))
        for op in group:
            inputs = order.inputs(op, taken(op, plan.used) if op.definition.bodies else op.inputs)
            needed.update(dict.fromkeys(t for t in inputs if t not in plan.fed))
        needed.update(dict.fromkeys(t for op in group for t in op.guards))
    return result[::-1]


def _ops_of(step) -> list:
    """The ops that a step runs."""
    return step.ops if isinstance(step, Region) else [step.op]


def _host_ops(plan: Plan, state: State) -> set:
    """The ops that cannot be native: no kernel, types without kernels, the first assignment of a variable,
    or one by which it gets other memory.
    """
    host, shapes = set(), set()
    for op in plan.ops:
        definition = op.definition
        if definition.bodies:
            continue
        known = definition.reads == "shape" or definition.any_type and not op.inputs
        if known or (definition.numpy and op.inputs and all(t.op in shapes for t in op.inputs)):
            shapes.add(op)
        elif definition.kernel is None or not is_native(op):
            host.add(op)
        if definition.effect == "initializes" and (
            not state.initialized(variable_of(op.inputs[0])) or _takes_memory(op, plan)
        ):
            host.add(op)
    return host


def changes_lists(op) -> bool:
    """Whether it is an op on TensorArrays, and not one on tensors that lists may take their places of."""
    return op.definition.on_lists not in (None, "same", "zeros", "sum")


def _takes_memory(assign, plan: Plan) -> bool:
    """Whether the variable does better to take the memory of its new value than to copy that."""
    size = assign.inputs[0].shape.num_elements()
    return assign.inputs[1] in plan.handed and size is not None and size >= _WORTH_TAKING


def only_hands(plan: Plan, assignments: list) -> bool:
    """Whether a plan computes nothing natively: its assignments hand variables the memory of what host ops give."""
    return (
        bool(assignments)
        and all(_takes_memory(op, plan) for op in assignments)
        and not any(op.inputs and op.definition.kernel and is_native(op) for op in {*plan.ops}.difference(assignments))
    )


def written_variables(ops: list):
    """The variables that the ops, or the bodies of their loops and branches, write."""
    for op in ops:
        for body in bodies_of(op).values():
            yield from written_variables(body.ops)
        if op.definition.writes:
            for tensor in op.inputs:
                if tensor.dtype.is_ref_dtype:
                    yield from variables_of(tensor)


def reads(plan: Plan, variable) -> bool:
    """Whether the plan needs the value of a variable, and not just whether it has one."""
    return any(op.definition.reads != "presence" for op in plan.ops if any(t.op is variable for t in op.inputs)) or any(
        t.op is variable for t in plan.fetches
    )
