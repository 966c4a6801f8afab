"""Inception v1 (Szegedy 2014, https://arxiv.org/abs/1409.4842)."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.framework.scopes import arg_scope
from minitf.contrib.layers.convolution import conv2d
from minitf.contrib.layers.core import dropout, fully_connected
from minitf.contrib.layers.normalization import batch_norm
from minitf.contrib.layers.pooling import avg_pool2d
from minitf.contrib.slim.nets import inception_parts as parts

_TABLE = """
Conv2d_1a_7x7  64:1a_7x7/2
MaxPool_2a_3x3 max:2a_3x3/2
Conv2d_2b_1x1  64:2b_1x1
Conv2d_2c_3x3  192:2c_3x3
MaxPool_3a_3x3 max:3a_3x3/2
Mixed_3b 64:0a_1x1 | 96:0a_1x1 128:0b_3x3 | 16:0a_1x1 32:0b_3x3 | max:0a_3x3 32:0b_1x1
Mixed_3c 128:0a_1x1 | 128:0a_1x1 192:0b_3x3 | 32:0a_1x1 96:0b_3x3 | max:0a_3x3 64:0b_1x1
MaxPool_4a_3x3 max:4a_3x3/2
Mixed_4b 192:0a_1x1 | 96:0a_1x1 208:0b_3x3 | 16:0a_1x1 48:0b_3x3 | max:0a_3x3 64:0b_1x1
Mixed_4c 160:0a_1x1 | 112:0a_1x1 224:0b_3x3 | 24:0a_1x1 64:0b_3x3 | max:0a_3x3 64:0b_1x1
Mixed_4d 128:0a_1x1 | 128:0a_1x1 256:0b_3x3 | 24:0a_1x1 64:0b_3x3 | max:0a_3x3 64:0b_1x1
Mixed_4e 112:0a_1x1 | 144:0a_1x1 288:0b_3x3 | 32:0a_1x1 64:0b_3x3 | max:0a_3x3 64:0b_1x1
Mixed_4f 256:0a_1x1 | 160:0a_1x1 320:0b_3x3 | 32:0a_1x1 128:0b_3x3 | max:0a_3x3 128:0b_1x1
MaxPool_5a_2x2 max:5a_2x2/2
Mixed_5b 256:0a_1x1 | 160:0a_1x1 320:0b_3x3 | 32:0a_1x1 128:0a_3x3 | max:0a_3x3 128:0b_1x1
Mixed_5c 384:0a_1x1 | 192:0a_1x1 384:0b_3x3 | 48:0a_1x1 128:0b_3x3 | max:0a_3x3 128:0b_1x1
"""


def inception_v1_base(inputs, final_endpoint: str = "Mixed_5c", scope="InceptionV1") -> tuple:
    """The network up to an end point, [batch, h', w', channels], and a dict of the end points before it.

    Raises:
      ValueError: if there is no such end point.
    """
    with (
        tf.variable_scope(scope, "InceptionV1", [inputs]),
        arg_scope([conv2d, fully_connected], weights_initializer=parts.truncated(0.01)),
    ):
        return parts.base(inputs, _TABLE, final_endpoint, int, {})


def inception_v1(
    inputs,
    num_classes: int = 1000,
    is_training=True,
    dropout_keep_prob: float = 0.8,
    prediction_fn=None,
    spatial_squeeze: bool = True,
    reuse=None,
    scope="InceptionV1",
) -> tuple:
    """Images [batch, 224, 224, channels] -> logits [batch, num_classes], and a dict of the end points.

    prediction_fn(logits, scope): what they become (default: softmax); spatial_squeeze=False: logits are
    [batch, h, w, num_classes], of larger images. Use it with `inception_v1_arg_scope`.
    """
    with (
        tf.variable_scope(scope, "InceptionV1", [inputs, num_classes], reuse=reuse) as entered,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = inception_v1_base(inputs, scope=entered)
        with tf.variable_scope("Logits"):
            net = avg_pool2d(net, [7, 7], stride=1, scope="MaxPool_0a_7x7")
            names = "Dropout_0b", "Conv2d_0c_1x1"
            found = parts.logits(net, num_classes, dropout_keep_prob, names, spatial_squeeze)
            return parts.finished(found, prediction_fn, end_points)


inception_v1.default_image_size = 224


def inception_v1_arg_scope(
    weight_decay: float = 0.00004, use_batch_norm: bool = True, batch_norm_var_collection: str = "moving_vars"
) -> dict:
    """The arguments of the layers: relu, batch normalization if wanted, weights that decay."""
    normalizer = batch_norm if use_batch_norm else None
    return parts.inception_arg_scope(weight_decay, batch_norm_var_collection, None, normalizer)
