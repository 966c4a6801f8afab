"""Loops and branches in TF 1's dataflow primitives: Enter, Merge, LoopCond, Switch, NextIteration, Exit."""

from __future__ import annotations

import contextlib

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.graph import Graph
from minitf.framework.inside import Flag, Given
from minitf.framework.registry import OPS
from minitf.framework.shape import SCALAR
from minitf.graphs.slices import (
    ArrayOfResults,
    ArrayOfSlices,
    ListOfResults,
    ListOfSlices,
    alike,
    depth,
    may_grow,
    new_list,
    of_depth,
    of_one_length,
    stacked,
)
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.control import dataflow
from minitf.ops.math import math
from minitf.ops.math.compare import less
from minitf.runtime.plan.needed import order


def lowered(graph: Graph) -> Graph:
    """A copy of `graph` whose loops and branches are made of primitives, as TF 1 made them; it can be run.

    A loop gives slices out through TensorArrays, as TF 1's map_fn and dynamic_rnn do, and what it keeps for its
    gradient in lists, whose slices may differ in shape.
    """
    copy = Copy(graph)
    copy.ops_of(graph)
    return copy.graph


_OF_LISTS = {
    "Add": "SumOfTensorLists",
    "AddN": "SumOfTensorLists",
    "Identity": "Identity",
    "ZerosLike": "ZerosLikeTensorList",
}


class Copy:
    """The copy in the making: its `graph`, the `values` of tensors there, and what was `made` of each op."""

    def __init__(self, graph: Graph):
        self.graph, self.values, self.made, self.pivot = Graph(), {}, {}, None
        self.round: list[tuple] = []  # (Merge, number of the input, what it reads of the trip before)
        self.ages: dict[str, int] = {}  # the numbers of the ops that ops of the copy were made of
        for name in graph._by_name:  # the primitives take names that are free
            self.graph.unique_absolute(name)

    def ops_of(self, graph: Graph, pivot=None) -> None:
        """Copies the ops of a graph or body; those that nothing ties to an iteration wait for `pivot`."""
        saved, self.pivot = self.pivot, pivot
        for op in order(set(graph.ops)):
            before = len(self.graph.ops)
            if op.type == "Loop":
                _LoweredLoop(self, op).make()
            elif op.type == "If":
                self.branch(op)
            elif op.type != "Arg" and op not in self.made:
                self.plain(op)
            if graph.outer is None:
                self.ages.update((new.name, op.id) for new in self.graph.ops[before:])
        for new, i, tensor in self.round if graph.outer is None else ():
            new._update_input(i, self.value(tensor))
        self.pivot = saved

    def plain(self, op) -> None:
        """Copies an op as it is."""
        inputs, definition = self.inputs(op), op.definition
        if definition.dataflow == "exit" and op.inputs[0].op.type == "Loop":  # which it has left already
            definition = OPS["Identity"]
        if any(map(depth, inputs)):
            if definition.type in _OF_LISTS:
                return self.of_lists(op, definition, inputs)
            inputs = self.stacked(op, inputs)
        types, shapes = [t.dtype for t in op.outputs], [t.shape for t in op.outputs]
        new = self.graph.create(definition, inputs, types, op.name, dict(op.attrs), shapes)
        new._add_control_inputs(self.controls(op))
        if self.pivot is not None and all(t.op.attrs.get("is_constant") for t in inputs):
            new._add_control_inputs([self.pivot])
        self.round += [(new, i, t) for i, t in enumerate(op.inputs) if self.is_later(op, t)]
        self.stands_for(op, new, new.outputs)

    def inputs(self, op) -> tuple:
        """The copies of an op's inputs; what comes round to a Merge is made later, and has another one's place."""
        first = next((self.value(t) for t in op.inputs if not self.is_later(op, t)), None)
        return tuple(first if self.is_later(op, t) else self.value(t) for t in op.inputs)

    @staticmethod
    def is_later(op, tensor) -> bool:
        """Whether a tensor comes from the trip before."""
        return op.definition.dataflow == "merge" and tensor.op.definition.dataflow == "next"

    def of_lists(self, op, definition, inputs: tuple) -> None:
        """Copies an op on what loops keep: it is one on lists."""
        type, known = _OF_LISTS[definition.type], max(map(depth, inputs))
        with self.inside(""), self.graph.control_dependencies(self.controls(op)):
            if type == "SumOfTensorLists" and may_grow(op):
                inputs = of_one_length(inputs)
            result = apply(type, *([list(inputs)] if type == "SumOfTensorLists" else inputs), name=f"{op.name}/")
        self.stands_for(op, result.op, [of_depth(result, known)])

    def stacked(self, op, inputs: tuple) -> tuple:
        """The inputs of an op that looks at what a loop has kept as a whole."""
        with self.inside(op.name):
            return tuple(stacked(t, old) if depth(t) else t for t, old in zip(inputs, op.inputs))

    def value(self, tensor):
        """What a tensor became; one that only the other branch has is that branch's, which is dead."""
        return self.values[tensor.op.attrs["of"] if tensor.op.type == "Dead" else tensor]

    def controls(self, op) -> list:
        """The copies of the ops it waits for. In a branch it waits itself for what is outside; in a loop,
        where that is not possible, the loop does.
        """
        bodies = op.attrs["branches"].bodies if op.type == "If" else ()
        outside = [c for c in op.graph.waits.get(op, ()) if _in_one_frame(op.graph, c.graph)]
        others = op.control_inputs + outside
        others = [c for c in others if c.type != "Arg" and not any(c in body.inherited for body in bodies)]
        return [self.made[c] for c in others]

    def stands_for(self, op, new, results: list, outputs=None) -> None:
        """Notes what takes the place of an op and its outputs."""
        self.made[op], new.groups = new, op.groups
        self.values.update(zip(outputs or op.outputs, results))

    @contextlib.contextmanager
    def inside(self, scope: str):
        """Ops made inside are in the copy's scope of that name, and in the frame of `pivot`."""
        before = len(self.graph.ops)
        with self.graph.as_default(), self.graph.name_scope(f"{scope}/" if scope else None):
            yield
        for op in self.graph.ops[before:]:
            if self.pivot is not None and not op.inputs and not op.control_inputs:
                op._add_control_inputs([self.pivot])

    def ending(self, tensor, type: str, make):
        """`make(name)` for an output of a loop or branch, by the name of the op that gives it to the user."""
        after = next((c for c in tensor._consumers if type in (c.type, c.name.rpartition("/")[2][: len(type)])), None)
        end = make(None if after is None else f"{after.name}/")
        if after is not None:
            self.stands_for(after, end.op, [end])
        return end

    def branch(self, op) -> None:
        """A cond: a Switch for what a branch takes from outside, a Merge for each result."""
        bodies = op.attrs["branches"].bodies
        with self.inside(op.name):
            pred = self.values[op.inputs[0]]
            with self.graph.control_dependencies([*self.controls(op), *([] if self.pivot is None else [self.pivot])]):
                sides, decides = dataflow.switch(pred, pred), array.identity(pred, name="pred_id")
            pivots = [array.identity(sides[1], name="switch_t"), array.identity(sides[0], name="switch_f")]
            for body, pivot, side in zip(bodies, pivots, (1, 0)):
                for outer, argument in body.consts.items():
                    if not isinstance(outer, Flag):
                        given = self.value(outer)
                        switch = dataflow.ref_switch if given.dtype.is_ref_dtype else dataflow.switch
                        self.values[argument] = alike(switch(given, decides)[side], given)
                self.ops_of(body, pivot.op)
            results = [self.result(t, [b.results[k] for b in bodies], pivots) for k, t in enumerate(op.outputs)]
        self.stands_for(op, results[0].op if results else decides.op, results)

    def result(self, output, ways: list, pivots: list):
        """An output of a cond: what both branches give, or what one of them does."""
        if isinstance(output, Flag):
            return None  # primitives need no flags: what was not computed is dead
        if isinstance(output, Given):
            return self.values[next(t for t in ways if t is not None)]
        return self.merged(output, ways, pivots)

    def merged(self, output, results: list, pivots: list):
        """The result of whichever branch was taken; zero where only the other branch has one."""
        known = [None if t is None else self.values[t] for t in results]
        deep = max(depth(t) for t in known if t is not None)
        ways = [self.zero(output, p, deep) if t is None else t for t, p in zip(known, pivots)]
        merge = self.ending(output, "Merge", lambda name: dataflow.merge(ways[::-1], name=name).output)
        return of_depth(merge, deep)

    def zero(self, like, pivot, deep: int):
        """Zeros for a tensor, or an empty list for one of some depth, where `pivot` is alive."""
        with self.graph.control_dependencies([pivot]):
            if deep:
                return new_list(dtypes.variant if deep > 1 else like.dtype.base_dtype)
            shape = like.shape.as_list() if like.shape.is_fully_defined() else []
            empty = b"" if like.dtype.base_dtype is dtypes.string else 0
            return constant(np.full(shape, empty, like.dtype.numpy), like.dtype.base_dtype)


class _LoweredLoop:
    """A Loop op as a frame: its variables, then an index and the arrays it writes, where it has such."""

    def __init__(self, copy: Copy, op):
        self.copy, self.op, self.loop = copy, op, op.attrs["loop"]
        self.scope, _, name = op.name.rpartition("/")
        self.frame = f"{op.name}/{name}_context"
        given = [None if isinstance(t, Flag) else copy.value(t) for t in op.inputs]
        self.ys = [(y, k in self.loop.saved) for k, y in enumerate(self.loop.ys) if not isinstance(y, Flag)]
        self.first, self.xs, self.consts, self.count = self.loop.split(given)
        trips = op.outputs[self.loop.carries]
        self.indexed = self.count is not None or bool(self.ys) or bool(trips._consumers)
        self.entered: dict = {}  # outer tensors that all iterations see

    def make(self) -> None:
        """Adds the primitives and copies of the bodies."""
        copy, loop, n = self.copy, self.loop, self.loop.carries
        with copy.inside(self.scope):
            sources, results = self.arrays()
            first = [*self.first, *([constant(0)] if self.indexed else []), *[a.first for a in results]]
            with copy.graph.control_dependencies(copy.controls(self.op)):
                entered = [dataflow.enter(t, self.frame) for t in first]
            merges = [alike(dataflow.merge([e, e]).output, t) for e, t in zip(entered, first)]
            for merge, argument in zip(merges, loop.carry_args):
                merge._shape = SCALAR if depth(merge) else argument.shape
            going = dataflow.loop_cond(self.condition(merges))
            ways = [dataflow.switch(m, going) for m in merges]
            inside = [alike(array.identity(way[1]), m) for way, m in zip(ways, merges)]
            nexts = self.body(inside, sources, results)
            for merge, following in zip(merges, nexts):
                merge.op._update_input(1, dataflow.next_iteration(following))
            exits = [alike(self.exit(i, way[0]), m) for i, (way, m) in enumerate(zip(ways, merges))]
            stacks = [a.result(last) for a, last in zip(results, exits[n + 1 :])]
        results = exits[:n] + (exits[n : n + 1] if self.indexed else [None]) + stacks
        copy.stands_for(self.op, exits[0].op, results, [t for t in self.op.outputs if not isinstance(t, Flag)])

    def arrays(self) -> tuple[list, list]:
        """What the slices that the loop takes are in, and those that it gives."""
        sources = [
            (ListOfSlices if depth(x) else ArrayOfSlices)(x, like) for x, like in zip(self.xs, self.loop.xs_args)
        ]
        dense = [x for x in self.xs if not depth(x)]
        rows = array.shape(dense[0])[0] if dense else self.count
        results = [ListOfResults(y, self.count) if kept else ArrayOfResults(y, rows) for y, kept in self.ys]
        return sources, results

    def enter(self, value):
        """An outer value, for all iterations."""
        if value not in self.entered:
            self.entered[value] = alike(dataflow.enter(value, self.frame, is_constant=True), value)
        return self.entered[value]

    def take(self, body, pivot) -> None:
        """Copies a body of the loop."""
        for outer, argument in body.consts.items():
            if not isinstance(outer, Flag):
                self.copy.values[argument] = self.enter(self.copy.value(outer))
        self.copy.ops_of(body, pivot)

    def condition(self, merges: list):
        """What decides whether there is one more iteration."""
        condition = self.loop.condition
        if condition is None:
            return less(merges[self.loop.carries], self.enter(self.count))
        self.copy.values.update(zip(condition.arguments, merges))
        self.take(condition, merges[0].op)
        return self.copy.values[condition.results[0]]

    def body(self, inside: list, sources: list, results: list) -> list:
        """Copies the body; returns the next values of the variables, the index and the arrays."""
        loop, values, n = self.loop, self.copy.values, self.loop.carries
        values.update(zip(loop.carry_args, inside))
        index = inside[n] if self.indexed else None
        with self.copy.graph.control_dependencies([inside[0]]):  # where constants are made, in each iteration
            position = self.enter(self.count) - 1 - index if loop.reverse else index
            following = [math.add(index, 1)] if self.indexed else []
        entered = [self.enter(source.all) for source in sources]
        with self.copy.graph.control_dependencies([inside[0]]):
            values.update(zip(loop.xs_args, (s.slice(x, position) for s, x in zip(sources, entered))))
        self.take(loop.body, inside[0].op)
        given = zip(results, inside[n + 1 :], self.ys)
        states = [a.following(state, position, values[y]) for a, state, (y, _) in given]
        return [values[t] for t in loop.nexts] + following + states

    def exit(self, i: int, value):
        """What is left of a variable after the loop."""
        if i >= self.loop.carries:
            return dataflow.exit(value)
        return self.copy.ending(self.op.outputs[i], "Exit", lambda name: dataflow.exit(value, name=name))


def _in_one_frame(body, outer) -> bool:
    """Whether there is no loop between a body and a graph around it."""
    while body is not outer:
        if body.of_loop:
            return False
        body = body.outer
    return True
