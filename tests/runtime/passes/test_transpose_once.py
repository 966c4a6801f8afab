"""Factors that are transposed once: where they are, and what must be left alone."""

import pytest
from programs import CARRIER, check, program, shown

from minitf.kernels.math import elementwise as ew
from minitf.kernels.math import state
from minitf.runtime.lower.ir import Repeat

CASES = {}
ROWS, WIDTH = 3, 5


def products(p, factor, count):
    p.keep(*(p.product(p.given(ROWS, WIDTH), factor, tb=1) for _ in range(count)))


@program(CASES, "strided_copy gemm gemm gemm")
def products_with_one_factor(p):
    products(p, p.given(4, WIDTH), 3)


@program(CASES, "gemm gemm")
def few_products(p):
    products(p, p.given(4, WIDTH), 2)


@program(CASES, "gemm gemm gemm gemm")
def products_with_two_factors(p):
    products(p, p.given(4, WIDTH), 2)
    products(p, p.given(4, WIDTH), 2)


@program(CASES, "assign gemm gemm assign gemm")
def factor_that_changes_between_them(p):
    factor = p.copy(p.given(4, WIDTH))
    products(p, factor, 2)
    p.call(state.assign[CARRIER], p.given(4, WIDTH), factor, factor.size)
    products(p, factor, 1)


def in_a_loop(p, changes):
    """The sum of x @ factor^T, three times."""
    total, factor = p.copy(p.given(ROWS, 4)), p.copy(p.given(4, WIDTH))
    before, p.nodes = p.nodes, []
    p.product(p.given(ROWS, WIDTH), factor, tb=1, beta=1, out=total)
    if changes:
        p.binary(ew.add, factor, p.number(1), out=factor)
    p.nodes = [*before, Repeat(body=p.nodes, count=3, carried={total.buffer, factor.buffer})]
    p.keep(total)


@program(CASES, "assign assign strided_copy gemm")
def factor_of_a_loop(p):
    in_a_loop(p, changes=False)


@program(CASES, "assign assign gemm add")
def factor_that_changes_in_the_loop(p):
    in_a_loop(p, changes=True)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_factors_that_are_transposed(case):
    build, expected = case
    check(build, ["transpose_once"], expected)


def test_as_text():
    assert (
        shown(factor_of_a_loop, "transpose_once")
        == """
assign[uint32] a=c0[3, 4] o:=t1[3, 4] n=12
assign[uint32] a=c2[4, 5] o:=t3[4, 5] n=20
repeat 3 times:
  gemm[float32] a=c4[3, 5] b=t3[4, 5] c<>t1[3, 4] m=3 n=4 k=5 tb=1 lda=5 ldb=5 ldc=4 beta=1 batch=1
->
assign[uint32] a=c0[3, 4] o:=t1[3, 4] n=12
assign[uint32] a=c2[4, 5] o:=t3[4, 5] n=20
strided_copy[uint32] a=t3[4, 5] o:=t5[5, 4] rank=2 dims=(5,1,4,5)
repeat 3 times:
  gemm[float32] a=c4[3, 5] b=t5[5, 4] c<>t1[3, 4] m=3 n=4 k=5 lda=5 ldb=4 ldc=4 beta=1 batch=1
"""
    )
