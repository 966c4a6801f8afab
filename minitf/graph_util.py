"""tf.graph_util: parts of GraphDefs, and GraphDefs whose variables have become constants."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.graphs.graph_util import convert_variables_to_constants, extract_sub_graph, must_run_on_cpu
from minitf.graphs.graph_util import remove_training_nodes, tensor_shape_from_node_def_name
from minitf.graphs.importer import import_graph_def
from minitf.graphs.lowering import to_tensorflow
