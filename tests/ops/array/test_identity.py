import helpers
import numpy as np
import pytest
from oracle import check_case, check_gradient, op_facts

import minitf as tf

X = np.array([1.0, -2.0])


def test_identities():
    helpers.check(lambda x: tf.identity(x), X, reference=lambda x: x)
    helpers.check(lambda x: tf.identity_n([x, 2.0 * x]), X, reference=lambda x: [x, 2 * x])
    helpers.check(lambda x: tf.stop_gradient(x) * x, X, reference=lambda x: x * x, grads=False)
    helpers.check(lambda x: tf.guarantee_const(x), X, reference=lambda x: x, grads=False)


def test_one_identity_of_many():
    assert [t.name for t in tf.identity_n([1.0])] == ["IdentityN:0"]
    assert helpers.run(tf.identity_n([3])[0]) == 3


def test_a_shape_is_ensured():
    x = tf.placeholder(tf.float32, None, name="x")
    y = tf.ensure_shape(x, [None, 3])
    assert y.shape.as_list() == [None, 3] and tf.ensure_shape(tf.zeros([2, 3]), None).shape.as_list() == [2, 3]
    with tf.Session() as sess:
        assert sess.run(y, {x: np.ones([2, 3])}).shape == (2, 3)
        words = ("Shape of tensor x:0 [2, 4] is not compatible with expected shape (?, 3)", "EnsureShape")
        with helpers.fails(tf.errors.InvalidArgumentError, *words):
            sess.run(y, {x: np.ones([2, 4])})
        strings = tf.ensure_shape(tf.constant(["a", "b"]), [2])
        assert sess.run(strings).tolist() == [b"a", b"b"]
    with helpers.fails(ValueError, "not compatible", "EnsureShape"):
        tf.ensure_shape(tf.zeros([2, 2]), [None, 3])


def test_gradients_stop():
    x = tf.constant(X)
    assert tf.gradients(tf.stop_gradient(x), x) == [None]
    (g,) = tf.gradients(tf.stop_gradient(x) * x, x)
    np.testing.assert_array_equal(helpers.run(g), X)
    with helpers.fails(LookupError, "forbids it: because"):
        tf.gradients(tf.prevent_gradient(x, "because"), x)


FACTS = ("tf.identity", "tf.stop_gradient(")


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda fact: fact["call"])
def test_gradients_recorded_from_tensorflow(fact):
    check_gradient(fact)


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_strings_of_unknown_shape_are_ensured(executor):
    word = tf.placeholder(tf.string)
    ensured = tf.ensure_shape(word, [None])
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        for outputs, expected in ((ensured, [b"a", b"b"]), (tf.string_join([ensured, "!"]), [b"a!", b"b!"])):
            assert session.run(outputs, {word: ["a", "b"]}).tolist() == expected
        with pytest.raises(tf.errors.InvalidArgumentError, match="not compatible with expected shape"):
            session.run(ensured, {word: "a"})
