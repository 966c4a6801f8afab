"""Functions of the normal and Laplace distributions."""

from __future__ import annotations

import math

import numpy as np

import minitf as tf

_SERIES = 3  # terms far below zero
_ENDS = {tf.float32: (-10, 5), tf.float64: (-20, 8)}  # where the normal distribution is close to 0 and to 1


def ndtr(x):
    """The probability that a standard normal number is below x."""
    with tf.name_scope("ndtr", values=[x]):
        half_sqrt_2 = tf.constant(0.5 * math.sqrt(2.0), x.dtype, name="half_sqrt_2")
        w = x * half_sqrt_2
        z = tf.abs(w)
        tail = tf.erfc(z)
        far = tf.where_v2(tf.greater(w, 0.0), 2.0 - tail, tail)
        return 0.5 * tf.where_v2(tf.less(z, half_sqrt_2), 1.0 + tf.erf(w), far)


def log_ndtr(x):
    """The logarithm of `ndtr`, exact far below zero, too."""
    with tf.name_scope("log_ndtr", values=[x]):
        low, high = _ENDS[x.dtype.base_dtype]
        middle = tf.log(ndtr(tf.maximum(x, tf.constant(low, x.dtype))))
        below = _log_ndtr_below(tf.minimum(x, tf.constant(low, x.dtype)))
        return tf.where_v2(tf.greater(x, high), -ndtr(-x), tf.where_v2(tf.greater(x, low), middle, below))


def _log_ndtr_below(x):
    """By the asymptotic series (Abramowitz & Stegun 26.2.12)."""
    scale = -0.5 * tf.square(x) - tf.log(-x) - 0.5 * math.log(2.0 * math.pi)
    terms = [(-1) ** n * math.prod(range(1, 2 * n, 2)) / tf.square(x) ** n for n in range(1, _SERIES + 1)]
    return scale + tf.log(1.0 + tf.add_n(terms))


# Wichura, Algorithm AS 241, Applied Statistics 37 (1988): numerators and denominators, from the highest power down
_MIDDLE = (
    [2.50908_09287_30122_6727e3, 3.34305_75583_58812_8105e4, 6.72657_70927_00870_0853e4, 4.59219_53931_54987_1457e4]
    + [1.37316_93765_50946_1125e4, 1.97159_09503_06551_4427e3, 1.33141_66789_17843_7745e2, 3.38713_28727_96366_6080e0],
    [5.22649_52788_52854_5610e3, 2.87290_85735_72194_2674e4, 3.93078_95800_09271_0610e4, 2.12137_94301_58659_5867e4]
    + [5.39419_60214_24751_1077e3, 6.87187_00749_20579_0830e2, 4.23133_30701_60091_1252e1, 1.0],
)
_NEAR = (
    [7.74545_01427_83414_07640e-4, 2.27238_44989_26918_45833e-2, 2.41780_72517_74506_11770e-1]
    + [1.27045_82524_52368_38258e0, 3.64784_83247_63204_60504e0, 5.76949_72214_60691_40550e0]
    + [4.63033_78461_56545_29590e0, 1.42343_71107_49683_57734e0],
    [1.05075_00716_44416_84324e-9, 5.47593_80849_95344_94600e-4, 1.51986_66563_61645_71966e-2]
    + [1.48103_97642_74800_74590e-1, 6.89767_33498_51000_04550e-1, 1.67638_48301_83803_84940e0]
    + [2.05319_16266_37758_82187e0, 1.0],
)
_FAR = (
    [2.01033_43992_92288_13265e-7, 2.71155_55687_43487_57815e-5, 1.24266_09473_88078_43860e-3]
    + [2.65321_89526_57612_30930e-2, 2.96560_57182_85048_91230e-1, 1.78482_65399_17291_33580e0]
    + [5.46378_49111_64114_36990e0, 6.65790_46435_01103_77720e0],
    [2.04426_31033_89939_78564e-15, 1.42151_17583_16445_88870e-7, 1.84631_83175_10054_68180e-5]
    + [7.86869_13114_56132_59100e-4, 1.48753_61290_85061_48525e-2, 1.36929_88092_27358_05310e-1]
    + [5.99832_20655_58879_37690e-1, 1.0],
)


def ndtri(p):
    """The number below which a standard normal one is with probability p; infinite at 0 and 1."""
    with tf.name_scope("ndtri", values=[p]):
        q = p - 0.5
        tail = tf.minimum(p, 1.0 - p)
        inside = tf.greater(tail, 0.0)
        near = tf.less_equal(tf.abs(q), 0.425)
        r = tf.sqrt(-tf.log(tf.where_v2(inside, tail, 0.25 * tf.ones_like(p))))
        far = tf.where_v2(tf.less_equal(r, 5.0), _ratio(_NEAR, r - 1.6), _ratio(_FAR, tf.maximum(r, 5.0) - 5.0))
        found = tf.where_v2(near, q * _ratio(_MIDDLE, 0.180625 - q * q), tf.sign(q) * far)
        return tf.where_v2(inside, found, tf.sign(q) * np.array(np.inf, p.dtype.as_numpy_dtype))


def _ratio(polynomials: tuple, x):
    above, below = [tf.math.polyval(one, x) for one in polynomials]
    return above / below


def log_cdf_laplace(x):
    """The logarithm of the probability that a standard Laplace number is below x."""
    with tf.name_scope("log_cdf_laplace", values=[x]):
        above = tf.log1p(-0.5 * tf.exp(-tf.abs(x)))
        return tf.where_v2(x < 0.0, -math.log(2.0) + x, above)
