"""Operations: the nodes of a graph."""

from __future__ import annotations

from minitf.framework.devices import canonical_name
from minitf.framework.getter import getter
from minitf.framework.origin import Origin
from minitf.framework.shown import Shown
from minitf.framework.tensor import Tensor, session_for


class Operation(Shown):
    """One node: an op type, its inputs, attributes and outputs."""

    __slots__ = (
        "graph",
        "order",
        "id",
        "type",
        "name",
        "inputs",
        "attrs",
        "outputs",
        "_control_inputs",
        "guards",
        "device",
        "groups",
        "origin",
        "definition",
        "__weakref__",
    )

    def __init__(
        self,
        graph,
        id: int,
        definition,
        name: str,
        inputs: tuple,
        dtypes,
        attrs: dict,
        control_inputs: list,
        device: str,
        origin: Origin,
    ):
        self.graph, self.definition, self.name = graph, definition, name
        self.order = next(graph.root._orders)  # of its making, among the ops of the root graph
        self.id = id  # the number that TensorFlow would give it (see `op_counts`)
        self.type = definition.type
        self.inputs, self.attrs, self._control_inputs = inputs, attrs, control_inputs
        self.guards: tuple = ()  # bools, all of which have to be true for the op to run
        self.device, self.origin = device, origin
        self.groups: tuple = ()  # of the ops where it is placed; its own if there are none
        self.outputs = [Tensor(self, i, dtype) for i, dtype in enumerate(dtypes)]
        for tensor in inputs:
            tensor._consumers.append(self)

    @property
    def op(self) -> Operation:
        """The operation itself, as for tensors."""
        return self

    @property
    def control_inputs(self) -> list:
        """The operations that have to run before this one, besides those that make its inputs."""
        return list(self._control_inputs)

    @property
    def node_def(self):
        """The operation as a `tf.NodeDef`; ImportError if the package tensorboard is not installed."""
        return _nodes.node_def(self)

    attr: dict = getter("attrs", "The attributes by name.")

    @property
    def traceback(self) -> list:
        """The user's lines that made the op, outermost first: `(file, line, function, text)`."""
        return self.origin.lines()

    @property
    def op_def(self):
        """The definition of the op type as a `tf.OpDef`: its inputs, outputs and attributes."""
        return _nodes.op_def(self.definition)

    def get_attr(self, name: str):
        """The attribute `name` as TensorFlow gives it: texts are bytes, shapes and tensors are messages.

        Raises:
          ValueError: if the op has none of that name.
        """
        return _nodes.get_attr(self, name)

    def values(self) -> tuple:
        """The outputs as a tuple."""
        return tuple(self.outputs)

    def colocation_groups(self) -> list:
        """The names of the groups of ops that are placed where it is; just its own, unless it joined some."""
        return list(self.groups) or [b"loc:@" + self.name.encode()]

    def _set_device(self, device) -> None:
        """Places the op on a device, given as a string or `tf.DeviceSpec`."""
        self.device = canonical_name(device)

    def run(self, feed_dict=None, session=None) -> None:
        """Runs the op in `session` or the default one."""
        session_for(session, self.graph, "Operation.run()").run(self, feed_dict)

    def _as_graph_element(self) -> Operation:
        return self

    def _update_input(self, index: int, tensor: Tensor) -> None:
        """Takes another tensor, of the same type, for the input `index`."""
        if not 0 <= index < len(self.inputs):
            raise IndexError(f"{self.type} '{self.name}' has {len(self.inputs)} inputs, there is no input {index}")
        if not isinstance(tensor, Tensor):
            raise TypeError(f"input {index} of {self.type} '{self.name}' has to be a Tensor, not {tensor!r}")
        old = self.inputs[index]
        if tensor.dtype.base_dtype is not old.dtype.base_dtype:
            raise TypeError(
                f"input {index} of {self.type} '{self.name}' is {old.dtype.base_dtype.name}; {tensor.name} is "
                f"{tensor.dtype.base_dtype.name}"
            )
        tensor = self.graph.capture(tensor)
        self.inputs = (*self.inputs[:index], tensor, *self.inputs[index + 1 :])
        old._consumers.remove(self)
        tensor._consumers.append(self)
        self.graph.root.touch()

    def _insert_input(self, index: int, tensor: Tensor) -> None:
        """Takes one more tensor, of the same graph, before the input `index`."""
        self.inputs = (*self.inputs[:index], tensor, *self.inputs[index:])
        tensor._consumers.append(self)
        self.graph.root.touch()

    def _add_control_input(self, op: Operation) -> None:
        """Has this operation run after `op` from now on."""
        self._add_control_inputs([op])

    def _add_control_inputs(self, ops) -> None:
        """Has this operation run after each of `ops` from now on."""
        ops = list(ops)
        for op in ops:
            if not isinstance(op, Operation):
                raise TypeError(f"a control input of '{self.name}' has to be an Operation, not {op!r}")
        self.graph.wait(self, ops)

    def _remove_all_control_inputs(self) -> None:
        """Has this operation wait for nothing but its inputs."""
        self.graph.wait_no_more(self)

    def __repr__(self):
        return f"<tf.Operation '{self.name}' type={self.type}>"

    def __str__(self):
        inputs = "".join(f'\ninput: "{t.name}"' for t in self.inputs)
        return f'name: "{self.name}"\nop: "{self.type}"{inputs}\n'


_nodes = None


def set_node_exporter(module) -> None:
    """Sets what says in messages what ops are: `node_def(op)`, `get_attr(op, name)` and `op_def(definition)`
    of a module.
    """
    global _nodes
    _nodes = module
