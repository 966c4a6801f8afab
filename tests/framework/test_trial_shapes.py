"""Shapes that ops give for other inputs than theirs."""

import numpy as np
import pytest

import minitf as tf
from minitf.framework.trial_shapes import shapes_for


def _shape(*sizes):
    return tf.TensorShape(sizes)


def test_shapes_follow_the_inputs_shapes_and_values():
    x, n = tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.int32, [2])
    product, tiled = tf.matmul(x, x, transpose_b=True), tf.tile(x, n)
    assert shapes_for(product.op, [(_shape(3, 4), None)] * 2) == [_shape(3, 3)]
    assert shapes_for(tiled.op, [(_shape(3, 4), None), (_shape(2), None)]) == [_shape(None, None)]
    assert shapes_for(tiled.op, [(_shape(3, 4), None), (_shape(2), np.array([2, 3], np.int32))]) == [_shape(6, 12)]


def test_what_the_script_says_counts():
    x = tf.placeholder(tf.float32)
    y = tf.py_func(abs, [x], tf.float32)
    y.set_shape([None, 3])
    assert shapes_for(y.op, [(_shape(2), None)])[0].as_list() == [None, 3]
    assert x.op.graph.get_operations() == [x.op, y.op]


def test_what_cannot_be():
    x = tf.placeholder(tf.float32, [None, None])
    with pytest.raises(ValueError):
        shapes_for(tf.matmul(x, x).op, [(_shape(2, 3), None)] * 2)
