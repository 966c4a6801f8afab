"""The op-by-op executor: every kernel call runs at once. Slow, simple, and the reference for the native
one.
"""

from __future__ import annotations

import numpy as np

from minitf.framework import errors
from minitf.framework.dtypes import as_dtype
from minitf.kernels.ram import empty
from minitf.kernels.vm import run_alone
from minitf.runtime.bodies import Ragged, map_ragged, run_branch, run_loop
from minitf.runtime.builder import NATIVE, Builder, Value
from minitf.runtime.lists import RULES
from minitf.runtime.patience import LIMIT, worst
from minitf.runtime.state import Reference, State

_NATIVE = frozenset(kind for name in NATIVE for kind in (as_dtype(name), as_dtype(name).as_ref))
_LARGE = 1 << 20  # bytes from which NumPy may compute for long: a decomposition takes more than each of them


class Concrete(Value):
    """A value with its elements at hand."""

    __slots__ = ("array",)

    def __init__(self, array: np.ndarray):
        self.array = array

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype:
        """The array's type."""
        return self.array.dtype


class OpByOp(Builder):
    """Runs ops one at a time; one object serves one run."""

    def __init__(self, state: State):
        self.session_state = state
        self.current = None  # the op being run, for error messages

    def constant(self, array):
        return Concrete(array)

    def new(self, shape, dtype):
        return Concrete(empty(shape, dtype))

    def view(self, value, shape, offset=0, dtype=None):
        array = value.array.copy() if isinstance(value, Reference) else value.array
        flat = array.reshape(-1) if dtype is None else array.reshape(-1).view(dtype)
        count = 1
        for n in shape:
            count *= n
        return Concrete(flat[offset : offset + count].reshape(shape))

    def snapshot(self, value):
        return Concrete(value.array.copy()) if type(value) is Reference else value

    def call(self, kernel, *operands, error=None):
        operands = [o.array.reshape(-1) if isinstance(o, Value) else o for o in operands]
        if worst(kernel, operands) < LIMIT:
            status = run_alone(kernel, *operands)
        else:
            status = self.session_state.gate.aside.do(lambda: run_alone(kernel, *operands))
        if status:
            self.fail(error(status - 1) if error else f"element {status - 1} cannot be computed")

    def fail(self, message: str):
        """Raises the error of the op being run."""
        raise errors.InvalidArgumentError(None, self.current, message)

    def data(self, value):
        return value.array

    def variable(self, op, validate=True):
        return Reference(self.session_state.slot(op))

    def store(self, ref, value):
        ref.slot.store(value.array)

    def state(self, op, make):
        return Concrete(self.session_state.op_state(op, make))

    def outside(self, work, *arguments):
        """The result of a function of the user's; other runs of the session may go on meanwhile."""
        result = self.session_state.gate.outside(work, *arguments)
        self.session_state.gate.check_open(self.current)
        return result

    def wait(self, reason: str) -> None:
        """Lets other runs of the session go on until one of them has changed something.

        `reason` says what the op being run waits for. Raises OpError where that can or shall not happen.
        """
        self.session_state.gate.wait(self.current, reason)

    def wake(self) -> None:
        """Says that something has changed that others wait for."""
        self.session_state.gate.wake()

    def loop(self, op, values):
        return run_loop(self, op, values, run_ops)

    def branch(self, op, values):
        return run_branch(self, op, values, run_ops)

    def list_op(self, op, values):
        if op.type != "TensorArrayV3" and not isinstance(values[0], Ragged):
            self.fail(f"{op.inputs[0].name} is the flow of a TensorArray, for which no tensor can be fed")
        return RULES[op.type](self, op, *values)

    # ---- running

    def run(self, op, values: list) -> list:
        """The values of the op's outputs."""
        self.current, definition = op, op.definition
        if op.type not in ("Loop", "If", "Merge") and any(v is None for v in values):
            return [None] * len(op.outputs)  # an absent input (of the branch not taken) makes absent outputs
        if definition.host is None and any(isinstance(v, Ragged) for v in values):
            return map_ragged(self.run, op, values)
        try:
            if definition.kernel is not None and is_native(op):
                results = definition.kernel(self, op, *values)
            elif definition.host is not None:
                results = definition.host(self, op, *values)
            elif definition.numpy is not None:
                results = self._by_numpy(op, values)
            else:
                kinds = ", ".join(t.dtype.name for t in op.inputs)
                raise errors.UnimplementedError(None, op, f"{op.type} has no kernel for {kinds}")
        except (ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise errors.InvalidArgumentError(None, op, str(error)) from error
        if len(op.outputs) == 1 and not isinstance(results, (list, tuple)):
            return [results]
        return list(results or ())

    def _by_numpy(self, op, values):
        arrays = [v.array for v in values]

        def compute():
            with np.errstate(all="ignore"):
                return op.definition.numpy(op, *arrays)

        large = sum([a.nbytes for a in arrays]) > _LARGE
        results = self.session_state.gate.aside.do(compute) if large else compute()
        many = isinstance(results, (list, tuple))
        arrays = [
            _as(a, t.dtype.numpy) for a, t in zip(results if many else [results], op.outputs, strict=True)
        ]
        return [Concrete(a) for a in arrays]


def _as(result, dtype) -> np.ndarray:
    array = np.asarray(result)
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


def run_ops(builder: OpByOp, ops: list, values: dict, last_use=None, fetches=frozenset()) -> dict:
    """Runs `ops` in order; `values` maps tensors to values and is added to.

    Returns copies of those `fetches` that are variables, as they are at their place in the order.
    """
    copies: dict = {}
    for i, op in enumerate(ops):
        run_op(builder, op, op.inputs, values, fetches, copies)
        for tensor in last_use[i] if last_use else ():
            values.pop(tensor, None)
    return copies


def run_op(builder: OpByOp, op, inputs: list, values: dict, fetches, copies: dict) -> None:
    """Runs one op on the values of `inputs`; adds to `values` and to the `copies` of fetched variables."""
    results = builder.run(op, [values[t] for t in inputs])
    for tensor, value in zip(op.outputs, results, strict=True):
        value = values.setdefault(tensor, value)
        if tensor in fetches and type(value) is Reference:
            copies[tensor] = builder.snapshot(value)
