"""Meta graphs: a GraphDef with the graph's collections and the names of its saver's ops."""

from __future__ import annotations

from minitf.framework import protos
from minitf.framework.collections import GraphKeys
from minitf.framework.graph import Graph, get_default_graph
from minitf.graphs import collected, export, names, own_form
from minitf.graphs.contexts import add_contexts
from minitf.graphs.importer import import_graph_def
from minitf.graphs.spelling import attributes_of
from minitf.graphs.values import attribute

_VERSION = "1.15.0"  # of the TensorFlow whose form this is
_UNBOUND = "unbound_inputs"


def meta_graph_of(
    graph: Graph,
    graph_def=None,
    saver_def=None,
    meta_info_def=None,
    collection_list=None,
    export_scope: str | None = None,
    clear_devices: bool = False,
    clear_extraneous_savers: bool = False,
    strip_default_attrs: bool = False,
):
    """The MetaGraphDef of a graph, or of the part of it in a scope.

    Its graph is in TensorFlow's form, with minitf's own beside it; that of a part only in minitf's.
    """
    unbound: list[str] = []
    beside = None
    if graph_def is None and not export_scope:
        graph_def, beside = own_form.of(graph.root)
    graph_def = export.graph_def(graph.root, add_shapes=True) if graph_def is None else graph_def
    if export_scope:
        graph_def, unbound = names.in_scope(graph_def, export_scope)
    made = protos.message("MetaGraphDef")(graph_def=graph_def)
    if clear_devices:
        _clear_devices(made.graph_def)
    if clear_extraneous_savers:
        _remove_savers(made.graph_def, saver_def)
    if strip_default_attrs:
        _strip_defaults(made.graph_def)
    if meta_info_def is not None:
        made.meta_info_def.CopyFrom(meta_info_def)
    made.meta_info_def.stripped_default_attrs = strip_default_attrs
    if clear_extraneous_savers or strip_default_attrs:
        beside = own_form.beside_other(beside, graph_def, made.graph_def)
    own_form.add(made, beside)
    made.meta_info_def.tensorflow_version = _VERSION
    if saver_def is not None:
        made.saver_def.CopyFrom(saver_def)
    collected.add_collections(made, graph, collection_list, export_scope)
    if beside is not None:
        add_contexts(made, collection_list)
    if clear_extraneous_savers and saver_def is not None:
        _keep_saver(made, saver_def)
    if unbound:
        made.collection_def[_UNBOUND].bytes_list.value.extend(name.encode() for name in unbound)
    return made


def _keep_saver(meta_graph, saver_def) -> None:
    """Leaves only one saver in the collection of savers."""
    meta_graph.collection_def.pop(GraphKeys.SAVERS, None)
    meta_graph.collection_def[GraphKeys.SAVERS].bytes_list.value.append(saver_def.SerializeToString())


def _remove_savers(graph_def, saver_def) -> None:
    """Takes out the nodes of all savers but one: scopes in which there are the ops that save and that restore."""
    there = {node.name for node in graph_def.node}
    scopes = {node.name.rpartition("/")[0] for node in graph_def.node if node.op in ("SaveV2", "SaveSlices")}
    scopes = {scope for scope in scopes if scope and f"{scope}/restore_all" in there}
    scopes -= set() if saver_def is None else {saver_def.restore_op_name.rpartition("/")[0]}
    prefixes = tuple(f"{scope}/" for scope in scopes)
    kept = [node for node in graph_def.node if not node.name.startswith(prefixes)]
    if len(kept) < len(graph_def.node):
        left = protos.message("GraphDef")(node=kept)
        del graph_def.node[:]
        graph_def.node.extend(left.node)


def _strip_defaults(graph_def) -> None:
    """Takes out attributes that are what TensorFlow takes if nothing is said."""
    for node in graph_def.node:
        for name, known in (attributes_of(node.op) or {}).items():
            if name in node.attr and known.has_default and node.attr[name] == attribute(known.default, known.kind):
                del node.attr[name]


def _clear_devices(graph_def) -> None:
    for node in graph_def.node:
        node.device = ""


def add_meta_graph(
    meta_graph,
    clear_devices: bool = False,
    import_scope: str | None = None,
    input_map: dict | None = None,
    return_elements=None,
    restore_collections_predicate=None,
) -> tuple[str, list | None]:
    """Adds the ops and collections of a MetaGraphDef to the default graph.

    Returns the scope in which the ops are, and the elements that were asked for.
    """
    graph, definition = get_default_graph().root, own_form.read(meta_graph)
    there = meta_graph.meta_info_def.stripped_op_list
    known = there if there.op else None
    _check_unbound(meta_graph, input_map or {})
    if clear_devices:
        definition, given = protos.message("GraphDef")(), definition
        definition.CopyFrom(given)
        _clear_devices(definition)
    scope = graph.unique_name(import_scope, mark_as_used=False) if import_scope else ""
    found = import_graph_def(definition, input_map, return_elements, import_scope or scope, producer_op_list=known)
    collected.read_collections(meta_graph, graph, scope, restore_collections_predicate)
    return scope, found


def _check_unbound(meta_graph, input_map: dict) -> None:
    """ValueError unless the inputs are given that were outside of the exported scope."""
    listed = meta_graph.collection_def[_UNBOUND].bytes_list.value if _UNBOUND in meta_graph.collection_def else ()
    missing = [name.decode("utf-8", "replace") for name in listed]
    missing = [name for name in missing if name not in input_map and names.UNBOUND + name not in input_map]
    if missing:
        raise ValueError(f"Graph contains unbound inputs: {missing}. Must provide these inputs through input_map.")
