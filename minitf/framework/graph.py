"""The graph: a growing list of operations with unique names."""

from __future__ import annotations

import contextlib
import itertools
import threading

from minitf.framework import dtypes, inside, origin
from minitf.framework.collections import Collections
from minitf.framework.elements import Elements, foreign
from minitf.framework.errors import describe
from minitf.framework.getter import getter
from minitf.framework.names import Names
from minitf.framework.operation import Operation
from minitf.framework.placement import Placement
from minitf.framework.registry import check_sizes
from minitf.framework.shape import UNKNOWN
from minitf.framework.shown import Shown, text_of
from minitf.framework.tensor import Tensor


class Graph(Names, Elements, Collections, Placement, Shown):
    """A computation: operations in the order in which they were made.

    A body of a loop or branch is a `Graph` with an `outer` one: it shares its root's names, ids and
    collections and captures the outer tensors its ops use.
    """

    _serial = itertools.count(1)

    def __init__(self, outer: Graph | None = None):
        self.outer = outer
        self.root: Graph = self if outer is None else outer.root
        self.ops: list[Operation] = []
        self.captures: dict[Tensor, Tensor] = {}  # any outer tensor -> what stands for it here
        self.consts: dict[Tensor, Tensor] = {}  # tensor of the graph just outside -> the argument that stands for it
        self.waits: dict[Operation, list] = {}  # op of this graph -> the ops outside that it waits for
        self._controls: list[_Controls] = []
        self.finalized = False
        if outer is None:
            self.number = next(Graph._serial)
            self.seed: int | None = None
            self.version = self.edits = 0  # what is added makes another version, but is no edit of what was there
            self.waited_for_in_loops = False  # whether ops wait for some in loops, from outside of these
            self._orders = itertools.count(1)
            self._last_id = 0
            self._by_name: dict[str, Operation] = {}
            self._unfeedable: set[Tensor] = set()
            self._unfetchable: set[Operation] = set()
            self._names: dict[str, int] = {}
            self._collections: dict[str, list] = {}
            self._scope = ""
            self._devices: list = []
            self._colocations: list = []
            self._container = ""
            self._gradient_types: list[dict] = []
            self._origin: origin.Origin | None = None

    # ---- making operations

    def create(self, definition, inputs: tuple, dtypes_, name: str, attrs: dict, shape=None) -> Operation:
        """Adds an op whose inputs are tensors of this graph (or captured) and whose `name` is already unique."""
        root = self.root
        if root.finalized:
            raise RuntimeError(f"the graph is finalized: no op can be added ({definition.type} '{name}')")
        inputs = tuple([t if t.op.graph is self else self._captured(t, definition, name) for t in inputs])
        controls = self._control_inputs(inputs) if self._controls else ()
        if controls:
            inside.check_loops(self, definition.type, controls)
        root._last_id += 1
        root.version += 1
        if root._container and definition.stateful:
            attrs["container"] = root._container
        op = Operation(
            self, root._last_id, definition, name, inputs, dtypes_, attrs, [], "", root._origin or origin.here()
        )
        self._infer(op, shape)
        if root._devices or root._colocations or definition.refs:
            self._placed(op)
        inside.guard_values(op)
        if controls:
            inside.wait(op, controls)
        self.ops.append(op)
        root._by_name[name] = op
        if root._gradient_types:
            self._note_gradient_type(op)
        for controls in self._controls:
            controls.seen.add(op)
        return op

    def _infer(self, op: Operation, shape) -> None:
        try:
            if op.definition.sized:
                check_sizes(op.definition, [t._shape.sizes for t in op.inputs], running=False)
            shapes = shape if shape is not None else op.definition.shape(op) if op.definition.shape else None
        except Exception as error:
            self._undo(op)
            if not origin.said(error):
                raise ValueError(f"{op.type} cannot work with such inputs\n  in {describe(op)}") from error
            if isinstance(error, (TypeError, ValueError)):
                raise type(error)(f"{error}\n  in {describe(op)}") from None
            raise
        if shapes is None:
            shapes = [UNKNOWN] * len(op.outputs)
        elif not isinstance(shapes, (list, tuple)):
            shapes = [shapes]
        for tensor, known in zip(op.outputs, shapes, strict=True):
            tensor._shape = known

    def _placed(self, op: Operation) -> None:
        try:
            self._place(op)
        except Exception:
            self._undo(op)
            raise

    def _undo(self, op: Operation) -> None:
        self.root._last_id -= 1
        self.root._names.pop(op.name.lower(), None)
        for tensor in op.inputs:
            tensor._consumers.remove(op)

    def rename(self, op: Operation, name: str) -> None:
        """Gives a new op a name that is taken as it is; the op that has it gets the first one's."""
        ops = self.root._by_name
        other = ops.pop(name, None)
        if other is not op:
            del ops[op.name]
        if other is not None and other is not op:
            other.name = op.name
            ops[other.name] = other
        op.name = name
        ops[name] = op
        self.root._names.setdefault(name.lower(), 1)

    def _note_gradient_type(self, op: Operation) -> None:
        for mapping in reversed(self.root._gradient_types):
            if op.type in mapping:
                op.attrs["_gradient_op_type"] = mapping[op.type]
                return

    def _captured(self, tensor: Tensor, definition, name: str) -> Tensor:
        if not self.root.takes_from(tensor.op.graph.root):
            raise ValueError(foreign(tensor, self, f"{definition.type} '{name}'"))
        return self.capture(tensor)

    @property
    def home(self) -> Graph:
        """The graph where its variables are."""
        return self if self.root is self else self.root.home

    def takes_from(self, root: Graph) -> bool:
        """Whether ops of this graph may use tensors of a root graph: of its own, for one."""
        return root is self.root

    def capture(self, tensor: Tensor) -> Tensor:
        """The tensor of this graph that stands for `tensor`, of a graph around this one or a branch in it."""
        if tensor.op.graph is self:
            return tensor
        if tensor in self.captures:
            return self.captures[tensor]
        if not self.root.takes_from(tensor.op.graph.root):
            raise ValueError(foreign(tensor, self, "this op"))
        if inside.is_around(self, tensor.op.graph):
            return inside.given(self, tensor)
        return self.captured(tensor, self.outer.capture(tensor))

    def captured(self, tensor: Tensor, outer: Tensor) -> Tensor:
        """Makes (once) the argument that stands for `outer`, a tensor of the graph just outside."""
        if outer not in self.consts:
            self.take(outer, inside.standing_for(outer, self.argument(outer.dtype, outer.shape, outer)))
        self.captures[tensor] = self.consts[outer]
        return self.consts[outer]

    def take(self, outer: Tensor, argument: Tensor) -> None:
        """Has `argument` stand for `outer`, a tensor of the graph just outside."""
        self.consts[outer] = self.captures[outer] = argument

    def argument(self, dtype: dtypes.DType, shape, stands_for: Tensor | None = None) -> Tensor:
        """A new argument of this body; it counts as no op of TensorFlow's, so it takes no id of its own."""
        op = inside.uncounted(self, "Arg", dtype, {} if stands_for is None else {"stands_for": stands_for})
        op.outputs[0]._shape = shape
        self.ops.append(op)
        self.root._by_name[op.name] = op
        return op.outputs[0]

    def touch(self) -> None:
        """Says that ops that were there changed, or what may be done with them: plans depend on that."""
        self.version += 1
        self.edits += 1

    @contextlib.contextmanager
    def at(self, where):
        """Ops made inside are recorded as created at `where` (an op's origin)."""
        saved, self.root._origin = self.root._origin, where
        try:
            yield
        finally:
            self.root._origin = saved

    # ---- control dependencies, devices, gradients

    @contextlib.contextmanager
    def container(self, container_name: str):
        """Variables and queues made inside are kept in a container of this name; "" is the usual one."""
        saved, self.root._container = self.root._container, container_name
        try:
            yield self.root._container
        finally:
            self.root._container = saved

    @contextlib.contextmanager
    def control_dependencies(self, control_inputs):
        """Ops made inside run after `control_inputs` (ops or tensors); None clears what is around."""
        saved = self._controls
        if control_inputs is None:
            self._controls = []
        else:
            self._controls = [*saved, _Controls([self._control_op(c) for c in control_inputs])]
        try:
            yield
        finally:
            self._controls = saved

    def _control_op(self, value) -> Operation:
        if hasattr(value, "values") and hasattr(value, "indices"):
            value = value.values
        elif hasattr(value, "handle") and hasattr(value, "op"):
            return value.op  # of a resource variable, which need not be read
        return self.as_graph_element(value, owner=self.root).op

    def _control_inputs(self, inputs: tuple) -> list[Operation]:
        feeding, wanted = {t.op for t in inputs}, {}
        for controls in self._controls:
            if any(op in controls.seen for op in feeding):
                continue
            wanted.update(dict.fromkeys(op for op in controls.ops if op not in feeding))
        return list(wanted)

    def waited_for(self) -> list[Operation]:
        """The ops for which new ops of this graph wait."""
        return [op for controls in self._controls for op in controls.ops]

    def wait(self, op: Operation, others: list[Operation]) -> None:
        """Has `op`, of this graph, run after `others` from now on."""
        for other in others:
            if other.graph.root is not self.root:
                raise ValueError(foreign(other, self, f"{op.type} '{op.name}'"))
        inside.check_loops(self, op.type, others)
        inside.wait(op, others)
        self.root.touch()

    def wait_no_more(self, op: Operation) -> None:
        """Has `op`, of this graph, run after what makes its inputs only."""
        op._control_inputs.clear()
        self.waits.pop(op, None)
        op.guards = ()
        inside.guard_values(op)
        self.root.touch()

    @contextlib.contextmanager
    def gradient_override_map(self, op_type_map: dict):
        """Ops made inside, of a type in the map, use the gradient registered under the name it gives."""
        self.root._gradient_types.append(dict(op_type_map))
        try:
            yield
        finally:
            self.root._gradient_types.pop()

    # ---- state

    def finalize(self) -> None:
        """Makes adding ops an error from now on."""
        self.root.finalized = True

    def unfinalize(self) -> None:
        """Allows adding ops again."""
        self.root.finalized = False

    _unsafe_unfinalize = unfinalize

    def as_graph_def(self, from_version: int | None = None, add_shapes: bool = False):
        """The graph as a `tf.GraphDef`; only ops made after number `from_version`, if it is given.

        TensorFlow can read it: loops and branches are of its primitives. add_shapes: with the static shapes of all
        tensors.

        Raises:
          ImportError: if the package tensorboard is not installed.
        """
        return _exporter(self, from_version, add_shapes)

    def create_op(
        self,
        op_type: str,
        inputs,
        dtypes=None,
        input_types=None,
        name: str | None = None,
        attrs: dict | None = None,
        op_def=None,
        compute_shapes: bool = True,
        compute_device: bool = True,
    ) -> Operation:
        """Adds an op of a type by TensorFlow's name, of a list of tensors.

        name: a name that ends in `/` is taken as it is. attrs: `tf.AttrValue`s by name; what the inputs tell
        and what has a default need not be said. The other arguments make no difference.

        Raises:
          TypeError: if an input is no tensor, or an attribute no AttrValue.
          ValueError: if inputs or attributes do not fit the type, or the name is taken.
          tf.errors.NotFoundError: if there is no such type.
        """
        with self.as_default():
            return _maker(op_type, list(inputs), name, attrs or {})

    def as_default(self):
        """A context in which this is the default graph."""
        return _stack.entered(self)

    def __repr__(self):
        return f"<tf.Graph {self.root.number} with {len(self.ops)} operations>"

    def __str__(self):
        return text_of(self)


class _Controls:
    """One level of control dependencies and the ops made under it, which carry them already."""

    __slots__ = ("ops", "seen")

    def __init__(self, ops: list[Operation]):
        self.ops, self.seen = ops, set()


class _DefaultStack(threading.local):
    """The default graphs of one thread, innermost last."""

    def __init__(self):
        self.graphs: list[Graph] = []

    @contextlib.contextmanager
    def entered(self, graph: Graph):
        """`graph` as the default inside; contexts may be left in any order."""
        self.graphs.append(graph)
        try:
            yield graph
        finally:
            if self.graphs and self.graphs[-1] is graph:
                self.graphs.pop()
            elif graph in self.graphs:
                self.graphs.reverse()
                self.graphs.remove(graph)
                self.graphs.reverse()


def set_graph_exporter(function) -> None:
    """Sets what turns a graph into a GraphDef: `function(graph, from_version, add_shapes)`."""
    global _exporter
    _exporter = function


def set_op_maker(function) -> None:
    """Sets what adds an op to the default graph: `function(type, inputs, name, attrs)`."""
    global _maker
    _maker = function


_exporter = _maker = None
_stack = _DefaultStack()
_global = Graph()


def get_default_graph() -> Graph:
    """The graph to which new ops are added."""
    return _stack.graphs[-1] if _stack.graphs else _global


def reset_default_graph() -> None:
    """Replaces the default graph by an empty one; not inside `with graph.as_default():`."""
    global _global
    if _stack.graphs:
        raise AssertionError("reset_default_graph() cannot be called inside `with graph.as_default():`; leave it first")
    _global = Graph()


def add_to_collection(name, value) -> None:
    """Appends `value` to the collection `name` of the default graph."""
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names, value) -> None:
    """Appends `value` to several collections of the default graph."""
    get_default_graph().add_to_collections(names, value)


def get_collection(key, scope: str | None = None) -> list:
    """A copy of a collection of the default graph."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key) -> list:
    """A collection of the default graph, itself."""
    return get_default_graph().get_collection_ref(key)


def control_dependencies(control_inputs):
    """Ops made in this context run after `control_inputs`."""
    return get_default_graph().control_dependencies(control_inputs)


def device(device_name_or_function):
    """Ops made in this context carry this device string (or what a function of each op says)."""
    return get_default_graph().device(device_name_or_function)


def colocate_with(op, ignore_existing: bool = False):
    """Ops made in this context are placed where `op` is."""
    return get_default_graph().colocate_with(op, ignore_existing)


def container(container_name: str):
    """A context in which variables and queues are kept in a container of this name.

    What has one shared_name is one thing in each container.

    >>> import minitf as tf
    >>> with tf.container("mine"):
    ...     v = tf.Variable(1.0)
    >>> v.op.get_attr("container")
    b'mine'
    """
    return get_default_graph().container(container_name)


def set_random_seed(seed: int | None) -> None:
    """Sets the graph-level random seed of the default graph."""
    get_default_graph().root.seed = seed


def home_of(values) -> Graph | None:
    """The graph of the first tensor, variable or op among some values; None if there is none.

    Ops on them are made in that graph, whichever is the default one.
    """
    for value in values:
        if type(value) is Tensor:
            return value.op.graph.root
        nested = isinstance(value, (list, tuple))
        found = home_of(value) if nested else getattr(value, "graph", None)
        if found is not None and hasattr(found, "root"):
            return found.root
    return None


@contextlib.contextmanager
def at_home(*values):
    """A context in which the graph of the first tensor among `values` is the default one."""
    home = home_of(values)
    stay = home is None or get_default_graph().root.takes_from(home)
    with contextlib.nullcontext() if stay else home.as_default():
        yield


class name_scope:  # noqa: N801 - TensorFlow's own name
    """A context for names: `name`, or `default_name` if that is None; entering gives the scope's name with a `/`.

    Inside, the graph of the first tensor among `values` is the default one.
    """

    def __init__(self, name, default_name: str | None = None, values=None):
        if default_name is not None and not isinstance(default_name, str):
            raise TypeError(f"default_name is a string, not {default_name!r}; values go into values=")
        if name is None and values is not None and default_name is None:
            raise ValueError(f"a scope with values needs a name or a default_name (values: {values})")
        self._name = default_name if name is None else name
        self._home = at_home(*values) if values else None
        self._context = None

    name = getter("_name", "The name as it was given.")

    def __enter__(self) -> str:
        if self._home is not None:
            self._home.__enter__()
        self._context = get_default_graph().name_scope(self._name)
        return self._context.__enter__()

    def __exit__(self, *exc):
        self._context.__exit__(*exc)
        if self._home is not None:
            self._home.__exit__(*exc)


def op_scope(values, name, default_name: str | None = None) -> name_scope:
    """The old form of `name_scope`, with values first."""
    return name_scope(name, default_name, values)
