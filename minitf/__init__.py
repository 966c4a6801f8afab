"""minitf: TensorFlow-1-style graphs, sessions and recurrent networks on NumPy and Numba.

>>> import minitf as tf
>>> x = tf.placeholder(tf.float32, [None])
>>> with tf.Session() as sess:
...     sess.run(2 * x, feed_dict={x: [1, 2, 3]})
array([2., 4., 6.], dtype=float32)
"""

# Nothing that an import makes is garbage: what looks for it would look through all of it again and again.

import gc as _gc

_thresholds = _gc.get_threshold()
_gc.set_threshold(1_000_000)

# Everything public stands here by name: the functions below, and the namespaces of the last section.

# The graph

from minitf.framework.collections import GraphKeys
from minitf.framework.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices, is_tensor
from minitf.framework.convert import register_tensor_conversion_function
from minitf.framework.devices import DeviceSpec
from minitf.framework.dtypes import as_dtype, bool, complex128, complex64, double, DType, float16, float32, float64
from minitf.framework.dtypes import half, int16, int32, int64, int8, resource, string, uint16, uint32, uint64, uint8
from minitf.framework.dtypes import variant
from minitf.framework.errors import OpError
from minitf.framework.graph import add_to_collection, add_to_collections, colocate_with, container, control_dependencies
from minitf.framework.graph import device, get_collection, get_collection_ref, get_default_graph, Graph, name_scope
from minitf.framework.graph import op_scope, reset_default_graph, set_random_seed
from minitf.framework.load_library import load_file_system_library, load_library, load_op_library
from minitf.framework.operation import Operation
from minitf.framework.shape import broadcast_static_shape, Dimension, TensorShape
from minitf.framework.sparse import convert_to_tensor_or_sparse_tensor, SparseTensor, SparseTensorValue
from minitf.framework.tensor import IndexedSlices, Tensor

# Constants and arrays

from minitf.ops.array.array import concat, expand_dims, fill, matrix_transpose, ones, ones_like, rank, reshape, shape
from minitf.ops.array.array import size, squeeze, transpose, zeros, zeros_like
from minitf.ops.math.bits import bitcast
from minitf.ops.array.broadcasting import broadcast_dynamic_shape, broadcast_to
from minitf.ops.math.cast import cast, to_complex128, to_complex64, to_double, to_float, to_int32, to_int64
from minitf.ops.array.constant import constant
from minitf.ops.array.gather import batch_gather, boolean_mask, gather, gather_nd, scatter_nd, sparse_to_dense
from minitf.ops.array.gather import where
from minitf.ops.array.identity import ensure_shape, guarantee_const, identity, identity_n, prevent_gradient
from minitf.ops.array.identity import stop_gradient
from minitf.ops.array.one_hot import one_hot
from minitf.ops.array.joining import parallel_stack, split, stack, unstack
from minitf.ops.linalg.matrix import diag, diag_part, eye, matrix_band_part, matrix_diag, matrix_diag_part
from minitf.ops.linalg.matrix import matrix_set_diag
from minitf.ops.array.placeholders import placeholder, placeholder_with_default
from minitf.ops.array.ranges import lin_space, linspace, meshgrid, range, searchsorted, sequence_mask
from minitf.ops.array.rearranging import pad, repeat, reverse, reverse_sequence, roll, tile
from minitf.ops.array.sets import dynamic_partition, dynamic_stitch, invert_permutation, listdiff
from minitf.ops.array.sets import parallel_dynamic_stitch, setdiff1d, unique, unique_with_counts
from minitf.ops.array.shapes import shape_n
from minitf.ops.array.slicing import newaxis, slice, strided_slice

# Maths

from minitf.ops.math.clip import clip_by_average_norm, clip_by_global_norm, clip_by_norm, clip_by_value, global_norm
from minitf.ops.math.clip import saturate_cast
from minitf.ops.array.unravel import unravel_index
from minitf.ops.math.compare import equal, greater, greater_equal, is_finite, is_inf, is_nan, less, less_equal
from minitf.ops.math.compare import logical_and, logical_not, logical_or, logical_xor, not_equal, where_v2
from minitf.ops.math.complex import angle, complex, conj, imag, real
from minitf.ops.math.cumulative import cumprod, cumsum
from minitf.ops.linalg.decompositions import cholesky, cholesky_solve, qr, self_adjoint_eig, self_adjoint_eigvals
from minitf.ops.linalg.einsum import einsum, tensordot
from minitf.ops.linalg.functions import sqrtm as matrix_square_root
from minitf.ops.linalg.least_squares import lstsq as matrix_solve_ls
from minitf.ops.linalg.linalg import matrix_determinant, matrix_inverse, matrix_solve, matrix_triangular_solve, trace
from minitf.ops.math.math import accumulate_n, add, add_n, atan2, div, div_no_nan, divide, floor_div, floordiv, floormod
from minitf.ops.math.math import maximum, minimum, mod, multiply, pow, realdiv, scalar_mul, squared_difference, subtract
from minitf.ops.math.math import truediv, truncatediv, truncatemod
from minitf.ops.linalg.matmul import cross, matmul, sparse_matmul
from minitf.ops.linalg.norm import norm
from minitf.ops.math.histogram import histogram_fixed_width, histogram_fixed_width_bins
from minitf.ops.linalg.singular import svd
from minitf.ops.math.quantization import fake_quant_with_min_max_args, fake_quant_with_min_max_args_gradient
from minitf.ops.math.quantization import fake_quant_with_min_max_vars, fake_quant_with_min_max_vars_gradient
from minitf.ops.math.quantization import fake_quant_with_min_max_vars_per_channel
from minitf.ops.math.quantization import fake_quant_with_min_max_vars_per_channel_gradient
from minitf.ops.math.extremes import arg_max, arg_min, argmax, argmin
from minitf.ops.math.reduce import count_nonzero, reduce_all, reduce_any
from minitf.ops.math.reduce import reduce_logsumexp, reduce_max, reduce_mean, reduce_min, reduce_prod, reduce_sum
from minitf.ops.math.segment import segment_max, segment_mean, segment_min, segment_prod, segment_sum
from minitf.ops.math.segment import unsorted_segment_max, unsorted_segment_mean, unsorted_segment_min
from minitf.ops.math.segment import unsorted_segment_prod, unsorted_segment_sqrt_n, unsorted_segment_sum
from minitf.ops.math.special import lbeta
from minitf.ops.math.special import betainc, igamma, igammac, polygamma, zeta
from minitf.ops.math.spectral import fft, fft2d, fft3d, ifft, ifft2d, ifft3d
from minitf.ops.math.unary import abs, acos, acosh, asin, asinh, atan, atanh, ceil, cos, cosh, digamma, erf, erfc, exp
from minitf.ops.math.unary import expm1, floor, lgamma, log, log1p, log_sigmoid, negative, reciprocal, rint, round
from minitf.ops.math.unary import rsqrt, sigmoid, sign, sin, sinh, sqrt, square, tan, tanh

# Images

from minitf.ops.images.image_parts import extract_image_patches
from minitf.ops.nn.volume_patches import extract_volume_patches
from minitf.ops.nn.spaces import batch_to_space, batch_to_space_nd, depth_to_space, required_space_to_batch_paddings
from minitf.ops.nn.spaces import space_to_batch, space_to_batch_nd, space_to_depth

# Sparse tensors

from minitf.ops.nn.edit_distance import edit_distance
from minitf.ops.sparse.sparse import sparse_mask, sparse_placeholder, sparse_reorder, sparse_retain
from minitf.ops.sparse.sparse import sparse_tensor_to_dense, sparse_transpose
from minitf.ops.sparse.ids import sparse_fill_empty_rows, sparse_merge, sparse_to_indicator
from minitf.ops.sparse.layout import sparse_concat, sparse_reset_shape, sparse_reshape, sparse_slice, sparse_split
from minitf.ops.sparse.maths import sparse_add, sparse_maximum, sparse_minimum, sparse_tensor_dense_matmul
from minitf.ops.sparse.reductions import sparse_reduce_max, sparse_reduce_max_sparse, sparse_reduce_sum
from minitf.ops.sparse.reductions import sparse_reduce_sum_sparse, sparse_softmax
from minitf.ops.sparse.serial import deserialize_many_sparse, serialize_many_sparse, serialize_sparse
from minitf.ops.sparse.segments import sparse_segment_mean, sparse_segment_sqrt_n, sparse_segment_sum

# Files, records, examples

from minitf.ops.io.decoding import decode_csv, decode_raw, string_to_number
from minitf.ops.io.features import FixedLenFeature, FixedLenSequenceFeature, parse_example, parse_single_example
from minitf.ops.io.features import parse_single_sequence_example, SparseFeature, VarLenFeature
from minitf.ops.io.serialized import decode_compressed, decode_json_example, parse_tensor, serialize_tensor
from minitf.ops.io.file_ops import matching_files, read_file, write_file
from minitf.ops.io.readers import FixedLengthRecordReader, IdentityReader, LMDBReader, ReaderBase, TextLineReader
from minitf.ops.io.readers import TFRecordReader, WholeFileReader

# Variables, initializers, random numbers

from minitf.ops.random.initializers import Constant as constant_initializer
from minitf.ops.random.initializers import GlorotNormal as glorot_normal_initializer
from minitf.ops.random.initializers import GlorotUniform as glorot_uniform_initializer
from minitf.ops.random.initializers import Ones as ones_initializer
from minitf.ops.random.initializers import Orthogonal as orthogonal_initializer
from minitf.ops.random.initializers import RandomNormal as random_normal_initializer
from minitf.ops.random.initializers import RandomUniform as random_uniform_initializer
from minitf.ops.random.initializers import TruncatedNormal as truncated_normal_initializer
from minitf.ops.random.initializers import UniformUnitScaling as uniform_unit_scaling_initializer
from minitf.ops.random.initializers import VarianceScaling as variance_scaling_initializer
from minitf.ops.random.initializers import Zeros as zeros_initializer
from minitf.ops.random.random import get_seed, multinomial, random_crop, random_gamma, random_normal, random_poisson
from minitf.ops.random.random import random_shuffle, random_uniform, truncated_normal
from minitf.ops.state.batch_scatter import batch_scatter_update
from minitf.ops.state.creation import disable_resource_variables, enable_resource_variables, resource_variables_enabled
from minitf.ops.state.creation import variable_creator_scope
from minitf.ops.state.state import assign, assign_add, assign_sub, count_up_to, scatter_add, scatter_div, scatter_max
from minitf.ops.state.state import scatter_min, scatter_mul, scatter_nd_add, scatter_nd_sub, scatter_nd_update
from minitf.ops.state.state import scatter_sub, scatter_update
from minitf.ops.state.template import make_template
from minitf.ops.state.variable_modes import VariableAggregation, VariableSynchronization
from minitf.ops.state.partitions import fixed_size_partitioner, min_max_variable_partitioner
from minitf.ops.state.partitions import variable_axis_size_partitioner
from minitf.ops.state.variable_scope import create_partitioned_variables, get_local_variable, get_variable
from minitf.ops.state.variable_scope import get_variable_scope, no_regularizer, variable_op_scope, variable_scope
from minitf.ops.state.variable_scope import VariableScope
from minitf.ops.state.variable_store import AUTO_REUSE
from minitf.ops.state.variables import all_variables, assert_variables_initialized, global_variables
from minitf.ops.state.variables import global_variables_initializer, initialize_all_variables
from minitf.ops.state.variables import initialize_local_variables, initialize_variables, is_variable_initialized
from minitf.ops.state.variables import local_variables, local_variables_initializer, model_variables
from minitf.ops.state.variables import moving_average_variables, report_uninitialized_variables, trainable_variables
from minitf.ops.state.variables import Variable, variables_initializer
from minitf.ops.state.variables import lifted as init_scope

# Control flow, checks, Python functions

from minitf.ops.control.assert_and_print import Assert, Print
from minitf.ops.control.case import case, switch_case
from minitf.ops.control.check import assert_equal, assert_greater, assert_greater_equal, assert_integer, assert_less
from minitf.ops.control.check import assert_less_equal, assert_near, assert_negative, assert_non_negative
from minitf.ops.control.check import assert_non_positive, assert_none_equal, assert_positive, assert_proper_iterable
from minitf.ops.control.check import assert_rank, assert_rank_at_least, assert_rank_in, assert_same_float_dtype
from minitf.ops.control.check import assert_scalar, assert_type, check_numerics, is_non_decreasing, is_numeric_tensor
from minitf.ops.control.check import is_strictly_increasing, verify_tensor_all_finite
from minitf.ops.control.check_all import add_check_numerics_ops
from minitf.ops.control.cond import cond
from minitf.ops.control.control import group, no_op, tuple
from minitf.ops.control.critical_section import CriticalSection
from minitf.ops.math.confusion import confusion_matrix
from minitf.ops.control.counted import foldl, foldr, map_fn, scan, vectorized_map
from minitf.ops.state.accumulators import ConditionalAccumulator, ConditionalAccumulatorBase
from minitf.ops.state.accumulators import SparseConditionalAccumulator
from minitf.ops.io import barriers as _barriers, record_input as _record_input  # their ops are known to graphs
from minitf.ops.io.queues import FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue
from minitf.compat import dimension_at_index, dimension_value
from minitf.framework.static import constant_value as get_static_value
from minitf.ops.array.rearranging import reverse as reverse_v2
from minitf.ops.array.sorting import argsort, sort
from minitf.ops.array.tensor_scatter import tensor_scatter_add, tensor_scatter_sub, tensor_scatter_update
from minitf.ops.array.tensor_scatter import tensor_scatter_add as tensor_scatter_nd_add
from minitf.ops.array.tensor_scatter import tensor_scatter_sub as tensor_scatter_nd_sub
from minitf.ops.array.tensor_scatter import tensor_scatter_update as tensor_scatter_nd_update
from minitf.ops.control.clock import timestamp
from minitf.ops.control.eager_script import py_function
from minitf.ops.control.printing import print
from minitf.ops.control.script import numpy_function, py_func
from minitf.ops.math.bincount import bincount
from minitf.ops.state.session_tensors import delete_session_tensor, get_session_handle, get_session_tensor
from minitf.ops.strings.string_join import string_join
from minitf.ops.strings.strings import as_string, decode_base64, encode_base64, reduce_join, regex_replace, string_strip
from minitf.ops.strings.strings import substr
from minitf.ops.strings.fingerprints import fingerprint
from minitf.ops.strings.buckets import string_to_hash_bucket, string_to_hash_bucket_fast, string_to_hash_bucket_strong
from minitf.ops.state.tables import initialize_all_tables, tables_initializer
from minitf.ops.control.tensor_array import TensorArray
from minitf.ops.control.while_loop import while_loop

# Gradients

from minitf.autodiff.gradients import AggregationMethod, gradients, NoGradient, NotDifferentiable, RegisterGradient
from minitf.autodiff.gradients import UnconnectedGradients
from minitf.autodiff.custom_gradient import custom_gradient
from minitf.autodiff.gradients import NotDifferentiable as no_gradient
from minitf.autodiff.hessians import hessians
from minitf.autodiff.passing import grad_pass_through, recompute_grad

# Graphs as messages

from minitf.graphs import lowering as _lowering  # gives graphs their as_graph_def
from minitf.graphs.importer import import_graph_def
from minitf.graphs.tensor_protos import make_ndarray, make_tensor_proto

# Looking at them

from minitf.overview import summary_of  # gives graphs their texts, and notebooks what they show

# Running

from minitf.platform.logging import get_logger
from minitf.switches import control_flow_v2_enabled, disable_control_flow_v2, disable_eager_execution
from minitf.switches import disable_tensor_equality, disable_v2_behavior, disable_v2_tensorshape, executing_eagerly
from minitf.runtime.session.config import ConfigProto, GPUOptions, GraphOptions, OptimizerOptions, RunMetadata
from minitf.runtime.session.config import RunOptions
from minitf.runtime.session.session import get_default_session, InteractiveSession, Session
from minitf.train.checkpoints import to_safetensors

# Namespaces

from minitf.ragged.strings import string_split
from minitf.ragged.tensor import RaggedTensor
from minitf.framework.composite_specs import IndexedSlicesSpec, SparseTensorSpec
from minitf.framework.tensor_spec import TensorSpec
from minitf.framework.type_spec import TypeSpec
from minitf.ops.control.tensor_array_spec import TensorArraySpec
from minitf.ragged.spec import RaggedTensorSpec
from minitf import audio, bitwise, compat, config, contrib, debugging, dtypes, graph_util, image, initializers, layers
from minitf import linalg, losses, math, metrics, nest, nn, profiler, quantization, queue, random, saved_model, sets
from minitf import sparse, strings, summary, train, viz, xla
from minitf.framework import errors, protos
from minitf.data.experimental.optional import OptionalSpec
from minitf import data, distributions, io, lookup, manip, python_io, signal, spectral, version
from minitf.profiler import timeline
from minitf.platform import gfile, logging, resource_loader, sysconfig
from minitf import ragged, raw_ops
from minitf.autodiff import loop_gradients  # gives loops and branches their gradients

__version__ = "1.15.0"  # the TensorFlow whose behaviour this is; scripts compare it
VERSION = __version__
COMPILER_VERSION, GIT_VERSION = version.COMPILER_VERSION, version.GIT_VERSION
GRAPH_DEF_VERSION = version.GRAPH_DEF_VERSION
GRAPH_DEF_VERSION_MIN_CONSUMER = GRAPH_DEF_VERSION_MIN_PRODUCER = 0
CXX11_ABI_FLAG = MONOLITHIC_BUILD = 0

from minitf.out_of_scope import reason_for as _reason_for

# What needs packages of its own, imported when it is first used: TensorFlow's messages, flags and tests

_message = protos.resolver(
    __name__,
    (
        "AttrValue",
        "Event",
        "GraphDef",
        "HistogramProto",
        "MetaGraphDef",
        "NameAttrList",
        "NodeDef",
        "SessionLog",
        "Summary",
        "SummaryMetadata",
        "TensorInfo",
    ),
)


def __getattr__(name: str):  # noqa: N807 - it is a module's
    if name not in ("app", "flags", "test"):
        if (reason := _reason_for(name)) is not None:
            raise AttributeError(f"minitf has no tf.{name}: {reason}")
        return _message(name)
    import importlib

    return importlib.import_module(f"minitf.platform.{name}")


# What takes ragged tensors too, where users call it

from minitf.ragged import dispatch as _dispatch

# What is called by users is guarded: arguments of the wrong kind and unclear errors end here.

from minitf.framework.calls import guard as _guard

_guard(__name__)

_gc.set_threshold(*_thresholds)
