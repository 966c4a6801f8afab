"""Products with joined columns: what they become, that they compute the same, and what must be left alone."""

import pytest
from programs import CARRIER, check, program

from minitf.kernels import elementwise as ew
from minitf.kernels import movement

CASES = {}
ROWS = 5


def joined(p, *parts):
    out = p.new(ROWS, sum(part.shape[1] for part in parts))
    first = 0
    for part in parts:
        p.write(part, out, first)
        first += part.shape[1]
    return out


@program(CASES, "gemm gemm")
def two_parts(p):
    p.keep(p.product(joined(p, p.given(ROWS, 3), p.given(ROWS, 4)), p.given(7, 6)))


@program(CASES, "copy gemm gemm gemm")
def three_parts_into_a_sum(p):
    total = p.copy(p.given(ROWS, 6))
    whole = joined(p, p.given(ROWS, 3), p.given(ROWS, 1), p.given(ROWS, 4))
    p.keep(p.product(whole, p.given(6, 8), tb=1, beta=1, out=total))


@program(CASES, "gemm gemm gemm gemm")
def product_and_gradient(p):
    whole = joined(p, p.given(ROWS, 3), p.given(ROWS, 4))
    p.keep(p.product(whole, p.given(7, 6)), p.product(whole, p.given(ROWS, 6), ta=1))


@program(CASES, "copy strided_write copy gemm gemm gemm gemm")
def part_that_changes_is_read_where_it_was_put(p):
    part = p.copy(p.given(ROWS, 4))
    whole = joined(p, p.given(ROWS, 3), part)
    p.call(movement.copy[CARRIER], p.given(ROWS, 4), part, part.size)
    p.keep(part, p.product(whole, p.given(7, 6)), p.product(whole, p.given(ROWS, 6), ta=1))


@program(CASES, "copy copy strided_write strided_write copy copy gemm")
def all_parts_change(p):
    parts = [p.copy(p.given(ROWS, 3)), p.copy(p.given(ROWS, 4))]
    whole = joined(p, *parts)
    for part in parts:
        p.call(movement.copy[CARRIER], p.given(*part.shape), part, part.size)
    p.keep(p.product(whole, p.given(7, 6)))


@program(CASES, "strided_write strided_write tanh gemm")
def joined_matrix_read_by_something_else(p):
    whole = joined(p, p.given(ROWS, 3), p.given(ROWS, 4))
    p.keep(p.unary(ew.tanh, whole), p.product(whole, p.given(7, 6)))


@program(CASES, "strided_write strided_write gemm")
def joined_matrix_that_is_kept(p):
    whole = joined(p, p.given(ROWS, 3), p.given(ROWS, 4))
    p.keep(whole, p.product(whole, p.given(7, 6)))


@program(CASES, "strided_write strided_write gemm")
def joined_matrix_as_the_other_factor(p):
    p.keep(p.product(p.given(2, ROWS), joined(p, p.given(ROWS, 3), p.given(ROWS, 4))))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_products_with_joined_columns(case):
    build, expected = case
    check(build, ["concat"], expected)
