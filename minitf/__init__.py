"""minitf."""
__version__ = "1.15.0"
from minitf.framework import errors
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
from minitf.framework.shape import Dimension, TensorShape, broadcast_static_shape
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
from minitf.ops.slicing import newaxis, slice, strided_slice
from minitf.ops.math import *
from minitf.ops.initializers import Constant as constant_initializer
from minitf.ops.initializers import GlorotNormal as glorot_normal_initializer
from minitf.ops.initializers import GlorotUniform as glorot_uniform_initializer
from minitf.ops.initializers import Ones as ones_initializer
from minitf.ops.initializers import Orthogonal as orthogonal_initializer
from minitf.ops.initializers import RandomNormal as random_normal_initializer
from minitf.ops.initializers import RandomUniform as random_uniform_initializer
from minitf.ops.initializers import TruncatedNormal as truncated_normal_initializer
from minitf.ops.initializers import UniformUnitScaling as uniform_unit_scaling_initializer
from minitf.ops.initializers import VarianceScaling as variance_scaling_initializer
from minitf.ops.initializers import Zeros as zeros_initializer
from minitf.ops.random import (
    get_seed, multinomial, random_crop, random_gamma, random_normal, random_poisson, random_shuffle, random_uniform,
    truncated_normal,
)  # fmt: skip
from minitf.ops.check import (
    Assert, Print, assert_equal, assert_greater, assert_greater_equal, assert_integer, assert_less, assert_less_equal,
    assert_near, assert_negative, assert_non_negative, assert_non_positive, assert_none_equal, assert_positive,
    assert_proper_iterable, assert_rank, assert_rank_at_least, assert_rank_in, assert_same_float_dtype, assert_scalar,
    assert_type, check_numerics, is_non_decreasing, is_numeric_tensor, is_strictly_increasing,
    verify_tensor_all_finite,
)  # fmt: skip
from minitf.ops.control import group, no_op, tuple
from minitf.ops.script import py_func
from minitf.ops.state import (
    assign, assign_add, assign_sub, count_up_to, scatter_add, scatter_div, scatter_max, scatter_min, scatter_mul,
    scatter_nd_add, scatter_nd_sub, scatter_nd_update, scatter_sub, scatter_update,
)  # fmt: skip
from minitf.ops.template import make_template
from minitf.ops.variable_scope import (
    VariableScope, get_local_variable, get_variable, get_variable_scope, no_regularizer, variable_op_scope,
    variable_scope,
)  # fmt: skip
from minitf.ops.variable_store import AUTO_REUSE
from minitf.ops.variables import (
    Variable, all_variables, assert_variables_initialized, global_variables, global_variables_initializer,
    initialize_all_variables, initialize_local_variables, initialize_variables, is_variable_initialized,
    local_variables, local_variables_initializer, model_variables, moving_average_variables,
    report_uninitialized_variables, trainable_variables, variables_initializer,
)  # fmt: skip
from minitf.runtime.session import Session
from minitf.gradients import gradients
from minitf import initializers, nn, random, train
