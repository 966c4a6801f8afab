"""Functions of angles, and those that give angles, of float32 numbers; they vectorize inside kernels.

Each is straight-line: range reduction, then a polynomial with the coefficients of Moshier's Cephes library. Which part
of a turn a large angle is, a table says for each power of 2 (Payne and Hanek 1983, Radian reduction for trigonometric
functions). Those of float64 numbers are the C library's.
"""

import math

import numpy as np

from minitf.kernels.compile.abi import bits, from_bits, scalar
from minitf.kernels.compile.scalar import SHIFTER_D

F, D = np.float32, np.float64
PI, HALF_PI, QUARTER_PI = map(F, (math.pi, math.pi / 2, math.pi / 4))
SIGN = np.int32(-(2**31))
# Up to 2**21, how many quarter turns times the high part is exact.
TWO_OVER_PI, HIGH, LOW = 2 / math.pi, float.fromhex("0x1.921fb544p+0"), float.fromhex("0x1.0b4611a626331p-34")
LARGE, LEAST = F(2**21), -2  # the least power of 2 that a unit in the last place of a large angle is
TURN = 0x28BE60DB9391054A7F09D5F47D4D377036D8A5664F10E4107F9458EAF7AEF158  # 2**256 / (2 pi)
TURNS = np.array([(TURN >> (192 - e)) % 2**64 for e in range(LEAST, 105)], np.uint64).view(np.int64)
LESSER = np.array([(TURN >> (160 - e)) % 2**32 for e in range(LEAST, 105)], np.int64)  # the 32 bits behind those


@scalar
def near_quarters(x):
    """`quarters` of an angle that is not large; r in float64."""
    z = D(x) * TWO_OVER_PI + SHIFTER_D
    n = z - SHIFTER_D
    return bits(z), D(x) - n * HIGH - n * LOW


@scalar
def quarters(x):
    """(k, r) of the angle x = k quarter turns + r, where |r| is not above an eighth of one; k modulo 4."""
    k, r = near_quarters(x)
    # A large one is an integer m times 2**e: parts of a turn are 64 bits behind the point, and wrap around.
    word = bits(x) & np.int32(0x7FFFFFFF)
    m = np.int64((word & np.int32(0x007FFFFF)) | np.int32(0x00800000))
    e = min(max((word >> np.int32(23)) - np.int32(150 + LEAST), 0), 104 - LEAST)
    part = m * TURNS[e] + ((m * LESSER[e]) >> 32)
    nearest = (part + (1 << 61)) >> 62
    rest = D(part - (nearest << 62)) * (2 * math.pi / 2.0**64)
    large = abs(x) > LARGE
    k = (-nearest if x < F(0) else nearest) if large else k
    r = (-rest if x < F(0) else rest) if large else r
    return k, F(r)


@scalar
def sine_and_cosine(r):
    """Those of an angle of at most an eighth of a turn."""
    s = r * r
    sine = ((F(-1.9515295891e-4) * s + F(8.3321608736e-3)) * s - F(1.6666654611e-1)) * s * r + r
    cosine = (F(2.443315711809948e-5) * s - F(1.388731625493765e-3)) * s + F(4.166664568298827e-2)
    return sine, cosine * s * s - F(0.5) * s + F(1)


@scalar
def sin_of(k, r):
    """The sine of k quarter turns + r."""
    sine, cosine = sine_and_cosine(r)
    y = cosine if k & 1 else sine
    return -y if k & 2 else y


@scalar
def tan_of(k, r):
    """The tangent of k quarter turns + r."""
    sine, cosine = sine_and_cosine(r)
    return (-cosine if k & 1 else sine) / (sine if k & 1 else cosine)


def of_angle(name, library, of):
    """A function of an angle, and of one that is not large; `of(k, r)`: of k quarter turns + r."""

    def apply(x):
        return library(x)

    def near(x):
        return library(x)

    apply.__name__, near.__name__ = name, f"near_{name}"
    anywhere, nearby = scalar(apply), scalar(near)

    @anywhere.register(F)
    def _(x):
        k, r = quarters(x)
        return of(k, r) if abs(x) < F(np.inf) else F(np.nan)

    @nearby.register(F)
    def _(x):
        k, r = near_quarters(x)
        return of(k, F(r))

    return anywhere, nearby


@scalar
def cos_of(k, r):
    """The cosine of k quarter turns + r."""
    return sin_of(k + 1, r)


sin, near_sin = of_angle("sin", np.sin, sin_of)
cos, near_cos = of_angle("cos", np.cos, cos_of)
tan, near_tan = of_angle("tan", np.tan, tan_of)


@scalar
def signed(size, x):
    """A positive number with the sign of x."""
    return from_bits(np.int32(bits(size) | (bits(x) & SIGN)))


@scalar
def acute(x):
    """The angle whose tangent is x, which is not below 0."""
    steep, middle = x > F(2.414213562373095), x > F(0.4142135623730950)
    top, bottom = (F(-1) if steep else x - F(1)), (x if steep else x + F(1))
    t = top / bottom if middle else x
    base = (HALF_PI if steep else QUARTER_PI) if middle else F(0)
    s = t * t
    y = ((F(8.05374449538e-2) * s - F(1.38776856032e-1)) * s + F(1.99777106478e-1)) * s - F(3.33329491539e-1)
    return base + (y * s * t + t)


@scalar
def atan(x):
    """The angle whose tangent is x."""
    return np.arctan(x)


@atan.register(F)
def _(x):
    return signed(acute(abs(x)), x)


@scalar
def atan2(y, x):
    """The angle of the point (x, y)."""
    return np.arctan2(y, x)


@atan2.register(F)
def _(y, x):
    height, width = abs(y), abs(x)
    high = height > width
    small, large = (width, height) if high else (height, width)
    t = F(1) if small == large else small / large
    t = F(0) if large == F(0) else t
    angle = acute(t)
    angle = HALF_PI - angle if high else angle
    angle = PI - angle if bits(x) < np.int32(0) else angle
    return signed(angle, y) if x == x and y == y else F(np.nan)


@scalar
def asin_of(t, s):
    """The angle whose sine is t, between 0 and 0.5, for s = t * t."""
    y = ((F(4.2163199048e-2) * s + F(2.4181311049e-2)) * s + F(4.5470025998e-2)) * s
    return ((y + F(7.4953002686e-2)) * s + F(1.6666752422e-1)) * s * t + t


@scalar
def halved(x):
    """(t, t * t): the sine t of half the angle whose cosine is |x|, where that is above 0.5, and |x| elsewhere."""
    size = abs(x)
    half = F(0.5) * (F(1) - size)
    return (np.sqrt(half), half) if size > F(0.5) else (size, size * size)


@scalar
def asin(x):
    """The angle whose sine is x."""
    return np.arcsin(x)


@asin.register(F)
def _(x):
    t, s = halved(x)
    angle = asin_of(t, s)
    return signed(HALF_PI - (angle + angle) if abs(x) > F(0.5) else angle, x)


@scalar
def acos(x):
    """The angle whose cosine is x."""
    return np.arccos(x)


@acos.register(F)
def _(x):
    t, s = halved(x)
    angle = asin_of(t, s)
    wide = angle + angle
    wide = PI - wide if x < F(0) else wide
    return wide if abs(x) > F(0.5) else HALF_PI - signed(angle, x)
