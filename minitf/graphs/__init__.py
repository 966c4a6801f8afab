"""Graphs as messages: GraphDefs, meta graphs and saved models, written and read.

Each direction has its modules. `export` makes nodes of ops and `importer` ops of nodes, with the attributes
that `spelling` knows under TensorFlow's names and ours, and `values` turns into messages and back.
"""
