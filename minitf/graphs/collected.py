"""The collections of a graph in a meta graph: what there is a message for, and names, texts and numbers."""

from __future__ import annotations

from collections.abc import Callable

from minitf.framework import protos
from minitf.framework.collections import GraphKeys
from minitf.framework.graph import Graph
from minitf.framework.origin import warn
from minitf.ops.state.variables import Variable

_VARIABLES = (
    GraphKeys.GLOBAL_STEP,
    GraphKeys.GLOBAL_VARIABLES,
    GraphKeys.LOCAL_VARIABLES,
    GraphKeys.METRIC_VARIABLES,
    GraphKeys.MODEL_VARIABLES,
    GraphKeys.MOVING_AVERAGE_VARIABLES,
    GraphKeys.TRAINABLE_VARIABLES,
)
_LEFT_OUT = (GraphKeys.COND_CONTEXT, GraphKeys.WHILE_CONTEXT)  # the graph itself says what they do
_FORMS: dict[str, tuple[str | type, Callable, Callable]] = {}  # collection -> (message, to it, from it)


def register_proto_function(
    collection_name: str, proto_type=None, to_proto: Callable | None = None, from_proto: Callable | None = None
) -> None:
    """Has the values of a collection written into meta graphs as messages, and made of them again.

    proto_type: the class of the messages. to_proto(value, export_scope=) gives a message (or None: left out),
    from_proto(message, import_scope=) a value.

    Raises:
      TypeError: if these are no functions.
    """
    if not callable(to_proto) or not callable(from_proto):
        raise TypeError("to_proto and from_proto must be callable")
    _FORMS[collection_name] = (proto_type, to_proto, from_proto)


def _message(proto_type) -> type:
    return protos.message(proto_type) if isinstance(proto_type, str) else proto_type


# ---- writing


def add_collections(meta_graph, graph: Graph, keys, scope: str | None = None) -> None:
    """Writes collections of a graph into a MetaGraphDef; values that have no form there are left out, with a
    warning.
    """
    for key in graph.get_all_collection_keys() if keys is None else keys:
        values = graph.get_collection(key)
        if values and key not in _LEFT_OUT:
            try:
                _add(meta_graph.collection_def, key, values, scope)
            except (TypeError, ValueError, AttributeError) as error:
                meta_graph.collection_def.pop(key, None)
                warn(f"collection {key!r} is not written into the meta graph: {error}")


def _add(definitions, key: str, values: list, scope: str | None) -> None:
    if key in _FORMS:
        found = [_FORMS[key][1](value, export_scope=scope) for value in values]
        definitions[key].bytes_list.value.extend(m.SerializeToString() for m in found if m is not None)
        return
    kind, content = _KINDS[_kind(values[0])]
    names = [content(value) for value in values]
    if scope and kind in ("node_list", "bytes_list"):
        prefix = f"{scope}/".encode() if kind == "bytes_list" else f"{scope}/"
        names = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    if names:
        getattr(definitions[key], kind).value.extend(names)


def _kind(value) -> type:
    kind = next((kind for kind in (bool, str, bytes, int, float) if isinstance(value, kind)), None)
    if kind in (str, bytes):
        return bytes
    return kind or type(None)


_KINDS = {
    bytes: ("bytes_list", lambda text: text.encode() if isinstance(text, str) else text),
    bool: ("int64_list", int),
    int: ("int64_list", int),
    float: ("float_list", float),
    type(None): ("node_list", lambda value: value.name),
}


# ---- reading


def read_collections(meta_graph, graph: Graph, scope: str, wanted: Callable | None = None) -> None:
    """Adds the collections of a MetaGraphDef, whose ops are in `scope`, to a graph's."""
    made: dict[tuple, object] = {}  # what several collections hold is one object
    for key, definition in sorted(meta_graph.collection_def.items()):
        if key in _LEFT_OUT or wanted is not None and not wanted(key):
            continue
        for value in _values(key, definition, graph, scope, made):
            graph.add_to_collection(key, value)


def _values(key: str, definition, graph: Graph, scope: str, made: dict):
    kind = definition.WhichOneof("kind")
    listed = getattr(definition, kind).value if kind else ()
    if kind == "bytes_list" and key in _FORMS:
        proto_type, _, from_proto = _FORMS[key]
        for content in listed:
            if (proto_type, content) not in made:
                message = _message(proto_type).FromString(content)
                made[proto_type, content] = from_proto(message, import_scope=scope)
            yield made[proto_type, content]
    elif kind == "node_list":
        yield from _elements(key, listed, graph, scope)
    elif kind == "bytes_list" and scope:
        yield from (_scoped(content, scope) for content in listed)
    elif kind != "any_list":
        yield from listed


def _scoped(content: bytes, scope: str) -> str | bytes:
    """A text as a name in a scope, which TensorFlow takes all texts for; bytes that are none as they are."""
    try:
        return f"{scope}/{content.decode()}"
    except UnicodeDecodeError:
        return content


def _elements(key: str, names, graph: Graph, scope: str):
    for name in names:
        try:
            yield graph.as_graph_element(f"{scope}/{name}" if scope else name)
        except (KeyError, ValueError) as error:
            warn(f"collection {key!r} of the meta graph names what is not in it: {error}")


for _name in _VARIABLES:
    register_proto_function(_name, "VariableDef", Variable.to_proto, Variable.from_proto)
