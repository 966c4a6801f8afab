"""Numbers in texts: lines, each of which ends with a line end."""

import numpy as np

from minitf.kernels.compile.abi import f64p, i64p, kernel, scalar, u8p, workspace

READ, PLAIN, OTHER = range(3)  # what is known of a line: its number; that it says one; nothing
ZERO, POINT, PLUS, MINUS, END = (ord(c) for c in "0.+-\n")
EXPONENTS = ord("e"), ord("E")
EXACT, POWER = 15, 22  # digits, and a power of ten, whose product is rounded once, as are they not
LONGEST = 18  # digits of an integer
HUGE = 10**6  # an exponent from where on it does not matter


@scalar
def digits_end(text, place):
    """Where the digits from a place on end."""
    while ZERO <= text[place] < ZERO + 10:
        place += 1
    return place


@scalar
def whole(text, first, end, number, most):
    """The number whose digits go on with those between two places; `most` if it is no less."""
    for i in range(first, end):
        number = min(number * 10 + np.int64(text[i]) - ZERO, most)
    return number


@scalar
def line_end(text, place):
    """Where the line ends."""
    while text[place] != END:
        place += 1
    return place


@kernel
def read_integers(text: u8p, o: i64p.out, known: u8p.out, count):
    """o = the whole numbers that lines say; known: `READ`, or `OTHER` for all but up to 18 digits, behind a minus if
    there is one.
    """
    place = 0
    for k in range(count):
        minus = text[place] == MINUS
        first = place + 1 if minus else place
        end = digits_end(text, first)
        place = line_end(text, end)
        known[k] = READ if place == end and 0 < end - first <= LONGEST else OTHER
        number = whole(text, first, end if known[k] == READ else first, 0, 10**LONGEST)
        o[k] = -number if minus else number
        place += 1
    return 0


@kernel
def read_reals(text: u8p, o: f64p.out, known: u8p.out, count):
    """o = the numbers that lines say; known: `READ`; `PLAIN`, not read, for one of too many digits to do it exactly; or
    `OTHER` for all but digits with a point among or behind them, a sign and an exponent.
    """
    powers, place = workspace(o), 0
    powers[0] = 1.0
    for k in range(POWER):
        powers[k + 1] = powers[k] * 10.0
    for k in range(count):
        minus = text[place] == MINUS
        first = place + 1 if minus or text[place] == PLUS else place
        point = digits_end(text, first)
        fraction = point + 1 if text[point] == POINT else point
        end = digits_end(text, fraction)
        digits, exponent, right = end - first - (fraction - point), 0, point > first
        place = end
        if text[place] == EXPONENTS[0] or text[place] == EXPONENTS[1]:
            less = text[place + 1] == MINUS
            start = place + 2 if less or text[place + 1] == PLUS else place + 1
            place = digits_end(text, start)
            right = right and place > start
            exponent = whole(text, start, place, 0, HUGE)
            exponent = -exponent if less else exponent
        right = right and text[place] == END
        place = line_end(text, place) + 1
        exponent -= end - fraction
        exact = digits <= EXACT and -POWER <= exponent <= POWER
        known[k] = (READ if exact else PLAIN) if right else OTHER
        value = 0.0
        if right and exact:
            number = whole(text, fraction, end, whole(text, first, point, 0, 10**EXACT), 10**EXACT)
            value = number * powers[exponent] if exponent >= 0 else number / powers[-exponent]
        o[k] = -value if minus else value
    return 0
