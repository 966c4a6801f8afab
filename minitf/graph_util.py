"""tf.graph_util: parts of GraphDefs, and GraphDefs whose variables have become constants."""

from minitf.graphs.graph_util import convert_variables_to_constants as convert_variables_to_constants
from minitf.graphs.graph_util import extract_sub_graph as extract_sub_graph
from minitf.graphs.graph_util import must_run_on_cpu as must_run_on_cpu
from minitf.graphs.graph_util import remove_training_nodes as remove_training_nodes
from minitf.graphs.importer import import_graph_def as import_graph_def
from minitf.graphs.lowering import to_tensorflow as to_tensorflow
