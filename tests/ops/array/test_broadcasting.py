import helpers
import numpy as np
import pytest
from oracle import check_case, check_gradient, op_facts

import minitf as tf
from minitf.framework.apply import apply

X = np.random.default_rng(0).normal(size=(2, 1, 3))


@pytest.mark.parametrize("shape", [(2, 1, 3), (2, 4, 3), (5, 2, 4, 3)])
def test_broadcast_to(shape):
    helpers.check(lambda x: tf.broadcast_to(x, shape), X, reference=lambda x: np.broadcast_to(x, shape))


@pytest.mark.parametrize("shape, axes", [((1, 3), (0,)), ((2, 1, 1), (2,)), ((), (0, 1, 2)), ((2, 1, 3), ())])
def test_sum_to_shape(shape, axes):
    helpers.check(
        lambda x: apply("SumToShape", x, np.array(shape, np.int32)), X, reference=lambda x: x.sum(axes).reshape(shape)
    )


def test_shapes_of_results():
    x = tf.placeholder(tf.int32, [None])
    shape = tf.broadcast_dynamic_shape(x, [2, 1])
    assert helpers.run(shape, feed_dict={x: [5, 1, 3]}).tolist() == [5, 2, 3]
    with helpers.fails(tf.errors.InvalidArgumentError, "broadcast"):
        helpers.run(shape, feed_dict={x: [3, 3]})
    assert tf.broadcast_static_shape(tf.TensorShape([None, 1]), tf.TensorShape([3])).as_list() == [None, 3]


def test_what_does_not_broadcast():
    for bad in ([2, 3], [2, 1, 2], [4, 1, 3]):
        with helpers.fails(ValueError, "does not broadcast"):
            tf.broadcast_to(X, bad)
    target = tf.placeholder(tf.int32, [3])
    with helpers.fails(tf.errors.InvalidArgumentError, "does not broadcast"):
        helpers.run(tf.broadcast_to(X, target), feed_dict={target: [4, 1, 3]})


FACTS = ("tf.broadcast_",)


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda fact: fact["call"])
def test_gradients_recorded_from_tensorflow(fact):
    check_gradient(fact)
