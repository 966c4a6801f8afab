"""Element-wise maths, comparisons, casts, clipping, complex numbers and bits."""

import numpy as np
import pytest
import scipy.special
from helpers import built, check, check_gradients, fails, run
from oracle import facts

import minitf as tf
from minitf.ops import bits

X = np.array([[-1.7, 1.1, -0.3], [0.9, 1.9, 0.2]])
Y = np.array([[0.6, -1.7, -0.9], [1.4, 0.7, 1.2]])
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
COMPARISONS = {
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
}
SHAPES = [((2, 3), (2, 3)), ((2, 3), ()), ((), (2, 3)), ((2, 1), (3,)), ((3,), (2, 3)), ((0, 3), (1, 3)), ((), ())]


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


@pytest.mark.parametrize("name", BINARY)
def test_binary(name):
    reference, x, y = BINARY[name]
    check(getattr(tf, name), x, y, reference=reference)


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("name", ["multiply", "divide", "maximum", "pow", "squared_difference", "atan2"])
def test_binary_broadcasts(name, shapes):
    random = np.random.default_rng(len(shapes[0]))
    check(getattr(tf, name), *[random.uniform(0.5, 2, s) for s in shapes], reference=BINARY[name][0])


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
    check(getattr(tf, name), small, y, reference=lambda x, y: function(x, y).astype(x.dtype), grads=False, dtypes=[dtype])


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
    check(tf.pow, np.array([-2, 0, 3]), np.array([[0], [3]]), reference=np.power, grads=False, dtypes=["int32", "int64"])
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


def test_sign_has_a_gradient_of_zeros():
    x = tf.constant([1.0, -2.0])
    assert run(tf.gradients(tf.sign(x), x)[0]).tolist() == [0, 0]


def test_strings_are_joined_and_compared():
    x = tf.constant(["a", "b"])
    joined, same = run(x + "c", tf.equal(x, "a"))
    assert joined.tolist() == [b"ac", b"bc"] and same.tolist() == [True, False]


def test_half_precision():
    check(lambda x: tf.exp(x) * 2.0 / tf.sqrt(x), POSITIVE, reference=lambda x: np.exp(x) * 2 / np.sqrt(x),
          dtypes=["float16"], grads=False)  # fmt: skip


# ---- operators


def test_operators_of_floats():
    def every(x, y):
        return [x + y, x - y, x * y, x / y, x // y, x % y, -x, abs(x), x + 1, 2 - x, 3.0 * x, 1 / x, x**2, x < y, x >= 0.5]

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
    for inputs in ([], x, None):
        with fails(ValueError, "list"):
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


# ---- types


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
    check_gradients(lambda x: tf.cast(tf.cast(x, tf.float64), tf.float64) * x, X)
    x = tf.constant([1.0])
    assert tf.gradients(tf.cast(tf.cast(x, tf.int32), tf.float32), x) == [None]
    assert tf.gradients(tf.cast(x, tf.float64), x)[0].dtype == tf.float32


def test_cast_keeps_what_is_of_the_type():
    x = tf.constant([1.0])
    assert tf.cast(x, tf.float32) is x
    with fails(TypeError, "as_string"):
        tf.cast(x, tf.string)


def test_saturate_cast():
    values = run(tf.saturate_cast([-5.0, 300.0, 7.9], tf.uint8), tf.saturate_cast(tf.constant([-500, 500]), tf.int8))
    assert [v.tolist() for v in values] == [[0, 255, 7], [-128, 127]]


def test_shape_arithmetic_is_known_before_running():
    x = tf.placeholder(tf.float32, [None, 4])
    assert tf.reshape(x, [-1, tf.cast(tf.shape(x)[1] * 2 // 4, tf.int32)]).shape.as_list() == [None, 2]


# ---- clipping


def test_clip_by_value():
    check(lambda x: tf.clip_by_value(x, -1.0, 0.5), X, reference=lambda x: x.clip(-1, 0.5), dtypes=["float64"])
    check(lambda x, y: tf.clip_by_value(x, y - 0.55, y + 0.5), X, Y, reference=lambda x, y: x.clip(y - 0.55, y + 0.5))
    with fails(ValueError, "(3,)", "(2, 3)"):
        tf.clip_by_value([1.0, 2.0, 3.0], np.zeros((2, 3), np.float32), 1.0)


def test_clip_by_norm():
    def reference(x, axis=None):
        norm = np.sqrt((x * x).sum(axis=axis, keepdims=True))
        return x * 1.5 / np.maximum(norm, 1.5)

    check(lambda x: tf.clip_by_norm(x, 1.5), X, reference=reference)
    check(lambda x: tf.clip_by_norm(x, 1.5, axes=[1]), X, reference=lambda x: reference(x, 1))
    zeros = tf.zeros([2])
    assert run(tf.gradients(tf.clip_by_norm(zeros, 1.0), zeros)[0]).tolist() == [1, 1]


def test_clip_by_average_norm():
    check(lambda x: tf.clip_by_average_norm(x, 0.2), X, dtypes=["float32"], grads=False,
          reference=lambda x: x * 0.2 / max(np.sqrt((x * x).sum()) / 6, 0.2))  # fmt: skip


def test_clip_by_global_norm():
    norm = np.sqrt((X * X).sum() + (Y * Y).sum())
    check(lambda x, y: tf.global_norm([x, None, y]), X, Y, reference=lambda x, y: norm)

    def clipped(x, y):
        (first, nothing, second), norm = tf.clip_by_global_norm([x, None, y], 1.0)
        assert nothing is None
        return first, second, norm

    check(clipped, X, Y, reference=lambda x, y: [x / norm, y / norm, norm])
    bad, _ = tf.clip_by_global_norm([tf.constant([np.inf, 1.0])], 1.0)
    assert np.isnan(run(bad[0])).all()
    with fails(TypeError, "list"):
        tf.clip_by_global_norm(tf.constant(1.0), 1.0)
    with fails(ValueError, "without any"):
        tf.global_norm([None])


def test_clip_keeps_slices():
    table = tf.constant(X)
    grad = tf.gradients(tf.gather(table, [1, 1]), table)[0]
    for clipped in (tf.clip_by_norm(grad, 0.5), tf.clip_by_value(grad, 0.0, 0.5), tf.clip_by_global_norm([grad], 0.5)[0][0]):
        assert clipped.indices is grad.indices
        assert run(clipped.values).max() <= 0.5


# ---- logic and choice


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


# ---- complex numbers


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


# ---- bits


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
    check(lambda x: tf.bitcast(x, tf.uint8), x, reference=lambda _: x.view(np.uint8).reshape(2, 4), grads=False,
          dtypes=["float32"])  # fmt: skip
    check(lambda x: tf.bitcast(x, tf.float64), x, reference=lambda _: x.view(np.float64)[0], grads=False, dtypes=["float32"])
    with fails(ValueError, "(3,)"):
        tf.bitcast(np.zeros(3, np.float32), tf.float64)


# ---- the graphs that TensorFlow builds

SAME_TYPE = {"AddV2": "Add"}
GRAPHS = "cast clip operators_float operators_int operators_comparison functions_math".split()


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(name):
    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == name)
    ops = built(lambda: exec(snippet["source"], {"tf": tf, "np": np}))
    assert ops == [[o[0], SAME_TYPE.get(o[1], o[1]), *o[2:]] for o in snippet["ops"]]
