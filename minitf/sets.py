"""tf.sets: sets in the last axis of tensors."""

from minitf.ops.sparse.set_operations import difference as difference
from minitf.ops.sparse.set_operations import difference as set_difference
from minitf.ops.sparse.set_operations import intersection as intersection
from minitf.ops.sparse.set_operations import intersection as set_intersection
from minitf.ops.sparse.set_operations import size as set_size
from minitf.ops.sparse.set_operations import size as size
from minitf.ops.sparse.set_operations import union as set_union
from minitf.ops.sparse.set_operations import union as union

__all__ = ["difference", "intersection", "set_difference", "set_intersection", "set_size", "set_union", "size", "union"]
