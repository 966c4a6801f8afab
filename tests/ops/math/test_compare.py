import numpy as np
import pytest
from helpers import built, check, fails, run
from oracle import check_case, check_gradient, facts, op_facts

import minitf as tf

X = np.array([[-1.7, 1.1, -0.3], [0.9, 1.9, 0.2]])
Y = np.array([[0.6, -1.7, -0.9], [1.4, 0.7, 1.2]])

COMPARISONS = {
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
}
SHAPES = [((2, 3), (2, 3)), ((2, 3), ()), ((), (2, 3)), ((2, 1), (3,)), ((3,), (2, 3)), ((0, 3), (1, 3)), ((), ())]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons(name, shapes):
    random = np.random.default_rng(1)
    arrays = [random.integers(0, 3, s).astype(float) for s in shapes]
    check(getattr(tf, name), *arrays, reference=COMPARISONS[name], grads=False, dtypes=("float32", "int32", "uint8"))


def test_comparisons_with_nan_are_false():
    nan = np.array([np.nan, 1.0])
    for name, function in COMPARISONS.items():
        check(getattr(tf, name), nan, nan[::-1], reference=function, grads=False)


def test_logic():
    x, y = np.array([True, True, False, False]), np.array([True, False, True, False])
    for name in ("logical_and", "logical_or", "logical_xor"):
        check(getattr(tf, name), x, y, reference=getattr(np, name), grads=False)
    check(tf.logical_not, x, reference=np.logical_not, grads=False)


def test_kinds_of_numbers():
    x = np.array([1.0, np.nan, np.inf, -np.inf])
    check(tf.is_nan, x, reference=np.isnan, grads=False)
    check(tf.is_inf, x, reference=np.isinf, grads=False)
    check(tf.is_finite, x, reference=np.isfinite, grads=False)


@pytest.mark.parametrize("condition", [X > 0, np.array([True, False]), np.array(True)])
def test_select(condition):
    spread = condition[:, None] if condition.ndim == 1 else condition
    check(tf.where, condition, X, Y, reference=lambda c, x, y: np.where(spread, x, y))


def test_select_refuses_shapes_that_do_not_fit():
    for condition, x, y in (([True], [1.0, 2.0], [1.0, 2.0]), ([[True]], [1.0], [1.0]), (True, [1.0], [1.0, 2.0])):
        with pytest.raises(ValueError):
            tf.where(condition, x, y)
    condition = tf.placeholder(tf.bool)
    with fails(tf.errors.InvalidArgumentError, "(3,)"):
        run(tf.where(condition, X, Y), feed_dict={condition: [True] * 3})


def test_graph():
    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == "operators_comparison")
    ops = built(lambda: exec(snippet["source"], {"tf": tf, "np": np}))
    assert ops == snippet["ops"]


RECORDED = [
    "tf.is_nan(",
    "tf.is_inf(",
    "tf.is_finite(",
    "tf.equal(",
    "tf.not_equal(",
    "tf.logical_and(",
    "tf.logical_or(",
    "tf.logical_xor(",
    "tf.logical_not(",
    "tf.where(",
]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)
