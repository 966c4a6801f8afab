import numpy as np
import pytest
import scipy.special
from helpers import check, run
from oracle import check_case, check_gradient, op_facts

import minitf as tf

X = np.array([[-1.7, 1.1, -0.3], [0.9, 1.9, 0.2]])
POSITIVE = np.abs(X) + 0.1
SMALL = X / 2.5  # within (-1, 1)

UNARY = {
    "negative": (np.negative, X),
    "abs": (np.abs, X),
    "sign": (np.sign, X),
    "square": (np.square, X),
    "sqrt": (np.sqrt, POSITIVE),
    "rsqrt": (lambda x: x**-0.5, POSITIVE),
    "reciprocal": (np.reciprocal, X),
    "exp": (np.exp, X),
    "expm1": (np.expm1, X),
    "log": (np.log, POSITIVE),
    "log1p": (np.log1p, POSITIVE),
    "tanh": (np.tanh, X),
    "sigmoid": (scipy.special.expit, X),
    "log_sigmoid": (scipy.special.log_expit, X),
    "sin": (np.sin, X),
    "cos": (np.cos, X),
    "tan": (np.tan, SMALL),
    "asin": (np.arcsin, SMALL),
    "acos": (np.arccos, SMALL),
    "atan": (np.arctan, X),
    "sinh": (np.sinh, X),
    "cosh": (np.cosh, X),
    "asinh": (np.arcsinh, X),
    "acosh": (np.arccosh, POSITIVE + 1),
    "atanh": (np.arctanh, SMALL),
    "erf": (scipy.special.erf, X),
    "erfc": (scipy.special.erfc, X),
    "lgamma": (scipy.special.gammaln, POSITIVE),
    "digamma": (scipy.special.psi, POSITIVE),
}
ROUNDED = {"floor": np.floor, "ceil": np.ceil, "rint": np.rint, "round": np.rint}


@pytest.mark.parametrize("name", UNARY)
def test_unary(name):
    reference, x = UNARY[name]
    check(getattr(tf, name), x, reference=reference, tolerance=4)


@pytest.mark.parametrize("name", UNARY)
def test_unary_without_elements_and_as_a_scalar(name):
    check(getattr(tf, name), np.zeros((0, 2)), reference=UNARY[name][0], grads=False)
    check(getattr(tf, name), UNARY[name][1][1, 0], reference=UNARY[name][0], grads=False, tolerance=4)


@pytest.mark.parametrize("name", ROUNDED)
def test_rounding(name):
    x = np.array([-2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.49, np.inf, -np.inf, np.nan])
    check(getattr(tf, name), x, reference=ROUNDED[name], grads=False)
    x = tf.placeholder(tf.float32)
    assert tf.gradients(getattr(tf, name)(x), x) == [None]


def test_round_leaves_integers():
    x = tf.constant([1, 2])
    assert tf.round(x) is x


def test_sign_has_a_gradient_of_zeros():
    x = tf.constant([1.0, -2.0])
    assert run(tf.gradients(tf.sign(x), x)[0]).tolist() == [0, 0]


RECORDED = [
    "tf.negative(",
    "tf.abs(",
    "tf.square(",
    "tf.exp(",
    "tf.expm1(",
    "tf.sin(",
    "tf.cos(",
    "tf.tanh(",
    "tf.sigmoid(",
    "tf.erf(",
    "tf.floor(",
    "tf.ceil(",
    "tf.round(",
    "tf.rint(",
    "tf.atan(",
    "tf.sinh(",
    "tf.cosh(",
    "tf.sqrt(",
    "tf.rsqrt(",
    "tf.log(",
    "tf.log1p(",
    "tf.reciprocal(",
    "tf.asin(",
    "tf.acos(",
    "tf.atanh(",
    "tf.acosh(",
    "tf.asinh(",
    "tf.tan(",
    "tf.lgamma(",
    "tf.digamma(",
    "tf.erfc(",
    "tf.sign(",
]
INEXACT = ["tf.sqrt(e[6:])", "tf.rsqrt(e[6:])"]  # TensorFlow's vectorized roots of infinity are NaN


@pytest.mark.parametrize(
    "case", [f for f in op_facts("cases", *RECORDED) if f["call"] not in INEXACT], ids=lambda case: case["call"]
)
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)


LENGTHS = {
    "norm": (lambda x: tf.norm(x, axis=1), [0.6, 0.8]),
    "sqrt": (lambda x: tf.sqrt(tf.reduce_sum(tf.square(x), 1)), [0.6, 0.8]),
    "deviation": (lambda x: tf.math.reduce_std(x, 1), [-0.5, 0.5]),
    "rsqrt": (lambda x: tf.rsqrt(tf.reduce_sum(x * x, 1)), [-0.024, -0.032]),
    "reciprocal": (lambda x: tf.reciprocal(tf.reduce_sum(x * x, 1)), [-0.0096, -0.0128]),
}


@pytest.mark.parametrize("length, expected", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_masked_roots_of_zero_have_no_gradient(length, expected, executor):
    """As recorded from TensorFlow 1.15.5: the infinite slope at 0 does not count where nothing comes from above."""
    x, mask = tf.placeholder(tf.float32, [3, 2]), tf.constant([0.0, 1.0, 0.0])
    y = length(x)
    slopes = [tf.gradients(y * mask, x)[0], tf.gradients(tf.where(mask > 0, y, tf.zeros_like(y)), x)[0]]
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        for found in session.run(slopes, {x: [[0, 0], [3, 4], [0, 0]]}):
            np.testing.assert_allclose(found, [[0, 0], expected, [0, 0]], rtol=1e-6)
