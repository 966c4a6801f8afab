"""tf.lookup.experimental."""

# ruff: noqa: F401 - names that are handed on

from minitf.lookup.mutable import MutableDenseHashTable as DenseHashTable
