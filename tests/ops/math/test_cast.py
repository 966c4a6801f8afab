import numpy as np
import pytest
from helpers import check_gradients, fails, run
from oracle import check_case, check_gradient, op_facts

import minitf as tf


@pytest.mark.parametrize("target", ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool"])
@pytest.mark.parametrize("source", ["float16", "float32", "float64", "int32", "int64", "uint8", "bool"])
def test_cast(source, target):
    x = np.array([0, 1, 3, 100]).astype(source)
    assert run(tf.cast(x, target)).tolist() == x.astype(target).tolist()


def test_cast_cuts_fractions_and_survives_what_does_not_fit():
    assert run(tf.cast([1.9, -1.9, 0.5], tf.int32)).tolist() == [1, -1, 0]
    assert run(tf.cast([0.5, 0.0, np.nan], tf.bool)).tolist() == [True, False, True]
    run(tf.cast(tf.constant([np.nan, np.inf, 1e30]), tf.int32), tf.cast(tf.constant([np.nan, -1e30]), tf.int64))


def test_cast_has_a_gradient_between_floats():
    check_gradients(lambda x: tf.cast(tf.cast(x, tf.float64), tf.float64) * x, np.array([0.5, -2.0]))
    x = tf.constant([1.0])
    assert tf.gradients(tf.cast(tf.cast(x, tf.int32), tf.float32), x) == [None]
    assert tf.gradients(tf.cast(x, tf.float64), x)[0].dtype == tf.float32


def test_cast_keeps_what_is_of_the_type():
    x = tf.constant([1.0])
    assert tf.cast(x, tf.float32) is x
    with fails(TypeError, "as_string"):
        tf.cast(x, tf.string)


def test_shape_arithmetic_is_known_before_running():
    x, known = tf.placeholder(tf.float32, [None, 4]), tf.zeros([2, 4])
    assert tf.reshape(x, [-1, tf.cast(tf.shape(known)[1] * 2 // 4, tf.int32)]).shape.as_list() == [None, 2]


RECORDED = ["tf.cast("]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    if fact["call"] == "tf.cast(a, tf.int32)":
        with pytest.warns(UserWarning, match="int(32|64), no floating point"):
            check_gradient(fact)
    else:
        check_gradient(fact)
