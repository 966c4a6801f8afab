"""Products with joined columns: what they become, that they compute the same, and what must be left alone."""

import numpy as np
import pytest
from programs import CARRIER, Program, check, program, shown

from minitf.kernels.math import elementwise as ew
from minitf.kernels.math import gemm, state
from minitf.runtime.lower.ir import Call, Ref, Repeat
from minitf.runtime.passes import rewrite

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


@program(CASES, "assign gemm gemm gemm")
def three_parts_into_a_sum(p):
    total = p.copy(p.given(ROWS, 6))
    whole = joined(p, p.given(ROWS, 3), p.given(ROWS, 1), p.given(ROWS, 4))
    p.keep(p.product(whole, p.given(6, 8), tb=1, beta=1, out=total))


@program(CASES, "gemm gemm gemm gemm")
def product_and_gradient(p):
    whole = joined(p, p.given(ROWS, 3), p.given(ROWS, 4))
    p.keep(p.product(whole, p.given(7, 6)), p.product(whole, p.given(ROWS, 6), ta=1))


@program(CASES, "assign strided_write assign gemm gemm gemm gemm")
def part_that_changes_is_read_where_it_was_put(p):
    part = p.copy(p.given(ROWS, 4))
    whole = joined(p, p.given(ROWS, 3), part)
    p.call(state.assign[CARRIER], p.given(ROWS, 4), part, part.size)
    p.keep(part, p.product(whole, p.given(7, 6)), p.product(whole, p.given(ROWS, 6), ta=1))


@program(CASES, "assign assign strided_write strided_write assign assign gemm")
def all_parts_change(p):
    parts = [p.copy(p.given(ROWS, 3)), p.copy(p.given(ROWS, 4))]
    whole = joined(p, *parts)
    for part in parts:
        p.call(state.assign[CARRIER], p.given(*part.shape), part, part.size)
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


@program(CASES, "assign strided_write gemm gemm")
def product_in_the_place_of_a_part(p):
    """The part is read where it was put."""
    part = p.copy(p.given(ROWS, 4))
    p.keep(p.product(joined(p, p.given(ROWS, 3), part), p.given(7, 4), out=part))


@program(CASES, "strided_write strided_write gemm")
def joined_matrix_of_a_batch(p):
    whole = joined(p, p.given(ROWS, 3), p.given(ROWS, 4))
    for call in p.nodes:
        call.operands = (call.operands[0], Ref((1, ROWS, 7), p.dtype, whole.buffer), *call.operands[2:])
    p.keep(p.product(Ref((1, ROWS, 7), p.dtype, whole.buffer), p.given(7, 6)))


@program(CASES, "strided_write strided_write gemm")
def some_columns_of_a_joined_matrix(p):
    whole = joined(p, p.given(ROWS, 3), p.given(ROWS, 4))
    numbers = (ROWS, 6, 5, 0, 0, 7, 6, 6, 0, 1, 0, 0, 0)
    p.nodes.append(Call(gemm.gemm[p.dtype], (whole, p.given(5, 6), p.new(ROWS, 6), *numbers), None, None))
    p.keep(p.nodes[-1].operands[2])


def part_that_changes_in_the_loop_of_the_product(later):
    """total += joined @ w in every trip; a part changes in between, or after the product."""
    p = Program()
    part, total, w = p.copy(p.given(ROWS, 4)), p.copy(p.given(ROWS, 6)), p.given(7, 6)
    whole = joined(p, p.given(ROWS, 3), part)
    before, p.nodes = p.nodes, []
    for step in (1, 0) if later else (0, 1):
        if step:
            p.product(whole, w, beta=1, out=total)
        else:
            p.binary(ew.mul, part, p.number(2), out=part)
    p.nodes = [*before, Repeat(body=p.nodes, count=3, carried={part.buffer, total.buffer})]
    p.keep(total)
    return p


@pytest.mark.parametrize("later", [True, False])
def test_parts_that_change_in_a_loop(later):
    before, after = (part_that_changes_in_the_loop_of_the_product(later) for _ in range(2))
    rewrite(after.uses(), ["split_concat"])
    np.testing.assert_allclose(after.run()[0], before.run()[0], rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_products_with_joined_columns(case):
    build, expected = case
    check(build, ["split_concat"], expected)


def test_as_text():
    assert (
        shown(two_parts, "split_concat")
        == """
strided_write[uint32] a=c0[5, 3] o:=t1[5, 7] rank=2 dims=(5,7,3,1)
strided_write[uint32] a=c2[5, 4] o:=t1[5, 7] offset=3 rank=2 dims=(5,7,4,1)
gemm[float32] a=t1[5, 7] b=c3[7, 6] c<>t4[5, 6] m=5 n=6 k=7 lda=7 ldb=6 ldc=6 batch=1
->
gemm[float32] a=c0[5, 3] b=c3[7, 6] c<>t4[5, 6] m=5 n=6 k=3 lda=3 ldb=6 ldc=6 batch=1
gemm[float32] a=c2[5, 4] b=c3+72[7, 6] c<>t4[5, 6] m=5 n=6 k=4 lda=4 ldb=6 ldc=6 beta=1 batch=1
"""
    )
