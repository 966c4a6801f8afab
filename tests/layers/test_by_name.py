"""What layers take by name; numbers are TensorFlow 1.15's, with tf.set_random_seed(1)."""

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.layers import by_name

X = np.ones([2, 3], np.float32)
FIRST = {
    "zeros": [0, 0],
    "ones": [1, 1],
    "constant": [0, 0],
    "identity": [1, 0],
    "uniform": [-0.01146, -0.0138],
    "normal": [0.05265, -0.04467],
    "truncated_normal": [0.05265, -0.04467],
    "orthogonal": [0.46116, -0.69541],
    "glorot_uniform": [-0.22923, -0.27602],
    "glorot_normal": [0.6911, -0.58646],
    "lecun_normal": [0.6911, -0.58646],
    "lecun_uniform": [-0.22923, -0.27602],
    "he_normal": [0.97737, -0.82937],
    "he_uniform": [-0.32417, -0.39034],
    "GlorotUniform": [-0.22923, -0.27602],
    "RandomNormal": [0.05265, -0.04467],
    "VarianceScaling": [0.6911, -0.58646],
    "Zeros": [0, 0],
}


@pytest.mark.parametrize("name", FIRST)
def test_initializers(name):
    tf.set_random_seed(1)
    tf.layers.dense(X, 3, kernel_initializer=name, name="d")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        kernel = session.run(tf.global_variables()[0])
    np.testing.assert_allclose(kernel.ravel()[:2], FIRST[name], atol=1e-5)


def test_in_other_layers_and_cells():
    tf.layers.conv2d(np.ones([1, 2, 2, 1], np.float32), 2, 1, bias_initializer="ones", name="c")
    tf.layers.batch_normalization(X, gamma_initializer="zeros", name="b")
    cell = tf.nn.rnn_cell.GRUCell(3, kernel_initializer="zeros", bias_initializer="ones", activation="relu")
    tf.nn.dynamic_rnn(cell, np.ones([1, 2, 3], np.float32), dtype=tf.float32)
    tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.LSTMCell(3, initializer="zeros"), np.ones([1, 2, 3], np.float32), dtype=tf.float32, scope="lstm"
    )
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = {v.op.name: session.run(v) for v in tf.global_variables()}
    assert (found["c/bias"] == 1).all() and (found["b/gamma"] == 0).all()
    assert (found["rnn/gru_cell/gates/kernel"] == 0).all() and (found["rnn/gru_cell/gates/bias"] == 1).all()
    assert (found["lstm/lstm_cell/kernel"] == 0).all()


@pytest.mark.parametrize(
    "name, value", [("linear", 1.5), ("exponential", 4.48169), ("hard_sigmoid", 0.8), ("softplus", 1.70141)]
)
def test_activations(name, value):
    y = tf.layers.dense(X, 1, name, kernel_initializer=tf.constant_initializer(0.5))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(y), [[value]] * 2, rtol=1e-5)


@pytest.mark.parametrize("name, value", [("l1", 0.03), ("l2", 0.05), ("l1_l2", 0.08)])
def test_regularizers(name, value):
    tf.layers.dense(X, 1, kernel_regularizer=name, kernel_initializer=lambda *a, **k: tf.constant([[0], [-1], [2.0]]))
    (loss,) = tf.losses.get_regularization_losses()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(loss), value, rtol=1e-5)


def test_constraints():
    weights = tf.constant([[3.0, 0.3], [-4.0, 0.4]])
    names = ("non_neg", "unit_norm", "max_norm")
    with tf.Session() as session:
        found = session.run([by_name.constraint(name)(weights) for name in names])
    expected = [[[3, 0.3], [0, 0.4]], [[0.6, 0.6], [-0.8, 0.8]], [[1.2, 0.3], [-1.6, 0.4]]]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    kernel = tf.layers.Dense(2, kernel_constraint="non_neg")
    kernel(X)
    assert kernel.kernel.constraint is by_name.constraint("non_neg")


@pytest.mark.parametrize("argument", ["kernel_initializer", "kernel_regularizer", "kernel_constraint", "activation"])
def test_names_of_nothing(argument):
    with fails(ValueError, "give a function or one of"):
        tf.layers.dense(X, 3, **{argument: "nonsense"})
