"""Layers that compute again what their gradients need, against TensorFlow, and what they refuse."""

import numpy as np
import pytest
import session_scenarios
from helpers import fails
from oracle import facts
from session_facts import assert_like, names

import minitf as tf

layers = tf.contrib.layers


@pytest.mark.parametrize("name", names("reversible", "recomputed"))
def test_like_tensorflow(name):
    assert_like(session_scenarios.run(tf, name), facts("sessions")[name])


def test_a_block_keeps_only_its_outputs_for_its_gradients():
    """No op of the gradients takes what was computed between inputs and outputs."""
    x, y = tf.constant(np.ones([2, 3], "f")), tf.constant(np.ones([2, 3], "f"))
    first = len(tf.get_default_graph().get_operations())
    outputs = layers.rev_block(x, y, tf.tanh, tf.sin, num_layers=3)
    forward = set(tf.get_default_graph().get_operations()[first:])
    tf.gradients(outputs, [x, y])
    later = set(tf.get_default_graph().get_operations()[first:]) - forward
    taken = {tensor.op for op in later for tensor in op.inputs} & forward
    assert sorted(op.name for op in taken) == ["revblock/add_4", "revblock/add_5"]


def test_what_is_refused():
    x = tf.constant(1.0)

    def around(y):
        return x * y

    with fails(ValueError, "closes over Tensor Const:0", "local variable name: x"):
        layers.recompute_grad(around)
    with fails(ValueError, "All inputs to function must be Tensors"):
        layers.recompute_grad(tf.sin)(1.0)
    with fails(ValueError, "f has 1 functions for num_layers=2"):
        layers.rev_block(x, x, [tf.sin], tf.sin, num_layers=2)


def test_variables_that_are_others_the_second_time():
    counted = []

    @layers.recompute_grad
    def growing(x):
        counted.append(x)
        one, two = (tf.get_variable(name, [], use_resource=True) for name in "vw")
        return x * (two if len(counted) > 1 else one)

    tf.get_variable("w", [], use_resource=True)
    x = tf.constant(2.0)
    with tf.variable_scope("", reuse=tf.AUTO_REUSE):
        y = growing(x)
    with fails(ValueError, "used the variables ['v:0'] at first", "['w:0'] when it was recomputed"):
        tf.gradients(y, x)


def test_scopes_are_those_of_the_first_time():
    """Default arguments as well."""

    @layers.recompute_grad
    def layer(x):
        return layers.fully_connected(x, 3)

    x = tf.constant(np.ones([2, 3], "f"))
    with tf.variable_scope("own"), tf.contrib.framework.arg_scope([layers.fully_connected], activation_fn=None):
        y = layer(x)
    tf.gradients(y, x)
    assert "Relu" not in {op.type for op in tf.get_default_graph().get_operations()}
