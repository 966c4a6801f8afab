"""tf.lookup.experimental."""

from minitf.lookup.mutable import MutableDenseHashTable as DenseHashTable

__all__ = ["DenseHashTable"]
