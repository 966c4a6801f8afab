"""tf.import_graph_def: the ops of a GraphDef as ops of a graph."""

from __future__ import annotations

import contextlib

from minitf.framework import errors, protos
from minitf.framework.attempt import all_or_nothing
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.operation import Operation
from minitf.framework.shape import UNKNOWN
from minitf.framework.tensor import Tensor
from minitf.graphs import bodies
from minitf.graphs.calls import without_functions
from minitf.graphs.control_flow import has_handles, structured
from minitf.graphs.making import attributes, made, notes_on
from minitf.graphs.missing import Missing
from minitf.graphs.nodes import by_name, goes_round, in_order, source_of
from minitf.graphs.spelling import attributes_of
from minitf.graphs.tensor_arrays import array_of
from minitf.graphs.values import Unsupported, shape_of, value_of

# Ops whose outputs' shapes TensorFlow says otherwise: handles, and what is handed on in its own way.
_OTHER_SHAPES = (
    "StatelessRandomGetKeyCounter",
    "VarHandleOp",
    "TensorArrayV3",
    "TensorArrayGradV3",
    "FusedBatchNormGrad",
    "FusedBatchNormGradV2",
    "FusedBatchNormGradV3",
)
_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")
_RESOURCE = 20  # the DataType of handles
_PLACED = b"loc:@"  # says with what an op is placed
_UNSAID_SHAPES = 24  # GraphDefs of versions before this say that placeholders are scalars if they may be all


def import_graph_def(
    graph_def,
    input_map: dict | None = None,
    return_elements=None,
    name: str | None = None,
    op_dict=None,
    producer_op_list=None,
):
    """Adds the ops of a GraphDef to the default graph, under the scope `name` (`import`; "" for none).

    input_map: tensors that take the place of some of the GraphDef's, by their names there. return_elements:
    names of ops and tensors that are returned as a list. producer_op_list: an `OpList` of the program that wrote
    the GraphDef; attributes that only its ops have are left out where they are what it takes by default. op_dict
    makes no difference.

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
    if input_map is not None and not (isinstance(input_map, dict) and all(isinstance(key, str) for key in input_map)):
        raise TypeError("input_map must be a dictionary mapping strings to Tensor objects")
    wanted = None if return_elements is None else tuple(return_elements)
    if wanted is not None and not all(isinstance(element, str) for element in wanted):
        raise TypeError(f"return_elements must be a list of strings, not {return_elements!r}")
    if producer_op_list is not None:
        graph_def = _without_defaults(graph_def, producer_op_list)
    with all_or_nothing(get_default_graph()):
        if name == "":
            return _imported(graph_def, input_map or {}, wanted, "")
        with name_scope(name, "import") as scope:
            return _imported(graph_def, input_map or {}, wanted, scope)


def _without_defaults(graph_def, producer_op_list):
    """A GraphDef without attributes that only its producer knows, where they are its defaults."""
    if not isinstance(producer_op_list, protos.message("OpList")):
        raise TypeError(f"producer_op_list must be an OpList proto, not {type(producer_op_list).__name__}")
    defaults = {
        op.name: {attr.name: attr.default_value for attr in op.attr if attr.HasField("default_value")}
        for op in producer_op_list.op
    }
    found = []
    for i, node in enumerate(graph_def.node):
        known, given = attributes_of(node.op), defaults.get(node.op, {})
        names = [n for n in node.attr if known is not None and n not in known and n in given]
        found += [(i, name) for name in names if node.attr[name] == given[name]]
    if not found:
        return graph_def
    made = protos.message("GraphDef")()
    made.CopyFrom(graph_def)
    for i, name in found:
        del made.node[i].attr[name]
    return made


def _imported(graph_def, input_map: dict, wanted, scope: str):
    if not scope and not all(isinstance(value, (Tensor, Operation)) for value in input_map.values()):
        raise ValueError("values of input_map that are no Tensors need a scope: give import_graph_def a name, not ''")
    given = {source_of(key): _as_given(key, value) for key, value in input_map.items()}
    reading = _read(graph_def, given, scope)
    unused = [key for key in input_map if source_of(key) not in reading.used]
    if unused:
        raise ValueError(f"Attempted to map inputs that were not found in graph_def: [{', '.join(unused)}]")
    return None if wanted is None else [reading.element(text) for text in wanted]


def _read(graph_def, given: dict, scope: str) -> Reading:
    """The GraphDef, read: where its arrays, lists and stacks are not all understood, with these as they are."""
    nodes = [*graph_def.node, *(node for function in graph_def.library.function for node in function.node_def)]
    for plain in (False, True) if any(map(has_handles, nodes)) else ():
        with contextlib.suppress(_NotAll), all_or_nothing(get_default_graph()):
            return _read_all(graph_def, given, scope, plain)
    reading = Reading(graph_def, given, scope)
    reading.run()
    return reading


class _NotAll(Exception):
    """Some nodes cannot become ops."""


def _read_all(graph_def, given: dict, scope: str, plain: bool) -> Reading:
    """The GraphDef, read; _NotAll if not all of it can be."""
    try:
        reading = Reading(graph_def, given, scope, plain)
        reading.run()
    except (ValueError, TypeError, errors.NotFoundError) as error:
        raise _NotAll from error
    if not reading.is_whole():
        raise _NotAll
    return reading


def _as_given(key: str, value):
    if isinstance(value, Operation) and key.startswith("^"):
        return value
    if not isinstance(value, Tensor):
        with name_scope("_inputs"):
            value = convert_to_tensor(value)
    elif value.graph.root is not get_default_graph().root:
        raise ValueError(
            f"node {value.op.name!r} in input_map does not exist in graph (input_map entry: {key}->{value.name}): "
            "it is in another graph than the one into which is imported"
        )
    return value.op if key.startswith("^") else value


class Reading:
    """One GraphDef on its way into the default graph."""

    def __init__(self, graph_def, given: dict, scope: str, plain: bool = False):
        self.scope, self.given, self.used, self.plain = scope, given, set(), plain
        self.graph = get_default_graph()
        self.version = graph_def.versions.producer
        self.notes = {node.name: notes for node in graph_def.node if (notes := notes_on(node))}
        nodes = without_functions(by_name(graph_def.node), graph_def.library.function, plain)
        self.nodes = structured(nodes, plain)
        self.outputs: dict[str, list] = {}  # of each node
        self.ops: dict[str, Operation] = {}  # the op of a node, which others wait for
        places = {n.name: n.attr["_body"] for n in self.nodes.values() if "_body" in n.attr}
        self.places = {name: _place(name, value_of(found), self.nodes) for name, found in places.items()}
        _check_nesting(self.places)
        self.missing = Missing(self.nodes, plain)
        self.shared: dict[tuple, str] = {}  # the first variable of each shared name
        self.round: list[tuple] = []  # (Merge, number of the input, what it reads of the trip before)
        self.bodies: dict = {}  # by the name of the node that owns it, and what it is to that

    def run(self) -> None:
        """Makes all ops."""
        for node in in_order(self.nodes, self.given):
            try:
                self.make(node)
            except (ValueError, TypeError) as error:
                raise ValueError(f"Node {node.name!r} of type {node.op}: {error}") from error
            except KeyError as error:
                raise ValueError(f"Node {node.name!r} of type {node.op} lacks attribute {error}") from error
        for op, index, text in self.round:
            if op.type != "Missing":
                self.close(op, index, self.tensor(text))

    def is_whole(self) -> bool:
        """Whether all nodes have become ops, and none takes an array or list for a tensor."""
        return not self.missing.reasons and not any(map(_mistakes_arrays, self.ops.values()))

    @staticmethod
    def close(op: Operation, index: int, tensor: Tensor) -> None:
        """Has a Merge read what comes from the trip before, which is made after it."""
        try:
            op._update_input(index, tensor)
        except TypeError as error:
            raise ValueError(str(error)) from error

    def element(self, text: str):
        """The op or tensor of a name in the GraphDef."""
        name, index = source_of(text)
        if name not in self.outputs:
            raise ValueError(f"Requested return node {name!r} not found in graph def")
        if ":" not in text:
            return self.ops[name]
        if (name, index) in self.given:
            self.used.add((name, index))
            return self.given[name, index]
        found = self.outputs[name]
        if index is None or index >= len(found):
            raise ValueError(f"Invalid return output {index} of node {name!r}, which has {len(found)} output(s)")
        return found[index]

    # ---- nodes

    def make(self, node) -> None:
        """Makes the op of a node."""
        inputs, later = self.inputs(node)
        graph = self.body(self.places.get(node.name))
        waited = [self.waited(text) for text in node.input if text.startswith("^")]
        with graph.as_default(), graph.device(node.device):
            op, outputs = self.made(node, inputs, waited)
        self.ops[node.name], self.outputs[node.name], op.groups = op, outputs, self.groups(node)
        op.attrs.update(self.notes.get(node.name, {}))
        if waited and op.type != "Missing":
            graph.wait(op, waited)
        elif waited:
            op._add_control_inputs([other for other in waited if other.graph is op.graph])
        self.round += [(op, index, text) for index, text in later]
        if op.type != "Missing":
            _add_shapes(node, outputs)

    def made(self, node, inputs: list, waited: list) -> tuple[Operation, list]:
        """The op of a node, or what stands for it where minitf has none, and the node's outputs."""
        lost = any(map(_is_nobodys, waited))
        if not self.missing.is_needed(node, [*(t.op for t in inputs), *waited]) and not lost:
            try:
                return self.op(node, attributes(node), inputs)
            except Unsupported as error:
                self.missing.add(node, str(error))
        return self.missing.made(node, inputs, self.unique(node.name))

    def op(self, node, attrs: dict, inputs: list) -> tuple[Operation, list]:
        """The op of a node, by its type, and the node's outputs."""
        if attrs.get("_incomplete"):
            raise ValueError(
                "it depends on whether ops of a branch ran, of which a GraphDef says nothing; import a graph "
                "in which no op waits for what is inside of a tf.cond"
            )
        if node.op in ("Arg", "Loop", "If"):
            return (self.argument if node.op == "Arg" else self.with_bodies)(node, attrs, inputs)
        if node.op == "Placeholder" and self.version < _UNSAID_SHAPES and attrs["shape"].rank == 0:
            attrs["shape"] = UNKNOWN
        if node.op in _VARIABLES:
            self.check_shared(node.name, attrs)
        if node.op == "Identity" and not self.plain and self.flows_of_gradients(node):
            inputs = self.flows_of_gradients(node)
        if node.op == "Identity" and _reads_variable(node, inputs):
            attrs["follows"] = True
        return made(node, attrs, inputs, self.unique(node.name), self.plain)

    def check_shared(self, name: str, attrs: dict) -> None:
        """Raises Unsupported if a variable's memory is that of another one."""
        key = attrs.get("container"), attrs.get("shared_name")
        if key[1] and self.shared.setdefault(key, name) != name:
            raise Unsupported(f"it shares the memory of {self.shared[key]!r} (shared_name {key[1]!r})")

    def flows_of_gradients(self, node) -> list:
        """The array of gradients for which a node waits: it is its flow, as TensorFlow gives it out."""
        waits = [source_of(text) for text in node.input if text.startswith("^")]
        found = [name for name, _ in waits if name in self.nodes and self.nodes[name].op == "TensorArrayGradV3"]
        return self.outputs[found[0]][:1] if found else []

    def with_bodies(self, node, attrs: dict, inputs: list) -> tuple[Operation, list]:
        """A Loop or If, and its outputs."""
        name = self.unique(node.name)
        count = attrs.get("_inputs", -1)
        if type(count) is not int or not 0 < count <= len(inputs):
            raise ValueError("it is not said which of its inputs are its own, as minitf writes such nodes")
        if node.op == "Loop":
            pair = self.body((node.name, "body")), self.bodies.get((node.name, "condition"))
            op = bodies.loop_of(attrs, inputs[:count], pair, self.inner, name)
            return op, list(op.outputs)
        pair = [self.body((node.name, role)) for role in ("then_branch", "else_branch")]
        return bodies.if_of(attrs, inputs[:count], pair, self.inner, name)

    def groups(self, node) -> tuple:
        """The groups of ops with which a node's op is placed."""
        listed = node.attr["_class"].list.s if "_class" in node.attr else ()
        names = [text.removeprefix(_PLACED) for text in listed if text.startswith(_PLACED)]
        return tuple(
            _PLACED + self.scope.encode() + name for name in names if name.decode("utf-8", "replace") in self.nodes
        )

    def unique(self, name: str) -> str:
        """The name of a node's op: its own in the scope, unless that is taken."""
        root, full = self.graph.root, self.scope + name
        if full in root._by_name:
            return root.unique_absolute(full)
        root._names.setdefault(full.lower(), 1)
        return full

    # ---- inputs

    def inputs(self, node) -> tuple[list, list]:
        """The tensors that a node reads; those that come later, as (number, text), have others' places."""
        texts = [text for text in node.input if not text.startswith("^")]
        later = [(k, t) for k, t in enumerate(texts) if goes_round(self.nodes, node, source_of(t)[0])]
        later = [(k, t) for k, t in later if source_of(t) not in self.given]
        first = [self.tensor(text) for k, text in enumerate(texts) if (k, text) not in later]
        if later and not first:
            raise ValueError("it reads only what comes from the trip before: no loop can begin with that")
        places, rest = dict(later), iter(first)
        return [first[0] if k in places else next(rest) for k in range(len(texts))], later

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

    def argument(self, node, attrs: dict, inputs: list) -> tuple[Operation, list]:
        """An argument of a body, and its output."""
        if node.name not in self.places or len(inputs) != 1:
            raise ValueError("an argument belongs to a body, and reads one tensor outside")
        owner = self.nodes[self.places[node.name][0]]
        found = owner.attr["_slices"].list.s if "_slices" in owner.attr else ()
        slices = f"{node.name}:0".encode() in found
        found = bodies.argument(self.body(self.places[node.name]), attrs, inputs[0], slices)
        return found.op, [found]


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


def _is_nobodys(op: Operation) -> bool:
    """Whether an op is in a body of what could not be made, seen from the graph in which ops are made now."""
    body, here, around = op.graph, get_default_graph(), set()
    while here is not None:
        around.add(here)
        here = here.outer
    while body not in around and body.owner is not None:
        body = body.outer
    return body not in around


def _mistakes_arrays(op: Operation) -> bool:
    """Whether an op takes the value of an array for that of a tensor."""
    other = op.definition.on_lists is None and not op.definition.bodies and op.definition.reads == "values"
    return other and any(array_of(t) is not None for t in op.inputs)


def _reads_variable(node, inputs: list) -> bool:
    """Whether by this node all ops read a variable, rather than at one place of the program."""
    name, _ = source_of(node.input[0]) if node.input else ("", 0)
    return bool(inputs) and inputs[0].op.type == "VariableV2" and node.name == f"{name}/read"


def _add_shapes(node, outputs: list) -> None:
    """Adds the static shapes that a node says its outputs have."""
    of_handle = "T" in node.attr and node.attr["T"].type == _RESOURCE
    if "_output_shapes" not in node.attr or node.op in _OTHER_SHAPES or of_handle:
        return
    said = node.attr["_output_shapes"].list.shape
    for tensor, shape in zip(outputs, map(shape_of, said)):
        if shape.rank != 0 or tensor.shape.rank is not None or array_of(tensor) is None:
            tensor.set_shape(shape)
