"""Graphs, tensors, dtypes, static shapes, scopes and the op registry; knows no particular op."""
