"""tf.debugging: checks under their own name."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.ops.control.check import Assert, assert_equal, assert_greater, assert_greater_equal, assert_integer
from minitf.ops.control.check import assert_less, assert_less_equal, assert_near, assert_negative, assert_non_negative
from minitf.ops.control.check import assert_non_positive, assert_none_equal, assert_positive, assert_proper_iterable
from minitf.ops.control.check import assert_rank, assert_rank_at_least, assert_rank_in, assert_same_float_dtype
from minitf.ops.control.check import assert_scalar, assert_type, check_numerics, is_non_decreasing, is_numeric_tensor
from minitf.ops.control.check import is_strictly_increasing
from minitf.ops.control.check import verify_tensor_all_finite as assert_all_finite
from minitf.ops.control.check_shapes import assert_shapes
from minitf.ops.math.compare import is_finite, is_inf, is_nan
from minitf.switches import get_log_device_placement, set_log_device_placement
