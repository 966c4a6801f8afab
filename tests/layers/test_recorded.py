"""Layers of tf.layers and tf.contrib.layers against what TensorFlow 1.15.5 made of the same calls."""

import numpy as np
import pytest
from recorded_calls import calls, check

import minitf as tf


@pytest.mark.parametrize("call", calls("layers"))
def test_recorded_calls(call):
    composed = "dilation_rate" in call or "spatial_softmax" in call or "unit_norm" in call
    check(call, "layers", graph=not composed)


def trained(**how):
    """Outputs while training and afterwards, and the variables, of a batch normalization."""
    data = np.random.RandomState(3).randn(6, 3).astype("f")
    with tf.Graph().as_default():
        x, training = tf.placeholder(tf.float32, [6, 3]), tf.placeholder(tf.bool, [])
        y = tf.layers.batch_normalization(x * 2.0 + 1.0, training=training, momentum=0.5, **how)
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            found = [session.run([y, *updates], {x: data, training: True})[0] for _ in range(3)]
            found += [session.run(y, {x: data, training: False}), *session.run(tf.global_variables())]
    return [round(float(np.abs(f).sum()), 3) for f in found]


CLIPPED = {"rmax": 1.5, "rmin": 0.7, "dmax": 0.5}
TRAINED = [  # as from TensorFlow 1.15.5
    ({"renorm": True}, [28.206, 27.881, 27.567, 14.804, 3.0, 0.0, 2.132, 9.738, 5.331, 0.072, 3.079]),
    ({"virtual_batch_size": 3}, [15.602, 15.602, 15.602, 18.896, 3.0, 0.0, 2.132, 5.85]),
]


@pytest.mark.parametrize("how, expected", TRAINED)
def test_training(how, expected):
    np.testing.assert_allclose(trained(**how), expected, atol=2e-3)


def test_adjustment():
    x = tf.constant(np.arange(12.0).reshape(4, 3))
    plain = tf.layers.batch_normalization(x, training=True)
    changed = tf.layers.batch_normalization(
        x, training=True, adjustment=lambda shape: (2.0 * tf.ones([1, 3], x.dtype), tf.ones([1, 3], x.dtype))
    )
    after = tf.layers.batch_normalization(
        x, adjustment=lambda shape: (2.0 * tf.ones([1, 3], x.dtype), tf.ones([1, 3], x.dtype))
    )
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        a, b, c = session.run([plain, changed, after])
    np.testing.assert_allclose(b, a * 2 + 1)
    np.testing.assert_allclose(c, np.arange(12.0).reshape(4, 3) / np.sqrt(1.001))


@pytest.mark.parametrize(
    "how, words",
    [
        ({"renorm": True, "renorm_clipping": {"top": 1}}, "not in rmax"),
        ({"virtual_batch_size": 0}, "1 or more"),
        ({"virtual_batch_size": 2, "axis": [0, 1]}, "the batch is axis 0"),
        ({"virtual_batch_size": 2, "adjustment": lambda shape: (1.0, 0.0)}, "adjustment cannot be specified"),
    ],
)
def test_refusals(how, words):
    with pytest.raises(ValueError, match=words):
        tf.layers.batch_normalization(tf.zeros([4, 3]), **how)
    with pytest.raises(ValueError, match="mutually exclusive"):
        tf.contrib.layers.group_norm(tf.zeros([2, 3, 3, 4]), 2, -1, [-1, -2])
    with pytest.raises(ValueError, match="Invalid groups"):
        tf.contrib.layers.group_norm(tf.zeros([2, 3, 3, 4]), 3)
