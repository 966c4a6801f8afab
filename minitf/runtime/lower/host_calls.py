"""Ops inside of a program that run on the host: the machine stops at their calls, Python runs them, it goes on.

What such an op gives is put where native calls find it, if its shape is known while lowering. What is of a
shape that only a run knows, or of a type that no kernel takes, stays on the host (`Held`): ops that take it run
there, too, until what they give is native again.
"""

from __future__ import annotations

import copy
import ctypes
import functools
import math

import numpy as np

from minitf.framework import errors
from minitf.framework.shape import TensorShape
from minitf.framework.trial_shapes import shapes_for
from minitf.kernels.compile.abi import Kernel, Operand
from minitf.runtime.execute.op_by_op import LARGE, Concrete, OpByOp, by_numpy, is_native
from minitf.runtime.execute.replay import Recording
from minitf.runtime.execute.tables import Room
from minitf.runtime.lower.builder import NATIVE, Value
from minitf.runtime.lower.ir import Call, Ref
from minitf.runtime.tensor_arrays.flows import Flow

_KEPT = 512  # of the places where a call was made, and of the shapes that it was given


class Held(Value):
    """A value that stays on the host; `value` is the array that it is at this moment of a run, or None where the branch
    that gives it was not taken.
    """

    __slots__ = ("value",)
    known = None

    def __init__(self, dtype):
        super().__init__(None, dtype)
        self.value = None

    def another(self) -> Held:
        """What can hold the same."""
        return Held(self.dtype)


class CallOfPython(Call):
    """A call that the machine leaves to Python; its operands are those of its values that are in memory."""

    __slots__ = ()
    on_host = True
    told: list = []  # what is the same in all runs, and in no memory

    def __init__(self, op, reads: tuple, writes: tuple):
        kernel = declared(*[tuple([ref.dtype for ref in part]) for part in (reads, writes)])
        super().__init__(kernel, (*reads, *writes), never, op)

    @property
    def ops(self) -> list:
        """The ops that it calls."""
        return [self.op]

    def with_(self, **operands):
        """The same call with other operands, by name."""
        return with_operands(self, operands)


class HostCall(CallOfPython):
    """A call of an op. `given`: for each input of the op None, if it is the next operand, or a Held, or what it
    is; `made`: for each output None, if it is the next operand behind those, or a Held.
    """

    __slots__ = ("given", "made", "_outputs", "_used", "_views", "_replays", "_room", "_by_numpy", "_looks", "_met")

    def __init__(self, op, inputs: list, outputs: list):
        super().__init__(op, *[[v for v in part if type(v) is Ref] for part in (inputs, outputs)])
        self.given, self.made = ([None if type(v) is Ref else v for v in part] for part in (inputs, outputs))
        self._outputs, self._used = op.outputs, set(op.outputs)
        self._views: dict = {}  # words -> what is where they say
        by_kernels = op.definition.kernel is not None and is_native(op)
        follows = op.attrs.get("follows")
        self._replays: dict | None = {} if by_kernels and not follows else None  # form -> what is done for inputs of it
        self._by_numpy = not follows and op.definition.host is None and op.definition.numpy is not None
        self._by_numpy = self._by_numpy and (not by_kernels or op.definition.counted)  # where there is no replay
        self._room = Room()  # of the replays
        self._met: set = set()  # forms that came before
        self._looks: set = set()  # the inputs whose contents are part of it

    @property
    def values(self) -> tuple[list, list]:
        """The values of the inputs, and of the outputs."""
        operands = iter(self.operands)
        return [next(operands) if g is None else g for g in self.given], [
            next(operands) if m is None else m for m in self.made
        ]

    @property
    def told(self) -> list:
        """What is the same in all runs, and in no memory."""
        return [g.array.tolist() for g in self.given if isinstance(g, Concrete)]

    def run(self, state, words: np.ndarray) -> None:
        """Runs the op. words: those of the operands, an address and a shape each."""
        key = words.tobytes()
        given, places, memory = self._views.get(key) or self._looked(key, words)
        made, places = self.computed(state, [in_array(g.value) if type(g) is Held else g for g in given]), iter(places)
        for tensor, held, array in zip(self._outputs, self.made, made, strict=True):
            if held is not None:
                held.value = None if array is None else _lasting(array, memory)
            elif array is None:
                next(places)
            else:
                self._put(tensor, next(places), array)

    def computed(self, state, arrays: list) -> list:
        """What the op gives for these inputs; None where a branch that was not taken would have given one."""
        if any([array is None for array in arrays]):
            return [None] * len(self._outputs)
        form, made = self._form(arrays), None
        if self._replays is not None:
            replay = self._replays.get(form)
            made = replay and replay.run(arrays)
        elif self._by_numpy and form in self._met:
            made = computed(self.op, arrays)
        if made is None:  # it is new, or was refused and the op says what is wrong
            made = self._run_anew(state, arrays, form)
        return made

    def _looked(self, key: bytes, words: np.ndarray) -> tuple[list, list, list]:
        """Its inputs, the places of its outputs, and both as far as they are in memory; kept for the same words."""
        arrays = arrays_at(words.tolist(), self.operands)
        memory = iter(arrays)
        given = [next(memory) if g is None else g.array if type(g) is Concrete else g for g in self.given]
        make_room(self._views)
        self._views[key] = found = given, list(memory), arrays
        return found

    def _run_anew(self, state, arrays: list, form: tuple) -> list:
        """What its rules give; what kernels were called for that is noted, if it is asked for a second time."""
        again = self._replays is not None and form in self._met
        builder = Recording(state, arrays) if again else OpByOp(state)
        builder.used = self._used
        made = self._results(builder, builder.values.copy() if again else [Concrete(array) for array in arrays])
        if again:
            self._note(builder, arrays, builder.replay(made, self._room))
        elif self._replays is not None or sum([array.nbytes for array in arrays]) <= LARGE:
            make_room(self._met)
            self._met.add(form)
        return [value.array for value in made]

    def _results(self, builder: OpByOp, values: list) -> list:
        return builder.results(self.op, values)

    def _note(self, recording: Recording, arrays: list, replay) -> None:
        if replay is None:
            self._replays = None
            return
        if not recording.looked <= self._looks:
            self._replays.clear()
            self._looks |= recording.looked
        make_room(self._replays)
        self._replays[self._form(arrays)] = replay

    def _form(self, arrays: list) -> tuple:
        """What decides how kernels are called: the shapes of inputs, and what is in some."""
        shapes = [array.shape for array in arrays]
        return (*shapes, *[arrays[place].tobytes() for place in self._looks]) if self._looks else tuple(shapes)

    def _put(self, tensor, place: np.ndarray, array: np.ndarray) -> None:
        if array.shape != place.shape:
            raise errors.refusal(
                self.op,
                f"{tensor.name} has shape {array.shape}, but the graph says that it is {place.shape}: mend what "
                "set_shape says of it, or what makes it",
            )
        place[...] = array


def in_array(value):
    """What is held as an array, without what else may be known of it."""
    return value.array if type(value) is Concrete else value


def with_operands(call: Call, operands: dict) -> Call:
    """A copy of a call with other operands, by name."""
    made = copy.copy(call)
    made.take(tuple([operands.get(name, ref) for name, ref in call.named.items()]))
    made.origin = made
    return made


@functools.lru_cache(4096)
def declared(reads: tuple, writes: tuple, changes: tuple = (), name: str = "host"):
    """What takes the place of a kernel in calls that are more than one of those, or of Python."""

    def host():
        pass

    operands = {f"a{k}": Operand("pointer", dtype) for k, dtype in enumerate(reads)}
    operands |= {f"o{k}": Operand("pointer", dtype).out for k, dtype in enumerate(writes)}
    host.__annotations__ = operands | {f"c{k}": Operand("pointer", dtype).inout for k, dtype in enumerate(changes)}
    return Kernel(host, name, {}, False, None)[()]


def never(position: int) -> str:
    """The call may fail, but then says so itself."""
    raise errors.InternalError(None, None, "the virtual machine does not run host calls")


def arrays_at(words: list[int], refs) -> list[np.ndarray]:
    """The arrays in memory that are at these addresses, each with its shape behind it."""
    arrays, at = [], 0
    for ref in refs:
        end = at + 1 + len(ref.shape)
        shape = tuple(words[at + 1 : end])
        size = math.prod(shape) * ref.dtype.itemsize
        arrays.append(np.ndarray(shape, ref.dtype, (ctypes.c_uint8 * size).from_address(words[at])))
        at = end
    return arrays


def _lasting(array: np.ndarray | Concrete, memory: list) -> np.ndarray:
    """The array in memory that native calls do not change; what an op hands on may be a constant."""
    array = array.array if isinstance(array, Concrete) else array
    if array.base is not None and any([np.may_share_memory(array, each) for each in memory]):
        return array.copy()
    return array


def computed(op, arrays: list) -> list[np.ndarray] | None:
    """What NumPy's rule gives; None if it refuses what is in the arrays."""
    try:
        return by_numpy(op, arrays)
    except Exception:  # raised once more, with what it means, where the op is run anew
        return None


def make_room(kept: dict | set) -> None:
    """Forgets what is kept when it is much."""
    if len(kept) >= _KEPT:
        kept.clear()


def hostable(op, inputs: list) -> bool:
    """Whether the op may be a call of Python: it has results, knows nothing of variables' memory and lists."""
    definition = op.definition
    if (
        definition.bodies
        or definition.on_lists == "make"
        or definition.dataflow not in (None, "exit")
        or any(t.dtype.is_ref_dtype for t in (*op.inputs, *op.outputs))
    ):
        return False
    if any(v is None or isinstance(v, Flow) or _strange(v) for v in inputs):
        return False
    return lasts(definition) or bool(op.inputs)


def lasts(definition) -> bool:
    """Whether something may come of an op besides its outputs."""
    return definition.stateful or definition.effect is not None


def _strange(value) -> bool:
    """Whether it is in memory whose type no kernel takes, or is more than one value."""
    return (
        isinstance(value, Held)
        and type(value) is not Held
        or type(value) is Ref
        and value.known is None
        and value.dtype.name not in NATIVE
    )


def lower(low, op, inputs: list) -> list:
    """Makes the call; returns the values of the op's outputs."""
    given = [v.known if type(v) is Ref and v.dtype.hasobject else v for v in inputs]
    shapes = shapes_for(op, [_seen(t, v) for t, v in zip(op.inputs, inputs)])
    made = [room(low, t, shape) for t, shape in zip(op.outputs, shapes)]
    given = [Concrete(v) if isinstance(v, np.ndarray) else v for v in given]
    low.frames[low.target].nodes.append(HostCall(op, given, made))
    if lasts(op.definition):
        low.effects.append(low.top)
    return made


def room(low, tensor, shape: TensorShape) -> Value:
    """Where an output of this shape goes."""
    if shape.is_fully_defined() and tensor.dtype.name in NATIVE:
        return low.new(tuple(shape.sizes), tensor.dtype.numpy)
    return Held(tensor.dtype.numpy)


def _seen(tensor, value: Value) -> tuple:
    """The shape of an input as far as it is known, and what it holds, or None."""
    if isinstance(value, Held):
        return tensor.shape, None
    return TensorShape(value.shape), value.known
