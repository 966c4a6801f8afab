import numpy as np
import pytest
from helpers import check, fails
from oracle import check_case, op_facts

import minitf as tf
from minitf.ops.math import bits


def test_bitwise():
    x, y = np.array([5, -3, 100]), np.array([3, 6, -1])
    for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        check(getattr(bits, name), x, y, reference=getattr(np, name), grads=False, dtypes=["int8", "int32", "int64"])
    check(bits.invert, x, reference=np.invert, grads=False, dtypes=["int8", "int32"])
    check(bits.left_shift, x, np.array([0, 1, 2]), reference=np.left_shift, grads=False, dtypes=["int32"])
    check(bits.right_shift, x, np.array([0, 1, 2]), reference=np.right_shift, grads=False, dtypes=["int32"])


def test_bitcast():
    x = np.array([1.0, -2.5], np.float32)
    check(lambda x: tf.bitcast(x, tf.int32), x, reference=lambda _: x.view(np.int32), grads=False, dtypes=["float32"])
    check(
        lambda x: tf.bitcast(x, tf.uint8),
        x,
        reference=lambda _: x.view(np.uint8).reshape(2, 4),
        grads=False,
        dtypes=["float32"],
    )
    check(
        lambda x: tf.bitcast(x, tf.float64),
        x,
        reference=lambda _: x.view(np.float64)[0],
        grads=False,
        dtypes=["float32"],
    )
    with fails(ValueError, "(3,)"):
        tf.bitcast(np.zeros(3, np.float32), tf.float64)


RECORDED = ["tf.bitcast("]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)
