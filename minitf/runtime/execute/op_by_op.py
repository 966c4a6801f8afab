"""The op-by-op executor: every kernel call runs at once. Slow, simple, and the reference for the native one."""

from __future__ import annotations

import contextlib
import functools
import math
import threading

import numpy as np

from minitf.framework import errors
from minitf.framework.dtypes import as_dtype
from minitf.framework.registry import check_sizes
from minitf.kernels.machine.alloc import aligned, empty
from minitf.kernels.machine.vm import run_alone
from minitf.runtime.execute.bodies import Ragged, map_ragged, run_branch, run_loop
from minitf.runtime.execute.patience import LIMIT, worst
from minitf.runtime.lower.builder import NATIVE, Builder, Value
from minitf.runtime.plan.guards import alive
from minitf.runtime.plan.needed import Needed, needed_ops
from minitf.runtime.session import state
from minitf.runtime.session.state import Reference, Scratch, State, follows_variable, variable_of
from minitf.runtime.tensor_arrays.lists import RULES

_NATIVE = frozenset(kind for name in NATIVE for kind in (as_dtype(name), as_dtype(name).as_ref))
LARGE = 1 << 20  # bytes from which NumPy may compute for long: a decomposition takes more than each of them


class Concrete(Value):
    """A value with its elements at hand; `row` is what every slice of it is, if that was known before."""

    __slots__ = ("array", "row")

    def __init__(self, array: np.ndarray, row: np.ndarray | None = None):
        self.array, self.row = array, row

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype:
        """The array's type."""
        return self.array.dtype


class Later(Value):
    """A value that nobody has asked for yet: `read` writes its elements into an array."""

    __slots__ = ("read", "_array")

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype, read):
        super().__init__(shape, dtype)
        self.read, self._array = read, None

    @property
    def array(self) -> np.ndarray:
        """The elements in memory of their own."""
        if self._array is None:
            array = aligned(self.shape, self.dtype)
            self.read(array)
            self._array = array
        return self._array


class OpByOp(Builder):
    """Runs ops one at a time; one object serves one run."""

    ran = 0  # how many ops have run
    most_trips: int | None = None  # of a loop whose condition does not end it before
    handed: frozenset = frozenset()  # the tensors whose memory a variable can have as its own

    def __init__(self, state: State):
        self.session_state = state
        self.current = None  # the op being run, for error messages
        self.used: set = set()  # the tensors that somebody reads, of the ops being run
        self.dead: set = set()  # the ops that did not run, because ops of branches did not

    def constant(self, array):
        return Concrete(array)

    def new(self, shape, dtype):
        return Concrete(empty(shape, dtype))

    def view(self, value, shape, offset=0, dtype=None):
        flat = value.array.reshape(-1) if dtype is None else value.array.reshape(-1).view(dtype)
        return Concrete(flat[offset : offset + math.prod(shape)].reshape(shape))

    def snapshot(self, value):
        return Concrete(value.array.copy()) if type(value) is Reference else value

    def call(self, kernel, *operands, error=None):
        operands = [o.array.reshape(-1) if isinstance(o, Value) else o for o in operands]
        if worst(kernel, operands) < LIMIT:
            status = run_alone(kernel, *operands)
        else:
            status = self.session_state.session_lock.aside.do(lambda: run_alone(kernel, *operands))
        if status:
            self.fail(error(status - 1) if error else f"element {status - 1} cannot be computed")

    def fail(self, complaint):
        """Raises the error of the op being run."""
        raise errors.refusal(self.current, complaint)

    def data(self, value):
        return value.array

    def variable(self, op, validate=True):
        return Reference(self.session_state.slot(op))

    def store(self, ref, value):
        if type(value) is Later and _fits(ref.slot, value.shape):
            ref.slot.fill(value.read)
        elif self.current.inputs[1] in self.handed:
            ref.slot.take(value.array)
        else:
            ref.slot.store(value.array)

    def awaited(self, tensor, shape: tuple[int, ...]) -> bool:
        """Whether an output, which has this shape, goes to nobody but a variable that has memory for it."""
        if tensor not in self.handed:
            return False
        variable = variable_of(tensor.consumers()[0].inputs[0])
        return self.session_state.initialized(variable) and _fits(self.session_state.slot(variable), shape)

    def later(self, shape: tuple[int, ...], dtype: np.dtype, read) -> Value:
        """A value that `read(array)` writes into an array once it is known where it is wanted."""
        return Later(shape, dtype, read)

    def state(self, op, make):
        return Concrete(self.session_state.op_state(op, make))

    def outside(self, work, *arguments):
        """The result of a function of the user's; other runs of the session may go on meanwhile."""
        result = self.session_state.session_lock.outside(work, *arguments)
        self.session_state.session_lock.check_open(self.current)
        return result

    def functions(self):
        """What calls functions of graphs of their own (see `Functions`), for as long as it is kept."""
        return self.session_state.functions()

    def value(self, tensor):
        """The contents of a tensor of the session's graph, computed for this once."""
        needed, values = needed_ops([tensor]), {}
        run_ops(OpByOp(self.session_state), needed.ops, values, needed.used)
        return values[tensor].array

    def check(self, reason: str) -> None:
        """Raises OpError if the run has to end, while it waits outside; `reason` says what for."""
        self.session_state.session_lock.check(self.current, reason)

    def at_close(self, thing) -> None:
        """Has `thing.stop()` called when the session is closed, if the thing is still there then."""
        self.session_state.session_lock.at_close(thing)

    def wait(self, reason: str) -> None:
        """Lets other runs of the session go on until one of them has changed something.

        `reason` says what the op being run waits for. Raises OpError where that can or shall not happen.
        """
        self.session_state.session_lock.wait(self.current, reason)

    def at_end(self, work) -> None:
        """Has `work()` done at the end of the run, if it succeeds or not."""
        self.session_state.endings.append((threading.get_ident(), work))

    def wake(self) -> None:
        """Says that something has changed that others wait for."""
        self.session_state.session_lock.wake()

    def loop(self, op, values):
        return run_loop(self, op, values)

    def branch(self, op, values):
        return run_branch(self, op, values)

    def run_body(self, needed: Needed, results: list, known: dict) -> list:
        """What a body gives where its arguments are `known`; None in the place of results that nobody uses."""
        run_ops(self, needed.ops, known, needed.used)
        return [None if t is None else known[t] for t in results]

    def list_op(self, op, values):
        does = op.definition.on_lists
        if does != "make" and not isinstance(values[0], Ragged):
            self.fail(f"{op.inputs[0].name} is the flow of a TensorArray, for which no tensor can be fed")
        return RULES[does](self, op, *values)

    def trial(self) -> Trial:
        """A builder that runs ops for the shapes they give."""
        return Trial(self.session_state)

    # ---- running

    def run(self, op, values: list) -> list:
        """The values of the op's outputs; variables' memory only for what follows a variable."""
        self.ran += 1
        results = self.results(op, values)
        return results if follows_variable(op) else _apart(results, values)

    def results(self, op, values: list) -> list:
        """What the op's rules give for its outputs."""
        self.current, definition = op, op.definition
        if op.attrs.get("follows"):
            return values
        if definition.host is None and any([isinstance(v, Ragged) for v in values]):
            return map_ragged(self.run, op, values)
        try:
            if definition.sized:
                check_sizes(definition, [None if isinstance(v, Ragged) else v.shape for v in values])
            if definition.kernel is not None and is_native(op) and not self._takes_memory(op):
                results = definition.kernel(self, op, *values)
            elif definition.host is not None:
                results = definition.host(self, op, *values)
            elif definition.numpy is not None:
                results = self._by_numpy(op, values)
            else:
                kinds = ", ".join(t.dtype.name for t in op.inputs)
                raise errors.UnimplementedError(None, op, f"{op.type} has no kernel for {kinds}")
        except errors.AtRun as error:
            raise error.kind(None, op, str(error)) from error
        except (ValueError, TypeError, IndexError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise errors.refusal(op, str(error)) from error
        except errors.OpError as error:
            error.op = error.op or op
            raise
        if len(op.outputs) == 1 and not isinstance(results, (list, tuple)):
            return [results]
        return list(results or ())

    def _takes_memory(self, op) -> bool:
        return op.definition.effect == "initializes" and op.inputs[1] in self.handed

    def _by_numpy(self, op, values):
        arrays = [v.array for v in values]
        large = sum([a.nbytes for a in arrays]) > LARGE
        compute = functools.partial(by_numpy, op, arrays)
        return [Concrete(a) for a in (self.session_state.session_lock.aside.do(compute) if large else compute())]


def by_numpy(op, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """What NumPy's rule of an op gives."""
    with np.errstate(all="ignore"):
        results = op.definition.numpy(op, *arrays)
    many = isinstance(results, (list, tuple))
    return [_as(a, t.dtype.numpy) for a, t in zip(results if many else [results], op.outputs, strict=True)]


def _fits(slot, shape: tuple[int, ...]) -> bool:
    return slot.array is not None and slot.array.shape == shape


def _apart(results: list, values: list) -> list:
    """An op's results, copied where they are the memory of a variable among its inputs."""
    memory = [v.array for v in values if type(v) is Reference and v.slot.array is not None]
    if not memory:
        return results

    def shared(result) -> bool:
        return isinstance(result, (Concrete, Reference)) and any(np.may_share_memory(result.array, m) for m in memory)

    return [Concrete(r.array.copy()) if shared(r) else r for r in results]


def _as(result, dtype) -> np.ndarray:
    array = np.asarray(result, dtype) if dtype.hasobject else np.asarray(result)  # NumPy's strings lose NUL bytes
    if array.dtype != dtype or not array.flags.c_contiguous:
        array = np.asarray(array, dtype=dtype, order="C")
    return array


def is_native(op, known=frozenset()) -> bool:
    """Whether kernels exist for the op's types; inputs that are `known` may be of any type."""
    if op.definition.any_type:
        return True
    for t in op.inputs:
        if t.dtype not in _NATIVE and t not in known:
            return False
    for t in op.outputs:
        if t.dtype not in _NATIVE:
            return False
    return True


def run_ops(builder: OpByOp, ops: list, values: dict, used: set, last_use=None, fetches=frozenset()) -> dict:
    """Runs `ops` in order; `values` maps tensors to values and is added to. `used` are the tensors that they
    and what comes after them read.

    Returns copies of those `fetches` that are variables, as they are at their place in the order.
    """
    copies: dict = {}
    saved, builder.used = builder.used, used
    try:
        for i, op in enumerate(ops):
            run_op(builder, op, op.inputs, values, fetches, copies)
            for tensor in last_use[i] if last_use else ():
                values.pop(tensor, None)
    finally:
        builder.used = saved
    return copies


def run_op(builder: OpByOp, op, inputs: list, values: dict, fetches, copies: dict) -> None:
    """Runs one op on the values of `inputs`; adds to `values` and to the `copies` of fetched variables."""
    results = _results(builder, op, inputs, values)
    for tensor, value in zip(op.outputs, results, strict=True):
        value = values.setdefault(tensor, value)
        if tensor in fetches and type(value) is Reference and state.is_fetched_at_its_place(op):
            copies[tensor] = builder.snapshot(value)


def _results(builder: OpByOp, op, inputs: list, values: dict) -> list:
    """The values of an op's outputs; None if it does not run."""
    given = [values.get(t) if op.definition.bodies else values[t] for t in inputs]
    if alive(op, values, builder.dead) and (op.definition.takes_absent or all([v is not None for v in given])):
        builder.dead.discard(op)
        return builder.run(op, given)
    builder.dead.add(op)
    return [None] * len(op.outputs)


class Trial(OpByOp):
    """Runs ops to see what shapes they give: on copies of what the session remembers, and nothing on the host."""

    most_trips = 100  # what is made up may never end a loop

    def __init__(self, state: State):
        super().__init__(Scratch(state))
        self.problem: errors.OpError | None = None  # the first op that could not be run

    def copied(self, value):
        """A value from outside, so that nothing here can change it."""
        return Reference(self.session_state.slot(value.slot.op)) if type(value) is Reference else value

    def run(self, op, values):
        """The values of the op's outputs; None where they cannot be told."""
        if any(v is None for v in values):
            return [None] * len(op.outputs)
        native = op.definition.host is None or op.definition.kernel is not None
        try:
            if op.outputs and (native or op.definition.bodies):
                return super().run(op, values)
            return _unfilled(op, values)
        except errors.OpError as error:
            return self._refused(op, values, error)

    def _refused(self, op, values, error: errors.OpError) -> list:
        """The outputs of an op that refuses what was made up, a shape among it say, as far as known."""
        with contextlib.suppress(errors.InvalidArgumentError):
            return _unfilled(op, values)
        self.problem = self.problem or error
        return [None] * len(op.outputs)


def _unfilled(op, values: list) -> list:
    """Zeros of the shapes that an op gives which is not run."""
    return [Concrete(np.zeros(_expected(op, t, values), t.dtype.numpy)) for t in op.outputs]


def _expected(op, tensor, values: list) -> tuple[int, ...]:
    """The shape of what an op gives that is not run."""
    if tensor.shape.is_fully_defined():
        return tuple(tensor.shape.sizes)
    if tensor.shape.rank is not None and op.inputs and op.inputs[0].shape.sizes == tensor.shape.sizes:
        return values[0].shape
    raise errors.refusal(
        op,
        f"the shape of {tensor.name} in a loop that makes no trip is not known before the op runs: say it "
        "with set_shape",
    )
