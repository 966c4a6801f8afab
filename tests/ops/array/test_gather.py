import helpers
import numpy as np
import pytest
import recorded_calls
from oracle import check_case, check_gradient, facts, op_facts

import minitf as tf

X = np.random.default_rng(0).normal(size=(4, 3, 5))


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("indices", [2, [0, 2, 0], [[1, 2], [2, 2]], np.zeros((2, 0), int)], ids=str)
def test_gather(indices, axis, dtype):
    indices = np.array(indices, dtype)
    openness = helpers.OPENNESS if axis == 0 else ("known", "open")
    helpers.check(
        lambda x: tf.gather(x, indices, axis=axis),
        X,
        reference=lambda x: np.take(x, indices, axis),
        openness=openness,
        dtypes=("float32",),
    )


@pytest.mark.parametrize("batch, axis", [(1, 1), (1, 2), (1, None), (2, 2)])
def test_gather_by_batch(batch, axis):
    shape = X.shape[:batch] + (2,)
    indices = np.random.default_rng(1).integers(0, 3, size=shape).astype(np.int32)

    def expected(x):
        at = axis or batch
        index = np.expand_dims(indices, tuple(range(batch, at)) + tuple(range(at + 1, 3)))
        return np.take_along_axis(
            x, index.reshape([1 if batch <= i < at else n for i, n in enumerate(index.shape)]), at
        )

    helpers.check(
        lambda x: tf.gather(x, indices, axis=axis, batch_dims=batch),
        X,
        reference=expected,
        openness=("known", "open"),
        dtypes=("float64",),
    )
    if batch == 2 and axis == 2:
        helpers.check(lambda x: tf.batch_gather(x, indices), X, reference=expected, openness=("known",))


def test_the_gradient_of_gather_is_rows():
    x, i = tf.placeholder(tf.float64, [4, 3, 5]), tf.placeholder(tf.int32, [None])
    (g,) = tf.gradients(tf.gather(x, i) * 2.0, x)
    values, indices, shape = helpers.run(g.values, g.indices, g.dense_shape, feed_dict={x: X, i: [1, 1, 3]})
    assert indices.tolist() == [1, 1, 3] and shape.tolist() == [4, 3, 5]
    np.testing.assert_array_equal(values, np.full((3, 3, 5), 2.0))


@pytest.mark.parametrize(
    "indices", [[[0, 1, 2], [3, 2, 4]], [[[3, 0]], [[1, 1]]], [3], [3, 1, 2], [], [[], []]], ids=str
)
def test_gather_nd(indices):
    indices = np.array(indices, np.int32)

    def expected(x):
        if not indices.shape[-1]:
            return np.broadcast_to(x, indices.shape[:-1] + x.shape)
        return x[tuple(np.moveaxis(indices, -1, 0))]

    helpers.check(lambda x: tf.gather_nd(x, indices), X, reference=expected)


def test_scatter_nd():
    indices = np.array([[0, 1], [2, 0], [0, 1]])

    def expected(updates):
        result = np.zeros((3, 2, 5))
        np.add.at(result, tuple(indices.T), updates)
        return result

    helpers.check(lambda u: tf.scatter_nd(indices, u, [3, 2, 5]), X[:3, 0], reference=expected)


def test_sparse_to_dense():
    value = helpers.run(tf.sparse_to_dense([[0, 1], [1, 0]], [2, 2], [5.0, 6.0], default_value=-1.0))
    assert value.tolist() == [[-1, 5], [6, -1]]
    assert helpers.run(tf.sparse_to_dense([1, 3], [4], 7)).tolist() == [0, 7, 0, 7]
    helpers.check(
        lambda v, d: tf.sparse_to_dense([1, 3], [4], v, d),
        np.array([1.0, 2.0]),
        np.array(3.0),
        reference=lambda v, d: np.array([d, v[0], d, v[1]]),
    )


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8])
def test_one_hot(dtype, axis):
    indices = np.array([[0, 2], [3, 1], [7, 2]], dtype)
    hot = np.moveaxis(np.eye(9)[indices][..., :3], -1, 2 if axis is None else axis)
    value = helpers.check(lambda i: tf.one_hot(i, 3, axis=axis), indices, grads=False, openness=("known", "open"))
    assert value.dtype == np.float32
    np.testing.assert_array_equal(value, hot)
    value = helpers.run(tf.one_hot(indices, 3, on_value=5, off_value=-1, axis=axis))
    assert value.dtype == np.int32
    np.testing.assert_array_equal(value, np.where(hot == 1, 5, -1))


def test_an_index_outside_has_no_hot_place():
    on, off, both = (tf.one_hot([-1, 5], 3), tf.one_hot([0], 2, dtype=tf.bool), tf.one_hot([1], 2, on_value=2.5))
    values = helpers.run(on, off, both)
    assert [v.tolist() for v in values] == [[[0] * 3] * 2, [[True, False]], [[0, 2.5]]]


def test_where():
    x = np.array([[1.5, 0, 2], [0, 0, -1]])
    assert helpers.run(tf.where(x > 0)).tolist() == [[0, 0], [0, 2]]
    assert tf.where(tf.placeholder(tf.bool, [2, 3])).shape.as_list() == [None, 2]
    np.testing.assert_array_equal(helpers.run(tf.where(x > 0, x, -x)), np.abs(x))


@pytest.mark.parametrize("axis, shape", [(None, (4,)), (0, (4, 3)), (1, (3, 5)), (2, (5,)), (None, (4, 3, 5))])
def test_boolean_mask(axis, shape):
    mask = np.random.default_rng(3).random(shape) < 0.5
    index = (slice(None),) * (axis or 0) + (mask,)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float64, [None, 3, 5])
        y = tf.boolean_mask(x, mask, axis=axis)
        (g,) = tf.gradients(y * y, x)
        assert y.shape.rank == 3 - len(shape) + 1
        value, grad = helpers.run(y, tf.convert_to_tensor(g), feed_dict={x: X})
    np.testing.assert_array_equal(value, X[index])
    expected = np.zeros_like(X)
    expected[index] = 2 * X[index]
    np.testing.assert_allclose(grad, expected)


@pytest.mark.parametrize(
    "snippet, error, parts",
    [
        (lambda: tf.gather(1.0, [0]), ValueError, ["rank 1"]),
        (lambda: tf.gather(X, [0], axis=3), ValueError, ["axis 3"]),
        (lambda: tf.gather(X, [0.5]), TypeError, ["float32", "int32"]),
        (lambda: tf.gather(X, [[0]], batch_dims=2, axis=1), ValueError, ["batch_dims 2"]),
        (lambda: tf.gather_nd(X, [[0, 0, 0, 0]]), ValueError, ["4 axes", "rank 3"]),
        (lambda: tf.scatter_nd([[0]], [[1.0]], [4]), ValueError, ["not compatible"]),
        (lambda: tf.one_hot([0], 3, 1, 0.5), TypeError, ["0.5", "float32"]),
        (lambda: tf.one_hot([0.5], 3), TypeError, ["float32"]),
        (lambda: tf.where([True], [1.0]), ValueError, ["both x and y"]),
        (lambda: tf.boolean_mask(X, [True, False]), ValueError, ["not compatible"]),
        (lambda: tf.boolean_mask(X, True), ValueError, ["rank of 1 or more"]),
    ],
)
def test_refused_at_construction(snippet, error, parts):
    with helpers.fails(error, *parts):
        snippet()


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_indices_out_of_range_are_named(dtype):
    x = X.astype(dtype)
    i, n = tf.placeholder(tf.int32, [2, 2]), tf.placeholder(tf.int32)
    for tensor, fed, parts in [
        (tf.gather(x, i), {i: [[0, 1], [4, 0]]}, ["indices[1, 0] = 4", "[0, 4)"]),
        (tf.gather(x, i, axis=1), {i: [[0, -1], [0, 0]]}, ["indices[0, 1] = -1", "[0, 3)"]),
        (tf.gather(x[:2], i, batch_dims=1), {i: [[0, 1], [2, 3]]}, ["= 3", "[0, 3)"]),
        (tf.gather_nd(x, i), {i: [[3, 1], [1, 3]]}, ["indices[1] = [1, 3]", "(4, 3)"]),
        (tf.scatter_nd(i, x[:2, 0], [4, 3, 5]), {i: [[3, 1], [1, 3]]}, ["indices[1] = [1, 3]", "(4, 3)"]),
        (tf.one_hot([1], n), {n: -2}, ["-2"]),
        (tf.sparse_to_dense(i, [2, 2], [1, 2]), {i: [[1, 0], [0, 0]]}, ["in order"]),
    ]:
        with helpers.fails(tf.errors.InvalidArgumentError, *parts):
            helpers.run(tensor, feed_dict=fed)


def test_the_ops_of_boolean_mask_are_those_of_tensorflow():
    cut = ["/stack", "/stack_1", "/stack_2", ""]
    names = [
        "mask",
        "Shape",
        *[f"strided_slice{c}" for c in cut],
        "Prod/reduction_indices",
        "Prod",
        "Shape_1",
        *[f"strided_slice_1{c}" for c in cut],
        "Shape_2",
        *[f"strided_slice_2{c}" for c in cut],
        "concat/values_1",
        "concat/axis",
        "concat",
        "Reshape",
        "Reshape_1/shape",
        "Reshape_1",
        "Where",
        "Squeeze",
        "GatherV2/axis",
        "GatherV2",
    ]
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    tf.boolean_mask(x, [True, False])
    made = [op.name for op in tf.get_default_graph().get_operations()]
    assert made == ["x", *[f"boolean_mask/{name}" for name in names]]


FACTS = ("tf.gather", "tf.batch_gather(", "tf.scatter_nd(", "tf.one_hot(", "tf.where(", "tf.boolean_mask(")


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda fact: fact["call"])
def test_gradients_recorded_from_tensorflow(fact):
    check_gradient(fact)


@pytest.mark.parametrize("name", ["one_hot", "gather", "where"])
def test_graphs_recorded_from_tensorflow(name):
    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == name)
    assert helpers.built(lambda: exec(snippet["source"], {"tf": tf, "np": np})) == snippet["ops"]


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_the_gradient_where_only_a_run_knows_ranks(axis):
    x, at = tf.placeholder(tf.float64, None), tf.placeholder(tf.int32, [])
    picked = tf.gather(x, [[1, 0, 1]], axis=at)
    slope = tf.gradients(picked * picked, x)[0]
    given, expected = np.arange(6.0).reshape(2, 3), np.zeros((2, 3))
    for place in (1, 0, 1):
        expected[(slice(None),) * (axis % 2) + (place,)] += 2 * given[(slice(None),) * (axis % 2) + (place,)]
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(slope, {x: given, at: axis}), expected)


@pytest.mark.parametrize("call", recorded_calls.calls("gathers"))
def test_recorded_calls(call):
    recorded_calls.check(call, "gathers")


@pytest.mark.parametrize("depth, kind", [(1, tf.IndexedSlices), (2, tf.Tensor)])
@pytest.mark.parametrize("use_resource", [False, True])
def test_gradients_of_picked_rows_are_slices(depth, kind, use_resource):
    v = tf.get_variable("v", [3, 4], use_resource=use_resource)
    picked = tf.gather_nd(v, np.zeros([5, depth], np.int32))
    assert isinstance(tf.gradients(picked, v)[0], kind)
    helpers.check_gradients(lambda x: tf.gather_nd(x, [[2, 1][:depth], [0, 1][:depth], [2, 1][:depth]]), X)


def test_methods_of_variables():
    for use_resource in (False, True):
        v = tf.get_variable(f"v{use_resource}", [2, 3], initializer=tf.zeros_initializer(), use_resource=use_resource)
        change = v.batch_scatter_update(tf.IndexedSlices([[7.0], [8.0]], tf.constant([[2], [0]])))
        with tf.Session() as session:
            session.run(v.initializer)
            assert session.run(change).tolist() == [[0, 0, 7], [8, 0, 0]]
