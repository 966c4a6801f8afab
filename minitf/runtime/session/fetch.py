"""Fetches: any nested structure of tensors, ops and names, and how results are arranged like it."""

from __future__ import annotations

import numbers
from collections import namedtuple
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from minitf.framework import nest
from minitf.framework.operation import Operation
from minitf.framework.sparse import SparseTensor, SparseTensorValue
from minitf.framework.tensor import IndexedSlices, Tensor

IndexedSlicesValue = namedtuple("IndexedSlicesValue", "values indices dense_shape")

_EXPANSIONS: list[tuple] = []
_MOST_PARTS = 1_000_000


def register_fetch(kind: type, parts, assemble) -> None:
    """Makes `kind` fetchable: `parts(value)` are its tensors, `assemble(value, results)` what the caller gets."""
    _EXPANSIONS.append((kind, parts, assemble))


register_fetch(
    IndexedSlices,
    lambda s: [s.values, s.indices] + ([] if s.dense_shape is None else [s.dense_shape]),
    lambda s, r: IndexedSlicesValue(*r, *([None] if s.dense_shape is None else [])),
)


register_fetch(SparseTensor, SparseTensor._components, lambda s, r: SparseTensorValue(*r))


class _Whole(NamedTuple):
    """A structure, opened: what tells it from others of the same parts, and these."""

    mark: tuple
    parts: list


def _opened(fetch) -> _Whole | None:
    """The direct parts of a structure; None for what has none."""
    kind = type(fetch)
    for expandable, parts, _ in _EXPANSIONS:
        if isinstance(fetch, expandable):
            return _Whole((kind, id(fetch)), parts(fetch))
    if isinstance(fetch, Mapping):
        keys = list(fetch)
        return _Whole((kind, *keys, *map(type, keys)), [fetch[k] for k in keys])
    if nest.is_sequence(fetch):
        parts = nest.children(fetch)
        return _Whole((kind, len(parts)), parts)
    return None


def outline(fetches) -> tuple:
    """What tells fetches from all others, as long as the `Fetches` made of them live.

    Raises:
      ValueError: for a structure of too many parts, such as a list that contains itself.
    """
    marks: list = []
    todo = [fetches]
    while todo:
        fetch = todo.pop()
        kind = type(fetch)
        if kind is Tensor or kind is Operation:
            marks.append(id(fetch))
        elif kind is str:
            marks.append(fetch)
        elif kind is list or kind is tuple:  # as below, for speed
            marks.append((kind, len(fetch)))
            todo.extend(fetch[::-1])
            _check_size(len(marks) + len(todo))
        elif (whole := _opened(fetch)) is not None:
            marks.append(whole.mark)
            todo.extend(reversed(whole.parts))
            _check_size(len(marks) + len(todo))
        else:
            element = fetch._as_graph_element() if hasattr(kind, "_as_graph_element") else fetch
            marks.append(id(element))
    return tuple(marks)


def _check_size(count: int) -> None:
    if count > _MOST_PARTS:
        raise ValueError(f"the fetches have more than {_MOST_PARTS:,} parts; does a list contain itself?")


def _assembling(fetch):
    """The function that makes a structure like `fetch` of the results for its parts."""
    for kind, _, assemble in _EXPANSIONS:
        if isinstance(fetch, kind):
            return lambda results: assemble(fetch, results)
    kind = type(fetch)
    if isinstance(fetch, Mapping):
        keys = list(fetch)
        return lambda results: _mapping(kind, dict(zip(keys, results)))
    if isinstance(fetch, list):
        return list
    if isinstance(fetch, tuple):
        return lambda results: tuple.__new__(kind, results)
    return lambda results: kind(*results)


def _mapping(kind: type, items: dict):
    """A mapping of a kind; a dict where its maker wants something else than TensorFlow thinks."""
    if kind is dict:
        return items
    try:
        filled = kind()
        for key, value in items.items():
            filled[key] = value
        return filled
    except TypeError:
        pass
    try:
        return kind(items)
    except TypeError:
        return items


class Fetches:
    """The flat tensors and ops of a fetch structure."""

    def __init__(self, graph, structure):
        self.graph, self.tensors, self.targets = graph, [], []
        self._index: dict[Tensor, int] = {}
        self._steps: list = []  # what comes out, last first: the place of a result, None, or a whole's makers
        todo = [structure]
        while todo:
            fetch = todo.pop()
            whole = _opened(fetch)
            if whole is None:
                self._steps.append(self._take(fetch))
            else:
                self._steps.append((_assembling(fetch), len(whole.parts)))
                todo.extend(reversed(whole.parts))
        self._steps.reverse()

    def arrange(self, results: list):
        """The results (one per tensor) in the structure of the fetches; None for ops."""
        done: list = []  # parts of wholes to come, the first one last
        for step in self._steps:
            if type(step) is int:
                done.append(results[step])
            elif step is None:
                done.append(None)
            else:
                assemble, count = step
                parts = done[: -count - 1 : -1] if count else []
                del done[len(done) - count :]
                done.append(assemble(parts))
        return done[0]

    def _take(self, fetch) -> int | None:
        element = self._element(fetch)
        if isinstance(element, Operation):
            self.targets.append(element)
            return None
        index = self._index.setdefault(element, len(self.tensors))
        if index == len(self.tensors):
            self.tensors.append(element)
        return index

    def _element(self, fetch):
        if fetch is None or isinstance(fetch, (numbers.Number, np.ndarray, np.generic, bytes)):
            raise TypeError(_not_fetchable(fetch))
        try:
            element = self.graph.as_graph_element(fetch)
        except TypeError:
            raise TypeError(_not_fetchable(fetch)) from None
        except KeyError as error:
            raise ValueError(f"fetch {fetch!r}: {error.args[0]}") from None
        if element.graph is not self.graph:
            raise ValueError(
                f"{element.name} is computed inside a loop or branch, once per pass, and cannot be fetched; return it "
                "from the body (as a loop variable or a result)"
            )
        if not self.graph.is_fetchable(element):
            raise ValueError(
                f"Operation {element.op.name!r} has been marked as not fetchable (created "
                f"{element.op.origin}): prevent_fetching was called for it"
            )
        return element


def _not_fetchable(fetch) -> str:
    if isinstance(fetch, (np.ndarray, np.generic, float, int)):
        return (
            f"cannot fetch {fetch!r}: it is a {type(fetch).__name__}, not a tensor. Was a tensor's name overwritten "
            "by its own value, as in `loss = sess.run(loss)`? Give the value another name"
        )
    return (
        f"cannot fetch {fetch!r} of type {type(fetch).__name__}: fetches are tensors, operations, their "
        "names, or structures of these"
    )
