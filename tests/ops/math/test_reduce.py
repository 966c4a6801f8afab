import itertools

import numpy as np
import pytest
import scipy.special
from helpers import built, check, check_gradients, fails, run
from oracle import check_case, check_gradient, facts, op_facts

import minitf as tf
from minitf.ops.math import reduce
from minitf.runtime import inspect
from minitf.runtime.lower.ir import calls

X = (
    np.array([[[1.5, -2.0, 0.3, 4.0], [0.7, 1.1, -1.2, 2.2], [3.0, -0.4, 0.9, -1.6]]] * 2)
    + np.arange(2)[:, None, None] / 7
)
REDUCTIONS = {
    "reduce_sum": np.sum,
    "reduce_mean": np.mean,
    "reduce_prod": np.prod,
    "reduce_max": np.max,
    "reduce_min": np.min,
    "reduce_logsumexp": scipy.special.logsumexp,
}
FLAGS = list(itertools.product([False, True], repeat=2))
AXES = [None, 0, 1, -1, [0, 2], [1, -1], [2, 0, 1], []]


def along(axis):
    return tuple(axis) if isinstance(axis, list) else axis


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name, axis):
    keepdims = axis in (0, [0, 2])
    if axis == [] and name == "reduce_logsumexp":
        return
    check(
        lambda x: getattr(tf, name)(x, axis, keepdims=keepdims),
        X,
        tolerance=10,
        reference=lambda x: REDUCTIONS[name](x, axis=along(axis), keepdims=keepdims),
    )


@pytest.mark.parametrize("name", ["reduce_sum", "reduce_mean", "reduce_prod", "reduce_max", "reduce_min"])
def test_scalars_and_nothing(name):
    check(getattr(tf, name), np.float64(2.5), reference=REDUCTIONS[name], order=1)
    for shape, axis in itertools.product([(0, 3), (3, 0), (0, 0)], [None, 0, 1]):
        kept = np.zeros(shape).sum(axis).shape
        empty = {"reduce_sum": 0, "reduce_prod": 1, "reduce_max": -np.inf, "reduce_min": np.inf, "reduce_mean": np.nan}
        expected = np.full(kept, empty[name])
        check(
            lambda x, axis=axis: getattr(tf, name)(x, axis),
            np.zeros(shape),
            reference=lambda _, expected=expected: expected,
            grads=False,
        )


@pytest.mark.parametrize("axis, shape", [([], (2, 3)), ([1], (2, 1, 3)), ([0, 2], (1, 3, 1)), ([], ())])
@pytest.mark.parametrize("name", [name for name in REDUCTIONS if name != "reduce_logsumexp"])
def test_single_elements_are_no_calls(name, axis, shape):
    values = np.resize([-0.0, 2.5, np.nan, -3.0], shape)
    values = values > 0 if name in ("reduce_all", "reduce_any") else values.astype("float32")
    x = tf.placeholder(values.dtype, shape)
    with tf.Session() as session:
        found = session.run(getattr(tf, name)(x, axis), {x: values})
        [step] = inspect(session).last.steps
    np.testing.assert_array_equal(found, values.reshape([n for i, n in enumerate(shape) if i not in axis]))
    assert not [*calls(step.programs[0]._nodes)]


def test_a_mean_over_no_axis_leaves_its_input_alone():
    v = tf.Variable([7, 9], use_resource=True)
    mean = tf.reduce_mean(v, [])
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(mean).tolist() == session.run(mean + v - v).tolist() == [7, 9]


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8"])
def test_integers(dtype):
    x = np.array([[3, 1], [2, 6], [6, 1]], dtype)
    for name in ("reduce_sum", "reduce_prod", "reduce_max", "reduce_min"):
        check(
            lambda x, name=name: getattr(tf, name)(x, 0),
            x,
            dtypes=[dtype],
            grads=False,
            reference=lambda x, name=name: REDUCTIONS[name](x, axis=0).astype(x.dtype),
        )
    assert run(tf.reduce_mean(tf.constant([1, 2, 4, 4]))) == 2  # integers are cut off
    assert run(tf.reduce_mean(tf.constant([-1, -2, -4, -4]))) == -2


def test_integer_sums_wrap_around():
    assert run(tf.reduce_sum(tf.constant([100, 100], tf.int8))) == -56


def test_bools():
    x = np.array([[True, False, True], [True, True, True]])
    for axis in (None, 0, [1]):
        check(
            lambda x, axis=axis: tf.reduce_all(x, axis),
            x,
            reference=lambda x, axis=axis: x.all(axis=along(axis)),
            grads=False,
        )
        check(
            lambda x, axis=axis: tf.reduce_any(x, axis),
            x,
            reference=lambda x, axis=axis: x.any(axis=along(axis)),
            grads=False,
        )
    assert run(tf.reduce_all(np.zeros((0,), bool)), tf.reduce_any(np.zeros((0,), bool))) == [True, False]
    with fails(TypeError, "bool"):
        tf.reduce_all([1.0])


def test_long_float32_sums_stay_exact():
    x = np.full(1_000_000, 0.1, np.float32)
    assert abs(run(tf.reduce_sum(x)) - 100_000) < 0.02
    assert abs(run(tf.reduce_mean(x)) - 0.1) < 1e-7


def test_nan_reaches_the_result():
    x = np.array([[1.0, np.nan], [np.inf, -np.inf]])
    with np.errstate(all="ignore"):
        for name in ("reduce_sum", "reduce_max", "reduce_min", "reduce_prod"):
            check(
                lambda x, name=name: getattr(tf, name)(x, 1),
                x,
                reference=lambda x, name=name: REDUCTIONS[name](x, 1),
                grads=False,
            )


def test_logsumexp_of_infinities():
    x = np.array([[-np.inf, -np.inf], [np.inf, 1.0], [1000.0, 1000.0]])
    check(lambda x: tf.reduce_logsumexp(x, 1), x, reference=lambda x: scipy.special.logsumexp(x, 1), grads=False)


def test_equal_extremes_share_the_gradient():
    x = tf.constant([[3.0, 1.0, 3.0], [2.0, 2.0, 2.0]])
    assert np.allclose(run(tf.gradients(tf.reduce_max(x, 1), x)[0]), [[0.5, 0, 0.5], [1 / 3] * 3])
    assert np.allclose(run(tf.gradients(tf.reduce_min(x), x)[0]), [[0, 1, 0], [0, 0, 0]])


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
def test_products_with_zeros_have_right_derivatives(zeros):
    x = np.array([[1.5, -0.7, 2.0, 0.4], [0.8, 3.0, -1.1, 0.6]])
    x[0, :zeros] = 0
    check_gradients(lambda x: tf.reduce_prod(x, 1), x, order=4)
    check_gradients(lambda x: tf.reduce_prod(x), x[0], order=3)
    check_gradients(lambda x: tf.reduce_prod(x, [2, 0]), x.reshape(2, 2, 2), order=3)


def test_second_derivatives_of_complex_products():
    """Those that TensorFlow has for the same factors one by one; its own of reduce_prod forget to conjugate."""
    x = np.array([[1.5 + 1j, -0.7, 2j], [0.8 - 1j, 3.0, -1.1 + 2j]])
    z, above = tf.constant(x), tf.constant(np.array([[1j, 2.0, 1 - 1j], [3.0, 1 + 2j, -1j]]))
    first = tf.gradients(tf.reduce_prod(z, 1), z, tf.constant([1 + 0j, 1]))[0]
    second = run(tf.gradients(first, z, above)[0])
    for row, slopes, found in zip(x, run(above), second):
        for m in range(3):
            rest = [slopes[k] * np.delete(row, [k, m])[0] for k in range(3) if k != m]
            np.testing.assert_allclose(found[m], np.conj(sum(rest)))


UNARY = "sin cos tan asin acos atan sinh cosh tanh asinh atanh exp expm1 log log1p sqrt rsqrt square reciprocal sigmoid"
REDUCING = {
    **{name: (lambda x, name=name: getattr(tf, name)(x)) for name in UNARY.split()},
    **{n: getattr(tf.nn, n) for n in ("elu", "selu", "softplus", "softsign", "swish", "softmax", "log_softmax")},
    **{n: getattr(tf.math, n) for n in ("erf", "erfc", "lgamma", "digamma", "log_sigmoid")},
    "reduce_logsumexp": lambda x: tf.reduce_logsumexp(x, 1),
    "reduce_variance": lambda x: tf.math.reduce_variance(x, 0),
    "norm": lambda x: tf.norm(x, axis=1),
    "cumprod": lambda x: tf.cumprod(x, 1, exclusive=True),
    "reduce_mean": lambda x: tf.reduce_mean(x**3, [0, 1]),
}


@pytest.mark.parametrize("name", REDUCING)
def test_third_derivatives(name):
    x = np.random.RandomState(4).uniform(0.2, 0.8, (2, 3))
    check_gradients(REDUCING[name], x, order=3)


def test_axes_that_are_not_there():
    for axis in (3, -4, [0, 3]):
        with fails(ValueError, "axis", "[-3, 3)"):
            tf.reduce_sum(X, axis)
    assert np.array_equal(run(tf.reduce_sum(X, [0, 0])), run(tf.reduce_sum(X, 0)))
    x = tf.placeholder(tf.float32)
    with fails(tf.errors.InvalidArgumentError, "axis"):
        run(tf.reduce_sum(x, 3), feed_dict={x: [1.0]})


def test_axes_as_a_tensor():
    axes = tf.placeholder(tf.int32, [2])
    x = tf.placeholder(tf.float32, [None, 3, 4])
    total, kept = tf.reduce_sum(x, axes), tf.reduce_sum(x, axes, keepdims=True)
    assert total.shape.rank is None and kept.shape.as_list() == [None] * 3
    values = run(total, kept, *tf.gradients(total**2, x), feed_dict={x: X, axes: [2, 0]})
    assert [v.shape for v in values] == [(3,), (1, 3, 1), (2, 3, 4)]


def test_old_argument_names():
    x = tf.constant(X)
    assert tf.reduce_sum(x, reduction_indices=[1], keep_dims=True).shape.as_list() == [2, 1, 4]
    assert tf.reduce_logsumexp(x, reduction_indices=1).shape.as_list() == [2, 4]
    assert tf.count_nonzero(x, reduction_indices=1, keep_dims=True).shape.as_list() == [2, 1, 4]
    assert tf.argmax(x, dimension=2).shape.as_list() == [2, 3]
    assert tf.arg_max(x, 2).shape.as_list() == tf.arg_min(x, dimension=2).shape.as_list() == [2, 3]
    for arguments in ({"axis": 0, "reduction_indices": 0}, {"keepdims": True, "keep_dims": True}):
        with fails(ValueError, "same argument"):
            tf.reduce_sum(x, **arguments)


def test_variance_and_deviation():
    check(lambda x: tf.math.reduce_variance(x, 1), X, reference=lambda x: x.var(1))
    check(lambda x: tf.math.reduce_std(x, [0, 1], keepdims=True), X, reference=lambda x: x.std((0, 1), keepdims=True))


def test_count_nonzero():
    x = np.array([[0.0, 1.0, -2.0], [0.0, 0.0, np.nan]])
    check(lambda x: tf.count_nonzero(x, 1), x, reference=lambda x: np.count_nonzero(x, 1), grads=False)
    assert run(tf.count_nonzero([True, False], dtype=tf.int32)) == 1
    assert tf.count_nonzero([1], dtype=tf.int32).dtype == tf.int32


# ---- places of extremes

TIES = np.array([[1.0, 3.0, 3.0, -2.0], [5.0, 5.0, -5.0, -5.0], [0.0, 0.0, 0.0, 0.0]])


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_argmax(name, axis):
    reference = getattr(np, name)
    check(lambda x: getattr(tf, name)(x, axis), TIES, reference=lambda x: reference(x, axis), grads=False)
    check(
        lambda x: getattr(tf, name)(x, axis, output_type=tf.int32),
        X,
        grads=False,
        reference=lambda x: reference(x, axis).astype(np.int32),
    )


def test_argmax_never_is_a_nan():
    x = np.array([[np.nan, 1.0, 2.0], [1.0, np.nan, -1.0], [np.nan] * 3])
    check(lambda x: tf.argmax(x, 1), x, reference=lambda _: np.array([2, 0, 0]), grads=False)
    check(lambda x: tf.argmin(x, 1), x, reference=lambda _: np.array([1, 2, 0]), grads=False)


def test_argmax_of_nothing():
    x = tf.placeholder(tf.float32)
    with fails(tf.errors.InvalidArgumentError, "empty"):
        run(tf.argmax(x, 0), feed_dict={x: np.zeros((0, 2))})
    with fails(ValueError, "axis 2"):
        tf.argmax(TIES, 2)
    with fails(tf.errors.InvalidArgumentError, "axis 1"):
        run(tf.argmax([1.0], 1))
    with fails(TypeError, "float32"):
        tf.argmax(TIES, 0, output_type=tf.float32)
    assert run(tf.argmax(np.zeros((0, 2)), 1)).shape == (0,)


@pytest.mark.parametrize(
    "name", ["reduce_known_rank", "reduce_unknown_rank", "reduce_logsumexp", "reduce_of_constants"]
)
def test_graphs(name):
    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == name)
    assert built(lambda: exec(snippet["source"], {"tf": tf, "np": np})) == snippet["ops"]


def test_axes_are_counted_from_the_front():
    assert reduce.checked_axes([-1, 0], 3) == (0, 2)


RECORDED = [
    "tf.reduce_sum(",
    "tf.reduce_mean(",
    "tf.reduce_max(",
    "tf.reduce_min(",
    "tf.reduce_prod(",
    "tf.reduce_logsumexp(",
    "tf.reduce_all(",
    "tf.reduce_any(",
    "tf.argmax(",
    "tf.argmin(",
    "tf.count_nonzero(",
]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    if fact["call"] == "tf.argmax(a)":
        with pytest.warns(UserWarning, match="int(32|64), no floating point"):
            check_gradient(fact)
    else:
        check_gradient(fact)


@pytest.mark.parametrize("seed", ((0,), (1,), (4,), (2, 3), ()), ids=str)
@pytest.mark.parametrize("reduced", (tf.reduce_sum, tf.reduce_mean, tf.reduce_prod))
def test_gradients_take_only_seeds_of_the_results_size(reduced, seed):
    x, dy = tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.float32)
    slope = tf.gradients(reduced(x, 1), x, grad_ys=dy)[0]
    for way in ("op_by_op", "native"):
        with tf.Session(config=tf.ConfigProto(executor=way)) as session:
            assert session.run(slope, {x: np.ones([2, 3]), dy: np.ones(2)}).shape == (2, 3)
            with fails(tf.errors.InvalidArgumentError):
                session.run(slope, {x: np.ones([2, 3]), dy: np.ones(seed)})


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "int64"])
@pytest.mark.parametrize("known", [True, False])
def test_means_of_integers(dtype, known):
    """As TensorFlow 2.15: towards 0, and only sums of int64 can overflow."""
    top = np.iinfo(dtype).max
    few = [-7, 2, -4] if dtype.startswith("i") else [7, 2, 4]
    expected = {"int8": 106, "uint8": 213, "int16": 27306, "uint16": 54613, "int32": 1789569706}
    for values, mean in (
        ([top, top, top, top - 1, top - 2, 7], expected.get(dtype, 1537228672809129301)),
        ([top - 3] * 3, top - 3 if dtype != "int64" else 3074457345618258598),
        (few, -3 if dtype.startswith("i") else 4),
        ([], 0),
    ):
        x = tf.constant(np.array(values, dtype)) if known else tf.placeholder(dtype, [None])
        found = run(tf.reduce_mean(x), feed_dict=None if known else {x: values})
        assert found.dtype == dtype and found == mean
