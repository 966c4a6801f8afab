"""Lowering If ops: both branches, one of which runs, and one place for what they give."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from minitf.runtime.execute.op_by_op import is_native
from minitf.runtime.lower import held_stacks, sized_calls
from minitf.runtime.lower.bounded import Bounded, Count, Size, most, same
from minitf.runtime.lower.bounded_stacks import BoundedStack
from minitf.runtime.lower.builder import NATIVE
from minitf.runtime.lower.frame import Frame
from minitf.runtime.lower.growing import changes, sizes_of
from minitf.runtime.lower.held_lists import HeldList
from minitf.runtime.lower.held_slices import HeldStack, moved
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Choice, Ref
from minitf.runtime.lower.list_stacks import ListStack
from minitf.runtime.lower.lower import Lowering, makers
from minitf.runtime.lower.signals import NotNative
from minitf.runtime.tensor_arrays.flows import Flow, absent


def known_inputs(op, values: list) -> set:
    """The inputs whose contents are known, or stay on the host: strings among them are nothing to kernels."""
    given = [(t, ref) for t, ref in zip(op.inputs, values) if ref is not None]
    return {t for t, ref in given if isinstance(ref, Held) or ref.known is not None}


def same_kind(one: Ref, other: Ref) -> bool:
    """Whether both are lists that may be in each other's place, or neither is one."""
    if not isinstance(one, Flow) or not isinstance(other, Flow):
        return type(one) is type(other)
    if one.ghost or other.ghost or not one.kind.fits(other.kind):
        return False
    return one.seen is other.seen or one.seen.same_place(other.seen)


def lowered_branch(low: Lowering, op, values: list) -> list:
    """The refs of the If op's outputs; unused ones are None."""
    branches, used = op.attrs["branches"], [t in low.used for t in op.outputs]
    if values[0] is None:
        return [None] * len(op.outputs)
    if values[0].shape != () or not is_native(op, known_inputs(op, values)):
        raise NotNative(op)
    for body in branches.bodies:
        for i, outer in enumerate(branches.consts):
            if outer in body.consts:
                low.refs[body.consts[outer]] = values[1 + i]
    if values[0].known is not None and not _takes_both(low, op, values[0]):
        return _chosen(low, op, 0 if values[0].known else 1, used)
    if values[0].buffer.kind == "input" and any([_lacks(low, op, index, used) for index in range(2)]):
        raise NotNative(op, values[0])  # one branch cannot be taken: it is known to be the other
    frames = [_lowered(low, op, index, used) for index in range(2)]
    both = [pair for pair in zip(*[body.results for body in branches.bodies]) if None not in pair]
    both = [pair for pair in both if not _in_memory(low, op, pair)]
    for k, frame in enumerate(frames):
        with low.inside(frame):
            low.for_python([pair[k] for pair in both])
    counts: dict = {}
    outputs = [
        _joined(low, op, [body.results[k] for body in branches.bodies], frames, counts) if used[k] else None
        for k in range(len(op.outputs))
    ]
    low.frames[low.target].nodes.append(Choice(values[0], (frames[0].nodes, frames[1].nodes), op))
    return outputs


def _takes_both(low: Lowering, op, predicate: Ref) -> bool:
    """Whether both branches are lowered though it is known which is taken: for other sizes it was the other one."""
    if predicate.buffer not in low.folded:
        return False
    seen = low.taken.setdefault(op, set())
    if seen is not None and len(seen) < 2:
        seen.add(bool(predicate.known))
        low.turned |= len(seen) == 2
    if low.sizes_vary and seen == {True, False}:
        low.both.add(op)
    return op in low.both


def takes_one(low: Lowering) -> bool:
    """Whether there were such branches; from now on only one is lowered: what is not taken need not fit."""
    low.taken |= dict.fromkeys(low.both)
    return bool(low.both)


def _lacks(low: Lowering, op, index: int, used: list) -> bool:
    """Whether a branch takes what was not computed."""
    needed, body = low.remembered.in_branch(op, index, used), op.attrs["branches"].bodies[index]
    return any([t in needed.used and low.refs[t] is None for t in body.consts.values()])


def _in_memory(low: Lowering, op, results: tuple) -> bool:
    """Whether two results are of sizes that may be those of one value in memory, in a loop or branch."""
    refs = [low.refs.get(t) for t in results]
    if (
        len(low.frames) == 1
        or op in low.hosted
        or any([type(r) not in (Ref, Bounded) or r.dtype.name not in NATIVE for r in refs])
    ):
        return False
    return changes(*refs) is not None


def _chosen(low: Lowering, op, index: int, used: list) -> list:
    """The branch that is known to be taken, in place."""
    needed, body = low.remembered.in_branch(op, index, used), op.attrs["branches"].bodies[index]
    saved, low.used = low.used, needed.used
    try:
        for inner in needed.ops:
            low.lower(inner)
    finally:
        low.used = saved
    pairs = zip(body.results, used)
    return [low.refs[t] if u and t is not None else None for t, u in pairs]


def _lowered(low: Lowering, op, index: int, used: list) -> Frame:
    frame = Frame(branch=True)
    low.body(low.remembered.in_branch(op, index, used), frame, op.attrs["branches"].bodies[index].results)
    return frame


def _joined(low: Lowering, op, results: list, frames: list[Frame], counts: dict) -> Ref | None:
    """One place for a result, whichever branch computes it; None if neither does. counts: what those that follow counts
    in a branch follow behind it, so far.
    """
    refs = [None if t is None else low.refs[t] for t in results]
    present = [r for r in refs if r is not None]
    if not present:
        return None
    if len(present) == 1 and present[0].known is not None:
        return present[0]  # nobody reads it where the other branch is taken
    if len(present) == 2 and _in_memory(low, op, results) and (Bounded in map(type, refs) or changes(*refs)):
        return _joined_sizes(low, op, refs, frames)
    if type(present[0]) in (Bounded, BoundedStack, ListStack):  # nor this
        taken, other = frames if refs[1] is None else frames[::-1]
        return present[0].handed_out(low, taken, other, counts)
    lists = [r for r in present if isinstance(r, Flow)]
    ghost = next((r for r in lists if r.ghost), None)
    if ghost is not None and len(lists) == len(present):
        return ghost  # nobody asks for more than its kind
    differ = len({r.shape for r in present if not isinstance(r, (Held, Flow))}) > 1
    if differ or any([isinstance(r, Held) for r in present]):
        return _joined_held(low, op, refs, frames)
    if not all([r.shape == present[0].shape and same_kind(r, present[0]) for r in present]):
        raise NotNative(op, lists=makers(present))
    out = low.new(present[0].shape, present[0].dtype)
    if isinstance(present[0], Flow):
        out = _joined_list(present, out)
    elif len(present) == 1 and present[0].known_slice() is not None:
        out.row = low.constant(present[0].known_slice())
    for ref, frame in zip(refs, frames):
        with low.inside(frame):
            if ref is not None:
                low.move(ref, out)
            elif isinstance(out, Flow):
                absent(low, out)
    return out


def _joined_sizes(low: Lowering, op, refs: list, frames: list[Frame]) -> Ref | Bounded:
    """One place for two values of different sizes, and which of these it is."""
    low.joined.add(op)
    sizes, told = [], []  # and for each count where it is, and what it is in the branches
    for pair in zip(*map(sizes_of, refs)):
        if same(*pair) and type(pair[0]) is not Size:
            sizes.append(pair[0])
            continue
        count = Count()
        count.ref, count.most = low.new((), np.int64), max(map(most, pair))
        sizes.append(Size(0, {count: 1}))
        told.append((count.ref, pair))
    memory = low.new((math.prod(map(most, sizes)),), refs[0].dtype)
    for k, (ref, frame) in enumerate(zip(refs, frames)):
        with low.inside(frame):
            sized_calls.put(low, op, [pair[k] for _, pair in told], [place for place, _ in told])
            sized_calls.copy(low, op, ref, memory)
    if not told:
        return low.view(memory, sizes)
    return Bounded(memory, 0, tuple(sizes), memory.dtype, len(low.frames) - 1)


def _joined_held(low: Lowering, op, refs: list, frames: list[Frame]) -> Held:
    """What stays on the host, whichever branch gives it."""
    kinds = {type(r) for r in refs if r is not None}
    if HeldStack in kinds and Flow not in kinds and None not in refs:
        return held_stacks.joined(op, refs, frames)
    if Flow in kinds or {HeldStack, HeldList} & kinds and len(kinds) > 1:
        raise NotNative(op, lists=makers(refs))
    present = [r for r in refs if r is not None]
    held = next((r for r in present if isinstance(r, Held)), Held(present[0].dtype))
    out = held.another()
    for ref, frame in zip(refs, frames):
        frame.nodes.append(moved(op, [held.another() if ref is None else ref], [out]))
    return out


def _joined_list(flows: list[Flow], out: Ref) -> Flow:
    """The memory of a list that comes from one of several branches."""
    sizes = {f.kind.size for f in flows}
    return Flow(replace(flows[0].kind, size=sizes.pop() if len(sizes) == 1 else None), out.buffer, seen=flows[0].seen)
