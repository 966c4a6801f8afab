"""Products with one-hot matrices: what they become, and what must be left alone."""

import numpy as np
import pytest
from programs import CARRIER, Program, check, program

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
    rewrite(p.nodes, ["pick_rows"], frozenset(ref.buffer for ref in p.kept))
    assert p.names() == ["one_hot", "gemm"]
