import numpy as np
import pytest
from helpers import fails

import minitf as tf

X = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)


def runs(tensors, feed=None):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(tensors, feed)


def test_dense_is_an_affine_map_and_an_activation():
    y = tf.layers.dense(tf.constant(X), 5, activation=tf.nn.relu, bias_initializer=tf.ones_initializer())
    kernel, bias = tf.trainable_variables()
    value, w, b = runs([y, kernel, bias])
    np.testing.assert_allclose(value, np.maximum(X @ w + b, 0), rtol=1e-5, atol=1e-6)
    assert (b == 1).all() and [kernel.op.name, bias.op.name] == ["dense/kernel", "dense/bias"]
    assert y.op.name == "dense/Relu"


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 1, 3, 4)])
def test_dense_works_on_the_last_axis(shape):
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    y = tf.layers.dense(tf.placeholder(tf.float32, [None, *shape[1:]], name="x"), 5, use_bias=False)
    assert y.shape.as_list() == [None, *shape[1:-1], 5]
    value, w = runs([y, tf.trainable_variables()[0]], {"x:0": x})
    np.testing.assert_allclose(value, x @ w, rtol=1e-5, atol=1e-6)


def test_second_layer_gets_a_name_of_its_own_and_reuse_shares():
    x = tf.constant(X)
    tf.layers.dense(x, 5)
    tf.layers.dense(x, 5)
    tf.layers.dense(x, 5, name="named")
    tf.layers.dense(x, 5, name="named", reuse=True)
    assert [v.op.name for v in tf.trainable_variables()] == [
        f"{name}/{part}" for name in ("dense", "dense_1", "named") for part in ("kernel", "bias")
    ]
    with fails(ValueError, "named/kernel"):
        tf.layers.dense(x, 5, name="named")


def test_layer_object_reuses_its_variables():
    layer = tf.layers.Dense(5)
    first, second = layer(tf.constant(X)), layer.apply(tf.constant(X))
    np.testing.assert_array_equal(*runs([first, second]))
    assert layer.trainable_weights == layer.variables == tf.trainable_variables() and layer.built
    assert (layer.scope_name, layer.name) == ("dense", "dense_1")
    with fails(ValueError, "size 4", "(3, 7)"):
        layer(tf.zeros([3, 7]))


def test_untrainable_layer():
    layer = tf.layers.Dense(5, trainable=False)
    layer(tf.constant(X))
    assert tf.trainable_variables() == layer.trainable_weights == [] and len(layer.non_trainable_weights) == 2


def test_regularizers_are_collected_once():
    for reuse in (None, True):
        tf.layers.dense(tf.constant(X), 5, kernel_regularizer=lambda w: tf.reduce_sum(w * w), name="a", reuse=reuse)
    (loss,) = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    value, kernel = runs([loss, tf.trainable_variables()[0]])
    assert value == pytest.approx((kernel**2).sum(), rel=1e-5)


def test_dense_follows_its_inputs_type():
    assert tf.layers.dense(tf.zeros([2, 3], tf.float64), 2).dtype == tf.float64


def test_dense_errors():
    with fails(ValueError, "last dimension", "set_shape"):
        tf.layers.dense(tf.placeholder(tf.float32, [3, None]), 5)
    with fails(ValueError, "rank at least 2"):
        tf.layers.dense(tf.zeros([3]), 5)
    with fails(ValueError, "called"):
        _ = tf.layers.Dense(5).scope_name


def test_dropout_only_while_training():
    training = tf.placeholder_with_default(False, [])
    y = tf.layers.dropout(tf.ones([50, 50]), rate=0.3, training=training)
    assert (runs(y) == 1).all()
    dropped = runs(y, {training: True})
    assert 0.25 < np.mean(dropped == 0) < 0.35 and np.unique(dropped).size == 2
    assert runs(tf.layers.dropout(tf.ones([50, 50]), 0.5, training=True)).min() == 0


@pytest.mark.parametrize("shape", [[3, 2, 5], [None, 2, 5], [3, None, 5], [None, None, 5], [None, 4]])
def test_flatten_keeps_the_batch(shape):
    real = [3 if i == 0 else 2 if s is None else s for i, s in enumerate(shape)]
    x = tf.placeholder(tf.float32, shape)
    y = tf.layers.flatten(x)
    assert runs(y, {x: np.zeros(real)}).shape == (3, int(np.prod(real[1:])))
    assert y.shape.rank == 2


def test_users_layer():
    class Scale(tf.layers.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight("scale", input_shape[-1:], initializer=tf.ones_initializer())
            self.built = True

        def call(self, inputs):
            return inputs * self.scale

    layer = Scale()
    assert (runs(layer(tf.constant(X))) == X).all()
    assert [v.op.name for v in layer.weights] == ["scale/scale"]
