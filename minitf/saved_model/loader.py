"""tf.saved_model.loader: loading saved models."""

from __future__ import annotations

import os

from minitf.framework import protos
from minitf.graphs import files
from minitf.saved_model import assets, constants
from minitf.train.meta_graphs import imported

_FILES = (constants.SAVED_MODEL_FILENAME_PB, constants.SAVED_MODEL_FILENAME_PBTXT)


def maybe_saved_model_directory(export_dir) -> bool:
    """Whether there is a saved model in a folder."""
    return any(os.path.isfile(os.path.join(os.fsdecode(export_dir), name)) for name in _FILES)


def read_saved_model(export_dir):
    """The SavedModel in a folder; OSError if there is none."""
    folder = os.fsdecode(export_dir)
    for name in _FILES:
        if os.path.isfile(os.path.join(folder, name)):
            return files.read_message(os.path.join(folder, name), protos.message("SavedModel"))
    raise OSError(f"SavedModel file does not exist at: {folder}/{{{'|'.join(_FILES[::-1])}}}")


def load(sess, tags, export_dir, import_scope: str | None = None, **saver_kwargs):
    """Adds the graph that has just these tags to the session's, with its variables; returns its MetaGraphDef.

    Raises:
      OSError: if there is no saved model. RuntimeError: if it has no graph of these tags.
    """
    found = find(read_saved_model(export_dir), tags)
    with sess.graph.as_default():
        saver, elements = imported(found, import_scope=import_scope, **saver_kwargs)
        path = os.path.join(os.fsdecode(export_dir), constants.VARIABLES_DIRECTORY, constants.VARIABLES_FILENAME)
        if saver is not None and os.path.exists(f"{path}.index"):
            saver.restore(sess, path)
        paths = assets.feeds(found, os.fsdecode(export_dir), sess.graph, import_scope)
        for key in (constants.MAIN_OP_KEY, constants.LEGACY_INIT_OP_KEY):
            for op in _named(found, key, sess.graph, import_scope):
                sess.run(op, paths)
    return found if elements is None else (found, elements)


def find(model, tags):
    """The MetaGraphDef of a SavedModel that has just these tags."""
    wanted = {tags} if isinstance(tags, str) else set(tags)
    for meta_graph in model.meta_graphs:
        if set(meta_graph.meta_info_def.tags) == wanted:
            return meta_graph
    available = [sorted(m.meta_info_def.tags) for m in model.meta_graphs]
    raise RuntimeError(
        f"MetaGraphDef associated with tags {', '.join(map(repr, sorted(wanted)))} could not be found in "
        f"SavedModel; available_tags: {available}"
    )


def _named(meta_graph, key: str, graph, scope: str | None) -> list:
    """The ops of a collection of a meta graph, in the graph into which it came."""
    if key not in meta_graph.collection_def:
        return []
    names = meta_graph.collection_def[key].node_list.value
    return [graph.as_graph_element(f"{scope}/{name}" if scope else name) for name in names if name]
