"""tf.train.export_meta_graph and import_meta_graph: graphs with their collections and savers, in files."""

from __future__ import annotations

import minitf as tf
from minitf.framework import protos
from minitf.framework.graph import Graph, get_default_graph
from minitf.graphs import files
from minitf.graphs.meta_graph import add_meta_graph, meta_graph_of
from minitf.ops.state.variables import global_variables
from minitf.train.saver import Saver, SaverDef


def export_meta_graph(
    filename=None,
    meta_info_def=None,
    graph_def=None,
    saver_def=None,
    collection_list=None,
    as_text: bool = False,
    graph: Graph | None = None,
    export_scope: str | None = None,
    clear_devices: bool = False,
    clear_extraneous_savers: bool = False,
    strip_default_attrs: bool = False,
    save_debug_info: bool = False,
):
    """The MetaGraphDef of a graph (the default one if None): ops, collections, the names of a saver's ops.

    filename: a file into which it is written, as text if as_text. graph_def: instead of the graph's.
    collection_list: the collections (all by default). export_scope: only what is in that name scope, under
    names without it. clear_extraneous_savers: without other savers than that of saver_def. strip_default_attrs:
    without attributes that are what TensorFlow takes by default.

    Raises:
      ImportError: if the package tensorboard is not installed.
      tf.errors.ResourceExhaustedError, PermissionDeniedError: if the file cannot be written.
    """
    saver_def = None if saver_def is None else SaverDef.of(saver_def).message()
    found = meta_graph_of(
        graph or get_default_graph(),
        graph_def,
        saver_def,
        meta_info_def,
        collection_list,
        export_scope,
        clear_devices,
        clear_extraneous_savers,
        strip_default_attrs,
    )
    if filename:
        files.write_message(filename, found, as_text)
    return found


def import_meta_graph(
    meta_graph_or_file, clear_devices: bool = False, import_scope: str | None = None, **kwargs
) -> Saver | None:
    """Adds the ops and collections of a meta graph to the default graph; returns a Saver of its variables.

    meta_graph_or_file: a MetaGraphDef, or the path of a `.meta` file. clear_devices: without device strings.
    import_scope: a name scope for all. input_map and return_elements: see `tf.import_graph_def`. Returns None
    if there are no variables.

    Raises:
      OSError: if there is no such file, or it is no meta graph.
      tf.errors.NotFoundError: if it has ops that minitf has not. ValueError: if it contradicts itself.
    """
    return imported(meta_graph_or_file, clear_devices, import_scope, **kwargs)[0]


def imported(
    meta_graph_or_file, clear_devices: bool = False, import_scope: str | None = None, **options
) -> tuple[Saver | None, list | None]:
    """The saver of a meta graph that is added to the default graph, and the elements asked for."""
    meta_graph = meta_graph_or_file
    if not isinstance(meta_graph, protos.message("MetaGraphDef")):
        meta_graph = files.read_message(meta_graph_or_file, protos.message("MetaGraphDef"))
    scope, elements = add_meta_graph(meta_graph, clear_devices, import_scope, **options)
    if meta_graph.HasField("saver_def"):
        return Saver.from_proto(meta_graph.saver_def, scope), elements
    if global_variables(scope or None):
        return Saver(), elements
    tf.logging.info("Saver not created because there are no variables in the graph to restore")
    return None, elements
