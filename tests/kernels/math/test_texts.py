"""Numbers in texts against Python's own reading."""

import re

import numpy as np
import pytest
from kernel_helpers import run

from minitf.kernels.math import texts

LINES = (
    "0 7 -7 +7 007 -0 1. 1.5 -2.25 .5 1e3 1E-3 2.5e+2 1e22 1e23 1e-22 1e-23 123456789012345 1234567890123456 0.1 e5 1e"
)
LINES += (
    " 1e+ - + . 1.2.3 1x x 12- 1_0 nan 0x10 000000000000000000001 123456789012345678 1234567890123456789 1e400 1e-400"
)
LINES = [*LINES.split(), "", " 1", "1 ", "3.4028235e38", "9" * 30, "1e99999999999999999999"]


def read(kernel, lines, dtype):
    text = np.frombuffer("".join(f"{line}\n" for line in lines).encode(), np.uint8)
    o, known = np.full(len(lines), 7, dtype), np.full(len(lines), 7, np.uint8)
    assert run(kernel[()], text, o, known, len(lines)) == 0
    return o, known


def test_integers():
    for line, number, known in zip(LINES, *read(texts.read_integers, LINES, np.int64)):
        right = re.fullmatch(r"-?\d{1,18}", line) is not None
        assert known == (texts.READ if right else texts.OTHER), line
        assert not right or number == int(line)


def test_reals():
    for line, number, known in zip(LINES, *read(texts.read_reals, LINES, np.float64)):
        right = re.fullmatch(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", line) is not None
        assert (known != texts.OTHER) == right, line
        assert known != texts.READ or number.tobytes() == np.float64(line).tobytes()


@pytest.mark.parametrize("digits", [3, 14, 15])
def test_reals_are_rounded_as_python_rounds_them(digits):
    random = np.random.default_rng(digits)
    numbers = random.integers(0, 10**digits, 300).astype(str).tolist()
    lines = [
        f"{n[:k]}.{n[k:]}e{e}" for n, k, e in zip(numbers, random.integers(1, 4, 300), random.integers(-8, 9, 300))
    ]
    found, known = read(texts.read_reals, lines, np.float64)
    assert (known == texts.READ).all() and found.tolist() == [float(line) for line in lines]
