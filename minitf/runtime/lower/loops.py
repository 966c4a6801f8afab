"""Lowering Loop ops to native loops: jumps back.

Slices of `xs` are read in place. A loop variable that is also stacked (because the loop gives it out or its
gradient needs it) lives in its stack: one trip writes slot t + 1, the next reads it there. Any other loop
variable has one place. What the body computes is copied there at the end of a trip; `place_values` (see
`minitf.runtime.memory.placement`) lets it be computed there, wherever it can.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from minitf.kernels.compile import layout
from minitf.kernels.compile.loops import take_row, trip_count, zero_tail
from minitf.kernels.math.cast import cast
from minitf.runtime.lower import counted_loops, held_results, list_stacks, loop_calls, sized_calls
from minitf.runtime.lower.bounded import Bounded, Size, for_python, most
from minitf.runtime.lower.bounded_stacks import BoundedStack, saved, saved_in
from minitf.runtime.lower.branches import same_kind
from minitf.runtime.lower.builder import NATIVE, Value
from minitf.runtime.lower.frame import Frame
from minitf.runtime.lower.growing import as_at_first, changes, growing, sizes_of
from minitf.runtime.lower.held_lists import HeldList
from minitf.runtime.lower.held_slices import HeldStack, Slices, Work, given, in_memory, kept, moved
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Ref, Repeat
from minitf.runtime.lower.list_stacks import ListStack
from minitf.runtime.lower.lower import Lowering, makers
from minitf.runtime.lower.signals import NotNative, Open
from minitf.runtime.tensor_arrays.flows import Flow, Full, like

UNLIMITED = 2**62  # trips, of a loop that keeps nothing of them in its memory


class LoopLowering:
    """The lowering of one Loop op. size: how many trips it makes, if that follows counts."""

    def __init__(self, low: Lowering, op, values: list, size: Size | None):
        self.low, self.op, self.loop, self.values = low, op, op.attrs["loop"], values
        self.carry, xs, self.consts, self.count = self.loop.split(values)
        self.size = size
        if loop_calls.goes_over_held(self.loop, values):
            raise NotNative(op)
        self.xs = [low.snapshot(x) for x in xs]
        # Of Python's values and of lists that other loops gave only the kind is known, not how many slices there are.
        self.counted = [x for x in self.xs if x is not None and not isinstance(x, (Held, Flow))]
        self.held: list[Slices] = []  # what is read of the others
        self.returned: list[tuple[Slices, Ref]] = []  # and what of them is put into memory in each trip
        self.counts: dict = {}  # what counts that another loop saved are in this one
        self.saved_counts: dict = {}  # those that this one saves, and where
        self.kept: list[HeldStack] = []  # what Python keeps of what is in memory
        self.outer = len(low.frames) - 1
        self.used = [t in low.used for t in op.outputs]
        self.n = self.loop.carries
        self.ys = [k for k in range(len(self.loop.ys)) if self.used[self.n + 1 + k]]
        self.live, self.needed = low.remembered.in_loop(op, self.used)
        self.node = Repeat(reverse=self.loop.reverse, op=op)
        self.capacity = self._capacity()
        self.growing = {i: g for i in self.live if (g := growing(low, op, i, self.carry[i], self.capacity)) is not None}
        self.open = {i for i in self.live if self._is_open(i)} - set(self.growing)
        self.stacked = self._stacked()
        self.stacks = {
            i: self._stack(self.capacity + 1, self.carry[i]) for i in self.live if i in self.stacked - set(self.growing)
        }
        self.places = {i: self._place(i) for i in self.live}
        self._lower_body()

    # ---- what has to be computed

    def _capacity(self) -> int:
        """How many trips the stacks have room for; sets the trips of the loop."""
        node, lengths = self.node, [sizes_of(x)[0] for x in self.counted]
        if self.count is not None and self.count.known is not None:
            count = max(int(self.count.known), 0)
            if any(length < count for length in lengths):
                raise NotNative(self.op)
            if all(length == count for length in lengths):  # else the ys are longer than the loop runs
                node.count = count
                return count
        if self.size is not None:
            node.limit = min([most(self.size), *[length for length in lengths if type(length) is not Size]])
            node.count = counted_loops.begin(self.low, self.op, self.counted, self.size, node.limit)
        else:
            node.limit = min(lengths) if self.count is not None and lengths else self._room_for_trips()
            node.count = None if self.count is None else self._found_count(node.limit)
        node.trips = self.low.new((), np.int64)
        node.carried |= {node.trips.buffer}
        return node.limit

    def _found_count(self, capacity: int) -> Ref:
        """The number of trips that a run finds out, of which there may be so many."""
        found, kernel = self.low.new((), np.int64), trip_count[self.count.dtype]
        self.low.call(kernel, self.count, found, capacity, error=lambda _: self._too_few(capacity))
        if not self.counted and capacity < UNLIMITED:
            self.low.guesses[self.op] = capacity
        return found

    def _room_for_trips(self) -> int:
        """How many trips there may be, where nothing is as long as there are."""
        each = self.count is not None and set(self.ys) - self.loop.saved - self.loop.padded
        if each and not (self.op in self.low.steered and len(self.low.frames) > 1):
            raise NotNative(self.op, self.count)  # these have one slice for each trip, and no room
        return UNLIMITED if each else self._guess()  # Python keeps them

    def _guess(self) -> int:
        """How many trips the stacks have room for, where their number is not known."""
        if not self.ys:
            return UNLIMITED
        if self.op not in self.low.once:
            return self.low.capacities.get(self.op, counted_loops.first_guess(self.low, self.loop))
        if set(self.ys) - self.loop.saved:
            raise NotNative(self.op)
        return UNLIMITED

    def _too_few(self, capacity: int) -> str:
        count = int(self.low.data(self.count))
        if not self.counted:
            raise Full(self.op, count)
        return f"a loop of {count} trips was given only {capacity} slices"

    @property
    def fixed(self) -> bool:
        """Whether the number of trips is known."""
        return isinstance(self.node.count, int)

    # ---- where values live

    def _is_open(self, i: int) -> bool:
        """Whether the shapes of loop variable i are such as only a run knows."""
        return not isinstance(self.carry[i], Ref) or (self.op, i) in self.low.open or (self.op, i) in self.low.growing

    def _stacked(self) -> set[int]:
        """The loop variables that are also needed ys (before or after a trip): all their values are in a stack."""
        if self.capacity == UNLIMITED:
            return set()
        wanted = {_handed_on(self.loop.ys[k]) for k in self.ys}
        # What is joined to a y is stacked too: the pass `split_concat` then does without the joined one.
        wanted |= {_handed_on(t) for y in wanted if y.op.definition.joins for t in y.op.inputs}
        if self.loop.reverse and not self.fixed:
            return set()
        found = [i for i in self.live if i not in self.open and not isinstance(self.carry[i], Flow)]
        return {i for i in found if _handed_on(self.loop.nexts[i]) in wanted or self.loop.carry_args[i] in wanted}

    def _stack(self, count: int, item: Ref) -> Ref:
        """Memory for a number of values like `item`, filled trip by trip."""
        stack = self.low.new((count, *item.shape), item.dtype)
        stack.buffer.swapped = self.loop.swap_memory
        self.node.carried.add(stack.buffer)
        return stack

    def _place(self, i: int) -> Ref:
        """Where loop variable i is when a trip starts; its first value is put there."""
        init = self.carry[i]
        if i in self.growing:
            value = self.growing[i].begin(self.node, self._stack if i in self.stacked else None)
            self.saved_counts |= self.growing[i].all_counts(self.node)
            return value
        if i in self.open:
            init = for_python(self.low, init)
            held = init.another() if isinstance(init, Held) else Held(self.loop.carry_args[i].dtype.numpy)
            self.low.frames[self.low.target].nodes.append(moved(self.op, [init], [held]))
            return held
        if i in self.stacks:
            self.low.move(init, self.stacks[i].slice(self.capacity if self.loop.reverse else 0))
            return self.stacks[i].slice(1 if self.loop.reverse else 0, self.node)
        place = self._room(init)
        self.node.carried.add(place.buffer)
        self.low.move(init, place)
        return place

    def _room(self, init: Ref) -> Ref:
        """Memory for a loop variable."""
        if not isinstance(init, Flow):
            return self.low.new(init.shape, init.dtype)
        if init.ghost:
            raise NotNative(self.op, lists=makers([init]))
        return like(self.low, init, replace(init.kind, size=None) if init.kind.grows else None)

    # ---- the body

    def _lower_body(self) -> None:
        low, loop = self.low, self.loop
        for body in (loop.body, loop.condition):
            for i, argument in loop.const_args(body) if body is not None else ():
                low.refs[argument] = self.consts[i]
        for argument, x in zip(loop.xs_args, self.xs):
            low.refs[argument] = self._slice_of(x, argument)
        for i in self.live:
            kept = i in self.open or i in self.growing
            low.refs[loop.carry_args[i]] = self.places[i] if kept else self._varying(self.places[i])
        if loop.condition is not None:
            self._lower_condition()
        frame = Frame(self.node)
        frame.nodes = self.node.body
        frame.nodes += [Work(self.op, slices.take) for slices in self.held]
        if self.returned:
            frame.nodes.append(given(self.op, *map(list, zip(*self.returned))))
        low.body(self.needed, frame, [*loop.nexts, *loop.ys])
        with low.inside(frame):
            low.for_python([loop.nexts[i] for i in self.live if self._for_python(i)])
            low.for_python([loop.ys[k] for k in self.ys if k not in loop.saved and not self._gives_alike(k)])
        held_results.check(low, self.op, self.values, [loop.ys[k] for k in self.ys if k not in loop.saved])
        self.ys_refs = {}
        with low.inside(frame):
            self._store()
        if self.node.predicate is not None and self.node.predicate.known is not None:
            raise NotNative(self.op)  # unless it depends on a variable that turned out to be open
        low.frames[low.target].nodes.append(self.node)

    def _for_python(self, i: int) -> bool:
        """Whether the next value of loop variable i is one that Python takes."""
        return i in self.open or type(self.low.refs.get(self.loop.nexts[i])) is BoundedStack

    def _gives_alike(self, k: int) -> bool:
        """Whether the slices of y number k, of sizes that only a run knows, are put together in memory."""
        ref, whole = self.low.refs.get(self.loop.ys[k]), self.fixed or self.size is not None
        return type(ref) is Bounded and whole and counted_loops.alike(self.low, ref, self.outer)

    def _slice_of(self, x, argument) -> Value | None:
        if type(x) is BoundedStack:
            return x.slice(self.node, self.outer + 1, self.counts)
        if type(x) is ListStack:
            return x.slice(self.low, self.node, self.outer + 1)
        if type(x) is Bounded:
            stack = counted_loops.stacked(self.low, self.op, x)
            return counted_loops.slice_of(x, stack, self.node, self.outer + 1)
        if type(x) is HeldList:
            return x  # zeros for all of them
        return self._held_slice(x, argument) if isinstance(x, Held) else self._slice(x)

    def _slice(self, x: Ref | None) -> Ref | None:
        if x is None:  # nobody reads it
            return None
        if isinstance(x, Flow):
            return x.ghosts(0) if x.ghost else x  # zeros for all of them
        if x.row is not None:
            return x.row
        part = x.slice(0, self.node)
        if x.like is not None:
            part.row, part.like = x.like.row, x.like.like
        return part

    def _held_slice(self, x: HeldStack, argument) -> Value:
        if x.row is not None:
            return x.row
        slices, count = Slices(self.op, x, self.loop.reverse), self.node.count
        if count is None:
            raise NotNative(self.op)
        self.low.frames[self.outer].nodes.append(Work(self.op, slices.begin, in_memory(self.low, count)))
        place = self._returned(x, argument)
        if place is None:
            self.held.append(slices)
            return slices.part
        self.returned.append((slices, self._varying(place)))
        return place

    def _returned(self, x: HeldStack, argument) -> Ref | None:
        """Memory for the slices of trips, if it is known what shape they have."""
        if x.ref is None:
            known = type(x.item) is Held and argument.shape.is_fully_defined() and argument.dtype.name in NATIVE
            return self.low.new(tuple(argument.shape.sizes), argument.dtype.numpy) if known else None
        place = self.low.new(x.ref.shape, x.ref.dtype)
        if x.ref.row is None or x.ref.row.known is not None:
            place.row, place.like = x.ref.row, x.ref.like
        return place

    def _varying(self, place: Ref) -> Ref:
        """A loop variable's place, seen from inside: it changes with every trip."""
        place.buffer.level = max(place.buffer.level, self.outer + 1)
        return place

    def _lower_condition(self) -> None:
        loop, frame = self.loop, Frame(self.node)
        frame.nodes = self.node.test
        for i, argument in enumerate(loop.condition.arguments):
            if i in self.places:
                self.low.refs[argument] = self.places[i]
        results = loop.condition.results
        self.low.body(self.low.remembered.in_condition(self.op, self.used), frame, results)
        held_results.check_in_memory(self.low, results)
        predicate = self.low.refs[results[0]]
        if predicate.shape != ():
            raise NotNative(self.op)
        self.node.predicate = predicate

    def _store(self) -> None:
        """Puts the next values of the loop variables and the slices of the ys where they belong."""
        low, loop = self.low, self.loop
        self._check_sizes()
        plain = [i for i in self.live if i not in self.open and i not in self.growing]
        news = {i: (low.refs[loop.nexts[i]], self._next(i)) for i in plain}
        for k in self.ys:
            self.ys_refs[k] = self._store_slice(k)
        if self.kept:
            low.frames[low.target].nodes.append(kept(self.op, self.kept))
        if self.open:
            sources = [low.refs[loop.nexts[i]] for i in self.open]
            if any([not self._may_hold(i, v) for i, v in zip(self.open, sources)]):
                raise NotNative(self.op, lists=makers(sources))
            low.frames[low.target].nodes.append(moved(self.op, sources, [self.places[i] for i in self.open]))
        changed = [pair for pair in news.values() if not pair[0].same_place(pair[1])]
        grown = [(grows, low.refs[loop.nexts[i]]) for i, grows in self.growing.items()]
        grown = [(grows, new) for grows, new in grown if not grows.stays(new)]
        told = [grows.tell(new) for grows, new in grown]
        # Values that are loop variables themselves are read before any of them is overwritten.
        places = {target.buffer for _, target in changed if len(changed) + len(grown) > 1}
        places |= {grows.place.buffer for grows, _ in grown}
        sources = [sized_calls.apart(low, self.op, new, places) for new, _ in changed]
        values = [sized_calls.apart(low, self.op, new, places) for _, new in grown]
        for source, (_, target) in zip(sources, changed):
            low.move(source, target)
        for value, (grows, _) in zip(values, grown):
            grows.store(value)
        for note in told:
            note()

    def _check_sizes(self) -> None:
        """Raises Open for loop variables whose shapes are not those of their places."""
        low, wrong = self.low, {}
        for i in self.live:
            new, target, grows = low.refs[self.loop.nexts[i]], self.places[i], self.growing.get(i)
            if i in self.open:
                continue
            if isinstance(target, Flow) or isinstance(new, Flow):
                if new.shape != target.shape or not same_kind(new, target):
                    raise NotNative(self.op, lists=makers([new, target]))
                continue
            axes = changes(target, new)
            if axes is None or any([grows is None or grows.lacks(*change) for change in axes.items()]):
                wrong[i] = axes
        if wrong:
            raise Open(self.op, wrong)

    def _may_hold(self, i: int, value: Value) -> bool:
        """Whether a value can be the next one of an open loop variable."""
        kinds = {type(value), type(self.places[i])}
        return len(kinds) == 1 if HeldList in kinds else kinds.isdisjoint([HeldStack, Flow])

    def _next(self, i: int) -> Ref:
        """Where the next value of loop variable i belongs."""
        return self.stacks[i].slice(0 if self.loop.reverse else 1, self.node) if i in self.stacks else self.places[i]

    def _store_slice(self, k: int) -> Ref | None:
        """The stack of y number k."""
        low, loop, y = self.low, self.loop, _handed_on(self.loop.ys[k])
        for i in self.stacked & set(self.growing):
            after = y is _handed_on(loop.nexts[i])
            if after and type(low.refs[y]) is Bounded or y is loop.carry_args[i]:
                memory = self.growing[i].all_values(after, self.node)
                return saved_in(low, low.refs[y], memory, self.node, self._stack_of_all, self.saved_counts)
        for i, stack in self.stacks.items():
            after = y is _handed_on(loop.nexts[i])
            if after or y is loop.carry_args[i]:
                first = stack.slice(int(after != loop.reverse))
                return Ref((self.capacity, *first.shape), stack.dtype, stack.buffer, first.offset, stack.moves)
        ref = low.refs[loop.ys[k]]
        if ref is None and k in loop.saved:
            return None  # a branch that is known not to be taken would have given it
        if ref is None:
            raise NotNative(self.op)
        if isinstance(ref, (Flow, ListStack)):
            output, stack = self.op.outputs[self.n + 1 + k], self._stack_of_all
            return list_stacks.saved(low, self.node, output, ref, self.capacity, stack) or ref.ghosts(self.capacity)
        leaves = self.op.outputs[self.n + 1 + k] in low.leaving
        if type(ref) is Ref and k in loop.saved and not leaves:
            *_, ref = low.frames[-1].numbers.get(ref.place, (ref,))  # what sizes there follow they follow in gradients
        if leaves and type(ref) is Bounded and ref.fixed is not None:
            ref = ref.fixed
        if type(ref) in (Bounded, BoundedStack):
            if self.capacity < UNLIMITED:
                return self._bounded_stack(ref)
            ref = ref.held(low)
        if isinstance(ref, Held):
            return self._held_stack(ref)
        if self.capacity == UNLIMITED:
            return self._kept_stack(ref, leaves or k not in loop.saved)
        stack = self._stack_of_all(ref)
        slot = stack.slice(0, self.node)
        if low.level_of(ref) <= self.outer and ref.buffer not in low.written_buffers():
            stack.row = ref  # whoever takes the slices apart again needs no stack
        if ref.like is not None or ref.row is not None and ref.row.known is not None:
            stack.like = ref
        low.move(ref, slot)
        return stack

    def _bounded_stack(self, ref: Bounded | BoundedStack) -> BoundedStack:
        """The memory of a value in each trip, of which only a run knows how large it is."""
        if type(ref) is BoundedStack:
            return ref.saved(self.low, self.node, self._stack_of_all, self.saved_counts)
        return saved(self.low, ref, self.node, self._stack_of_all, self.saved_counts)

    def _stack_of_all(self, value: Ref) -> Ref:
        """Memory for one like a value of the body for each trip."""
        self.low.target = self.outer
        made = self._stack(self.capacity, value)
        self.low.target = self.outer + 1
        return made

    def _held_stack(self, ref: Held) -> HeldStack:
        """The list of what stays on the host in each trip."""
        stack, frames = HeldStack(ref, self.loop.reverse), self.low.frames
        frames[self.outer].nodes.append(Work(self.op, stack.empty))
        frames[self.outer + 1].nodes.append(Work(self.op, stack.keep))
        return stack

    def _kept_stack(self, ref: Ref, leaves: bool) -> HeldStack:
        """The list of what is in memory in each trip; none is made of what is known, unless it leaves the region."""
        low = self.low
        same = ref.known is not None or low.level_of(ref) == 0 and ref.buffer not in low.written_buffers()
        stack = HeldStack(Held(ref.dtype), self.loop.reverse, ref, ref if same else None)
        if leaves or not same:
            low.frames[self.outer].nodes.append(Work(self.op, stack.empty))
            self.kept.append(stack)
        return stack

    # ---- after the loop

    def outputs(self) -> list:
        """The refs of the op's outputs."""
        finals = [self._final(i) if i in self.places and self.used[i] else None for i in range(self.n)]
        self.ys_refs |= self._put_together()
        ys = [self._padded(k) if k in self.ys_refs else None for k in range(len(self.loop.ys))]
        return [*finals, self._trips() if self.used[self.n] else None, *ys]

    def _final(self, i: int) -> Ref:
        if i in self.open:
            return self.places[i]
        if i in self.growing:
            return as_at_first(self.low, self.op, i, self.growing[i].final(self.node))
        if i not in self.stacks:
            place = self.places[i]
            place.buffer.level = self.outer
            if isinstance(place, Flow):
                return place.of(place.kind)
            return Ref(place.shape, place.dtype, place.buffer, place.offset, place.moves)
        stack = self.stacks[i]
        stack.buffer.level = self.outer
        if self.fixed:
            return stack.slice(0 if self.loop.reverse else self.capacity)
        out = self.low.new(stack.shape[1:], stack.dtype)
        if out.size or self.low.sizes_vary:
            self.low.call(take_row[layout.carrier(stack.dtype)], stack, self.node.trips, out, out.size)
        return out

    def _trips(self) -> Ref | Bounded:
        if self.fixed:
            return self.low.constant(np.asarray(self.capacity, np.int32))
        out = self.low.new((), np.int32)
        self.low.call(cast[np.int64, np.int32], self.node.trips, out, 1)
        return out if self.size is None else counted_loops.number(self.low, out, self.size)

    def _put_together(self) -> dict[int, Held]:
        """The ys of which Python has the slices, as one value each."""
        stacks = {k: y for k, y in self.ys_refs.items() if type(y) is HeldStack and k not in self.loop.saved}
        return held_results.joined(self.low, self.op, self.values, stacks) if stacks else {}

    def _padded(self, k: int) -> Value | None:
        """A y; slices of trips that were not made are zero, except in what only gradients read."""
        ref, whole = self.ys_refs[k], self.capacity if self.size is None else self.size
        if type(ref) is BoundedStack and k not in self.loop.saved:
            return counted_loops.together(self.low, self.op, ref.item, ref.memory, whole)
        if ref is None or isinstance(ref, (Flow, Held, BoundedStack, ListStack)):
            return ref
        ref.buffer.level = self.outer
        if self.size is not None:
            return (
                ref
                if k in self.loop.saved and ref.row is not None
                else Bounded(ref, 0, (whole, *ref.shape[1:]), ref.dtype, self.outer)
            )
        if not self.fixed and k not in self.loop.saved and (ref.size or self.low.sizes_vary):
            row = math.prod(ref.shape[1:]) * ref.dtype.itemsize
            self.low.call(zero_tail[()], ref, self.node.trips, self.capacity, row)
            ref.row = ref.like = None
        return ref


def _handed_on(tensor):
    """What a tensor of a body is behind identities, unless that is a variable's memory."""
    while tensor.op.definition.on_lists == "same" and not tensor.op.inputs[0].dtype.is_ref_dtype:
        tensor = tensor.op.inputs[0]
    return tensor
