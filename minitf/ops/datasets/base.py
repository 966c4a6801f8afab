"""What all datasets have in common: they are values of variant tensors, started anew by each iterator.

An element is a tuple of arrays. What goes through the elements is an iterator that stays usable after an
error: the next one it gives is the element behind the one that failed.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import time
import weakref
from collections.abc import Callable, Iterator

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.function import FunctionGraph
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR
from minitf.ops.patterns import STATEFUL, boxed

Element = tuple  # of arrays
ENDLESS, UNKNOWN = -1, -2  # numbers of elements
NOTHING = np.zeros(0)  # for a variable that a function finds itself


class Pull:
    """One way through a dataset and those it is made of: the functions called, the threads that help.

    As in TensorFlow a dataset that occurs in several places is in each of them one of its own: its functions
    remember, and its shuffles go on to the next order, place by place.
    """

    def __init__(self, functions, fused: bool = False):
        self.functions = functions
        self.lines: weakref.WeakSet = weakref.WeakSet()
        self.fused = fused  # whether a repeated shuffle is one step, as where TensorFlow optimizes
        self.maps_in_batches = fused  # whether a batch of results is one step, likewise
        self.notes = None  # takes statistics, if they are wanted
        self.times_all = False  # whether the time is noted that each dataset takes
        self._whole, self._place, self._made = self, (), False
        self._stopped, self._there, self._orders = False, {}, {}

    @property
    def stopped(self) -> bool:
        """Whether its threads have to end."""
        return self._whole._stopped

    def stop(self) -> None:
        """Ends the threads."""
        self._whole._stopped = True
        for line in list(self.lines):
            line.stop()

    def at(self, number: int) -> Pull:
        """The way through one of the datasets that another one is made of."""
        place = (*self._place, number)
        if self._made:
            return self.having(_place=place)
        functions = self._whole._there.setdefault(place, self.functions.others())
        return self.having(_place=place, functions=functions)

    def into(self, place) -> Pull:
        """The way through a dataset that a function made."""
        return self.having(_place=(*self._place, place), _made=True)

    def into_new(self) -> Pull:
        """The way through a dataset that a function made, which nothing goes through again."""
        return self.having(_orders={}, _made=True)

    def orders(self, dataset: Dataset, first: Callable):
        """What says in which order a shuffle is the next time, in this place; first() is that at first."""
        key = self._place, dataset.op
        return self._orders.get(key) or self._orders.setdefault(key, first())

    def set_orders(self, dataset: Dataset, orders) -> None:
        """The shuffle goes on with these."""
        self._orders[self._place, dataset.op] = orders

    def having(self, **changed) -> Pull:
        """The same way, some of whose attributes are others."""
        other = copy.copy(self)
        vars(other).update(changed)
        return other


class Dataset:
    """A dataset in a session. op: the op that made it; values: of the op's inputs."""

    def __init__(self, op, *values):
        self.op = op

    def start(self, pull: Pull) -> Iterator[Element]:
        """An iterator over its elements."""
        raise NotImplementedError

    def count(self) -> int:
        """How many elements it has, or that there is no end, or that it is not known."""
        return UNKNOWN

    def called(self, pull: Pull) -> str:
        """What it is called in statistics."""
        return self.op.name.rpartition("/")[2]

    def wrong(self, message: str) -> errors.InvalidArgumentError:
        """An error that names the op."""
        return errors.InvalidArgumentError(None, self.op, message)


def same_count(self) -> int:
    """As many as the dataset has of which it is made."""
    return self.source.count()


class Steps:
    """The base of iterators over elements. kept: the attributes that say where it is, which a checkpoint holds."""

    kept: tuple[str, ...] = ()

    def __iter__(self):
        return self

    def holding(self):
        """A context in which threads of it rest."""
        return contextlib.nullcontext()

    def state(self) -> dict:
        """Where it is: numbers, elements, what holds such, and the states of iterators that this one goes through."""
        return {name: getattr(self, name) for name in self.kept}

    def resume(self, state: dict) -> None:
        """Goes on, itself just begun, where another one was."""
        for name in self.kept:
            now, saved = getattr(self, name), state[name]
            if isinstance(now, Steps):
                now.resume(saved)
            elif isinstance(now, list) and now and all(isinstance(each, Steps) for each in now):
                for each, its in zip(now, saved, strict=True):
                    each.resume(its)
            else:
                setattr(self, name, saved)


class Indexed(Steps):
    """What a sequence has from its first place on."""

    kept = ("_place",)

    def __init__(self, elements):
        self._elements, self._place = elements, 0

    def __next__(self):
        try:
            element = self._elements[self._place]
        except IndexError:
            raise StopIteration from None
        self._place += 1
        return element


class Source(Steps):
    """The base of iterators that begin the elements of a dataset when they need them, maybe several times."""

    _source: Steps | None

    def begun(self) -> Steps:
        """The elements of the dataset from the first one on."""
        raise NotImplementedError

    def resume(self, state):
        """Goes on, itself just begun, where another one was."""
        self._source = None if state["_source"] is None else self.begun()
        super().resume(state)


class Made(Steps):
    """The elements of the dataset that a function makes of an element."""

    kept = ("element", "_steps")

    def __init__(self, make: Callable, element):
        self.element, self._steps = element, make(element)

    def __next__(self):
        return next(self._steps)


def made_again(make: Callable, state: dict | None) -> Made | None:
    """The elements, from those on where they were; None if there were none."""
    if state is None:
        return None
    found = Made(make, state["element"])
    found.resume(state)
    return found


class Function:
    """A traced function with the values of what it captured."""

    def __init__(self, graph: FunctionGraph, captured: tuple):
        self.graph, self.captured = graph, captured

    def results(self, pull: Pull, element: Element) -> Element:
        """What it returns for an element."""
        return tuple(pull.functions.call(self.graph, [*element, *self.captured]))


def captured_by(graphs: list[FunctionGraph], values: tuple) -> list[Function]:
    """The functions, whose captured values stand one behind the other."""
    found, start = [], 0
    for graph in graphs:
        end = start + len(graph.consts)
        captured = [boxed(v) if isinstance(v, Dataset) else v for v in values[start:end]]
        found.append(Function(graph, tuple(captured)))
        start = end
    return found


def content(b, tensor, value, calls: bool = False):
    """What a dataset keeps of an input: another dataset, or an array of its own; of a variable that a function reads
    its memory, for the function is called on what that holds then.
    """
    if calls and is_handle(tensor):
        return NOTHING
    array = b.data(value)
    if tensor.dtype is dtypes.variant and array.ndim == 0 and isinstance(array[()], Dataset):
        return array[()]
    return array if tensor.op.type == "Const" or calls and _is_variable(tensor) else array.copy()


def is_handle(tensor) -> bool:
    """Whether it is the handle of a variable."""
    return tensor.op.definition.by_handle and tensor.op.definition.role == "variable"


def _is_variable(tensor) -> bool:
    """Whether it is what a variable holds."""
    while tensor.op.type in ("Identity", "ReadVariableOp") and not tensor.dtype._is_ref_dtype:
        tensor = tensor.op.inputs[0]
    return tensor.dtype._is_ref_dtype


def _timed(type: str, start: Callable) -> Callable:
    """How a dataset of an op type starts, where the time that it takes is noted if that is wanted."""

    @functools.wraps(start)
    def started(dataset, pull):
        source = start(dataset, pull)
        is_timed = pull.times_all and dataset.op.type == type
        return Timed(source, pull.notes, f"record_latency::{dataset.called(pull)}") if is_timed else source

    return started


class Timed(Steps):
    """The same elements, and notes of the microseconds that each took."""

    kept = ("_source",)

    def __init__(self, source, notes, tag: str):
        self._source, self._notes, self._tag = source, notes, tag

    def __next__(self):
        begin = time.perf_counter()
        element = next(self._source)
        self._notes.add(self._tag, (time.perf_counter() - begin) * 1e6 // 1)
        return element


ELEMENTS = "output_types: list(type), output_shapes: list(shape)"


def dataset_op(type: str, inputs: str = "input_dataset: variant", attributes: str = ELEMENTS):
    """Registers a class as the op type that makes such datasets."""

    def decorate(cls):
        if type.endswith("Dataset"):  # TensorFlow leaves those out that are called otherwise
            cls.start = _timed(type, cls.start)

        def make(b, op, *values):
            calls = any(isinstance(attr, FunctionGraph) for attr in op.attrs.values())
            made = cls(op, *[content(b, t, v, calls) for t, v in zip(op.inputs, values)])
            return b.constant(boxed(made))

        define(
            type,
            f"{inputs}; {attributes} -> handle: variant",
            shape=lambda op: SCALAR,
            host=make,
            reads="presence",
            **STATEFUL,
        )
        return cls

    return decorate
