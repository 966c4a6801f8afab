"""Fetches: any nested structure of tensors, ops and names, and how results are arranged like it."""

from __future__ import annotations

import numbers
from collections import namedtuple

import numpy as np

from minitf.framework import nest
from minitf.framework.operation import Operation
from minitf.framework.tensor import IndexedSlices, Tensor

IndexedSlicesValue = namedtuple("IndexedSlicesValue", "values indices dense_shape")

_EXPANSIONS: list[tuple] = []


def register_fetch(kind: type, parts, assemble) -> None:
    """Makes `kind` fetchable: `parts(value)` are its tensors, `assemble(value, results)` what the caller
    gets.
    """
    _EXPANSIONS.append((kind, parts, assemble))


register_fetch(
    IndexedSlices,
    lambda s: [s.values, s.indices] + ([] if s.dense_shape is None else [s.dense_shape]),
    lambda s, r: IndexedSlicesValue(*r, *([None] if s.dense_shape is None else [])),
)


class Fetches:
    """The flat tensors and ops of a fetch structure."""

    def __init__(self, graph, structure):
        self.graph, self.tensors, self.targets = graph, [], []
        self._index: dict[Tensor, int] = {}
        self._assemble = self._take(structure)

    def arrange(self, results: list):
        """The results (one per tensor) in the structure of the fetches; None for ops."""
        return self._assemble(results)

    def _take(self, fetch):
        for kind, parts, assemble in _EXPANSIONS:
            if isinstance(fetch, kind):
                takers = [self._take(p) for p in parts(fetch)]
                return lambda results: assemble(fetch, [t(results) for t in takers])
        if nest.is_sequence(fetch):
            takers = [self._take(part) for part in nest.children(fetch)]
            return lambda results: nest.rebuild(fetch, [t(results) for t in takers])
        return self._take_element(fetch)

    def _take_element(self, fetch):
        element = self._element(fetch)
        if isinstance(element, Operation):
            self.targets.append(element)
            return lambda results: None
        index = self._index.setdefault(element, len(self.tensors))
        if index == len(self.tensors):
            self.tensors.append(element)
        return lambda results: results[index]

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
                f"{element.name} is computed inside a loop or branch, once per pass, and cannot be "
                "fetched; return it "
                "from the body (as a loop variable or a result)"
            )
        return element


def _not_fetchable(fetch) -> str:
    if isinstance(fetch, (np.ndarray, np.generic, float, int)):
        return (
            f"cannot fetch {fetch!r}: it is a {type(fetch).__name__}, not a tensor. Was a tensor's name "
            "overwritten by "
            "its own value, as in `loss = sess.run(loss)`? Give the value another name"
        )
    return (
        f"cannot fetch {fetch!r} of type {type(fetch).__name__}: fetches are tensors, operations, their "
        "names, or structures of these"
    )
