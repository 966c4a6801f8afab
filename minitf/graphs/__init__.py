"""Graphs as messages: GraphDefs and meta graphs, written and read.

Each direction has its modules. `export` makes nodes of ops and `importer` ops of nodes, with the attributes
that `spelling` knows under TensorFlow's names and ours and that `values` turns into messages and back;
`bodies` tells what is inside of loops and branches, `collected` what collections hold. In graphs that
TensorFlow wrote `frames` and `conds` recognize its loops and branches, where `positions` finds out how often a
loop runs and `stacks`, `lists` and `arrays` what it takes and gives slice by slice (noted in `sliced`);
`functions` and `calls` know those of TensorFlow 2, `foreign`, `tensor_arrays` and `tensor_lists` its other ops;
what minitf has not is `missing`. `lowering` makes graphs for TensorFlow, with `primitives` for loops (whose
slices are in what `slices` makes), `substitutes` for ops that it lacks and `handles` for TensorArrays;
`own_form` puts minitf's form beside it in meta graphs.
"""
