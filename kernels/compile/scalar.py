"""Functions of one number that vectorize inside kernels, for float32 and float64.

Each is straight-line: range reduction, then a polynomial or rational function with the coefficients of Moshier's Cephes
library. NaN stays NaN, infinities and overflow are exact, and results below the smallest normal number may be 0.
"""

import math

import numpy as np

from minitf.kernels.compile.abi import bits, from_bits, like, scalar

F, D = np.float32, np.float64

# exp: x = n ln2 + r, n found by adding 1.5 * 2^(mantissa bits), which leaves it in the sum's low bits.
LOG2E_F, SHIFTER_F = F(1.44269504088896341), F(12582912.0)
LOG2E_D, SHIFTER_D = D(1.44269504088896341), D(6755399441055744.0)
LN2_HIGH_F, LN2_LOW_F = F(0.693359375), F(-2.12194440e-4)
LN2_HIGH_D, LN2_LOW_D = 6.93145751953125e-1, 1.42860682030941723212e-6
EXP_MAX_F, EXP_MIN_F = F(88.72283), F(-87.33654)
EXP_MAX_D, EXP_MIN_D = D(709.782712893384), D(-708.3964185322641)
# For float32, e**r = 1 + r + r**2 E(r) where |r| <= ln2 / 2: the polynomial of least relative error, 3e-9.
E0, E1, E2, E3, E4 = map(
    F, (*(0.4999999343206674, 0.1666652039816788, 0.041668390792964055), *(0.008368745212744753, 0.0013814540078607256))
)
BIASED_F = F(12582912.0 + 127)  # a shifter that leaves n as the exponent of 2**n
TINY_F, TINY_D = F(1.17549435e-38), 2.2250738585072014e-308
SQRT_HALF = math.sqrt(0.5)


@scalar
def reduced_exp(x):
    """(e**r - 1, shifted n) with x = n ln2 + r, for x within the range of exp."""
    z = x * LOG2E_D + SHIFTER_D
    n = z - SHIFTER_D
    r = x - n * LN2_HIGH_D
    r = r - n * LN2_LOW_D
    s = r * r
    p = ((1.26177193074810590878e-4 * s + 3.02994407707441961300e-2) * s + 9.99999999999999999910e-1) * r
    q = (3.00198505138664455042e-6 * s + 2.52448340349684104192e-3) * s + 2.27265548208155028766e-1
    q = q * s + 2.0
    return 2.0 * p / (q - p), z


@reduced_exp.register(F)
def _(x):
    z = x * LOG2E_F + SHIFTER_F
    n = z - SHIFTER_F
    r = x - n * LN2_HIGH_F
    r = r - n * LN2_LOW_F
    y = (((E4 * r + E3) * r + E2) * r + E1) * r + E0
    return y * (r * r) + r, z


@scalar
def times_power(y, z):
    """y * 2**n for the shifted n of `reduced_exp`."""
    return from_bits(np.int64(bits(y) + (bits(z) << 52)))


@times_power.register(F)
def _(y, z):
    return from_bits(np.int32(bits(y) + (bits(z) << 23)))


@scalar
def exp_range(x):
    """(x clamped to where exp is a normal number, the lower bound, the upper bound)."""
    t = EXP_MAX_D if x > EXP_MAX_D else x
    return (EXP_MIN_D if t < EXP_MIN_D else t), EXP_MIN_D, EXP_MAX_D


@exp_range.register(F)
def _(x):
    t = EXP_MAX_F if x > EXP_MAX_F else x
    return (EXP_MIN_F if t < EXP_MIN_F else t), EXP_MIN_F, EXP_MAX_F


@scalar
def exp(x):
    """e**x."""
    t, low, high = exp_range(x)
    y, z = reduced_exp(t)
    y = times_power(y + like(x, 1), z)
    y = like(x, np.inf) if x > high else y
    y = like(x, 0) if x < low else y
    return y if x == x else x


@scalar
def exp_of_negative(x):
    """e**x for an x that is not above 0."""
    return exp(x)


@exp_of_negative.register(F)
def _(x):
    t = EXP_MIN_F if x < EXP_MIN_F else x
    z = t * LOG2E_F + BIASED_F
    n = z - BIASED_F
    r = t - n * LN2_HIGH_F
    r = r - n * LN2_LOW_F
    y = (((E4 * r + E3) * r + E2) * r + E1) * r + E0
    y = (y * (r * r) + r + F(1)) * from_bits(np.int32(bits(z) << 23))
    return F(0) if x < EXP_MIN_F else y


@scalar
def expm1(x):
    """e**x - 1 without cancellation."""
    half = like(x, 0.5)
    t, _, high = exp_range(x)
    y, z = reduced_exp(t)
    power = times_power(half, z)
    y = power * y + (power - half)
    return like(x, np.inf) if x > high else y + y


@scalar
def split(x):
    """(m, e) with x = m * 2**e and m in [sqrt(1/2), sqrt(2)), for positive normal x."""
    word = bits(x)
    m = from_bits(np.int64((word & 0x000FFFFFFFFFFFFF) | 0x3FE0000000000000))
    e = D((word >> 52) - 1022)
    low = m < SQRT_HALF
    return (m + m if low else m), (e - 1.0 if low else e)


@split.register(F)
def _(x):
    word = bits(x)
    m = from_bits(np.int32((word & 0x007FFFFF) | 0x3F000000))
    e = F(np.int32((word >> 23) - 126))
    low = m < F(SQRT_HALF)
    return (m + m if low else m), (e - F(1) if low else e)


@scalar
def log_near_one(x):
    """log(1 + x) - x + x**2 / 2 for 1 + x in [sqrt(1/2), sqrt(2))."""
    p = ((1.01875663804580931796e-4 * x + 4.97494994976747001425e-1) * x + 4.70579119878881725854) * x
    p = ((p + 1.44989225341610930846e1) * x + 1.79368678507819816313e1) * x + 7.70838733755885391666
    q = ((x + 1.12873587189167450590e1) * x + 4.52279145837532221105e1) * x + 8.29875266912776603211e1
    q = (q * x + 7.11544750618563894466e1) * x + 2.31251620126765340583e1
    return x * (x * x * p / q)


L0, L1, L2, L3, L4, L5, L6, L7, L8 = map(
    F,
    (
        *(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1),
        *(-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
    ),
)


@log_near_one.register(F)
def _(x):
    y = (((L0 * x + L1) * x + L2) * x + L3) * x + L4
    y = (((y * x + L5) * x + L6) * x + L7) * x + L8
    return y * x * (x * x)


@scalar
def tiny(x):
    """The smallest normal number, and a power of two that lifts smaller ones above it, with its exponent."""
    return TINY_D, 18014398509481984.0, 54.0


@tiny.register(F)
def _(x):
    return TINY_F, F(16777216.0), F(24.0)


@scalar
def log(x):
    """The natural logarithm; NaN below 0."""
    smallest, lift, lifted = tiny(x)
    small = x < smallest
    m, e = split(x * lift if small else x)
    e = e - lifted if small else e
    m = m - like(x, 1)
    y = log_near_one(m) + e * like(x, -2.121944400546905827679e-4)
    y = y - like(x, 0.5) * (m * m)
    y = m + y + e * like(x, 0.693359375)
    y = x if x == like(x, np.inf) else y
    y = like(x, -np.inf) if x == like(x, 0) else y
    return y if x >= like(x, 0) else like(x, np.nan)


@scalar
def log1p(x):
    """log(1 + x) without cancellation."""
    one = like(x, 1)
    u = one + x
    d = u - one
    y = log(u) * (x / d)
    y = x if d == like(x, 0) else y
    return u if u == like(x, np.inf) else y


@scalar
def sigmoid(x):
    """1 / (1 + e**-x)."""
    one = like(x, 1)
    return one / (one + exp(-x))


@sigmoid.register(F)
def _(x):
    t = F(87) if x > F(87) else x
    t = F(-88.9) if t < F(-88.9) else t
    z = t * -LOG2E_F + BIASED_F
    n = z - BIASED_F
    r = t + n * LN2_HIGH_F  # t = r - n ln2
    r = r + n * LN2_LOW_F
    y = (((E4 * r - E3) * r + E2) * r - E1) * r + E0
    y = (y * r - F(1)) * r + F(1)
    return F(1) / (y * from_bits(np.int32(bits(z) << 23)) + F(1))


@scalar
def tanh(x):
    """The hyperbolic tangent: with t = e**(2|x|) - 1 it is t / (t + 2)."""
    half, size, limit = like(x, 0.5), abs(x), like(x, 22)
    size = limit if size > limit else size
    y, z = reduced_exp(size + size)
    power = times_power(half, z)
    t = power * y + (power - half)
    t = t / (t + like(x, 1))
    return -t if x < like(x, 0) else t


# For float32, x P(x**2) / Q(x**2) where |x| < 8.4, a rational function of least relative error, 1e-8.
P0, P1, P2, P3, P4 = map(
    F, (1.5, 0.20129364728927612, 0.005312420427799225, 3.206956898793578e-05, 2.1686657802888476e-08)
)
Q0, Q1, Q2, Q3, Q4 = map(
    F, (1.5, 0.7012935280799866, 0.03907713666558266, 0.0005042131524533033, 1.2329891205808963e-06)
)


@tanh.register(F)
def _(x):
    s = x * x
    s = F(8.4 * 8.4) if s > F(8.4 * 8.4) else s
    p = (((P4 * s + P3) * s + P2) * s + P1) * s + P0
    q = (((Q4 * s + Q3) * s + Q2) * s + Q1) * s + Q0
    t = p * x / q
    t = F(1) if t > F(1) else t
    return F(-1) if t < F(-1) else t


@scalar
def softplus(x):
    """log(1 + e**x)."""
    zero = like(x, 0)
    return (x if x > zero else zero) + log1p(exp(-abs(x)))


@scalar
def erf(x):
    """The error function."""
    return math.erf(x)


# For float32, x P(x**2) / Q(x**2) where |x| < 3.93, a rational function of least relative error, 2e-8.
A0, A1, A2, A3, A4, A5 = map(
    F,
    (
        *(1.128379145393398, 0.1907818502638449, 0.05278999363933861),
        *(0.0037795161938354747, 0.0002848052151718976, 2.0419691613774264e-06),
    ),
)
B1, B2, B3, B4, B5 = map(
    F, (*(0.502408732671176, 0.1142566762779318, 0.014997251699750953), *(0.001165187749359181, 3.800388044817492e-05))
)


@erf.register(F)
def _(x):
    s = x * x
    s = F(3.93 * 3.93) if s > F(3.93 * 3.93) else s
    p = ((((A5 * s + A4) * s + A3) * s + A2) * s + A1) * s + A0
    q = ((((B5 * s + B4) * s + B3) * s + B2) * s + B1) * s + F(1)
    y = p * x / q
    y = F(1) if y > F(1) else y
    return F(-1) if y < F(-1) else y


@scalar
def erfc(x):
    """1 - erf(x) without cancellation."""
    return like(x, math.erfc(x))


@scalar
def sine_of_half_turns(r):
    """sin(pi r) where |r| is not above a half (Taylor's series: 1e-16 of it)."""
    t = D(r) * math.pi
    s = t * t
    y = 1.0 - s * (1.0 / 342) * (1.0 - s * (1.0 / 420) * (1.0 - s * (1.0 / 506)))
    y = 1.0 - s * (1.0 / 156) * (1.0 - s * (1.0 / 210) * (1.0 - s * (1.0 / 272) * y))
    y = 1.0 - s * (1.0 / 42) * (1.0 - s * (1.0 / 72) * (1.0 - s * (1.0 / 110) * y))
    return t * (1.0 - s * (1.0 / 6) * (1.0 - s * (1.0 / 20) * y))


@scalar
def lgamma(x):
    """log |gamma(x)| (Lanczos' approximation, g = 7); infinity at 0, -1, -2, ..."""
    z = D(x)
    flip = z < 0.5
    t = -z if flip else z - 1.0
    series = 0.99999999999980993 + 676.5203681218851 / (t + 1.0) - 1259.1392167224028 / (t + 2.0)
    series += 771.32342877765313 / (t + 3.0) - 176.61502916214059 / (t + 4.0) + 12.507343278686905 / (t + 5.0)
    series += -0.13857109526572012 / (t + 6.0) + 9.9843695780195716e-6 / (t + 7.0) + 1.5056327351493116e-7 / (t + 8.0)
    y = 0.91893853320467274178 + (t + 0.5) * log(t + 7.5) - (t + 7.5) + log(series)
    mirrored = log(math.pi / abs(sine_of_half_turns(z - np.rint(z)))) - y
    y = mirrored if flip else y
    return like(x, np.inf if abs(z) == np.inf else y)


@scalar
def digamma(x):
    """The derivative of log gamma(x) (ten steps of the recurrence, the asymptotic series); infinity at 0, -1, ..."""
    z = D(x)
    flip, rest = z <= 0.0, z - np.rint(z)
    w = 1.0 - z if flip else z
    small = w < 10.0
    t = w if small else 1.0
    above, product = 1.0, t  # the sum of 1 / (t + k) is a quotient
    for k in range(1, 10):
        above = above * (t + D(k)) + product
        product = product * (t + D(k))
    skipped = above / product if small else 0.0
    w = w + 10.0 if small else w
    s = 1.0 / (w * w)
    s *= 1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 - s * (691.0 / 32760)))))
    y = log(w) - 0.5 / w - s - skipped
    turn = math.pi * sine_of_half_turns(0.5 - abs(rest)) / sine_of_half_turns(rest)
    y = y - turn if flip else y
    return like(x, np.inf if flip and z == np.floor(z) else y)
