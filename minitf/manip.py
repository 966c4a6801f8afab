"""tf.manip: tensors rearranged, under a name of their own."""

# ruff: noqa: F401 - names that are handed on

from minitf.ops.array.array import reshape
from minitf.ops.array.gather import gather_nd, scatter_nd
from minitf.ops.array.rearranging import reverse, roll, tile
from minitf.ops.nn.spaces import batch_to_space_nd, space_to_batch_nd
