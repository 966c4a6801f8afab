"""The ops and tensors of a graph: found by name, and which of them may be fed and fetched."""

from __future__ import annotations

import difflib

from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor


class Elements:
    """What a graph knows of its elements: the part of `Graph` that sessions and scripts ask for them."""

    root: Elements
    ops: list[Operation]
    _by_name: dict[str, Operation]
    _unfeedable: set[Tensor]
    _unfetchable: set[Operation]

    def get_operations(self) -> list[Operation]:
        """All operations in the order in which they were made."""
        return [op for op in self.ops if op.definition.role != "argument"]

    def get_operation_by_name(self, name: str) -> Operation:
        """The op called `name`; KeyError, naming the nearest names, if there is none."""
        if not isinstance(name, str):
            raise TypeError(f"an operation's name is a string, not {name!r}")
        return self.as_graph_element(name, allow_tensor=False)

    def get_tensor_by_name(self, name: str) -> Tensor:
        """The tensor called `op_name:index`; KeyError if there is none, ValueError for a name without index."""
        if not isinstance(name, str):
            raise TypeError(f"a tensor's name is a string, not {name!r}")
        return self.as_graph_element(name, allow_operation=False)

    def as_graph_element(self, obj, allow_tensor: bool = True, allow_operation: bool = True, owner=None):
        """The Tensor or Operation that `obj` is or names, checked to be of this graph."""
        if isinstance(obj, str):
            element = self._named(obj, allow_tensor, allow_operation)
        elif hasattr(obj, "_as_graph_element"):
            element = obj._as_graph_element()
        else:
            element = obj
        allowed = [Tensor] * allow_tensor + [Operation] * allow_operation
        if not isinstance(element, tuple(allowed)):
            kinds = " or ".join(k.__name__ for k in allowed)
            raise TypeError(f"{obj!r} of type {type(obj).__name__} is not a {kinds} of the graph")
        if element.graph.root is not self.root:
            raise ValueError(foreign(element, self, "this session or graph"))
        return element

    def _named(self, name: str, allow_tensor: bool, allow_operation: bool):
        base, colon, index = name.rpartition(":")
        by_name = self.root._by_name
        if colon and allow_tensor:
            op = by_name.get(base)
            if op is None or not index.isdigit() or int(index) >= len(op.outputs):
                raise KeyError(self._missing(name, base, op))
            return op.outputs[int(index)]
        if not allow_operation:
            hint = f"; a tensor's name has an index: '{name}:0'" if name in by_name else ""
            raise ValueError(f"{name!r} is not the name of a tensor{hint}")
        if name not in by_name:
            raise KeyError(self._missing(name, name, None))
        return by_name[name]

    def _missing(self, name: str, base: str, op) -> str:
        if op is not None:
            return f"{name!r}: {op.type} '{op.name}' has {len(op.outputs)} outputs, counted from 0"
        near = difflib.get_close_matches(base, self.root._by_name, 3)
        return f"the graph has no {name!r}" + (f"; the nearest names are {', '.join(near)}" if near else "")

    # ---- feeding and fetching

    def is_feedable(self, tensor) -> bool:
        """Whether `tensor` may be fed."""
        return tensor not in self.root._unfeedable

    def prevent_feeding(self, tensor) -> None:
        """Has a session refuse values that are fed for `tensor`."""
        self.root._unfeedable.add(tensor)
        self.root.touch()

    def is_fetchable(self, tensor_or_op) -> bool:
        """Whether a tensor or op may be fetched."""
        return getattr(tensor_or_op, "op", tensor_or_op) not in self.root._unfetchable

    def prevent_fetching(self, op) -> None:
        """Has a session refuse `op` and its outputs as fetches; other ops may read them."""
        self.root._unfetchable.add(getattr(op, "op", op))
        self.root.touch()


def foreign(element, graph, user: str) -> str:
    """What is wrong with an op or tensor of another graph where `user` is of this one."""
    kind = "tensor" if isinstance(element, Tensor) else "operation"
    theirs = element.graph.root
    return (
        f"{kind} {element.name} belongs to graph {theirs.number} (created {element.op.origin}), but {user} belongs to "
        f"graph {graph.root.number}; ops of two graphs do not mix: was there a tf.reset_default_graph() or a `with "
        "tf.Graph().as_default():` in between?"
    )
