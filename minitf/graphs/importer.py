"""tf.import_graph_def: the ops of a GraphDef as ops of a graph."""

from __future__ import annotations

import numpy as np

from minitf.framework import errors, protos
from minitf.framework.apply import apply_op
from minitf.framework.attempt import all_or_nothing
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.operation import Operation
from minitf.framework.registry import OPS
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor
from minitf.graphs import bodies
from minitf.graphs.nodes import by_name, in_order, source_of
from minitf.graphs.spelling import FLOW, attributes_of, default_of, has_default, ours
from minitf.graphs.values import shape_of, value_of
from minitf.ops.sampling import unigrams_of

_KEPT = ("_gradient_op_type",)  # of the attributes that are not the op type's
_DEQUEUES = ("QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2")
_UNSAID_SHAPES = 24  # GraphDefs of versions before this say that placeholders are scalars if they may be all


def import_graph_def(graph_def, input_map: dict | None = None, return_elements=None, name: str | None = None,
                     op_dict=None, producer_op_list=None):  # fmt: skip
    """Adds the ops of a GraphDef to the default graph, under the scope `name` (`import`; "" for none).

    input_map: tensors that take the place of some of the GraphDef's, by their names there. return_elements:
    names of ops and tensors that are returned as a list. op_dict and producer_op_list make no difference.

    Raises:
      TypeError: for anything else than a `tf.GraphDef`, or arguments of other kinds.
      tf.errors.NotFoundError: if it has ops that minitf has not; all of their types are named.
      ValueError: if it contradicts itself, or a name in the arguments is not there. Nothing is added then.

    >>> import minitf as tf
    >>> with tf.Graph().as_default() as graph:
    ...     y = tf.add(tf.placeholder(tf.float32, [], name="x"), 1.0, name="y")
    >>> with tf.Graph().as_default(), tf.Session() as sess:
    ...     [y] = tf.import_graph_def(graph.as_graph_def(), {"x": tf.constant(2.0)}, ["y:0"])
    ...     print(y.name, sess.run(y))
    import/y:0 3.0
    """
    if not isinstance(graph_def, protos.message("GraphDef")):
        raise TypeError(f"graph_def must be a GraphDef proto, not {type(graph_def).__name__}")
    if input_map is not None and not (
        isinstance(input_map, dict) and all(isinstance(key, str) for key in input_map)
    ):
        raise TypeError("input_map must be a dictionary mapping strings to Tensor objects")
    wanted = None if return_elements is None else tuple(return_elements)
    if wanted is not None and not all(isinstance(element, str) for element in wanted):
        raise TypeError(f"return_elements must be a list of strings, not {return_elements!r}")
    with all_or_nothing(get_default_graph()):
        if name == "":
            return _imported(graph_def, input_map or {}, wanted, "")
        with name_scope(name, "import") as scope:
            return _imported(graph_def, input_map or {}, wanted, scope)


def _imported(graph_def, input_map: dict, wanted, scope: str):
    given = {source_of(key): _as_given(key, value) for key, value in input_map.items()}
    reading = Reading(graph_def, given, scope)
    reading.run()
    unused = [key for key in input_map if source_of(key) not in reading.used]
    if unused:
        raise ValueError(f"Attempted to map inputs that were not found in graph_def: [{', '.join(unused)}]")
    return None if wanted is None else [reading.element(text) for text in wanted]


def _as_given(key: str, value):
    if key.startswith("^"):
        return value.op
    with name_scope("_inputs"):
        return convert_to_tensor(value)


class Reading:
    """One GraphDef on its way into the default graph."""

    def __init__(self, graph_def, given: dict, scope: str):
        self.scope, self.given, self.used = scope, given, set()
        self.graph = get_default_graph()
        self.version = graph_def.versions.producer
        self.nodes = by_name(graph_def.node)
        self.outputs: dict[str, list] = {}  # of each node
        self.ops: dict[str, Operation] = {}  # the op of a node, which others wait for
        places = {n.name: n.attr["_body"] for n in self.nodes.values() if "_body" in n.attr}
        self.places = {name: _place(name, value_of(found), self.nodes) for name, found in places.items()}
        _check_nesting(self.places)
        self.bodies: dict = {}  # by the name of the node that owns it, and what it is to that

    def run(self) -> None:
        """Makes all ops."""
        unknown = {n.op: n.name for n in self.nodes.values() if n.op not in OPS}
        if unknown:
            raise _unknown(unknown)
        for node in in_order(self.nodes, self.given):
            try:
                self.make(node)
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"Node {node.name!r} of type {node.op}: {error}") from error

    def element(self, text: str):
        """The op or tensor of a name in the GraphDef."""
        name, index = source_of(text)
        if name not in self.outputs:
            raise ValueError(f"Requested return node {name!r} not found in graph def")
        if ":" not in text:
            return self.ops[name]
        found = self.outputs[name]
        if index is None or index >= len(found):
            raise ValueError(
                f"Invalid return output {index} of node {name!r}, which has {len(found)} output(s)"
            )
        return found[index]

    # ---- nodes

    def make(self, node) -> None:
        """Makes the op of a node."""
        inputs = [self.tensor(text) for text in node.input if not text.startswith("^")]
        attrs = _attributes(node)
        if attrs.get("_incomplete"):
            raise ValueError(
                "it depends on whether ops of a branch ran, of which a GraphDef says nothing; import a graph "
                "in which no op waits for what is inside of a tf.cond"
            )
        graph = self.body(self.places.get(node.name))
        with graph.as_default(), graph.device(node.device or None):
            op = self.op(node, attrs, inputs)
        self.ops.setdefault(node.name, op)
        self.outputs.setdefault(node.name, list(op.outputs))
        waited = [self.waited(text) for text in node.input if text.startswith("^")]
        if waited:
            graph.wait(op, waited)
        _add_shapes(node, op)

    def op(self, node, attrs: dict, inputs: list) -> Operation:
        """The op of a node, by its type."""
        if node.op == "Arg":
            return self.argument(node, attrs, inputs)
        name = self.unique(node.name)
        if node.op in ("Loop", "If"):
            return self.with_bodies(node, attrs, inputs, name)
        own = {key: v for key, v in attrs.items() if not key.startswith("_") or key in _KEPT}
        if node.op == "Placeholder" and self.version < _UNSAID_SHAPES and own["shape"].rank == 0:
            own["shape"] = UNKNOWN
        if node.op == "Identity" and _reads_variable(node, inputs):
            own["follows"] = True
        return made(node.op, inputs, own, name)

    def with_bodies(self, node, attrs: dict, inputs: list, name: str) -> Operation:
        """A Loop or If."""
        count = attrs.get("_inputs", -1)
        if type(count) is not int or not 0 < count <= len(inputs):
            raise ValueError("it is not said which of its inputs are its own, as minitf writes such nodes")
        if node.op == "Loop":
            pair = self.body((node.name, "body")), self.bodies.get((node.name, "condition"))
            return bodies.loop_of(attrs, inputs[:count], pair, self.inner, name)
        pair = [self.body((node.name, role)) for role in ("then_branch", "else_branch")]
        return bodies.if_of(attrs, inputs[:count], pair, self.inner, name)

    def unique(self, name: str) -> str:
        """The name of a node's op: its own in the scope, unless that is taken."""
        root, full = self.graph.root, self.scope + name
        if full in root._by_name:
            return root.unique_absolute(full)
        root._names.setdefault(full.lower(), 1)
        return full

    # ---- inputs

    def tensor(self, text: str) -> Tensor:
        """The tensor of an input."""
        name, index = source_of(text)
        if (name, index) in self.given:
            self.used.add((name, index))
            return self.given[name, index]
        found = self.outputs[name]
        if index >= len(found):
            raise ValueError(f"it reads {text!r}, but that node has {len(found)} outputs")
        return found[index]

    def waited(self, text: str) -> Operation:
        """The op of a control input."""
        name, _ = source_of(text)
        if (name, None) in self.given:
            self.used.add((name, None))
            return self.given[name, None]
        return self.ops[name]

    def inner(self, names: list) -> list:
        """The tensors of names in an attribute; None for an empty one."""
        for text in filter(None, names):
            if source_of(text)[0] not in self.outputs:
                raise ValueError(f"it takes {text!r} from a body, which is not there or not read")
        return [self.tensor(text) if text else None for text in names]

    # ---- bodies

    def body(self, place):
        """The graph at a place: the default one, or a body of an op that is made later."""
        todo = [place]
        while todo:
            around = None if todo[-1] is None else self.places.get(todo[-1][0])
            if todo[-1] is None or todo[-1] in self.bodies:
                todo.pop()
            elif around is None or around in self.bodies:
                outer, key = self.graph if around is None else self.bodies[around], todo.pop()
                with outer.as_default():
                    self.bodies[key] = bodies.Body(of_loop=key[1] in ("body", "condition"))
            else:
                todo.append(around)
        return self.graph if place is None else self.bodies[place]

    def argument(self, node, attrs: dict, inputs: list) -> Operation:
        """An argument of a body."""
        if node.name not in self.places or len(inputs) != 1:
            raise ValueError("an argument belongs to a body, and reads one tensor outside")
        owner = self.nodes[self.places[node.name][0]]
        found = owner.attr["_slices"].list.s if "_slices" in owner.attr else ()
        slices = f"{node.name}:0".encode() in found
        return bodies.argument(self.body(self.places[node.name]), attrs, inputs[0], slices).op


def _place(name: str, found, nodes: dict) -> tuple[str, str]:
    """The body that a node says it is in; ValueError if there can be no such."""
    roles = {"Loop": ("body", "condition"), "If": ("then_branch", "else_branch")}
    place = tuple(found) if isinstance(found, list) else ()
    owner = nodes.get(place[0]) if len(place) == 2 else None
    if owner is None or place[1] not in roles.get(owner.op, ()):
        raise ValueError(f"Node {name!r} is in no body of any Loop or If")
    return place


def _check_nesting(places: dict) -> None:
    """ValueError if a body is inside of itself."""
    sound: set = set()
    for start in places:
        path, name = {}, start
        while name in places and name not in sound:
            if name in path:
                raise ValueError(f"Node {name!r} is in a body of its own")
            path[name] = None
            name = places[name][0]
        sound.update(path)


def _reads_variable(node, inputs: list) -> bool:
    """Whether by this node all ops read a variable, rather than at one place of the program."""
    name, _ = source_of(node.input[0]) if node.input else ("", 0)
    return bool(inputs) and inputs[0].op.type == "VariableV2" and node.name == f"{name}/read"


def _unknown(found: dict) -> errors.NotFoundError:
    """The error for op types that there are not, given a node of each."""
    listed = ", ".join(f"{type!r} (node {name!r})" for type, name in sorted(found.items()))
    return errors.NotFoundError(None, None, f"Op type not registered: minitf has no {listed}")


def _attributes(node) -> dict:
    """The attributes of a node as minitf's op has them."""
    known, found = None if FLOW in node.attr else attributes_of(node.op), {}
    for name, message in node.attr.items():
        if known is not None and name not in known and not name.startswith("_"):
            raise ValueError(f"{node.op} has no attribute {name!r}")
        if name in ("_class", "_output_shapes"):
            continue
        try:
            found[name] = value_of(message, known[name][0] if known and name in known else None)
        except ValueError as error:
            raise ValueError(f"attribute {name!r}: {error}") from None
    for name, row in (known or {}).items():
        if name not in found and has_default(row):
            found[name] = default_of(row)
    return ours(node.op, found)


def made(type: str, inputs: list, attrs: dict, name: str) -> Operation:
    """An op of minitf's, given all its input tensors in a row."""
    definition = OPS[type]
    lists = sum(arg.is_list for arg in definition.inputs)
    more = len(inputs) - len(definition.inputs) + lists
    if more < 0 or (more % lists if lists else more):
        raise ValueError(f"it takes {len(definition.inputs)} inputs, {len(inputs)} are given")
    rest, grouped = iter(inputs), []
    for arg in definition.inputs:
        grouped.append([next(rest) for _ in range(more // lists)] if arg.is_list else next(rest))
    attrs = {**attrs, **_DERIVED.get(type, _nothing)(attrs, inputs)}
    types = {arg.variable for arg in definition.inputs if arg.variable and not arg.from_attr}
    given = {key: v for key, v in attrs.items() if key not in types and key != "N"}
    shapes = [_shape_of_constant(given)] if type == "Const" else None
    op = apply_op(type, *grouped, name=f"{name}/", shapes=shapes, **given)
    for key in types & attrs.keys():
        if op.attrs[key] is not attrs[key].base_dtype:
            raise ValueError(f"its {key} is {attrs[key].name}, but its inputs are {op.attrs[key].name}")
    return op


def _shape_of_constant(attrs: dict) -> TensorShape:
    """The shape of a constant; ValueError if its value is not of the type that it says."""
    value, dtype = attrs["value"], attrs["dtype"]
    if value.dtype != dtype.numpy:
        raise ValueError(f"its value is {value.dtype}, not {dtype.name}")
    return TensorShape(value.shape)


def _nothing(attrs: dict, inputs: list) -> dict:
    return {}


def _parts(attrs: dict, inputs: list) -> dict:
    """The shapes of what a queue gives."""
    known = inputs[0].op.attrs.get("parts")
    if known is not None and len(known) != len(attrs["dtypes"]):
        raise ValueError(f"the queue's elements have {len(known)} parts, not {len(attrs['dtypes'])}")
    return {"parts": known or [UNKNOWN] * len(attrs["dtypes"])}


_DERIVED = {  # attributes that TensorFlow's ops do not have, from those they have and the inputs
    **dict.fromkeys(_DEQUEUES, _parts),
    "FixedUnigramCandidateSampler": lambda attrs, inputs: unigrams_of(
        np.asarray(attrs["unigrams"], np.float32), attrs["range_max"]
    ),
    "IdentityN": lambda attrs, inputs: {"dtypes": [t.dtype.base_dtype for t in inputs]},
    "ShapeN": lambda attrs, inputs: {"dtypes": [attrs["out_type"]] * len(inputs)},
}


def _add_shapes(node, op: Operation) -> None:
    """Adds the static shapes that a node says its outputs have."""
    if "_output_shapes" not in node.attr:
        return
    said = node.attr["_output_shapes"].list.shape
    for tensor, shape in zip(op.outputs, map(shape_of, said)):
        tensor.set_shape(shape)
