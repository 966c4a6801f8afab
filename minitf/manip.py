"""tf.manip: tensors rearranged, under a name of their own."""

from minitf.ops.array.array import reshape as reshape
from minitf.ops.array.gather import gather_nd as gather_nd
from minitf.ops.array.gather import scatter_nd as scatter_nd
from minitf.ops.array.rearranging import reverse as reverse
from minitf.ops.array.rearranging import roll as roll
from minitf.ops.array.rearranging import tile as tile
from minitf.ops.nn.spaces import batch_to_space_nd as batch_to_space_nd
from minitf.ops.nn.spaces import space_to_batch_nd as space_to_batch_nd
