"""Products with one-hot matrices: what they become, and what must be left alone."""

import numpy as np
import pytest
from programs import CARRIER, Program, check, program, shown

from minitf.kernels.math import movement
from minitf.runtime.lower.ir import Buffer, Ref
from minitf.runtime.passes import rewrite

CASES = {}
DEPTH, COUNT = 6, 10


def one_hot(p, *shape, depth=DEPTH):
    array = (np.arange(np.prod(shape), dtype=np.int32) * 5 % depth).reshape(shape)
    index, out = Ref(shape, array.dtype, Buffer(array.nbytes, "constant", array)), p.new(*shape, depth)
    numbers = p.number(1), p.number(0)
    return p.call(movement.one_hot["int32", CARRIER], index, *numbers, out, array.size, depth, 1) and out


@program(CASES, "pick_rows")
def rows_picked(p):
    p.keep(p.product(one_hot(p, COUNT), p.given(DEPTH, 4)))


@program(CASES, "sum_into_rows")
def rows_added_up(p):
    p.keep(p.product(one_hot(p, COUNT), p.given(COUNT, 4), ta=1))


@program(CASES, "one_hot gemm")
def columns_picked(p):
    p.keep(p.product(one_hot(p, COUNT), p.given(4, DEPTH), tb=1))


@program(CASES, "one_hot gemm")
def columns_added_up(p):
    p.keep(p.product(one_hot(p, COUNT), p.given(4, COUNT), ta=1, tb=1))


@program(CASES, "one_hot gemm")
def the_other_factor(p):
    p.keep(p.product(p.given(4, COUNT), one_hot(p, COUNT)))


@program(CASES, "one_hot gemm")
def product_with_itself(p):
    hot = one_hot(p, COUNT)
    p.keep(p.product(hot, hot, ta=1))


@program(CASES, "strided_copy pick_rows")
def rows_in_another_order(p):
    p.keep(p.product(p.turn(one_hot(p, 2, COUNT)), p.given(DEPTH, 4)))


def step(p, hot, number, count=COUNT, width=DEPTH):
    """The copy of a step of a batch-major matrix [count, steps, width], or of its first columns."""
    dims = (count, hot.shape[1] * hot.shape[2], width, 1)
    return p.call(movement.strided_copy[CARRIER], hot, p.new(count, width), number * hot.shape[2], 2, dims)


@program(CASES, "strided_copy strided_copy pick_rows sum_into_rows pick_rows")
def each_step_by_itself(p):
    hot, weights = one_hot(p, COUNT, 2), p.given(DEPTH, 4)
    first, second = step(p, hot, 0), step(p, hot, 1)
    p.keep(p.product(second, weights), p.product(first, p.given(COUNT, 3), ta=1), p.product(first, weights))


@program(CASES, "strided_copy one_hot strided_copy pick_rows")
def a_step_that_is_read_by_itself(p):
    hot = one_hot(p, COUNT, 2)
    p.keep(step(p, hot, 0), p.product(step(p, hot, 1), p.given(DEPTH, 4)))


@program(CASES, "one_hot strided_copy strided_copy gemm")
def a_step_and_columns_of_another(p):
    hot = one_hot(p, COUNT, 2)
    p.keep(step(p, hot, 0, width=3), p.product(step(p, hot, 1), p.given(DEPTH, 4)))


@program(CASES, "one_hot strided_copy gemm")
def some_rows_in_another_order(p):
    hot = one_hot(p, 4, COUNT)
    part = Ref((2, COUNT, DEPTH), p.dtype, hot.buffer, 2 * COUNT * DEPTH * p.dtype.itemsize)
    p.keep(p.product(p.turn(part), p.given(DEPTH, 4)))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_products_with_one_hot_matrices(case):
    build, expected = case
    check(build, ["pick_rows"], expected)


def test_rows_of_another_type():
    """float64 rows seen as twice as many float32 numbers are not the rows that the indices tell of."""
    p = Program("float64")
    hot = one_hot(p, COUNT, depth=4)
    p.dtype = np.dtype("float32")
    p.keep(p.product(Ref((2 * COUNT, 4), p.dtype, hot.buffer), p.given(4, 3)))
    rewrite(p.uses(), ["pick_rows"])
    assert p.names() == ["one_hot", "gemm"]


def test_as_text():
    assert (
        shown(rows_added_up, "pick_rows")
        == """
one_hot[int32,uint32] index=c0[10] on=1.0 off=0.0 o:=t1[10, 6] outer=10 depth=6 inner=1
gemm[float32] a=t1[10, 6] b=c2[10, 4] c<>t3[6, 4] m=6 n=4 k=10 ta=1 lda=6 ldb=4 ldc=4 batch=1
->
sum_into_rows[int32,float32] index=c0[10] b=c2[10, 4] c<>t3[6, 4] depth=6 n=4 m=10 ldb=4 ldc=4
"""
    )
    assert (
        shown(rows_in_another_order, "pick_rows")
        == """
one_hot[int32,uint32] index=c0[2, 10] on=1.0 off=0.0 o:=t1[2, 10, 6] outer=20 depth=6 inner=1
strided_copy[uint32] a=t1[2, 10, 6] o:=t2[10, 2, 6] rank=3 dims=(10,6,2,60,6,1)
gemm[float32] a=t2[10, 2, 6] b=c3[6, 4] c<>t4[20, 4] m=20 n=4 k=6 lda=6 ldb=4 ldc=4 batch=1
->
strided_copy[uint32] a=c0[2, 10] o:=t5[20] rank=2 dims=(10,1,2,10)
pick_rows[int32,float32] index=t5[20] b=c3[6, 4] c<>t4[20, 4] m=20 n=4 depth=6 ldb=4 ldc=4
"""
    )
