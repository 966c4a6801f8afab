"""What a session remembers between runs: the values of variables and the state of stateful ops."""

from __future__ import annotations

import copy

import numpy as np

from minitf.framework.traversal import reached
from minitf.kernels.machine.alloc import aligned
from minitf.runtime.lower.builder import Value
from minitf.runtime.session.session_lock import SessionLock


class Uninitialized(Exception):
    """A variable was read before it had a value."""

    def __init__(self, op):
        super().__init__(op.name)
        self.op = op


class Slot:
    """The memory of one variable; `array` is None until it is initialized."""

    __slots__ = ("op", "array", "version")

    def __init__(self, op):
        self.op, self.array, self.version = op, None, 0

    def store(self, array: np.ndarray) -> None:
        """Writes into the memory there is if the shape allows; plans notice new memory by `version`."""
        if self.array is not None and self.array.shape == array.shape:
            self.array[...] = array
        else:
            self.array = aligned(array.shape, array.dtype)
            self.array[...] = array
            self.version += 1

    def fill(self, read) -> None:
        """Has `read(array)` write into the memory there is; the variable has no value if that fails."""
        try:
            read(self.array)
        except BaseException:
            self.forget()
            raise

    def take(self, array: np.ndarray) -> None:
        """Has an array that is nobody else's as its memory."""
        self.array = array
        self.version += 1

    def forget(self) -> None:
        """Is not initialized any more."""
        self.array = None
        self.version += 1


class Reference(Value):
    """A variable as a value: whoever reads it sees what it holds at that moment."""

    __slots__ = ("slot",)

    def __init__(self, slot: Slot):
        self.slot = slot

    @property
    def array(self) -> np.ndarray:
        """The variable's memory; raises Uninitialized if it has none yet."""
        if self.slot.array is None:
            raise Uninitialized(self.slot.op)
        return self.slot.array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape it has now."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype:
        """The element type."""
        return self.slot.op.outputs[0].dtype.numpy


def follows_variable(op) -> bool:
    """Whether the op's output is the memory of a variable itself."""
    return bool(op.attrs.get("follows")) or bool(op.outputs) and op.outputs[0].dtype.is_ref_dtype


def is_fetched_at_its_place(op) -> bool:
    """Whether a fetch of the op's output is what the variable held there. One of a variable itself is what it holds
    when the run is over: so in TensorFlow, where what is fetched is the memory that the ops of the run change.
    """
    return follows_variable(op) and op.definition.role != "variable"


def shared_key(op):
    """By what an op is one thing with others: its shared_name, in its container; None if it shares nothing."""
    name, container = op.attrs.get("shared_name"), op.attrs.get("container")
    return (container, name) if name and container else name or None


def variable_of(ref):
    """The variable's op behind a ref tensor, or the first one where a run chooses among several."""
    return variables_of(ref)[0]


def variables_of(ref) -> list:
    """The ops of the variables that a ref tensor may be."""

    def before(tensor) -> list:
        op = tensor.op
        outer = [op.attrs["stands_for"]] if "stands_for" in op.attrs else list(op.inputs)
        return [t for t in outer if t.dtype.is_ref_dtype] or outer[:1]

    return [t.op for t in reached([ref], before) if t.op.definition.role == "variable"]


class State:
    """All of one session's variables and op states; they are read and changed under the session's lock.

    functions: makes what calls functions of graphs of their own.
    """

    def __init__(self, functions=None):
        self.session_lock, self.functions = SessionLock(), functions
        self._slots: dict = {}
        self._states: dict = {}
        self.endings: list = []  # what is to be done at the end of runs: (thread, function)

    def end(self, thread: int, kept: int) -> None:
        """Does what is left to be done at the end of a run, all but the first `kept` of its thread."""
        mine = [each for each in self.endings if each[0] == thread][kept:]
        for each in reversed(mine):
            self.endings.remove(each)
            each[1]()

    def slot(self, op) -> Slot:
        """The memory of the variable that `op` (a VariableV2) stands for."""
        key = shared_key(op) or op
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = Slot(op)
        return slot

    def initialized(self, op) -> bool:
        """Whether the variable has a value."""
        slot = self._slots.get(shared_key(op) or op)
        return slot is not None and slot.array is not None

    def op_state(self, op, make):
        """What an op (or the name it shares with others) keeps between runs, made by `make()` at first."""
        states, key = self.kept(op)
        if key not in states:
            states[key] = make()
        return states[key]

    def kept(self, op) -> tuple[dict, object]:
        """Where what an op keeps is found: a dict, and the key in it."""
        return self._states, op if isinstance(op, str) else shared_key(op) or op

    def tasks(self) -> list[tuple[str, int]]:
        """The tasks whose memory this is, as (job, number)."""
        return [("localhost", 0)]

    def check_placed(self, ops) -> None:
        """Whether ops are placed where the session can run them: there is one place."""

    @property
    def nbytes(self) -> int:
        """The bytes of the variables."""
        return sum(slot.array.nbytes for slot in self._slots.values() if slot.array is not None)

    def clear(self) -> None:
        """Forgets everything; the memory of variables is free, whoever still knows of them."""
        for slot in self._slots.values():
            slot.forget()
        self._slots.clear()
        self._states.clear()


class Scratch(State):
    """A copy of a state to be thrown away, made part by part as it is needed."""

    def __init__(self, state: State):
        super().__init__(state.functions)
        self._original = state

    def slot(self, op) -> Slot:
        """A copy of the variable's memory."""
        slot, original = super().slot(op), self._original.slot(op)
        if slot.array is None and original.array is not None:
            slot.store(original.array)
        return slot

    def op_state(self, op, make):
        """A copy of what the op keeps."""
        states, key = self._original.kept(op)
        return super().op_state(op, lambda: copy.deepcopy(states[key]) if key in states else make())
