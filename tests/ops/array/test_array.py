import helpers
import numpy as np
import pytest
from oracle import check_case, check_gradient, facts, op_facts

import minitf as tf

X = np.random.default_rng(0).normal(size=(2, 1, 3))
M = np.random.default_rng(1).normal(size=(3, 4))


@pytest.mark.parametrize(
    "fn, reference",
    [
        (lambda x: tf.reshape(x, [3, 2]), lambda x: x.reshape(3, 2)),
        (lambda x: tf.reshape(x, [-1]), np.ravel),
        (lambda x: tf.reshape(x, [tf.shape(x)[2], -1]), lambda x: x.reshape(3, 2)),
        (lambda x: tf.expand_dims(x, 0), lambda x: x[None]),
        (lambda x: tf.expand_dims(x, axis=-1), lambda x: x[..., None]),
        (lambda x: tf.expand_dims(x, dim=1), lambda x: x[:, None]),
        (lambda x: tf.squeeze(x, [1]), lambda x: x[:, 0]),
        (lambda x: tf.squeeze(x, squeeze_dims=-2), lambda x: x[:, 0]),
        (lambda x: tf.transpose(x, [2, 0, 1]), lambda x: x.transpose(2, 0, 1)),
        (lambda x: tf.concat([x, 2.0 * x, x[:, :0]], 1), lambda x: np.concatenate([x, 2 * x], 1)),
        (lambda x: tf.concat([x, x], -1), lambda x: np.concatenate([x, x], -1)),
        (lambda x: tf.concat([x], 0), lambda x: x),
        (lambda x: tf.concat(x, 0), lambda x: x),
    ],
)
def test_elements_in_other_places(fn, reference):
    helpers.check(fn, X, reference=reference)


def test_squeezing_every_axis_of_size_1():
    helpers.check(lambda x: tf.squeeze(x), X, reference=np.squeeze, openness=("known",))


def test_reversed_axes():
    helpers.check(lambda x: tf.transpose(x), X, reference=np.transpose)
    helpers.check(lambda x: tf.matrix_transpose(x), X, reference=lambda x: x.swapaxes(1, 2))


def test_conjugate_transpose():
    z = M + 1j * M[::-1]
    helpers.check(
        lambda x: tf.transpose(x, conjugate=True), z, reference=lambda x: x.T.conj(), grads=False, dtypes=("complex64",)
    )


def test_permutation_known_only_at_run_time():
    perm = tf.placeholder(tf.int32, [3])
    x = tf.placeholder(tf.float64, [2, 1, 3])
    y = tf.transpose(x, perm)
    assert y.shape.as_list() == [None, None, None]
    (g,) = tf.gradients(y, x, grad_ys=2.0 * y)
    value, grad = helpers.run(y, g, feed_dict={x: X, perm: [1, 2, 0]})
    np.testing.assert_array_equal(value, X.transpose(1, 2, 0))
    np.testing.assert_array_equal(grad, 2 * X)


def test_concat_along_an_axis_known_only_at_run_time():
    axis = tf.placeholder(tf.int32, [])
    x = tf.placeholder(tf.float64, [3, 4])
    y = tf.concat([x, 2.0 * x], axis)
    assert y.shape.as_list() == [None, None]
    (g,) = tf.gradients(y, x, grad_ys=y)
    for at in (0, 1, -1):
        value, grad = helpers.run(y, g, feed_dict={x: M, axis: at})
        np.testing.assert_array_equal(value, np.concatenate([M, 2 * M], at))
        np.testing.assert_allclose(grad, 5 * M)


def test_shape_size_rank():
    x = tf.placeholder(tf.float32)
    fed = {x: np.zeros((2, 0, 5))}
    shape, wide, size, rank = helpers.run(
        tf.shape(x), tf.shape(x, out_type=tf.int64), tf.size(x), tf.rank(x), feed_dict=fed
    )
    assert shape.tolist() == wide.tolist() == [2, 0, 5] and (size, rank) == (0, 3)
    assert (shape.dtype, wide.dtype, size.dtype, rank.dtype) == ("int32", "int64", "int32", "int32")
    a, b = helpers.run(*tf.shape_n([x, tf.zeros([4])]), feed_dict=fed)
    assert a.tolist() == [2, 0, 5] and b.tolist() == [4]


def test_what_is_known_of_a_shape_reaches_the_ops_that_use_it():
    x = tf.placeholder(tf.float32, [None, 3, 4])
    batch = tf.shape(x)[0]
    known = {
        "reshape": (tf.reshape(x, [tf.shape(x)[0], 12]), [None, 12]),
        "inferred": (tf.reshape(tf.zeros([6, 2]), [-1, 3]), [4, 3]),
        "zeros": (tf.zeros([batch, tf.shape(x)[2], 5]), [None, None, 5]),  # as TensorFlow: no single size of some known
        "known": (tf.zeros([tf.shape(tf.zeros([3, 4]))[1], 5]), [4, 5]),
        "concat": (tf.fill(tf.concat([tf.shape(x)[1:], [7]], 0), 1.0), [3, 4, 7]),
        "gather": (tf.ones(tf.gather(tf.shape(tf.zeros([3, 4, 5])), [2, 0])), [5, 3]),
        "arithmetic": (tf.zeros([tf.shape(tf.zeros([3, 4]))[1] * 3, 2]), [12, 2]),
        "identity": (tf.zeros(tf.identity(tf.shape(x))), [None, None, None]),
    }
    for what, (tensor, shape) in known.items():
        assert tensor.shape.as_list() == shape, what


def test_doubling_a_number_often_does_not_double_the_work():
    n = tf.constant(1)
    for _ in range(38):
        n = n * n
    assert tf.zeros([n, 2]).shape.as_list() == [1, 2]


@pytest.mark.parametrize("dtype", [tf.float32, tf.int64, tf.bool, tf.string, tf.complex64])
def test_filling(dtype):
    x = tf.placeholder(dtype, [None, 2])
    made = [tf.zeros([3, 2], dtype), tf.zeros([600, 2], dtype)[:3], tf.zeros_like(x), tf.zeros_like(x, optimize=False)]
    if dtype is not tf.string:
        made += [tf.ones([3, 2], dtype), tf.ones([600, 2], dtype)[:3], tf.ones_like(x)]
    zero = b"" if dtype is tf.string else np.zeros((), dtype.as_numpy_dtype)
    for i, value in enumerate(helpers.run(*made, feed_dict={x: np.full((3, 2), zero)})):
        assert value.shape == (3, 2) and value.dtype == dtype.as_numpy_dtype
        assert (value == (zero if i < 4 else 1)).all()


def test_fill_and_its_gradient():
    helpers.check(lambda v: tf.fill([2, 3], v), np.array(1.5), reference=lambda v: np.full((2, 3), v))
    helpers.check(lambda v: tf.ones_like(v), M, reference=np.ones_like, grads=False)


def test_likeness_to_another_type():
    x = tf.placeholder(tf.float32, [None])
    zeros, ones = helpers.run(tf.zeros_like(x, tf.int32), tf.ones_like(x, dtype="bool"), feed_dict={x: [1.5, 2]})
    assert zeros.tolist() == [0, 0] and zeros.dtype == "int32" and ones.tolist() == [True, True]


@pytest.mark.parametrize(
    "snippet, error, parts",
    [
        (lambda: tf.reshape(np.zeros(6), [4, 2]), ValueError, ["6 elements", "(4, 2)"]),
        (lambda: tf.reshape(np.zeros(6), [4, -1]), ValueError, ["6 elements"]),
        (lambda: tf.reshape(np.zeros(6), [-2, -3]), ValueError, ["0 or more"]),
        (lambda: tf.reshape(np.zeros(6), 6), ValueError, ["list of sizes"]),
        (lambda: tf.expand_dims(np.zeros(6), 2), ValueError, ["axis 2", "[-2, 2)"]),
        (lambda: tf.expand_dims(np.zeros(6)), ValueError, ["needs an axis"]),
        (lambda: tf.expand_dims(np.zeros(6), 0, dim=1), ValueError, ["axis and dim"]),
        (lambda: tf.squeeze(np.zeros((2, 1)), 0), ValueError, ["size 2"]),
        (lambda: tf.squeeze(np.zeros((2, 1)), 5), ValueError, ["axis 5"]),
        (lambda: tf.transpose(np.zeros((2, 1)), [0, 1, 2]), ValueError, ["each of the 2 axes"]),
        (lambda: tf.matrix_transpose(np.zeros(2)), ValueError, ["rank at least 2"]),
        (lambda: tf.concat([np.zeros((2, 1)), np.zeros((3, 1))], 1), ValueError, ["not compatible"]),
        (lambda: tf.concat([np.zeros((2, 1)), np.zeros(3)], 0), ValueError, ["different ranks"]),
        (lambda: tf.concat([np.zeros(2), np.zeros(3)], 1), ValueError, ["axis 1"]),
        (lambda: tf.concat(0, [np.zeros(2), np.zeros(3)]), ValueError, ["tensors come first"]),
        (lambda: tf.concat([np.zeros(2)], [0]), ValueError, ["tensors come first"]),
        (lambda: tf.zeros([2, -1]), ValueError, ["-1"]),
        (lambda: tf.zeros([2, None]), ValueError, ["tf.shape"]),
        (lambda: tf.fill([2], [1.0, 2.0]), ValueError, ["scalar"]),
        (lambda: tf.fill([-2], 1.0), ValueError, ["-2"]),
    ],
)
def test_refused_at_construction(snippet, error, parts):
    with helpers.fails(error, *parts):
        snippet()


def test_refused_by_a_run_though_known_before():
    """As by TensorFlow."""
    for result, parts in [
        (tf.reshape(np.zeros(6), [-1, -1]), ["at most one -1"]),
        (tf.transpose(np.zeros((2, 1)), [0, 0]), ["[0, 0]", "each of the 2 axes"]),
    ]:
        with helpers.fails(tf.errors.InvalidArgumentError, *parts):
            helpers.run(result)


@pytest.mark.parametrize(
    "fn, fed, parts",
    [
        (lambda x, n: tf.reshape(x, n), [4, -1], ["12 elements", "(5, -1)"]),
        (lambda x, n: tf.fill(n, 1.0), [3, 4], ["-3"]),
        (lambda x, n: tf.transpose(x, n), [0, 1], ["[0, 0]"]),
        (lambda x, n: tf.expand_dims(x, n[0]), [0], ["axis 7"]),
    ],
    ids=["reshape", "fill", "transpose", "expand_dims"],
)
def test_refused_when_run(fn, fed, parts):
    bad = {"(5, -1)": [5, -1], "-3": [-3, 4], "[0, 0]": [0, 0], "axis 7": [7]}[parts[-1]]
    x, n = tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.int32, [len(fed)])
    y = fn(x, n)
    helpers.run(y, feed_dict={x: M, n: fed})
    with helpers.fails(tf.errors.InvalidArgumentError, *parts):
        helpers.run(y, feed_dict={x: M, n: bad})


def _names(ops):
    return [f"{op[1]} {op[0]}" for op in ops]


@pytest.mark.parametrize(
    "snippet, ops",
    [
        (lambda: tf.zeros([2, 3]), ["Const zeros"]),
        (lambda: tf.zeros([50, 50]), ["Const zeros/shape_as_tensor", "Const zeros/Const", "Fill zeros"]),
        (lambda: tf.ones(3), ["Const ones/shape_as_tensor", "Const ones/Const", "Fill ones"]),
        (
            lambda: tf.zeros([tf.constant(2), 3]),
            ["Const Const", "Const zeros/packed/1", "Pack zeros/packed", "Const zeros/Const", "Fill zeros"],
        ),
        (
            lambda: tf.ones_like([1.0]),
            ["Const ones_like/tensor", "Const ones_like/Shape", "Const ones_like/Const", "Fill ones_like"],
        ),
        (lambda: tf.zeros_like([1.0]), ["Const zeros_like/tensor", "Const zeros_like"]),
        (lambda: tf.transpose([[1]]), ["Const transpose/a", "Const transpose/perm", "Transpose transpose"]),
        (
            lambda: tf.concat([[1], [2]], 0),
            ["Const concat/values_0", "Const concat/values_1", "Const concat/axis", "ConcatV2 concat"],
        ),
        (
            lambda: tf.concat([[1]], 0),
            ["Const concat/concat_dim", "Const concat/concat/input", "Identity concat/concat"],
        ),
        (lambda: tf.expand_dims(1, 0), ["Const ExpandDims/input", "Const ExpandDims/dim", "ExpandDims ExpandDims"]),
        (lambda: tf.reshape([1], [1, 1]), ["Const Reshape/tensor", "Const Reshape/shape", "Reshape Reshape"]),
    ],
)
def test_ops_are_those_of_tensorflow(snippet, ops):
    assert _names(helpers.built(snippet)) == ops


def test_a_shape_with_tensors_in_it_counts_the_ops_that_tensorflow_makes_of_it():
    n = tf.placeholder(tf.int32, [])
    for sizes, ids in (([n], 5), ([n, 3], 8), ([3, n], 8), ([n, n], 6), ([2, 3, n, n], 10)):
        before = tf.constant(0).op.id
        assert tf.zeros(sizes).op.id - before == ids


FACTS = (
    "tf.reshape(",
    "tf.expand_dims(",
    "tf.squeeze(",
    "tf.transpose(x",
    "transpose(x3",
    "tf.concat(",
    "tf.zeros",
    "tf.ones",
    "tf.fill(",
)


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda fact: fact["call"])
def test_gradients_recorded_from_tensorflow(fact):
    check_gradient(fact)


@pytest.mark.parametrize("name", ["concat", "transpose", "reshape", "expand_squeeze_tile", "zeros_like"])
def test_graphs_recorded_from_tensorflow(name):
    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == name)
    assert helpers.built(lambda: exec(snippet["source"], {"tf": tf, "np": np})) == snippet["ops"]


def test_what_does_not_fit_says_what_does():
    with helpers.fails(ValueError, "24 elements, a tensor of shape (2, 3, 4), do not fit shape (2, 5) of 10"):
        tf.reshape(tf.zeros([2, 3, 4]), [2, 5])
    x = tf.placeholder(tf.float32, [None, 4])
    with tf.Session() as sess, helpers.fails(tf.errors.InvalidArgumentError, "(-1, 5)", "requires a multiple of 5"):
        sess.run(tf.reshape(x, [-1, 5]), {x: np.zeros([3, 4])})


def test_what_cannot_be_joined_says_along_which_axis_it_differs():
    parts = [tf.zeros([2, 3, 4]), tf.placeholder(tf.float32, [None, None, 4]), tf.zeros([2, 2, 4])]
    with helpers.fails(ValueError, "cannot be joined along axis 2: axis 1 is 3 in one and 2 in another"):
        tf.concat(parts, 2)
    assert tf.concat(parts, 1).shape.as_list() == [2, None, 4]
