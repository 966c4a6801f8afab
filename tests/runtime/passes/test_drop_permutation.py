"""Products that read and write rows where they are: what they become, and what must be left alone."""

import pytest
from programs import check, program, shown

from minitf.kernels.math import elementwise as ew
from minitf.runtime.lower.ir import Ref

TURNED = {}
TIMES, BATCH = 3, 33
STEPS = "gemm " * TIMES


@program(TURNED, STEPS)
def time_first_read_batch_first(p):
    p.keep(p.product(p.turn(p.given(TIMES, BATCH, 8)), p.given(8, 5)))


@program(TURNED, STEPS)
def batch_first_read_time_first(p):
    p.keep(p.product(p.turn(p.given(BATCH, TIMES, 8)), p.given(5, 8), tb=1))


@program(TURNED, STEPS + STEPS)
def rows_read_by_a_product_and_a_gradient(p):
    hidden = p.turn(p.given(TIMES, BATCH, 8))
    p.keep(p.product(hidden, p.given(8, 5)), p.product(hidden, p.given(TIMES * BATCH, 5), ta=1))


@program(TURNED, "assign " + STEPS)
def gradient_into_a_sum(p):
    total = p.copy(p.given(8, 5))
    p.keep(p.product(p.turn(p.given(TIMES, BATCH, 8)), p.given(TIMES * BATCH, 5), ta=1, beta=1, out=total))


@program(TURNED, STEPS)
def product_turned(p):
    product = p.product(p.given(BATCH * TIMES, 5), p.given(8, 5), tb=1)
    p.keep(p.turn(Ref((BATCH, TIMES, 8), product.dtype, product.buffer)))


@program(TURNED, "strided_copy gemm tanh")
def rows_read_by_something_else(p):
    hidden = p.turn(p.given(TIMES, BATCH, 8))
    p.keep(p.product(hidden, p.given(8, 5)), p.unary(ew.tanh, hidden))


@program(TURNED, "strided_copy gemm")
def rows_that_are_kept(p):
    hidden = p.turn(p.given(TIMES, BATCH, 8))
    p.keep(hidden, p.product(hidden, p.given(8, 5)))


@program(TURNED, "strided_copy gemm")
def rows_read_as_the_other_factor(p):
    p.keep(p.product(p.given(4, TIMES * BATCH), p.turn(p.given(TIMES, BATCH, 8))))


@program(TURNED, "strided_copy gemm")
def gradient_whose_other_rows_are_columns(p):
    p.keep(p.product(p.turn(p.given(TIMES, BATCH, 8)), p.given(5, TIMES * BATCH), ta=1, tb=1))


@program(TURNED, "gemm gemm gemm gemm")
def product_turned_for_a_product(p):
    """The copy may be left out on one side only."""
    product = p.product(p.given(BATCH * TIMES, 5), p.given(5, 8))
    p.keep(p.product(p.turn(Ref((BATCH, TIMES, 8), product.dtype, product.buffer)), p.given(8, 5)))


@program(TURNED, "assign strided_copy gemm")
def product_in_the_place_of_its_rows(p):
    hidden = p.copy(p.given(TIMES, BATCH, 8))
    p.keep(p.product(p.turn(hidden), p.given(8, 8), out=hidden))


@program(TURNED, "strided_copy gemm")
def rows_of_another_width(p):
    turned = p.turn(p.given(TIMES, BATCH, 8))
    p.keep(p.product(Ref((TIMES * BATCH * 2, 4), turned.dtype, turned.buffer), p.given(4, 5)))


@program(TURNED, "assign strided_copy add gemm")
def rows_that_change_before_they_are_read(p):
    hidden = p.copy(p.given(TIMES, BATCH, 8))
    turned = p.turn(hidden)
    p.keep(p.binary(ew.add, hidden, p.number(1), out=hidden), p.product(turned, p.given(8, 5)))


@program(TURNED, "strided_copy gemm")
def few_rows(p):
    p.keep(p.product(p.turn(p.given(TIMES, 8, 8)), p.given(8, 5)))


@program(TURNED, "gemm strided_copy")
def product_turned_as_a_matrix(p):
    p.keep(p.turn(p.product(p.given(BATCH, 5), p.given(5, 8))))


@program(TURNED, "assign gemm add strided_copy")
def product_turned_after_its_factor_changes(p):
    factor = p.copy(p.given(BATCH * TIMES, 5))
    product = p.product(factor, p.given(5, 8))
    p.keep(p.binary(ew.add, factor, p.number(1), out=factor))
    p.keep(p.turn(Ref((BATCH, TIMES, 8), product.dtype, product.buffer)))


@program(TURNED, "gemm gemm strided_copy")
def sum_of_products_turned(p):
    product = p.product(p.given(BATCH * TIMES, 5), p.given(5, 8))
    p.product(p.given(BATCH * TIMES, 5), p.given(5, 8), beta=1, out=product)
    p.keep(p.turn(Ref((BATCH, TIMES, 8), product.dtype, product.buffer)))


@pytest.mark.parametrize("case", TURNED)
def test_rows_in_another_order(case):
    build, expected = TURNED[case]
    check(build, ["drop_permutation"], expected)


def test_as_text():
    assert (
        shown(time_first_read_batch_first, "drop_permutation")
        == """
strided_copy[uint32] a=c0[3, 33, 8] o:=t1[33, 3, 8] rank=3 dims=(33,8,3,264,8,1)
gemm[float32] a=t1[33, 3, 8] b=c2[8, 5] c<>t3[99, 5] m=99 n=5 k=8 lda=8 ldb=5 ldc=5 batch=1
->
gemm[float32] a=c0[264] b=c2[8, 5] c<>t3[485] m=33 n=5 k=8 lda=8 ldb=5 ldc=15 batch=1
gemm[float32] a=c0+1056[264] b=c2[8, 5] c<>t3+20[485] m=33 n=5 k=8 lda=8 ldb=5 ldc=15 batch=1
gemm[float32] a=c0+2112[264] b=c2[8, 5] c<>t3+40[485] m=33 n=5 k=8 lda=8 ldb=5 ldc=15 batch=1
"""
    )
    assert (
        shown(product_turned, "drop_permutation")
        == """
gemm[float32] a=c0[99, 5] b=c1[8, 5] c<>t2[99, 8] m=99 n=8 k=5 tb=1 lda=5 ldb=5 ldc=8 batch=1
strided_copy[uint32] a=t2[33, 3, 8] o:=t3[3, 33, 8] rank=3 dims=(3,8,33,24,8,1)
->
gemm[float32] a=c0[485] b=c1[8, 5] c<>t3[264] m=33 n=8 k=5 tb=1 lda=15 ldb=5 ldc=8 batch=1
gemm[float32] a=c0+20[485] b=c1[8, 5] c<>t3+1056[264] m=33 n=8 k=5 tb=1 lda=15 ldb=5 ldc=8 batch=1
gemm[float32] a=c0+40[485] b=c1[8, 5] c<>t3+2112[264] m=33 n=8 k=5 tb=1 lda=15 ldb=5 ldc=8 batch=1
"""
    )
