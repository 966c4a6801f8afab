"""minitf."""
__version__ = "1.15.0"
from minitf.framework.convert import convert_to_tensor
from minitf.framework.dtypes import (
    bool, complex64, complex128, float16, float32, float64, int8, int16, int32, int64, string, uint8, uint16, uint32,
    uint64,
)  # fmt: skip
from minitf.framework.graph import *
from minitf.ops.constant import constant
from minitf.ops.placeholders import placeholder
from minitf.ops.array import (
    concat, expand_dims, fill, matrix_transpose, ones, ones_like, rank, reshape, shape, shape_n, size, squeeze,
    transpose, zeros, zeros_like,
)  # fmt: skip
from minitf.framework.shape import broadcast_static_shape
from minitf.ops.broadcasting import broadcast_dynamic_shape, broadcast_to
from minitf.ops.gather import (
    batch_gather, boolean_mask, gather, gather_nd, one_hot, scatter_nd, sparse_to_dense, where,
)  # fmt: skip
from minitf.ops.identity import guarantee_const, identity, identity_n, prevent_gradient, stop_gradient
from minitf.ops.joining import pack, parallel_stack, split, stack, unpack, unstack
from minitf.ops.matrix import (
    diag, diag_part, eye, matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag,
)  # fmt: skip
from minitf.ops.ranges import lin_space, linspace, meshgrid, range, searchsorted, sequence_mask
from minitf.ops.rearranging import pad, repeat, reverse, reverse_sequence, roll, tile
from minitf.ops.sets import (
    dynamic_partition, dynamic_stitch, invert_permutation, listdiff, parallel_dynamic_stitch, setdiff1d, unique,
    unique_with_counts,
)  # fmt: skip
from minitf.ops.slicing import slice, strided_slice
from minitf.ops.math import *
from minitf.runtime.session import Session
from minitf.gradients import gradients
