"""Graphs as messages: GraphDefs and meta graphs, written and read.

Each direction has its modules. `export` makes nodes of ops and `importer` ops of nodes, with the attributes
that `spelling` knows under TensorFlow's names and ours and that `values` turns into messages and back;
`bodies` tells what is inside of loops and branches, `collected` what collections hold. In graphs that
TensorFlow wrote `frames`, `stacks` and `conds` recognize its loops and branches, `functions` and `calls`
those of TensorFlow 2, `foreign`, `tensor_arrays` and `tensor_lists` its other ops; what minitf has not is
`missing`. `lowering` makes graphs for TensorFlow, and `own_form` puts minitf's beside them in meta graphs.
"""
