import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.autodiff.gradients import _REGISTERED
from minitf.framework import dtypes
from minitf.framework.registry import OPS, define


def value(tensors, feed_dict=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(tensors, feed_dict)


def test_several_ys_are_summed():
    x = tf.constant([1.0, 2.0])
    y, z = x * x, 3.0 * x
    assert tf.gradients([], x) == [None]
    np.testing.assert_allclose(value(tf.gradients([y, z], x)[0]), [5, 7])
    np.testing.assert_allclose(value(tf.gradients([y, y], x)[0]), [4, 8])
    np.testing.assert_allclose(value(tf.gradients([y, x], x)[0]), [3, 5])


def test_grad_ys():
    x = tf.constant([1.0, 2.0])
    y, z = x * x, 3.0 * x
    found = tf.gradients([y, z], x, grad_ys=[[10.0, 100.0], None])[0]
    np.testing.assert_allclose(value(found), [23, 403])
    np.testing.assert_allclose(value(tf.gradients(y, x, tf.constant([1.0, 0.0]))[0]), [2, 0])
    for bad, error, parts in [
        ([[1.0, 2.0], [1.0, 2.0], [3.0]], ValueError, ["3 grad_ys", "2 ys"]),
        ([tf.constant(1), None], ValueError, ["grad_ys[0]", "int32", "float32"]),
        ([None, [1.0, 2.0, 3.0]], ValueError, ["grad_ys[1]", "(3,)", "(2,)"]),
    ]:
        with fails(error, *parts):
            tf.gradients([y, z], x, grad_ys=bad)


def test_default_grad_ys_have_tensorflows_names_and_follow_the_shape():
    x = tf.placeholder(tf.float32, [None])
    (g,) = tf.gradients(x * x, x)
    assert g.op.name.startswith("gradients/")
    names = [op.name for op in tf.get_default_graph().get_operations()]
    assert {"gradients/Shape", "gradients/grad_ys_0", "gradients/Fill"} <= set(names)
    np.testing.assert_allclose(value(g, {x: [1, 2, 3]}), [2, 4, 6])


def test_name():
    x = tf.constant(1.0)
    tf.gradients(tf.exp(x), x, name="slopes")
    assert tf.get_default_graph().get_operation_by_name("slopes/Exp_grad/mul").type == "Mul"


def test_stop_gradients():
    x = tf.constant(2.0)
    y = x * x
    z = y * x + y
    assert value(tf.gradients(z, x)[0]) == 16
    assert value(tf.gradients(z, x, stop_gradients=[y])[0]) == 4
    assert value(tf.gradients(z, [x, y], stop_gradients=[x, y])) == [4, 3], "partial derivatives"
    assert tf.gradients(z, x, stop_gradients=[z]) == [None]
    assert value(tf.gradients(z * tf.stop_gradient(z), x)[0]) == 12 * 16


def test_unconnected():
    x, other = tf.constant([1.0, 2.0]), tf.constant(1.0)
    assert tf.gradients(other, [x, x]) == [None, None]
    assert tf.gradients(tf.cast(tf.argmax(x), tf.float32), x) == [None]
    zeros = tf.gradients(other, x, unconnected_gradients="zero")[0]
    np.testing.assert_array_equal(value(zeros), [0, 0])
    zeros = tf.gradients(other, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)[0]
    np.testing.assert_array_equal(value(zeros), [0, 0])
    assert tf.gradients(other, x, unconnected_gradients=tf.UnconnectedGradients.NONE) == [None]
    with fails(ValueError, "'none' or 'zero'"):
        tf.gradients(other, x, unconnected_gradients="one")


@pytest.mark.parametrize("make", [tf.shape, lambda x: tf.cast(x, tf.int32), lambda x: tf.argmax(x, 0)])
def test_integers_have_none(make):
    x = tf.constant([1.0, 2.0])
    with pytest.warns(UserWarning, match="no floating point") as caught:
        assert tf.gradients(make(x), x) == [None]
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning):
        assert value(tf.gradients([make(x), x * x], x)[0]).tolist() == [2, 4]


@pytest.mark.parametrize("make", [lambda x: x > 1.0, lambda x: tf.constant("a")])
def test_other_types_are_refused(make):
    with fails(TypeError, "only floating point"):
        tf.gradients(make(tf.constant(1.0)), [])


def test_xs_of_any_kind():
    v = tf.get_variable("v", [], initializer=tf.constant_initializer(3.0))
    assert value(tf.gradients(v * v, v)[0]) == 6
    assert value(tf.gradients(v * v.read_value(), v)[0]) == 6
    assert value(tf.gradients(v * v, tf.trainable_variables())) == [6]
    y = v * 2.0
    assert value(tf.gradients(y * y, y)[0]) == 12


def test_what_has_no_gradients():
    x = tf.constant(2.0)
    y = x * x
    with tf.Graph().as_default():
        foreign = tf.constant(1.0)
    for arguments, parts in [
        ((y, None), ["xs of gradients", "None"]),
        (([y, None], x), ["ys of gradients", "None"]),
        ((y, [x, foreign]), ["Const:0", "graph"]),
        ((foreign, x), ["Const:0", "graph"]),
    ]:
        with fails(ValueError, *parts):
            tf.gradients(*arguments)
    with fails(ValueError, "stop_gradients of gradients"):
        tf.gradients(y, x, stop_gradients=[None])


def test_rows_that_were_gathered():
    table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer())
    g = tf.gradients(tf.reduce_sum(tf.nn.embedding_lookup(table, [3, 1, 3]) * [[1.0], [2.0], [4.0]]), table)[0]
    assert isinstance(g, tf.IndexedSlices)
    assert value(g.indices).tolist() == [3, 1, 3] and value(g.dense_shape).tolist() == [4, 2]
    np.testing.assert_array_equal(value(tf.convert_to_tensor(g)), [[0, 0], [2, 2], [0, 0], [5, 5]])
    both = tf.gradients(tf.reduce_sum(tf.gather(table, [0])) + tf.reduce_sum(tf.gather(table, [0, 2])), table)[0]
    assert isinstance(both, tf.IndexedSlices) and sorted(value(both.indices)) == [0, 0, 2]
    mixed = tf.gradients(tf.reduce_sum(tf.gather(table, [0])) + tf.reduce_sum(table), table)[0]
    np.testing.assert_array_equal(value(mixed), [[2, 2], [1, 1], [1, 1], [1, 1]])


def test_broadcasting_is_undone():
    a, b, c = tf.ones([2, 3]), tf.ones([3]), tf.placeholder_with_default(2.0, None)
    ga, gb, gc = value(tf.gradients(a * b + c, [a, b, c]))
    assert (ga.shape, gb.tolist(), gc) == ((2, 3), [2, 2, 2], 6)


def test_no_op_is_made_beyond_xs():
    x = tf.constant(1.0)
    y = tf.exp(x)
    before = len(tf.get_default_graph().get_operations())
    tf.gradients(tf.identity(y), y)
    types = [op.type for op in tf.get_default_graph().get_operations()[before:]]
    assert types == ["Identity", "Const", "Const", "Fill"], "no gradient of Exp"


def test_a_diamond_is_walked_once():
    x = y = tf.constant(1.0)
    for _ in range(60):
        y = y + y
    assert value(tf.gradients(y, x)[0]) == 2.0**60
    assert len(tf.get_default_graph().get_operations()) < 250


def test_deep_graphs():
    x = y = tf.constant(1.0)
    for _ in range(3000):
        y = y * 1.0
    assert value(tf.gradients(y, x)[0]) == 1


def test_higher_orders():
    x = y = tf.constant(2.0)
    y = x**5.0
    for expected in (80, 160, 240, 240, 120):
        y = tf.gradients(y, x)[0]
        assert value(y) == pytest.approx(expected)


def test_own_gradients():
    @tf.RegisterGradient("TestTenfold")
    def tenfold(op, grad):
        assert op.type == "Square"
        return 10.0 * grad

    try:
        x = tf.constant(3.0)
        with tf.get_default_graph().gradient_override_map({"Square": "TestTenfold"}):
            y = tf.square(x)
        assert value(tf.gradients([y, tf.square(x)], x)[0]) == 16
        with fails(KeyError, "registered already"):
            tf.RegisterGradient("TestTenfold")(tenfold)
        with fails(KeyError, "registered already"):
            tf.RegisterGradient("Square")(tenfold)
    finally:
        del _REGISTERED["TestTenfold"]
    with tf.get_default_graph().gradient_override_map({"Square": "TestNobody"}):
        y = tf.square(x)
    with fails(LookupError, "TestNobody", "Square"):
        tf.gradients(y, x)
    with fails(TypeError, "string"):
        tf.RegisterGradient(3)


@pytest.fixture
def no_gradient_op():
    define(
        "TestNoGradient", "x: T -> y: T", T=dtypes.FLOAT, shape=lambda op: op.inputs[0].shape, numpy=lambda op, x: x * 1
    )
    yield "TestNoGradient"
    del OPS["TestNoGradient"]
    _REGISTERED.pop("TestNoGradient", None)


def test_ops_without_gradient(no_gradient_op):
    from minitf.framework.apply import apply

    x = tf.constant(3.0)
    y = apply(no_gradient_op, x)
    with fails(LookupError, "TestNoGradient", "test_gradients.py", "tf.stop_gradient", "RegisterGradient"):
        tf.gradients(y, x)
    assert value(tf.gradients(y * x, x, stop_gradients=[y])[0]) == 3
    tf.NoGradient(no_gradient_op)
    assert value(tf.gradients(y * x, x)[0]) == 3


def test_a_rule_of_the_wrong_length():
    @tf.RegisterGradient("TestTwo")
    def two(op, grad):
        return grad, grad

    try:
        x = tf.constant(3.0)
        with tf.get_default_graph().gradient_override_map({"Square": "TestTwo"}):
            y = tf.square(x)
        with fails(ValueError, "Square", "2 values for 1 inputs"):
            tf.gradients(y, x)
    finally:
        del _REGISTERED["TestTwo"]


def test_old_arguments_are_accepted():
    x = tf.constant(3.0)
    found = tf.gradients(
        x * x, x, colocate_gradients_with_ops=True, gate_gradients=True, aggregation_method=tf.AggregationMethod.ADD_N
    )
    assert run(found[0]) == 6


def test_gradients_are_colocated_with_their_ops():
    """As TensorFlow 1.15.5: each with the op whose gradient it is, and so with what that is colocated with."""
    x = tf.Variable([[1.0, 2.0]], name="x")
    with tf.colocate_with(x):
        y = tf.square(x, name="y")
    z = tf.reduce_sum(tf.nn.relu(y, name="r"), name="z")
    tf.gradients(z, x, colocate_gradients_with_ops=True, name="beside")
    tf.gradients(z, x, name="apart")
    graph = tf.get_default_graph()
    for name, group in [("y_grad/Mul_1", b"loc:@x"), ("r_grad/ReluGrad", b"loc:@r"), ("grad_ys_0", b"loc:@z")]:
        assert graph.get_operation_by_name(f"beside/{name}").colocation_groups() == [group]
        assert graph.get_operation_by_name(f"apart/{name}").colocation_groups() == [f"loc:@apart/{name}".encode()]
