"""Products that are added up: which are made into the sum, and which must not be."""

import numpy as np
import pytest
from programs import CARRIER, check, program, shown

from minitf.kernels.math import elementwise as ew
from minitf.kernels.math import movement, rows, state
from minitf.runtime.lower.ir import Buffer, Ref

CASES = {}
DEPTH, WIDTH, COUNT = 8, 5, 20


def one_hot_product(p, kernel, out, beta=0):
    """Rows picked, or added up, by an index."""
    array = np.arange(COUNT, dtype=np.int32) * 3 % DEPTH
    index = Ref((COUNT,), array.dtype, Buffer(array.nbytes, "constant", array))
    sizes = (DEPTH, WIDTH, COUNT) if kernel is rows.sum_into_rows else (COUNT, WIDTH, DEPTH)
    source = p.given(COUNT if kernel is rows.sum_into_rows else DEPTH, WIDTH)
    p.call(kernel["int32", "float32"], index, source, out, *sizes, WIDTH, WIDTH, beta)
    return out


@program(CASES, "assign gemm")
def product_into_a_total(p):
    total = p.copy(p.given(4, WIDTH))
    p.keep(p.binary(ew.add, total, p.product(p.given(4, 3), p.given(3, WIDTH)), out=total))


@program(CASES, "gemm assign add")
def the_first_columns_of_a_row(p):
    """The sum has no room for the others."""
    wide, total = p.product(p.given(1, 3), p.given(3, WIDTH + 4)), p.copy(p.given(1, WIDTH))
    p.keep(p.binary(ew.add, total, Ref((1, WIDTH), p.dtype, wide.buffer), out=total))


@program(CASES, "assign sum_into_rows")
def rows_added_up_into_a_total(p):
    total = p.copy(p.given(DEPTH, WIDTH))
    p.keep(p.binary(ew.add, total, one_hot_product(p, rows.sum_into_rows, p.new(DEPTH, WIDTH)), out=total))


@program(CASES, "assign gemm add")
def product_of_the_total_itself(p):
    """What it is added to must not change while it is read."""
    total = p.copy(p.given(4, 100))
    p.keep(p.binary(ew.add, total, p.product(total, p.given(100, 100)), out=total))


@program(CASES, "assign gemm add assign add")
def summand_that_changes_before_the_product_is_added(p):
    total, other = p.new(4, WIDTH), p.copy(p.given(4, WIDTH))
    first = p.product(p.given(4, 3), p.given(3, WIDTH))
    p.binary(ew.add, first, other, out=total)
    p.call(state.assign[CARRIER], p.given(4, WIDTH), other, other.size)
    p.keep(other, p.binary(ew.add, total, p.given(4, WIDTH), out=total))


def put_at_a_place(p, out, beta=0):
    """A row of zeros but for one place, of which a constant tells."""
    place = Ref((1,), np.int64, Buffer(8, "constant", np.array([3])))
    p.call(movement.put_at["int64", "float32"], place, p.given(WIDTH), out, 0, 1, DEPTH, 1, 1, 1, WIDTH, WIDTH, beta)
    return out


@program(CASES, "assign put_at")
def a_row_put_into_a_total(p):
    total = p.copy(p.given(DEPTH, WIDTH))
    p.keep(p.binary(ew.add, total, put_at_a_place(p, p.new(DEPTH, WIDTH)), out=total))


@program(CASES, "put_at put_at")
def two_rows(p):
    one, other = (put_at_a_place(p, p.new(DEPTH, WIDTH)) for _ in range(2))
    p.keep(p.binary(ew.add, one, other))


@program(CASES, "assign assign put_at add")
def a_row_added_to_something_else(p):
    total, other = p.copy(p.given(DEPTH, WIDTH)), p.copy(p.given(DEPTH, WIDTH))
    p.keep(p.binary(ew.add, total, put_at_a_place(p, other, beta=1), out=total))


@program(CASES, "pick_rows gemm")
def rows_picked_and_a_product(p):
    picked = one_hot_product(p, rows.pick_rows, p.new(COUNT, WIDTH))
    p.keep(p.binary(ew.add, picked, p.product(p.given(COUNT, 3), p.given(3, WIDTH))))


@program(CASES, "assign assign sum_into_rows add")
def rows_already_added_to_something(p):
    total, other = p.copy(p.given(DEPTH, WIDTH)), p.copy(p.given(DEPTH, WIDTH))
    p.keep(p.binary(ew.add, total, one_hot_product(p, rows.sum_into_rows, other, beta=1), out=total))


@program(CASES, "assign sum_into_rows add tanh")
def rows_that_are_read_otherwise(p):
    total = p.copy(p.given(DEPTH, WIDTH))
    made = one_hot_product(p, rows.sum_into_rows, p.new(DEPTH, WIDTH))
    p.keep(p.binary(ew.add, total, made, out=total), p.unary(ew.tanh, made))


@pytest.mark.parametrize("case", CASES)
def test_sums_of_products(case):
    build, expected = CASES[case]
    check(build, ["accumulate"], expected)


def test_as_text():
    assert (
        shown(product_into_a_total, "accumulate")
        == """
assign[uint32] a=c0[4, 5] o:=t1[4, 5] n=20
gemm[float32] a=c2[4, 3] b=c3[3, 5] c<>t4[4, 5] m=4 n=5 k=3 lda=3 ldb=5 ldc=5 batch=1
add[float32] a=t1[4, 5] b=t4[4, 5] o:=t1[4, 5] rank=1 dims=(20,1,1)
->
assign[uint32] a=c0[4, 5] o:=t1[4, 5] n=20
gemm[float32] a=c2[4, 3] b=c3[3, 5] c<>t1[4, 5] m=4 n=5 k=3 lda=3 ldb=5 ldc=5 beta=1 batch=1
"""
    )
    assert (
        shown(two_rows, "accumulate")
        == """
put_at[int64,float32] begin=c0[1] a=c1[5] o<>t2[8, 5] wraps=1 size=8 outer=1 n=1 rows=1 width=5 stride=5
put_at[int64,float32] begin=c3[1] a=c4[5] o<>t5[8, 5] wraps=1 size=8 outer=1 n=1 rows=1 width=5 stride=5
add[float32] a=t2[8, 5] b=t5[8, 5] o:=t6[8, 5] rank=1 dims=(40,1,1)
->
put_at[int64,float32] begin=c0[1] a=c1[5] o<>t6[8, 5] wraps=1 size=8 outer=1 n=1 rows=1 width=5 stride=5
put_at[int64,float32] begin=c3[1] a=c4[5] o<>t6[8, 5] wraps=1 size=8 outer=1 n=1 rows=1 width=5 stride=5 beta=1
"""
    )
