"""Ops as functions of their own inputs and attributes."""

import inspect

import numpy as np
from helpers import fails

import minitf as tf

X = np.arange(32, dtype=np.float32).reshape(1, 4, 4, 2)


def test_gradients_that_scripts_write_themselves():
    pooled = tf.raw_ops.MaxPool(input=X, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID", name="p")
    back = tf.raw_ops.MaxPoolGrad(
        orig_input=X,
        orig_output=pooled,
        grad=tf.ones_like(pooled),
        ksize=[1, 2, 2, 1],
        strides=[1, 2, 2, 1],
        padding="VALID",
    )
    with tf.Session() as sess:
        value, grad = sess.run([pooled, back])
    assert pooled.op.name == "p" and back.shape.as_list() == [1, 4, 4, 2]
    np.testing.assert_array_equal(value, X[:, 1::2, 1::2])
    np.testing.assert_array_equal(grad, np.isin(X, value))


def test_lists_types_and_several_outputs():
    top = tf.raw_ops.TopKV2(input=[3, 5, 4], k=2)
    joined = tf.raw_ops.ConcatV2(values=[top.values, top.indices], axis=0)
    cast = tf.raw_ops.Cast(x=joined, DstT=tf.float64)
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(cast), [5, 4, 1, 2])
    assert (top._fields, cast.dtype) == (("values", "indices"), tf.float64)
    assert tf.raw_ops.RandomUniform(shape=[2], dtype=tf.float16).dtype == tf.float16


def test_arguments_are_inputs_then_attributes_without_and_with_a_default():
    signature = inspect.signature(tf.raw_ops.Conv2D)
    assert list(signature.parameters) == [
        "input",
        "filter",
        "strides",
        "padding",
        "use_cudnn_on_gpu",
        "explicit_paddings",
        "data_format",
        "dilations",
        "name",
    ]
    with fails(TypeError, "features"):
        tf.raw_ops.ReluGrad(gradients=1.0)
    with fails(TypeError, "strides"):
        tf.raw_ops.MaxPool(input=X, ksize=[1, 2, 2, 1], strides=2, padding="VALID")


def test_ops_that_are_not_there():
    assert not hasattr(tf.raw_ops, "Reluu") and not hasattr(tf.raw_ops, "Loop")
    assert {"Relu", "Conv2D", "MatMul"} <= set(dir(tf.raw_ops))
