"""What the sessions of a cluster remember in common: variables and resources, by task and name."""

from __future__ import annotations

from minitf.framework import errors
from minitf.framework.cluster import Running
from minitf.framework.devices import DeviceSpec
from minitf.framework.dtypes import resource
from minitf.runtime.session.session_lock import SessionLock
from minitf.runtime.session.state import Slot, State


class _Memory:
    """The state of all tasks of one cluster."""

    def __init__(self):
        self.session_lock, self.slots, self.states = SessionLock(), {}, {}


def memory_of(running: Running) -> _Memory:
    """What the sessions of a cluster share."""
    if running.memory is None:
        running.memory = _Memory()
    return running.memory


class ClusterState(State):
    """What a session in a cluster remembers: with the others what has a name, alone the rest."""

    def __init__(self, running: Running, task: tuple[str, int], functions=None):
        super().__init__(functions)
        self._running, self._task, self._memory = running, task, memory_of(running)
        self.session_lock = SessionLock(self._memory.session_lock)

    def slot(self, op) -> Slot:
        """The memory of the variable of that name on its task.

        Raises:
          InternalError, InvalidArgumentError: if it has another type or shape there.
        """
        key = self._key(op)
        if key not in self._memory.slots:
            self._memory.slots[key] = Slot(op)
        slot = self._memory.slots[key]
        if slot.array is None:
            slot.op = op
        elif slot.op is not op:
            _check_shared(op, slot)
        return slot

    def initialized(self, op) -> bool:
        """Whether the variable has a value."""
        return self.slot(op).array is not None

    def kept(self, op) -> tuple[dict, object]:
        """Where what an op keeps is found: what has no handle by which others use it is the session's own."""
        if isinstance(op, str):
            return self._memory.states, op
        handle = op.outputs and op.outputs[0].dtype is resource
        return (self._memory.states, self._key(op)) if handle else super().kept(op)

    def _key(self, op) -> tuple:
        return (*self.task_of(op), op.attrs.get("shared_name") or op.name)

    def task_of(self, op) -> tuple[str, int]:
        """The task that an op is placed on.

        Raises:
          InvalidArgumentError: if the cluster has none of that name.
        """
        if not op.device:
            return self._task
        spec = DeviceSpec.from_string(op.device)
        job = self._task[0] if spec.job is None else spec.job
        own = self._task[1] if job == self._task[0] else 0
        task = job, own if spec.task is None else spec.task
        if task not in self._running.tasks():
            devices = ", ".join(f"/job:{job}/task:{number}" for job, number in self._running.tasks())
            raise errors.refusal(
                op,
                f"Cannot assign a device for operation {op.name}: it was explicitly assigned to {op.device} "
                f"but the tasks of this cluster are {devices}",
            )
        return task

    def tasks(self) -> list[tuple[str, int]]:
        """All tasks of the cluster."""
        return self._running.tasks()

    def check_placed(self, ops) -> None:
        """InvalidArgumentError if an op is placed on a task that the cluster does not have."""
        for op in ops:
            self.task_of(op)

    def clear(self) -> None:
        """Forgets what belongs to this session alone."""
        self._states.clear()


def _check_shared(op, slot: Slot) -> None:
    held, wanted = slot.op.outputs[0].dtype.base_dtype, op.outputs[0].dtype.base_dtype
    if held is not wanted:
        raise errors.InternalError(
            None,
            op,
            f"variable '{op.name}' is {held.name} in this cluster, where a graph before made it, "
            f"and does not match the declared type {wanted.name}",
        )
    if not op.outputs[0].shape.is_compatible_with(slot.array.shape):
        raise errors.refusal(
            op,
            f"variable '{op.name}' has shape {slot.array.shape} in this cluster, where a graph "
            f"before made it, and not {op.outputs[0].shape}",
        )


def reset(running: Running) -> None:
    """Forgets the variables and resources of all tasks of a cluster."""
    memory = memory_of(running)
    with memory.session_lock.turn:
        for slot in memory.slots.values():
            slot.array, slot.version = None, slot.version + 1
        memory.states.clear()
