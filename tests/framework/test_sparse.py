from importlib import import_module

import numpy as np
import pytest
from case_facts import cases, check_case
from helpers import fails, run

import minitf as tf

OURS = [
    "r = tf.SparseTensor(",
    "value = [str(s)",
    "r = p;",
    "r = [p.values",
    "tf.shape(s)",
    "tf.size(s)",
    "tf.abs(s)",
    "tf.identity(s)",
    "tf.sigmoid(s)",
    "tf.reduce_sum(s)",
    "tf.cond(",
    "tf.while_loop(",
    "convert_to_tensor_or",
]


@pytest.mark.parametrize("fact", cases("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


def test_every_fact_is_a_test():
    """Each recorded source is picked by one of the files about sparse tensors."""
    names = [
        "nn.test_edit_distance",
        "sparse.test_sparse",
        "sparse.test_ids",
        "sparse.test_layout",
        "sparse.test_maths",
        "sparse.test_reductions",
        "sparse.test_segments",
        "sparse.test_serial",
    ]
    files = [import_module(f"ops.{name}") for name in names]
    parts = [*OURS, *[part for file in files for part in file.OURS]]
    assert {f["source"] for f in cases("sparse")} == {f["source"] for f in cases("sparse", *parts)}


@pytest.mark.parametrize("value", [3.0, ([[0, 1]], [1.5]), ([[0, 1]], [1.5], [2, 3], 4)])
def test_wrong_feeds(value):
    p = tf.sparse_placeholder(tf.float32)
    with tf.Session() as sess, fails(TypeError, "a tuple (indices, values, dense_shape)"):
        sess.run(p, {p: value})


def test_parts():
    p = tf.sparse_placeholder(tf.float32, [3, 4])
    s = tf.SparseTensor.from_value(tf.SparseTensorValue([[0]], [1], [2]))
    assert p.graph is tf.get_default_graph() and s.op is s.values.op and s.dtype is tf.int32
    dense = tf.sparse_tensor_to_dense(s)
    assert s.consumers() == [dense.op]
    with tf.Session():
        assert s.eval() == s.eval({s: s.eval()}) == ([[0]], [1], [2])
    with fails(TypeError, "SparseTensorValue"):
        tf.SparseTensor.from_value(3)
    with fails(TypeError, "Python bool"):
        bool(s)
    with fails(TypeError, "use tf.sparse_tensor_to_dense"):
        tf.convert_to_tensor(s)
    with fails(ValueError, "[n, rank]", "(1, 2)"):
        tf.SparseTensor([[0, 0]], [1], [2])


def test_in_a_loop_with_a_gradient():
    """The values of a sparse loop variable pass gradients on."""
    x = tf.constant([1.0, 2.0])
    s = tf.SparseTensor([[0], [2]], x, [3])
    double = lambda i, s: (i + 1, tf.SparseTensor(s.indices, s.values * s.values, s.dense_shape))  # noqa: E731
    _, last = tf.while_loop(lambda i, s: i < 2, double, [0, s])
    gradient = tf.gradients(last.values, x)[0]
    np.testing.assert_allclose(run(gradient), [4.0, 32.0])


ELSEWHERE = [
    lambda s: tf.sparse_tensor_to_dense(s),
    lambda s: tf.sparse_retain(s, [True, False]),
    lambda s: tf.sparse_reset_shape(s, [5, 6]),
    lambda s: tf.sparse_reset_shape(s),
    lambda s: tf.sparse_reshape(s, [4, 3]),
    lambda s: tf.sparse_slice(s, [0, 0], [1, 1]),
    lambda s: tf.sparse_concat(1, [s, s]),
    lambda s: tf.sparse_concat(1, [s, s], expand_nonconcat_dim=True),
    lambda s: tf.sparse_add(s, s),
    lambda s: tf.sparse_add(s, np.ones((3, 4), np.float32)),
    lambda s: tf.sparse_reduce_sum(s),
    lambda s: tf.sparse_transpose(s),
    lambda s: tf.sparse.expand_dims(s, 1),
    lambda s: tf.sparse_fill_empty_rows(s, 1.0),
    lambda s: tf.sparse_merge(tf.cast(s, tf.int64), s, 9),
    lambda s: tf.sparse_to_indicator(tf.cast(s, tf.int64), 9),
    lambda s: s * np.ones((3, 4), np.float32),
    lambda s: tf.nn.embedding_lookup_sparse(np.ones((3, 2), np.float32), tf.cast(s, tf.int64), None),
    lambda s: tf.nn.safe_embedding_lookup_sparse(np.ones((3, 2), np.float32), tf.cast(s, tf.int64), s),
    lambda s: tf.edit_distance(s, s),
    lambda s: tf.serialize_many_sparse(s),
    lambda s: tf.shape(s),
    lambda s: tf.nn.ctc_loss(tf.cast(s, tf.int32), np.ones((4, 3, 5), np.float32), [4, 4, 4]),
]


@pytest.mark.parametrize("function", ELSEWHERE)
def test_in_the_graph_of_the_sparse_tensor(function):
    with tf.Graph().as_default():
        s = tf.SparseTensor([[0, 0], [1, 2]], [1.0, 2.0], [3, 4])
    function(s)
    assert not tf.get_default_graph().get_operations()
