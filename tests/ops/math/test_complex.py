import numpy as np
import pytest
from helpers import check_gradients, fails, run
from oracle import check_case, op_facts

import minitf as tf

X = np.array([[-1.7, 1.1, -0.3], [0.9, 1.9, 0.2]])
Y = np.array([[0.6, -1.7, -0.9], [1.4, 0.7, 1.2]])
POSITIVE = np.abs(X) + 0.1


def test_complex_parts():
    z = X + 1j * Y
    made = run(tf.complex(X, Y), tf.real(z), tf.imag(z), tf.conj(z), tf.angle(z), tf.abs(z))
    for value, expected in zip(made, [z, X, Y, z.conj(), np.angle(z), np.abs(z)]):
        np.testing.assert_allclose(value, expected)
        assert value.dtype == expected.dtype
    assert tf.complex(np.float32(1), np.float32(2)).dtype == tf.complex64
    assert tf.conj(1.0).dtype == tf.float32 and tf.imag(2.0).dtype == tf.float32
    with fails(TypeError, "int32"):
        tf.complex(1, 2)


@pytest.mark.parametrize("function", [tf.exp, tf.square, tf.sqrt, tf.log, tf.tanh, tf.sin, tf.reciprocal, tf.sigmoid])
def test_complex_maths_has_gradients(function):
    def parts(x, y):
        result = function(tf.complex(x, y))
        return tf.real(result), tf.imag(result), tf.abs(result), tf.angle(result)

    check_gradients(parts, POSITIVE, Y, order=1)


def test_complex_products_have_gradients():
    def parts(x, y):
        z = tf.complex(x, y)
        result = z * tf.conj(z) * z / (z + 2.0) - z**3
        return tf.real(result), tf.imag(result)

    check_gradients(parts, POSITIVE, Y, order=1)


RECORDED = ["tf.real(", "tf.imag(", "tf.conj("]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)
