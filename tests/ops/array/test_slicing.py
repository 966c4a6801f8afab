import helpers
import numpy as np
import pytest
from oracle import check_case, check_gradient, facts, op_facts

import minitf as tf
from minitf.framework.apply import apply

X = np.random.default_rng(0).normal(size=(4, 3, 5))
INDICES = [
    0,
    -1,
    np.s_[1:3],
    np.s_[:],
    np.s_[::2],
    np.s_[::-1],
    np.s_[-3:-1],
    np.s_[10:],
    np.s_[3:0:-2],
    np.s_[2:2],
    np.s_[1, 2],
    np.s_[:, 1],
    np.s_[..., 0],
    np.s_[..., None],
    np.s_[None],
    np.s_[:, None, 1:],
    np.s_[...],
    (),
    np.s_[0, ..., 1:4],
    np.s_[1, ..., ::-2],
    np.s_[-4, -3, -5],
    np.s_[9:-9:-1],
    np.s_[None, 1, None, ..., None, 2],
    np.s_[:-1, ::2, -2:],
    np.s_[1:1, 5:1],
]


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_indexing(index):
    openness = helpers.OPENNESS if not isinstance(index, tuple) or Ellipsis not in index else ("known", "open")
    helpers.check(lambda x: x[index], X, reference=lambda x: x[index], openness=openness, dtypes=("float32",))


def test_random_indices():
    random = np.random.default_rng(5)

    def bound():
        return None if random.random() < 0.3 else int(random.integers(-6, 7))

    for _ in range(60):
        kinds = random.integers(0, 4, size=random.integers(1, 4))
        index = tuple(
            slice(bound(), bound(), int(random.choice([-2, -1, 1, 2]))) if kind < 3 else int(random.integers(-3, 3))
            for kind in kinds
        )
        with tf.Graph().as_default():
            x = tf.constant(X)
            y = x[index]
            (g,) = tf.gradients(y * y, x)
            value, grad = helpers.run(y, g)
        assert y.shape.as_list() == list(value.shape)
        np.testing.assert_array_equal(value, X[index])
        expected = np.zeros_like(X)
        expected[index] = 2 * X[index]
        np.testing.assert_array_equal(grad, expected)


@pytest.mark.parametrize("dtype", [tf.int32, tf.int64])
def test_tensors_as_bounds(dtype):
    i = tf.placeholder(dtype, [])
    x = tf.placeholder(tf.float64, [4, 3, 5])
    cases = [
        (x[i], X[2]),
        (x[i:], X[2:]),
        (x[:i, 0], X[:2, 0]),
        (x[i, ..., ::i], X[2, ..., ::2]),
        (x[1, i - 1, -i], X[1, 1, -2]),
        (x[None, i:3], X[None, 2:3]),
    ]
    for tensor, expected in cases:
        value, grad = helpers.run(tensor, *tf.gradients(tensor, x), feed_dict={x: X, i: 2})
        helpers.assert_static(tensor, value)
        np.testing.assert_array_equal(value, expected)
        assert grad.sum() == expected.size
    with helpers.fails(tf.errors.InvalidArgumentError, "index 4 of axis 0", "[-4, 4)"):
        helpers.run(x[i], feed_dict={x: X, i: 4})
    with helpers.fails(tf.errors.InvalidArgumentError, "step", "0"):
        helpers.run(x[::i], feed_dict={x: X, i: 0})


def test_dimensions_and_numpy_integers_as_bounds():
    x = tf.constant(X)
    value, other = helpers.run(x[: x.shape[1]], x[np.int64(1)])
    assert value.shape == (3, 3, 5) and other.shape == (3, 5)


@pytest.mark.parametrize(
    "begin, size, expected", [([0, 1, 2], [4, 2, -1], X[:, 1:3, 2:]), ([3, 0, 0], [1, 0, 5], X[3:, :0])]
)
def test_slice(begin, size, expected):
    value = helpers.check(lambda x: tf.slice(x, begin, size), X, dtypes=("float64",))
    np.testing.assert_array_equal(value, expected)


def test_slice_at_a_place_known_only_at_run_time():
    begin, x = tf.placeholder(tf.int32, [3]), tf.placeholder(tf.float64)
    y = tf.slice(x, begin, [2, -1, 1])
    (g,) = tf.gradients(y, x)
    assert y.shape.as_list() == [2, None, 1]
    value, grad = helpers.run(y, g, feed_dict={x: X, begin: [1, 1, 4]})
    np.testing.assert_array_equal(value, X[1:3, 1:, 4:])
    assert grad.sum() == 4 and grad[1:3, 1:, 4:].all()
    with helpers.fails(tf.errors.InvalidArgumentError, "axis 0", "2 items from 3", "[0, 4)"):
        helpers.run(y, feed_dict={x: X, begin: [3, 0, 0]})


def test_strided_slice_masks():
    def fn(x):
        return tf.strided_slice(x, [1, 1, 0], [9, 2, 0], [1, 1, 2], begin_mask=1, end_mask=5, shrink_axis_mask=2)

    helpers.check(fn, X, reference=lambda x: x[:, 1, ::2], openness=("known", "open"))
    helpers.check(lambda x: tf.strided_slice(x, [1, 0], [3, 2]), X, reference=lambda x: x[1:3, :2])


def test_the_gradient_of_a_slice_checks_its_shape():
    shape = tf.placeholder(tf.int32, [1])
    masks = dict.fromkeys(("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"), 0)
    g = apply("StridedSliceGrad", shape, [0], [2], [1], np.zeros(3), **masks)
    with helpers.fails(tf.errors.InvalidArgumentError, "(2,)", "(3,)"):
        helpers.run(g, feed_dict={shape: [5]})


@pytest.mark.parametrize(
    "snippet, error, parts",
    [
        (lambda x: x[4], ValueError, ["index 4 of axis 0", "[-4, 4)"]),
        (lambda x: x[0, 0, 0, 0], ValueError, ["4 indices", "rank 3"]),
        (lambda x: x[..., ...], ValueError, ["one ellipsis"]),
        (lambda x: x[::0], ValueError, ["step", "0"]),
        (lambda x: x[1.5], TypeError, ["1.5"]),
        (lambda x: x["a"], TypeError, ["'a'"]),
        (lambda x: x[True], TypeError, ["True"]),
        (lambda x: x[tf.constant([0, 1])], TypeError, ["tf.gather"]),
        (lambda x: x[x[0, 0] > 0], TypeError, ["tf.boolean_mask"]),
        (lambda x: tf.slice(x, [0, 0], [1, 1]), ValueError, ["each of the 3 axes"]),
        (lambda x: tf.slice(x, [0, 9, 3], [1, -1, 1]), ValueError, ["9 of 3", "Negative dimension size"]),
        (lambda x: tf.slice(x, [0, 0, 0], [1, -2, 1]), ValueError, ["size -2"]),
        (lambda x: tf.strided_slice(x, [0], [1, 1], [1]), ValueError, ["one length"]),
    ],
)
def test_refused_at_construction(snippet, error, parts):
    with helpers.fails(error, *parts):
        snippet(tf.constant(X))


@pytest.mark.parametrize(
    "begin, size, parts",
    [
        ([0, 0, 3], [1, 1, 3], ["axis 2", "3 items from 3", "[0, 5)"]),
        ([0, -1, 3], [1, 1, 1], ["axis 1", "-1"]),
        ([0, 9, 3], [1, 1, 1], ["axis 1"]),
    ],
)
def test_slices_outside_are_refused_by_a_run(begin, size, parts):
    with helpers.fails(tf.errors.InvalidArgumentError, *parts):
        helpers.run(tf.slice(tf.constant(X), begin, size))


def test_ops_are_those_of_tensorflow():
    def snippet():
        x, i = tf.placeholder(tf.float32, [None, 4], name="x"), tf.placeholder(tf.int32, [], name="i")
        x[0]
        x[i]
        x[()]
        tf.slice(x, [0, 1], [-1, 2])

    three = ["strided_slice/stack", "strided_slice/stack_1", "strided_slice/stack_2", "strided_slice"]
    assert [op[0] for op in helpers.built(snippet)] == [
        "x",
        "i",
        *three,
        "add/y",
        "add",
        *[n.replace("slice", "slice_1") for n in three],
        "strided_slice_2/Const",
        "strided_slice_2",
        "Slice/begin",
        "Slice/size",
        "Slice",
    ]


FACTS = ("tf.slice(", "tf.strided_slice(", "x[", "m[")


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda fact: fact["call"])
def test_gradients_recorded_from_tensorflow(fact):
    check_gradient(fact)


@pytest.mark.parametrize("name", ["strided_slice", "slice"])
def test_graphs_recorded_from_tensorflow(name):
    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == name)
    assert helpers.built(lambda: exec(snippet["source"], {"tf": tf, "np": np})) == [
        [name, type.replace("AddV2", "Add"), *rest] for name, type, *rest in snippet["ops"]
    ]
