"""Where iterators are, as values that checkpoints can hold: a text in JSON, and the arrays that it names."""

from __future__ import annotations

import json
from collections import deque

import numpy as np

from minitf.formats.variants import Variant
from minitf.framework import errors
from minitf.framework.function import FunctionGraph
from minitf.framework.operation import Operation
from minitf.framework.traversal import inside, reached
from minitf.ops.datasets.base import Steps
from minitf.ops.datasets.batches import Kept
from minitf.ops.nn.sampling import Words
from minitf.ops.patterns import boxed

_KIND = "minitf::Iterator"
_GENERATOR = "GeneratorDataset"
_EFFECTS = ("calls", "adds", "takes")  # after which the same inputs may give something else
_UNLIKE = (AttributeError, IndexError, KeyError, TypeError, ValueError)  # what goes wrong with another's state


def packed(steps: Steps) -> Variant:
    """The state of an iterator.

    Raises:
      UnimplementedError: if it holds what cannot be written.
    """
    packing = _Packing()
    text = json.dumps(packing.tree(steps))
    return Variant(_KIND, text.encode(), tuple(packing.arrays))


def resumed(op, steps: Steps, saved) -> None:
    """Has an iterator that just began go on where a state says.

    Raises:
      InvalidArgumentError: if it is no state, or that of an iterator over another dataset.
    """
    if not isinstance(saved, Variant) or saved.kind != _KIND:
        kind = saved.kind if isinstance(saved, Variant) else type(saved).__name__
        raise errors.InvalidArgumentError(
            None,
            op,
            f"Unable to restore the iterator: its state is a {kind}, and minitf can read only those that it saved "
            "itself; run the iterator's initializer to begin anew",
        )
    try:
        steps.resume(_Unpacking(op, saved.arrays).value(json.loads(saved.about)))
    except _UNLIKE as error:
        raise errors.InvalidArgumentError(
            None,
            op,
            f"Unable to restore the iterator: the state is that of an iterator over another dataset ({error!r})",
        ) from None


class _Packing:
    def __init__(self):
        self.arrays: list[np.ndarray] = []

    def tree(self, value):
        """The value as JSON has it: what is no number, text or list is a dict that says of which kind it is."""
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, (list, deque)):
            return [self.tree(each) for each in value]
        if isinstance(value, Steps):
            with value.holding():
                return {"steps": self.tree(value.state())}
        for kind, (cls, parts) in _KINDS.items():
            if isinstance(value, cls):
                return {kind: self.tree(parts(value))}
        if isinstance(value, dict):
            return {"dict": [[self.tree(k), self.tree(v)] for k, v in value.items()]}
        if isinstance(value, np.ndarray):
            return self._array(value)
        raise errors.UnimplementedError(None, None, f"an iterator that holds a {type(value).__name__} cannot be saved")

    def _array(self, array: np.ndarray):
        if array.dtype.hasobject and not all(isinstance(each, bytes) for each in array.flat):
            return {"objects": [[*array.shape], self.tree([*array.flat])]}
        self.arrays.append(array.copy())
        return {"array": len(self.arrays) - 1}


# Of each kind its class, and what its parts are.
_KINDS = {
    "tuple": (tuple, list),
    "set": (set, list),
    "bytes": (bytes, lambda text: text.decode("latin-1")),
    "words": (Words, lambda words: [*words.place]),
    "kept": (Kept, lambda kept: kept.elements),
}


class _Unpacking:
    def __init__(self, op, arrays: tuple):
        self._arrays = arrays
        self._made = {
            "steps": lambda state: state,
            "tuple": tuple,
            "set": set,
            "bytes": lambda text: text.encode("latin-1"),
            "words": Words.at,
            "kept": lambda elements: Kept(op, elements),
            "dict": dict,
            "objects": self._objects,
        }

    def value(self, tree):
        """What a tree stands for."""
        if isinstance(tree, list):
            return [self.value(each) for each in tree]
        if not isinstance(tree, dict):
            return tree
        [(kind, parts)] = tree.items()
        return self._arrays[parts].copy() if kind == "array" else self._made[kind](self.value(parts))

    @staticmethod
    def _objects(parts: list) -> np.ndarray:
        shape, values = parts
        if not shape:
            return boxed(values[0])
        array = np.empty(len(values), object)
        for i, value in enumerate(values):
            array[i] = value
        return array.reshape(shape)


def check_repeatable(dataset_op: Operation) -> None:
    """FailedPreconditionError if some of what a dataset is made by would not give the same when done again, or is
    code of Python's, of which nobody knows.
    """
    for op in reached([dataset_op], lambda op: [t.op for t in op.inputs]):
        graphs = [graph for graph in op.attrs.values() if isinstance(graph, FunctionGraph)]
        for each in [op, *(inner for graph in graphs for inner in inside(graph.ops))]:
            if _may_differ(each) or each is not op and _uses_variable(each):
                kind = "PyFunc" if each.type == _GENERATOR else each.type
                raise errors.FailedPreconditionError(
                    None,
                    op,
                    f"{kind} is stateful. An iterator over a dataset whose functions draw random numbers, call "
                    f"Python, use variables or take from queues cannot be saved: {each.name} ({each.origin})",
                )


def _uses_variable(op: Operation) -> bool:
    """Whether an op of a function reads or changes a variable of the session."""
    return op.definition.by_handle and op.definition.role != "variable"


def _may_differ(op: Operation) -> bool:
    """Whether an op, run again with the same inputs, may give something else."""
    found = op.definition
    return op.type == _GENERATOR or found.stateful and ("seed" in op.attrs or found.effect in _EFFECTS)
