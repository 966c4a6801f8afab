"""Special functions of two and three numbers, and Bessel's: incomplete gamma and beta functions, Hurwitz' zeta.

All are computed in float64 by series and continued fractions of at most `MOST` terms.
"""

import math

import numpy as np

from minitf.kernels.compile import scalar as s
from minitf.kernels.compile.abi import FLOATS, T, bits, from_bits, ints, kernel, like, scalar
from minitf.kernels.compile.splitting import Nest
from minitf.kernels.math.elementwise import binary, repeats, start, unary

D = np.float64
EPS, TINY = 2.220446049250313e-16, 1e-300
MOST = 10000  # terms


def numbers(text):
    """The numbers of a table."""
    return tuple(map(float, text.split()))


# ---------------------------------------------------------------- incomplete gamma functions


@scalar
def gamma_front(a, x):
    """x**a e**-x / gamma(a)."""
    return np.exp(a * np.log(x) - x - s.lgamma(a))


@scalar
def gamma_series(a, x):
    """(P(a, x), its derivative by a), for x that is not much larger than a.

    P(a, x) is the sum of x**(a + n) e**-x / gamma(a + n + 1).
    """
    term = gamma_front(a, x) / a
    slope = np.log(x) - s.digamma(a + 1.0)
    total, derivative, n = term, term * slope, a
    for _ in range(MOST):
        n += 1.0
        term *= x / n
        slope -= 1.0 / n
        total += term
        derivative += term * slope
        if term * (1.0 + abs(slope)) <= EPS * min(total, abs(derivative) + TINY):
            break
    return total, derivative


@scalar
def gamma_fraction(a, x):
    """(1 - P(a, x), its derivative by a), for x larger than a and 1: Lentz' continued fraction.

    The fraction's n-th numerator is n (a - n), its denominators grow by 2; each step carries derivatives.
    """
    b = x + 1.0 - a
    c, c_slope = 1.0 / TINY, 0.0
    d, d_slope = 1.0 / b, 1.0 / (b * b)
    h, log_slope = d, d * 1.0
    for n in range(1, MOST):
        numerator, numerator_slope = n * (a - n), D(n)
        b += 2.0
        below = numerator * d + b
        below = TINY if below == 0.0 else below
        below_slope = numerator_slope * d + numerator * d_slope - 1.0
        d = 1.0 / below
        d_slope = -below_slope * d * d
        above = b + numerator / c
        above = TINY if above == 0.0 else above
        above_slope = -1.0 + numerator_slope / c - numerator * c_slope / (c * c)
        c, c_slope = above, above_slope
        h *= c * d
        change = c_slope / c + d_slope / d
        log_slope += change
        if abs(c * d - 1.0) < EPS and abs(change) <= EPS * abs(log_slope):
            break
    q = gamma_front(a, x) * h
    return q, q * (np.log(x) - s.digamma(a) + log_slope)


@scalar
def gamma_parts(a, x):
    """(P(a, x), the regularized lower incomplete gamma function, 1 - P(a, x)); NaN unless a > 0 and x >= 0."""
    if not (a > 0.0 and x >= 0.0) or a == x == np.inf:
        return np.nan, np.nan
    if x == 0.0 or a == np.inf:
        return 0.0, 1.0
    if x == np.inf:
        return 1.0, 0.0
    if x > 1.0 and x > a:
        upper = gamma_fraction(a, x)[0]
        return 1.0 - upper, upper
    lower = gamma_series(a, x)[0]
    return lower, 1.0 - lower


@scalar
def gamma_slope(a, x):
    """The derivative of P(a, x) by a."""
    if not (a > 0.0 and x >= 0.0) or a == np.inf:
        return np.nan
    if x == 0.0 or x == np.inf:
        return 0.0
    return -gamma_fraction(a, x)[1] if x > 1.0 and x > a else gamma_series(a, x)[1]


@binary(FLOATS)
def igamma(a, x):
    """P(a, x)."""
    return like(x, gamma_parts(D(a), D(x))[0])


@binary(FLOATS)
def igammac(a, x):
    """1 - P(a, x)."""
    return like(x, gamma_parts(D(a), D(x))[1])


@binary(FLOATS)
def igamma_grad_a(a, x):
    """The derivative of P(a, x) by a."""
    return like(x, gamma_slope(D(a), D(x)))


@binary(FLOATS)
def random_gamma_grad(alpha, sample):
    """How a draw of the gamma distribution moves with its shape alpha, its quantile staying the same."""
    a, x = D(alpha), D(sample)
    return like(sample, -gamma_slope(a, x) / (gamma_front(a, x) / x))


# ---------------------------------------------------------------- zeta and the derivatives of digamma

# (2 k)! / B(2 k), the divisors in Euler's and Maclaurin's sum
DIVISORS = numbers("""
    12.0 -720.0 30240.0 -1209600.0 47900160.0 -1.8924375803183791606e9 7.47242496e10 -2.950130727918164224e12
    1.1646782814350067249e14 -4.5979787224074726105e15 1.8152105401943546773e17 -7.1661652561756670113e18
""")


@scalar
def hurwitz(x, q):
    """The sum of (q + n)**-x over n = 0, 1, ..., as Cephes has it: infinite at x = 1 and q = 0, -1, ..."""
    if x != x or q != q or x < 1.0:
        return np.nan
    if x == 1.0:
        return np.inf
    if q <= 0.0:
        if q == np.floor(q):
            return np.inf
        if x != np.floor(x):
            return np.nan
    total = q**-x
    a, b = q, 0.0
    for n in range(MOST):
        if n >= 9 and a > 9.0:
            break
        a += 1.0
        b = a**-x
        total += b
        if abs(b) < EPS * abs(total):
            return total
    total += b * a / (x - 1.0) - 0.5 * b
    rise, k = 1.0, 0.0
    for i in range(12):
        rise *= x + k
        b /= a
        term = rise * b / DIVISORS[i]
        total += term
        if abs(term) < EPS * abs(total):
            break
        k += 1.0
        rise *= x + k
        b /= a
        k += 1.0
    return total


@binary(FLOATS)
def zeta(x, q):
    """Hurwitz' zeta function."""
    return like(q, hurwitz(D(x), D(q)))


@binary(FLOATS)
def polygamma(n, x):
    """The n-th derivative of digamma; NaN unless n is 0, 1, 2, ..."""
    order, z = D(n), D(x)
    if order != np.floor(order) or order < 0.0:
        return like(x, np.nan)
    if order == 0.0:
        return like(x, s.digamma(z))
    sign = 1.0 if order % 2.0 == 1.0 else -1.0
    return like(x, sign * np.exp(s.lgamma(order + 1.0)) * hurwitz(order + 1.0, z))


# ---------------------------------------------------------------- the incomplete beta function


@scalar
def beta_fraction(a, b, x):
    """The continued fraction of the incomplete beta function, by Lentz."""
    c = 1.0
    d = 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (TINY if d == 0.0 else d)
    h = d
    for n in range(1, MOST):
        m = D(n)
        even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        for numerator in (even, odd):
            d = 1.0 + numerator * d
            d = 1.0 / (TINY if d == 0.0 else d)
            c = 1.0 + numerator / c
            c = TINY if c == 0.0 else c
            h *= c * d
        if abs(c * d - 1.0) < EPS:
            break
    return h


@scalar
def incomplete_beta(a, b, x):
    """The regularized incomplete beta function; NaN unless a, b > 0 and 0 <= x <= 1."""
    if not (a > 0.0 and b > 0.0 and x >= 0.0 and x <= 1.0):
        return np.nan
    if x == 0.0 or x == 1.0:
        return x
    front = a * np.log(x) + b * np.log1p(-x) + s.lgamma(a + b) - s.lgamma(a) - s.lgamma(b)
    if x < (a + 1.0) / (a + b + 2.0):
        return np.exp(front) * beta_fraction(a, b, x) / a
    return 1.0 - np.exp(front) * beta_fraction(b, a, 1.0 - x) / b


@kernel(T=FLOATS, split=Nest(["a", "b", "x"], packed="o"))
def betainc(a: T, b: T, x: T, o: T.out, rank, dims: ints):
    """o is the incomplete beta function, broadcasting; dims hold the strides of a, b and x."""
    last = 4 * rank - 4
    n, step_a, step_b, step_x = dims[last], dims[last + 1], dims[last + 2], dims[last + 3]
    for row in range(repeats(rank, dims, 4)):
        p, q = start(rank, dims, 4, 1, row), start(rank, dims, 4, 2, row)
        r, t = start(rank, dims, 4, 3, row), row * n
        for i in range(n):
            o[t + i] = incomplete_beta(D(a[p + i * step_a]), D(b[q + i * step_b]), D(x[r + i * step_x]))
    return 0


# ---------------------------------------------------------------- Bessel's modified functions, scaled by e**-|x|

# Chebyshev coefficients: of the functions on [0, 8] (the first order divided by x) in x / 4 - 1, and of them
# times the root of x from there on in 16 / x - 1.
NEAR_0 = numbers("""
    0.33839763720473798 -0.30468267234319835 0.17162090152220863 -0.094901097048047486 0.049305284239670545
    -0.023737414805899353 0.010546460394594748 -0.0043243099950505152 0.0016394756169413171 -0.00057637557453855688
    0.00018850288509575486 -5.7541950100519211e-05 1.6448448070499611e-05 -4.4167383585314022e-06
    1.1173875389114407e-06 -2.6707938531211896e-07 6.0469950047270515e-08 -1.3000250169148409e-08
    2.6598237035102559e-09 -5.1897932284994396e-10 9.6758033807375911e-11 -1.7268263485803459e-11
    2.9547908564353519e-12 -4.8534620766815802e-13 7.6464390375008408e-14 -1.1679268663300491e-14
    1.5376588891058418e-15
""")
FAR_0 = numbers("""
    0.40224520550705434 0.0033691164782556982 6.8897583469151874e-05 2.8913705208921668e-06 2.048918588570814e-07
    2.266668996497856e-08 3.396231893493251e-09 4.9406028157505948e-10 1.1889156326105876e-11
    -3.1499158836822973e-11 -1.3215872840532938e-11 -1.7940782193193173e-12 7.1793682110410377e-13
    3.8527847578961885e-13 1.5307755063531658e-14 -4.1466829969749597e-14 -9.6589403142388619e-15
    3.7336800318144017e-15 1.8118839761882555e-15 -2.3092638912203257e-16 -3.4638958368304885e-16
""")
NEAR_1 = numbers("""
    0.1262935932218168 -0.17641651835783401 0.10264365868984704 -0.052945981208094912 0.02472644903062644
    -0.010564084894626142 0.0041564229443127711 -0.0015135724506312276 0.00051228595616855635
    -0.00016176081582588043 4.7815651075454741e-05 -1.3273163655881659e-05 3.470251308021477e-06
    -8.5687202650314155e-07 2.0032947525422396e-07 -4.4450591245304154e-08 9.3815372967376301e-09
    -1.887249776177935e-09 3.625590050404526e-10 -6.6634782136532068e-11 1.1736166483089506e-11
    -1.9839861697956705e-12 3.2226415980218806e-13 -5.0289633568567638e-14 7.4573680564071767e-15
    -1.1096332186433244e-15
""")
FAR_1 = numbers("""
    0.38928811750914011 -0.0097610974913614253 -0.00011058893876265907 -3.8825648088014475e-06
    -2.5122362388163568e-07 -2.631468840164075e-08 -3.8353805176249977e-09 -5.5897431128215658e-10
    -1.8974946058847308e-11 3.2526044080327665e-11 1.4125753899918436e-11 2.035722701521081e-12
    -7.1993966344052755e-13 -4.0836001247157586e-13 -2.1116441928370479e-14 4.2756909124364029e-14
    1.0311751452718453e-14 -3.884670363163423e-15 -1.8407497748285097e-15 4.4408920985006262e-16
    2.4202861936828414e-16
""")


@scalar
def chebyshev(x, coefficients, count):
    """The sum of Chebyshev polynomials at x, by Clenshaw's recurrence."""
    one, two = 0.0, 0.0
    for i in range(count - 1, 0, -1):
        one, two = 2.0 * x * one - two + coefficients[i], one
    return x * one - two + coefficients[0]


@unary(FLOATS)
def bessel_i0e(x):
    """Of order 0."""
    z = abs(D(x))
    if z <= 8.0:
        return like(x, chebyshev(z / 4.0 - 1.0, NEAR_0, len(NEAR_0)))
    return like(x, chebyshev(16.0 / z - 1.0, FAR_0, len(FAR_0)) / math.sqrt(z))


@unary(FLOATS)
def bessel_i1e(x):
    """Of order 1."""
    z = abs(D(x))
    if z <= 8.0:
        return like(x, D(x) * chebyshev(z / 4.0 - 1.0, NEAR_1, len(NEAR_1)))
    y = chebyshev(16.0 / z - 1.0, FAR_1, len(FAR_1)) / math.sqrt(z)
    return like(x, -y if D(x) < 0.0 else y)


# ---------------------------------------------------------------- neighbours


@binary(FLOATS)
def next_after(x, y):
    """The number next to x in the direction of y."""
    zero = like(x, 0)
    if x != x or y != y:
        return x + y
    if x == y:
        return y
    if x == zero:
        least = from_bits(bits(zero) + type(bits(zero))(1))
        return least if y > zero else zero - least
    step = 1 if (x < y) == (x > zero) else -1
    return from_bits(type(bits(x))(bits(x) + step))
