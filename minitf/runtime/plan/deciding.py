"""Which inputs of a region decide what lowering asks for."""

from __future__ import annotations

from minitf.framework.traversal import inside, outwards, reached
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.lower import Lowering
from minitf.runtime.lower.signals import NotNative
from minitf.runtime.plan.boundary import is_saved
from minitf.runtime.plan.needed import taken
from minitf.runtime.resize.given import SMALL

_FEW = 2  # numbers fed that may steer what is lowered


def deciding(low: Lowering, error: NotNative, ops: list, inputs: list) -> set:
    """The small integer inputs of the ops that decide the value which lowering asked for, and those that decide
    what it will ask for at other ops of the type: one at a time they would be many lowerings.
    """
    if error.op.type == "If" and error.demanded is not None:
        return {_outermost(error.op.inputs[0])} & set(inputs)
    at = [i for i, t in enumerate(error.op.inputs) if low.refs.get(t) is error.demanded]
    if error.demanded is None or not _behind(low, error.op, at, inputs):
        return set()
    alike = [op for op in inside(ops) if op.type == error.op.type and len(op.inputs) > max(at)]
    return set().union(*[_behind(low, op, at, inputs) for op in alike])


def for_axes(low: Lowering, error: NotNative) -> bool:
    """Whether what lowering asked for says which axes."""
    return any([low.refs.get(error.op.inputs[i]) is error.demanded for i in error.op.definition.axes])


def choosing(op, inputs: list) -> set:
    """The inputs of the region that say whether an op runs: the predicates of branches in which it is."""
    owners = [owner for graph in outwards(op.graph) if (owner := getattr(graph, "owner", None)) is not None]
    return {_outermost(owner.inputs[0]) for owner in owners if owner.type == "If"} & set(inputs)


def _outermost(tensor):
    """The tensor for which an argument stands, outside of all bodies."""
    while "stands_for" in tensor.op.attrs:
        tensor = tensor.op.attrs["stands_for"]
    return tensor


def _behind(low: Lowering, op, positions: list, inputs: list) -> set:
    """The inputs of the region that decide what some inputs of an op are, if they are small integers."""
    todo = [op.inputs[i] for i in positions]
    found, seen = set(), set()
    while todo:
        tensor = todo.pop()
        if tensor in seen:
            continue
        seen.add(tensor)
        ref = low.refs.get(tensor)
        if ref is not None and ref.known is not None or tensor in low.refs and ref is None:
            continue  # known, or absent
        if tensor in inputs:
            found.add(tensor)
        elif "stands_for" in tensor.op.attrs:
            todo.append(tensor.op.attrs["stands_for"])
        elif not tensor.op.inputs or tensor.op.definition.stateful or tensor.op.definition.numpy is None:
            return set()
        else:
            todo.extend(tensor.op.inputs)
    small = all([t.dtype.is_integer and type(low.refs[t]) is Ref and low.refs[t].size <= SMALL for t in found])
    return found if small else set()


def follows_few(low: Lowering, error: NotNative, sources: set) -> bool:
    """Whether what lowering asked for is an input, or steers what few of these decide."""
    if type(error.demanded) is not Ref or error.demanded.buffer.kind == "input":
        return True
    return bool(sources) and sum([low.refs[t].size for t in sources]) <= _FEW


def after_held(low: Lowering, op) -> bool:
    """Whether an op's inputs depend on what stays on the host."""
    found = reached(op.inputs, lambda t: t.op.inputs if low.refs.get(t) is not None else [])
    return any(isinstance(low.refs.get(t), Held) for t in found)


def behind_held(low: Lowering, op) -> bool:
    """Whether an op of the region takes what another one of it leaves to Python, and not only for a gradient."""
    held = [t for t in op.inputs if type(low.refs.get(t)) is Held]
    return bool(held) and any([t.op in low.begun and not is_saved(t) for t in taken(op, low.used) if t in held])


def only_places(op) -> bool:
    """Whether what the op asks for says where something is, not how much: it may be another in each run."""
    return op.definition.decided is not None and all([t.shape.is_fully_defined() for t in op.outputs])
