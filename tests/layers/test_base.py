"""What layer objects know of themselves, as it is in TensorFlow 1.15.5."""

import copy

import numpy as np
import pytest
from helpers import fails

import minitf as tf

KINDS = [
    (lambda **how: tf.layers.Dense(3, **how), [2, 4]),
    (lambda **how: tf.layers.Conv1D(3, 2, **how), [2, 8, 4]),
    (lambda **how: tf.layers.Conv2D(3, 2, **how), [2, 8, 8, 4]),
    (lambda **how: tf.layers.Conv3D(3, 2, **how), [2, 4, 4, 4, 4]),
    (lambda **how: tf.layers.Conv2DTranspose(3, 2, **how), [2, 8, 8, 4]),
    (lambda **how: tf.layers.Conv3DTranspose(3, 2, **how), [2, 4, 4, 4, 4]),
]


@pytest.mark.parametrize("make, shape", KINDS)
def test_layers_keep_how_their_weights_are_made(make, shape):
    def penalty(weights):
        return 0.1 * tf.reduce_sum(weights)

    layer = make(kernel_regularizer=penalty, bias_constraint=tf.nn.relu, bias_regularizer="l2")
    assert (layer.kernel_regularizer, layer.bias_constraint) == (penalty, tf.nn.relu)
    assert layer.kernel_initializer is layer.kernel_constraint is None and callable(layer.bias_regularizer)
    assert isinstance(layer.bias_initializer, tf.zeros_initializer)
    layer(tf.zeros(shape))
    assert layer.count_params() == sum(v.shape.num_elements() for v in tf.trainable_variables())
    assert len(layer.losses) == 2 and layer.get_losses_for(None) == tf.losses.get_regularization_losses()


@pytest.mark.parametrize("layer", [tf.layers.SeparableConv1D, tf.layers.SeparableConv2D])
def test_separable_layers_keep_how_their_weights_are_made(layer):
    made = layer(3, 2, depthwise_regularizer=tf.nn.l2_loss, pointwise_constraint=tf.nn.relu)
    assert (made.depthwise_regularizer, made.pointwise_constraint) == (tf.nn.l2_loss, tf.nn.relu)
    assert made.depthwise_constraint is made.pointwise_regularizer is made.pointwise_initializer is None


def test_batch_normalization_keeps_how_its_weights_are_made():
    made = tf.layers.BatchNormalization(gamma_constraint=tf.nn.relu, beta_regularizer="l1")
    assert made.gamma_constraint is tf.nn.relu and callable(made.beta_regularizer) and made.beta_constraint is None
    assert isinstance(made.moving_variance_initializer, tf.ones_initializer)


def test_names_count_from_1_and_scopes_do_not():
    x = tf.zeros([2, 3])
    first, second = tf.layers.Dense(3), tf.layers.Dense(3, name="own")
    with tf.variable_scope("outer"):
        third = tf.layers.Dense(3)
        first(x), second(x), third(x)
    assert [layer.name for layer in (first, second, third)] == ["dense_1", "own", "dense_2"]
    assert [layer.scope_name for layer in (first, second, third)] == ["outer/dense", "outer/own", "outer/dense_1"]
    assert tf.nn.rnn_cell.LSTMCell(3).name == "lstm_cell_1" and first.graph is x.graph


def test_losses_are_those_added_and_then_those_of_the_weights():
    def penalty(tensor):
        return 0.1 * tf.reduce_sum(tensor)

    x, y = tf.zeros([2, 3]), tf.ones([2, 3])
    layer = tf.layers.Dense(3, kernel_regularizer=penalty, activity_regularizer=penalty, name="m")
    assert layer.losses == []
    layer(x), layer(y)
    names = ["m/ActivityRegularizer/truediv", "m/ActivityRegularizer_1/truediv", "m/kernel/Regularizer/mul"]
    assert [loss.op.name for loss in layer.losses] == names
    assert [loss.op.name for loss in layer.get_losses_for(x)] == names[:1]
    assert [loss.op.name for loss in layer.get_losses_for([x, y])] == names[:2]
    assert [loss.op.name for loss in layer.get_losses_for(None)] == names[2:]
    assert [loss.op.name for loss in tf.losses.get_regularization_losses()] == [names[2], *names[:2]]


def test_losses_and_updates_that_scripts_add():
    x = tf.zeros([2, 3])
    layer, step = tf.layers.Layer(), tf.Variable(0)
    layer.add_loss([3.0, None, lambda: tf.reduce_sum(x)])
    layer.add_loss(tf.reduce_sum(x), inputs=x)
    assert [len(layer.losses), len(layer.get_losses_for(x)), len(layer.get_losses_for(None))] == [3, 1, 2]
    layer.add_update([tf.no_op(), step.assign_add(1), lambda: step.assign(2)])
    assert [op.type for op in layer.get_updates_for(None)] == ["NoOp", "AssignAdd", "Assign"]
    assert layer.get_updates_for(x) == [] and tf.get_collection(tf.GraphKeys.UPDATE_OPS) == []
    layer(x)
    assert tf.get_collection(tf.GraphKeys.UPDATE_OPS) == layer.updates


def test_updates_of_one_of_two_inputs():
    x, y = tf.zeros([2, 3]), tf.ones([2, 3])
    layer = tf.layers.BatchNormalization()
    layer(x, training=True), layer(y, training=True)
    assert len(layer.updates) == 4 and layer.get_updates_for(None) == []
    assert layer.get_updates_for(x) + layer.get_updates_for(y) == layer.updates


def test_weights_as_arrays():
    layer = tf.layers.Dense(3)
    with fails(ValueError, "isn't built"):
        layer.count_params()
    layer(tf.zeros([2, 4]))
    with fails(ValueError, "with tf.Session()"):
        layer.get_weights()
    with tf.Session() as sess:
        kernel, bias = layer.get_weights()
        assert kernel.any() and not bias.any()
        layer.set_weights([kernel + 1, bias + 2])
        np.testing.assert_array_equal(sess.run(layer.bias), [2, 2, 2])
        np.testing.assert_array_equal(layer.get_weights()[0], kernel + 1)
        for wrong in ([kernel], [kernel[:2], bias], [bias, kernel]):
            with fails(ValueError, "not compatible", "(4, 3)"):
                layer.set_weights(wrong)


@pytest.mark.parametrize(
    "layer, given, expected",
    [
        (tf.layers.Flatten(), (None, 3, 4), [None, 12]),
        (tf.layers.Flatten(), (2, 3, None), [2, None]),
        (tf.layers.Dense(3), (None, 4, 5), [None, 4, 3]),
        (tf.layers.BatchNormalization(), (None, 4), [None, 4]),
        (tf.layers.MaxPooling2D(2, 2), (None, 5, 4, 3), [None, 2, 2, 3]),
        (tf.layers.AveragePooling1D(3, 2, "same", "channels_first"), (2, 3, 5), [2, 3, 3]),
        (tf.layers.MaxPooling3D(2, 1), (1, 3, None, 5, 2), [1, 2, None, 4, 2]),
        (tf.layers.Conv2D(5, 3, 2), (None, 9, None, 3), [None, 4, None, 5]),
    ],
)
def test_output_shapes(layer, given, expected):
    assert layer.compute_output_shape(given).as_list() == expected


def test_output_shapes_that_cannot_be_known():
    with fails(ValueError, "last dimension"):
        tf.layers.Dense(3).compute_output_shape((None, None))
    with fails(NotImplementedError, "compute_output_shape"):
        tf.layers.Layer().compute_output_shape((2,))


def test_variables_that_are_synchronized_when_read_are_not_trainable():
    layer, on_read = tf.layers.Layer(), tf.VariableSynchronization.ON_READ
    with fails(ValueError, "ON_READ"):
        layer.add_weight("v", [2], synchronization=on_read, trainable=True)
    layer.add_weight("w", [2], synchronization=on_read)
    assert layer.trainable_weights == [] and len(layer.non_trainable_weights) == 1


def test_deep_copies_share_tensors_and_scopes():
    layer, x = tf.layers.Flatten(), tf.zeros([2, 3])
    layer.noted = [x]
    layer(x)
    other = copy.deepcopy(layer)
    assert (other.name, other.scope_name, other.noted[0]) == (layer.name, layer.scope_name, x)
    assert other.noted is not layer.noted and copy.deepcopy(tf.layers.Dense(3)).units == 3
