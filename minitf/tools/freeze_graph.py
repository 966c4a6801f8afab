r"""Writes a graph with the values that a checkpoint has for its variables, as constants.

python -m minitf.tools.freeze_graph --input_graph=graph.pbtxt --input_checkpoint=model.ckpt-100 \
        --output_graph=frozen.pb --output_node_names=softmax
"""

from __future__ import annotations

import argparse
import sys

import minitf as tf
from minitf.framework import protos
from minitf.graphs.files import read_message, write_message


def freeze_graph(
    input_graph,
    input_saver,
    input_binary: bool,
    input_checkpoint,
    output_node_names: str,
    restore_op_name,
    filename_tensor_name,
    output_graph,
    clear_devices: bool,
    initializer_nodes,
    variable_names_whitelist: str = "",
    variable_names_blacklist: str = "",
    input_meta_graph=None,
    input_saved_model_dir=None,
    saved_model_tags: str = "serve",
    checkpoint_version: int = 2,
):
    """Writes the parts of a graph that some nodes need, its variables become constants; returns the GraphDef.

    input_graph: the path of a GraphDef; or input_meta_graph, of a `.meta` file; or the folder
    input_saved_model_dir with a model of saved_model_tags. input_checkpoint: has the values of variables
    (not needed for a saved model); input_saver: the path of a SaverDef that reads it, if its names differ.
    output_node_names: with commas between. output_graph: the file to write. initializer_nodes: ops to run after
    restoring. variable_names_whitelist, variable_names_blacklist: which variables become constants. Files may be binary
    or text, whatever input_binary says; restore_op_name, filename_tensor_name and checkpoint_version are not needed.

    Raises:
      OSError: if a file is not there, or is no such message.
      ValueError: without output_node_names or checkpoint.
    """
    graph_def = meta_graph = saver = None
    if input_meta_graph:
        meta_graph = read_message(input_meta_graph, protos.message("MetaGraphDef"))
    elif not input_saved_model_dir:
        if not input_graph:
            raise ValueError("an input_graph, input_meta_graph or input_saved_model_dir is needed")
        graph_def = read_message(input_graph, protos.message("GraphDef"))
    if input_saver:
        saver = read_message(input_saver, protos.message("SaverDef"))
    return freeze_graph_with_def_protos(
        graph_def,
        saver,
        input_checkpoint,
        output_node_names,
        restore_op_name,
        filename_tensor_name,
        output_graph,
        clear_devices,
        initializer_nodes,
        variable_names_whitelist,
        variable_names_blacklist,
        meta_graph,
        input_saved_model_dir,
        _listed(saved_model_tags),
        checkpoint_version,
    )


def freeze_graph_with_def_protos(
    input_graph_def,
    input_saver_def,
    input_checkpoint,
    output_node_names: str,
    restore_op_name,
    filename_tensor_name,
    output_graph,
    clear_devices: bool,
    initializer_nodes,
    variable_names_whitelist: str = "",
    variable_names_blacklist: str = "",
    input_meta_graph_def=None,
    input_saved_model_dir=None,
    saved_model_tags=None,
    checkpoint_version: int = 2,
):
    """Like `freeze_graph`, with messages in the place of their paths; output_graph may be empty."""
    if not output_node_names:
        raise ValueError("You need to supply the name of a node to --output_node_names.")
    if not input_saved_model_dir and not (input_checkpoint and tf.train.checkpoint_exists(input_checkpoint)):
        raise ValueError(f"Input checkpoint '{input_checkpoint}' doesn't exist!")
    graph = input_meta_graph_def.graph_def if input_meta_graph_def is not None else input_graph_def
    with tf.Graph().as_default() as restored, tf.Session() as sess:
        if input_saved_model_dir:
            graph = tf.saved_model.loader.load(sess, saved_model_tags, input_saved_model_dir).graph_def
        elif input_meta_graph_def is not None:
            tf.train.import_meta_graph(input_meta_graph_def, clear_devices=True).restore(sess, input_checkpoint)
        else:
            _restored(sess, restored, graph, input_saver_def, input_checkpoint)
        if initializer_nodes:
            sess.run(_listed(initializer_nodes))
        graph = _without_devices(graph) if clear_devices else graph
        frozen = tf.graph_util.convert_variables_to_constants(
            sess,
            graph,
            _listed(output_node_names),
            _listed(variable_names_whitelist) or None,
            _listed(variable_names_blacklist) or None,
        )
    if output_graph:
        write_message(output_graph, frozen)
    return frozen


def _restored(sess, graph, graph_def, saver_def, checkpoint) -> None:
    """Adds a GraphDef to the session's graph and restores its variables."""
    tf.import_graph_def(_without_devices(graph_def), name="")
    if saver_def is not None:
        tf.train.Saver(saver_def=saver_def).restore(sess, checkpoint)
        return
    held = tf.train.NewCheckpointReader(checkpoint).get_variable_to_shape_map()
    memory = {op.name: op.outputs[0] for op in graph.get_operations() if op.definition.role == "variable"}
    found = {key: memory[key] for key in held if key in memory}
    if not found:
        raise ValueError(
            f"no variable of the graph has a value in {checkpoint}: there are {', '.join(sorted(held)[:5])}"
        )
    tf.train.Saver(var_list=found).restore(sess, checkpoint)


def _listed(names) -> list[str]:
    names = names.split(",") if isinstance(names, str) else names or ()
    return [name.replace(" ", "") for name in names if name]


def _without_devices(graph_def):
    made = type(graph_def)()
    made.CopyFrom(graph_def)
    for node in made.node:
        node.device = ""
    return made


def main(unused_args, flags) -> None:
    """Freezes a graph as flags say: an object that has the arguments of `freeze_graph` by name."""
    if flags.checkpoint_version not in (1, 2):
        raise ValueError(f"Invalid checkpoint version (must be '1' or '2'): {flags.checkpoint_version}")
    freeze_graph(**{name: value for name, value in vars(flags).items() if name in _TEXTS or name in _REST})


_TEXTS = {
    "input_graph": "the GraphDef's file",
    "input_saver": "the SaverDef's file",
    "input_checkpoint": "the checkpoint",
    "output_graph": "the file to write",
    "output_node_names": "nodes to keep, with commas between",
    "restore_op_name": "not needed any more",
    "filename_tensor_name": "not needed any more",
    "initializer_nodes": "ops to run before freezing",
    "variable_names_whitelist": "the only variables to convert",
    "input_meta_graph": "a .meta file",
    "variable_names_blacklist": "variables not to convert",
    "input_saved_model_dir": "a saved model's folder",
    "saved_model_tags": "its tags, with commas between",
}
_REST = ("checkpoint_version", "input_binary", "clear_devices")
_DEFAULTS = {"restore_op_name": "save/restore_all", "filename_tensor_name": "save/Const:0", "saved_model_tags": "serve"}


def run_main() -> None:
    """Freezes a graph as the command line says."""
    parser = argparse.ArgumentParser(prog="freeze_graph", description=__doc__.split("\n")[0])
    for name, text in _TEXTS.items():
        parser.add_argument(f"--{name}", default=_DEFAULTS.get(name, ""), help=text)
    parser.add_argument("--checkpoint_version", type=int, default=2)
    for name, default in (("input_binary", False), ("clear_devices", True)):
        parser.add_argument(f"--{name}", type=_truth, nargs="?", const=True, default=default)
    flags, rest = parser.parse_known_args()
    main([sys.argv[0], *rest], flags)


def _truth(text: str) -> bool:
    return text.lower() == "true"


if __name__ == "__main__":
    run_main()
