"""tf.math: element-wise maths, comparisons, reductions and segments under their own names."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.nn import in_top_k, l2_normalize, log_softmax, softmax, softplus, softsign, top_k, zero_fraction
from minitf.ops.array.sets import invert_permutation
from minitf.ops.control.check import is_non_decreasing, is_strictly_increasing
from minitf.ops.math.clip import saturate_cast
from minitf.ops.math.compare import equal, greater, greater_equal, is_finite, is_inf, is_nan, less, less_equal
from minitf.ops.math.bincount import bincount
from minitf.ops.math.compare import logical_and, logical_not, logical_or, logical_xor, not_equal
from minitf.ops.math.complex import angle, conj, imag, real
from minitf.ops.math.confusion import confusion_matrix
from minitf.ops.math.cumulative import cumprod, cumsum, cumulative_logsumexp
from minitf.ops.math.math import accumulate_n, add, add_n, atan2, div_no_nan, divide, floordiv, floormod, maximum
from minitf.ops.math.math import minimum, mod, multiply, pow, scalar_mul, squared_difference, subtract, truediv, xdivy
from minitf.ops.math.math import polyval, xlogy
from minitf.ops.math.math import div_no_nan as divide_no_nan
from minitf.ops.math.no_nan import multiply_no_nan, reciprocal_no_nan
from minitf.ops.math.reduce import reduce_euclidean_norm
from minitf.ops.math.extremes import argmax, argmin
from minitf.ops.math.reduce import count_nonzero, reduce_all, reduce_any, reduce_logsumexp, reduce_max
from minitf.ops.math.reduce import reduce_mean, reduce_min, reduce_prod, reduce_std, reduce_sum, reduce_variance
from minitf.ops.math.segment import segment_max, segment_mean, segment_min, segment_prod, segment_sum
from minitf.ops.math.segment import unsorted_segment_max, unsorted_segment_mean, unsorted_segment_min
from minitf.ops.math.segment import unsorted_segment_prod, unsorted_segment_sqrt_n, unsorted_segment_sum
from minitf.ops.math.special import bessel_i0, bessel_i0e, bessel_i1, bessel_i1e, betainc, igamma, igammac, nextafter
from minitf.ops.math.special import lbeta, polygamma, zeta
from minitf.ops.math.unary import abs, acos, acosh, asin, asinh, atan, atanh, ceil, cos, cosh, digamma, erf, erfc, exp
from minitf.ops.math.unary import expm1, floor, lgamma, log, log1p, log_sigmoid, negative, reciprocal, rint, round
from minitf.ops.math.unary import rsqrt, sigmoid, sign, sin, sinh, sqrt, square, tan, tanh
