"""tf.sets: sets in the last axis of tensors."""

# ruff: noqa: F401 - names that are handed on

from minitf.ops.sparse.set_operations import difference, intersection, size, union
from minitf.ops.sparse.set_operations import difference as set_difference
from minitf.ops.sparse.set_operations import intersection as set_intersection
from minitf.ops.sparse.set_operations import size as set_size
from minitf.ops.sparse.set_operations import union as set_union
