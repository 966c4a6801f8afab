"""tf.contrib.framework: variables, checkpoints, default arguments, nested structures."""

from minitf.contrib.framework.scopes import add_arg_scope, arg_scope, arg_scoped_arguments, current_arg_scope
from minitf.contrib.framework.scopes import has_arg_scope
from minitf.contrib.framework.deprecation import deprecated, deprecated_arg_values, deprecated_args
from minitf.contrib.framework.devices import VariableDeviceChooser
from minitf.contrib.framework.tensors import assert_scalar_int, get_graph_from_inputs, get_name_scope, get_placeholders
from minitf.contrib.framework.tensors import is_tensor, smart_case
from minitf.contrib.framework.tensors import reduce_sum_n, remove_squeezable_dimensions, smart_cond
from minitf.contrib.framework.tensors import smart_constant_value, with_same_shape, with_shape
from minitf.contrib.framework.variables import add_model_variable, assign_from_checkpoint, assign_from_checkpoint_fn
from minitf.contrib.framework.variables import assign_from_values, assign_from_values_fn, filter_variables
from minitf.contrib.framework.variables import get_local_variables, get_model_variables, get_trainable_variables
from minitf.contrib.framework.variables import get_unique_variable, get_variable_full_name, get_variables
from minitf.contrib.framework.variables import get_variables_by_name, get_variables_by_suffix, get_variables_to_restore
from minitf.contrib.framework.variables import global_variable, local_variable, model_variable, variable
from minitf.contrib.framework.variables import zero_initializer
from minitf.framework import nest
from minitf.ops.control.check import assert_same_float_dtype, assert_scalar
from minitf.contrib.framework.checkpoints import init_from_checkpoint, list_variables, load_checkpoint, load_variable
from minitf.train.global_step import assert_global_step, assert_or_get_global_step, create_global_step, get_global_step
from minitf.train.global_step import get_or_create_global_step
from minitf.framework.sparse import convert_to_tensor_or_sparse_tensor
from minitf.ops.array.sorting import argsort, sort
from minitf.ops.control.check import is_non_decreasing, is_numeric_tensor, is_strictly_increasing
from minitf.contrib.framework.script import py_func
from minitf.ops.io.record_input import RecordInput
from minitf.contrib.framework.names import prepend_name_scope, strip_name_scope
from minitf.framework.tensor_spec import BoundedTensorSpec, TensorSpec
from minitf.ops.random.kernels import ConvolutionDeltaOrthogonal as convolutional_delta_orthogonal
from minitf.ops.random.kernels import ConvolutionOrthogonal1D as convolutional_orthogonal_1d
from minitf.ops.random.kernels import ConvolutionOrthogonal2D as convolutional_orthogonal_2d
from minitf.ops.random.kernels import ConvolutionOrthogonal3D as convolutional_orthogonal_3d
