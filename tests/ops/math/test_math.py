import numpy as np
import pytest
import scipy.special
from helpers import built, check, fails, run
from oracle import check_case, check_gradient, facts, op_facts

import minitf as tf

X = np.array([[-1.7, 1.1, -0.3], [0.9, 1.9, 0.2]])
Y = np.array([[0.6, -1.7, -0.9], [1.4, 0.7, 1.2]])
POSITIVE = np.abs(X) + 0.1
SMALL = X / 2.5  # within (-1, 1)

BINARY = {
    "add": (np.add, X, Y),
    "subtract": (np.subtract, X, Y),
    "multiply": (np.multiply, X, Y),
    "divide": (np.divide, X, Y),
    "div": (np.divide, X, Y),
    "realdiv": (np.divide, X, Y),
    "floormod": (np.mod, X, Y),
    "pow": (np.power, POSITIVE, Y),
    "maximum": (np.maximum, X, Y),
    "minimum": (np.minimum, X, Y),
    "squared_difference": (lambda x, y: (x - y) ** 2, X, Y),
    "atan2": (np.arctan2, X, Y),
    "div_no_nan": (np.divide, X, Y),
}
SHAPES = [((2, 3), (2, 3)), ((2, 3), ()), ((), (2, 3)), ((2, 1), (3,)), ((3,), (2, 3)), ((0, 3), (1, 3)), ((), ())]


@pytest.mark.parametrize("name", BINARY)
def test_binary(name):
    reference, x, y = BINARY[name]
    check(getattr(tf, name), x, y, reference=reference)


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("name", ["multiply", "divide", "maximum", "pow", "squared_difference", "atan2"])
def test_binary_broadcasts(name, shapes):
    random = np.random.default_rng(len(shapes[0]))
    check(getattr(tf, name), *[random.uniform(0.5, 2, s) for s in shapes], reference=BINARY[name][0])


INTEGERS = np.array([-7, -1, 0, 1, 7, 100])


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64"])
@pytest.mark.parametrize(
    "name, function",
    [
        ("add", np.add),
        ("multiply", np.multiply),
        ("floordiv", np.floor_divide),
        ("div", np.floor_divide),
        ("floormod", np.mod),
        ("mod", np.mod),
        ("truncatediv", lambda x, y: np.trunc(x / y)),
        ("truncatemod", np.fmod),
        ("maximum", np.maximum),
    ],
)
def test_integers(name, function, dtype):
    y = np.array([[3], [-2]])
    small = INTEGERS if name not in ("multiply", "add") else INTEGERS // 4
    check(
        getattr(tf, name), small, y, reference=lambda x, y: function(x, y).astype(x.dtype), grads=False, dtypes=[dtype]
    )


def test_truncated_division_of_floats_is_division():
    y = np.array([[3.0], [-2.5]])
    check(tf.truncatediv, np.array([7.5, -1.0, 0.0]), y, reference=np.true_divide, grads=False)


def test_integer_arithmetic_wraps_around():
    least = np.array([np.iinfo(np.int32).min], np.int32)
    with np.errstate(all="ignore"):
        for function in (np.add, np.subtract, np.multiply):
            name = {"add": "add", "subtract": "subtract", "multiply": "multiply"}[function.__name__]
            check(getattr(tf, name), least, least + 1, reference=function, grads=False, dtypes=["int32"])
    check(tf.floordiv, least, np.array([-1], np.int32), reference=lambda x, y: x, grads=False, dtypes=["int32"])
    check(tf.floormod, least, np.array([-1], np.int32), reference=lambda x, y: x * 0, grads=False, dtypes=["int32"])
    check(tf.abs, least, reference=lambda x: x, grads=False, dtypes=["int32"])


@pytest.mark.parametrize("name", ["floordiv", "div", "floormod", "truncatediv", "truncatemod"])
@pytest.mark.parametrize("dtype", ["int32", "uint8"])
def test_integer_division_by_zero(name, dtype):
    quotient = getattr(tf, name)(tf.constant([1, 2], dtype), tf.constant([1, 0], dtype))
    with fails(tf.errors.InvalidArgumentError, "division by zero", "element 1", quotient.op.name):
        run(quotient)


def test_integer_powers():
    check(
        tf.pow, np.array([-2, 0, 3]), np.array([[0], [3]]), reference=np.power, grads=False, dtypes=["int32", "int64"]
    )
    with fails(tf.errors.InvalidArgumentError, "negative integer power", "element 1"):
        run(tf.pow(tf.constant([2, 2]), tf.constant([1, -1])))


def test_special_values_of_division_and_power():
    x, y = np.array([1.0, -1, 0, np.inf, np.nan, -8]), np.array([0.0, 0, 0, np.inf, 1, 3])
    with np.errstate(all="ignore"):
        check(tf.divide, x, y, reference=np.divide, grads=False)
        check(tf.floordiv, x, y, reference=lambda x, y: np.floor(x / y), grads=False)
        check(tf.pow, x, y, reference=np.power, grads=False)
        check(tf.div_no_nan, x, y, reference=lambda x, y: np.where(y == 0, 0, x / y), grads=False)


def test_x_times_log_is_0_at_0():
    xlogy, xdivy = tf.math.xlogy, tf.math.xdivy
    check(xlogy, X, POSITIVE, reference=scipy.special.xlogy)
    check(xdivy, X, Y, reference=np.divide)
    assert run(xlogy(0.0, 0.0), xdivy(0.0, 0.0)) == [0, 0]


def test_powers_of_negative_bases_have_a_gradient_for_the_base_only():
    x, y = tf.constant([-2.0, 0.0, 3.0]), tf.constant([2.0, 2.0, 2.0])
    by_x, by_y = run(*tf.gradients(x**y, [x, y]))
    np.testing.assert_allclose(by_x, [-4, 0, 6])
    np.testing.assert_allclose(by_y, [0, 0, 9 * np.log(3)], rtol=1e-6)


def test_equal_elements_give_the_gradient_to_the_first():
    x, y = tf.constant([1.0, 2.0, 3.0]), tf.constant([1.0, 3.0, 2.0])
    values = run(*tf.gradients(tf.maximum(x, y), [x, y]), *tf.gradients(tf.minimum(x, y), [x, y]))
    assert [v.tolist() for v in values] == [[1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 1]]


def test_strings_are_joined_and_compared():
    x = tf.constant(["a", "b"])
    joined, same = run(x + "c", tf.equal(x, "a"))
    assert joined.tolist() == [b"ac", b"bc"] and same.tolist() == [True, False]


def test_half_precision():
    check(
        lambda x: tf.exp(x) * 2.0 / tf.sqrt(x),
        POSITIVE,
        reference=lambda x: np.exp(x) * 2 / np.sqrt(x),
        dtypes=["float16"],
        grads=False,
    )


# ---- operators


def test_operators_of_floats():
    def every(x, y):
        return [
            x + y,
            x - y,
            x * y,
            x / y,
            x // y,
            x % y,
            -x,
            abs(x),
            x + 1,
            2 - x,
            3.0 * x,
            1 / x,
            x**2,
            x < y,
            x >= 0.5,
        ]

    check(every, X, Y, reference=every)


def test_operators_of_integers():
    def every(x):
        return [7 // x, 7 % x, x // 2, 2**x, x**2]

    check(every, np.array([1, 2, 5]), reference=every, grads=False, dtypes=["int32", "int64"])
    half = tf.constant([1, 2]) / 2
    assert half.dtype == tf.float64 and run(half).tolist() == [0.5, 1]
    assert (tf.constant([1], tf.int16) / tf.constant([2], tf.int16)).dtype == tf.float32


def test_operators_of_bools():
    def every(x, y):
        return [x & y, x | y, x ^ y, ~x, x & True, False | x]

    check(every, np.array([[True], [False]]), np.array([True, False]), reference=every, grads=False)


def test_operators_with_arrays_on_the_left():
    x = tf.constant([1.0, 2.0])
    values = run(np.array([3.0, 4.0]) + x, np.float32(2) * x, np.float64(1) / x)
    assert [v.tolist() for v in values] == [[4, 6], [2, 4], [1, 0.5]]


def test_matrix_operator():
    x = tf.constant([[1.0, 2.0]])
    assert run(x @ [[1.0], [1.0]]).tolist() == [[3]] and run([[1.0]] @ x).tolist() == [[1, 2]]


def test_operators_refuse_mixed_types():
    with fails(TypeError, "'y' of Add", "int32"):
        tf.constant([1]) + 1.5
    with fails(TypeError, "float32", "float64"):
        tf.constant(1.0) * tf.constant(1.0, tf.float64)
    with fails(TypeError, "tf.cast"):
        tf.constant(1.0) / tf.constant(1)
    with fails(TypeError, "LogicalAnd", "bool"):
        tf.constant(1) & tf.constant(2)


def test_shapes_that_do_not_broadcast():
    with fails(ValueError, "(2, 3)", "(4,)", "do not broadcast"):
        tf.zeros([2, 3]) + tf.zeros([4])
    x = tf.placeholder(tf.float32)
    with fails(tf.errors.InvalidArgumentError, "(4,)"):
        run(x + tf.zeros([2, 3]), feed_dict={x: np.zeros(4)})


# ---- sums of many


def test_add_n():
    check(lambda *x: tf.add_n(list(x)), X, Y, X, reference=lambda x, y, z: x + y + z)
    check(lambda *x: tf.accumulate_n(list(x), shape=[2, 3]), X, Y, reference=np.add)
    x = tf.constant(X)
    assert tf.add_n([x]) is x
    for inputs, kind in (([], ValueError), (x, TypeError), (None, TypeError)):
        with fails(kind, "list"):
            tf.add_n(inputs)
    with fails(ValueError, "(2, 3)", "(2,)"):
        tf.add_n([x, tf.constant([1.0, 2.0], tf.float64)])
    with fails(TypeError, "tensor_dtype"):
        tf.accumulate_n([x, x], tensor_dtype=tf.int32)
    y = tf.placeholder(tf.float64)
    with fails(tf.errors.InvalidArgumentError, "one shape"):
        run(tf.add_n([x, y]), feed_dict={y: [1.0]})


def test_scalar_mul():
    check(lambda x: tf.scalar_mul(2, x), X, reference=lambda x: 2 * x)
    with fails(ValueError, "scalar"):
        tf.scalar_mul([1.0, 2.0], tf.constant([1.0, 2.0]))


# ---- the graphs that TensorFlow builds

SAME_TYPE = {"AddV2": "Add"}
GRAPHS = ["cast", "clip", "operators_float", "operators_int", "functions_math"]


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(name):
    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == name)
    ops = built(lambda: exec(snippet["source"], {"tf": tf, "np": np}))
    assert ops == [[o[0], SAME_TYPE.get(o[1], o[1]), *o[2:]] for o in snippet["ops"]]


RECORDED = [
    "tf.maximum(",
    "tf.minimum(",
    "tf.squared_difference(",
    "tf.atan2(",
    "tf.pow(",
    "tf.div(",
    "tf.floordiv(",
    "tf.mod(",
    "tf.floormod(",
    "tf.truncatediv(",
    "tf.truncatemod(",
    "tf.truediv(",
    "tf.divide(",
    "tf.realdiv(",
    "tf.add_n(",
    "tf.accumulate_n(",
    "tf.scalar_mul(",
    "tf.add(",
]
OPERATORS = [" + ", " - ", "-x", " * ", " / ", " // ", " % ", " ** ", " > ", " >= ", " < ", " & ", "~", " @ ", "abs("]


@pytest.mark.parametrize(
    "case", op_facts("cases", *RECORDED) + op_facts("cases", *OPERATORS), ids=lambda case: case["call"]
)
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize(
    "fact", op_facts("gradients", *RECORDED) + op_facts("gradients", *OPERATORS), ids=lambda fact: fact["call"]
)
def test_recorded_gradients(fact):
    if fact["call"] == "n * 2":
        with pytest.warns(UserWarning, match="int32, no floating point"):
            check_gradient(fact)
    else:
        check_gradient(fact)
