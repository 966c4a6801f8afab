"""What a traced run measured, in the fields of TensorFlow's messages of these names."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field

from minitf.framework import dtypes

DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"
_ALLOCATOR = "cpu"
_HANDLE = 64  # bytes


def nbytes(tensor, shape: tuple[int, ...]) -> int:
    """How large TensorFlow says a tensor is that has this shape."""
    each = _HANDLE if tensor.dtype == dtypes.resource else tensor.dtype.size
    return math.prod(shape) * each


@dataclass(frozen=True)
class Dim:
    """One size of a shape."""

    size: int
    name: str = ""


@dataclass(frozen=True)
class Shape:
    """A shape as TensorShapeProto has it."""

    dim: list[Dim]
    unknown_rank: bool = False


@dataclass(frozen=True)
class AllocationDescription:
    """The bytes of a tensor."""

    requested_bytes: int
    allocated_bytes: int
    allocator_name: str


@dataclass(frozen=True)
class TensorDescription:
    """dtype: the number of a DataType."""

    dtype: int
    shape: Shape
    allocation_description: AllocationDescription


@dataclass(frozen=True)
class NodeOutput:
    """What an op gave as its output of number `slot`, in this run."""

    slot: int
    tensor_description: TensorDescription

    @classmethod
    def of(cls, tensor, shape: tuple[int, ...]) -> NodeOutput:
        """The description of a tensor that was of this shape."""
        count, dtype = nbytes(tensor, shape), tensor.dtype.base_dtype.as_datatype_enum
        place = AllocationDescription(count, count, _ALLOCATOR if count else "")
        return cls(tensor.value_index, TensorDescription(dtype, Shape([Dim(int(n)) for n in shape]), place))


@dataclass
class NodeExecStats:
    """One kernel call, or one op on the host.

    output: what the op gives; of an op in a loop, as it was in the last trip. Nothing where nobody knows the shape.
    """

    node_name: str
    timeline_label: str
    all_start_nanos: int
    all_end_rel_nanos: int
    kernel: str | None = None  # None: ran on the host
    thread_id: int = 0
    output: list[NodeOutput] = field(default_factory=list)

    @property
    def all_start_micros(self) -> int:
        """When it started."""
        return self.all_start_nanos // 1000

    @property
    def all_end_rel_micros(self) -> int:
        """How long it took; at least 1."""
        return max(self.all_end_rel_nanos // 1000, 1)

    memory = ()  # what it asked an allocator for: memory is given out before a run
    op_start_rel_micros = op_start_rel_nanos = 0
    op_end_rel_micros = all_end_rel_micros
    scheduled_micros = all_start_micros

    @property
    def op_end_rel_nanos(self) -> int:
        """How long it took."""
        return self.all_end_rel_nanos

    @property
    def scheduled_nanos(self) -> int:
        """When it started: calls follow each other."""
        return self.all_start_nanos


@dataclass
class DeviceStepStats:
    """What ran on one device."""

    device: str
    node_stats: list[NodeExecStats] = field(default_factory=list)


@dataclass(eq=False)
class Total:
    """All calls of one kernel at one place of a program (kernel None: an op on the host).

    bytes: what they write; not known of the host.
    """

    op: object
    kernel: str | None
    calls: int
    nanoseconds: float
    bytes: int = 0


class StepStats:
    """What one run spent its time on: `totals` per kernel call, `dev_stats` call by call (the first 131072).

    shapes: of what the run computed, by tensor.
    """

    def __init__(self, nanoseconds: int, totals: list[Total], events: list[tuple], ops: list, shapes: dict):
        self.nanoseconds, self.totals, self._events, self.ops = nanoseconds, totals, events, ops
        self.shapes = shapes

    @functools.cached_property
    def dev_stats(self) -> list[DeviceStepStats]:
        """The calls in the order of their ends, as TensorFlow's timeline reads them."""
        found = [
            NodeExecStats(op.name if op else "", _label(op, kernel), start, end - start, kernel, 0, self._output(op))
            for op, kernel, start, end in self._events
        ]
        return [DeviceStepStats(DEVICE, found)] if found else []

    def _output(self, op) -> list[NodeOutput]:
        return [NodeOutput.of(t, self.shapes[t]) for t in (op.outputs if op else ()) if t in self.shapes]


def _label(op, kernel: str | None) -> str:
    if op is None:
        return f"{kernel} = {kernel}()"
    return f"{op.name} = {op.type}({', '.join(t.name.removesuffix(':0') for t in op.inputs)})"
