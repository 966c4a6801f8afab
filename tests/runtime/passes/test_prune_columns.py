"""Products of which only columns are read: what they become, and what must be left alone."""

import pytest
from programs import CARRIER, check, program, shown

from minitf.kernels.math import elementwise as ew
from minitf.kernels.math import movement
from minitf.runtime.lower.ir import Ref

CASES = {}
ROWS = 5


@program(CASES, "gemm")
def some_columns(p):
    p.keep(p.columns(p.product(p.given(ROWS, 3), p.given(3, 8)), 2, 4))


@program(CASES, "gemm gemm")
def columns_of_a_product_with_a_transpose(p):
    whole = p.product(p.given(ROWS, 3), p.given(8, 3), tb=1)
    p.keep(p.columns(whole, 0, 3), p.columns(whole, 3, 5))


@program(CASES, "gemm strided_copy tanh")
def columns_and_the_whole(p):
    whole = p.product(p.given(ROWS, 3), p.given(3, 8))
    p.keep(p.columns(whole, 2, 4), p.unary(ew.tanh, whole))


@program(CASES, "assign gemm add strided_copy")
def columns_taken_after_a_factor_changes(p):
    factor = p.copy(p.given(ROWS, 3))
    whole = p.product(factor, p.given(3, 8))
    p.keep(p.binary(ew.add, factor, p.number(1), out=factor), p.columns(whole, 2, 4))


@program(CASES, "assign gemm strided_copy strided_copy")
def columns_put_in_the_place_of_a_factor(p):
    factor = p.copy(p.given(ROWS, 4))
    whole = p.product(factor, p.given(4, 8))
    p.call(movement.strided_copy[CARRIER], whole, factor, 0, 2, (ROWS, 8, 4, 1))
    p.keep(factor, p.columns(whole, 4, 4))


@program(CASES, "gemm strided_copy")
def columns_of_some_rows(p):
    whole = p.product(p.given(ROWS + 1, 3), p.given(3, 8))
    p.keep(p.columns(Ref((ROWS, 8), p.dtype, whole.buffer, 8 * whole.dtype.itemsize), 2, 4))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_columns_of_products(case):
    build, expected = case
    check(build, ["prune_columns"], expected)


def test_as_text():
    assert (
        shown(columns_of_a_product_with_a_transpose, "prune_columns")
        == """
gemm[float32] a=c0[5, 3] b=c1[8, 3] c<>t2[5, 8] m=5 n=8 k=3 tb=1 lda=3 ldb=3 ldc=8 batch=1
strided_copy[uint32] a=t2[5, 8] o:=t3[5, 3] rank=2 dims=(5,8,3,1)
strided_copy[uint32] a=t2[5, 8] o:=t4[5, 5] offset=3 rank=2 dims=(5,8,5,1)
->
gemm[float32] a=c0[5, 3] b=c1[8, 3] c<>t3[5, 3] m=5 n=3 k=3 tb=1 lda=3 ldb=3 ldc=3 batch=1
gemm[float32] a=c0[5, 3] b=c1+36[8, 3] c<>t4[5, 5] m=5 n=5 k=3 tb=1 lda=3 ldb=3 ldc=5 batch=1
"""
    )
