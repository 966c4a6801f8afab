"""Inception v3 (Szegedy 2015, https://arxiv.org/abs/1512.00567)."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.framework.scopes import arg_scope
from minitf.contrib.layers.convolution import conv2d
from minitf.contrib.layers.core import dropout
from minitf.contrib.layers.normalization import batch_norm
from minitf.contrib.layers.pooling import avg_pool2d, max_pool2d
from minitf.contrib.slim.nets import inception_parts as parts


def _fives(name: str, one: str, last: int) -> str:
    """A row with windows of 5 x 5."""
    two = "64:0a_1x1 96:0b_3x3 96:0c_3x3"
    return f"{name} 64:0a_1x1 | {one} | {two} | avg:0a_3x3 {last}:0b_1x1"


def _sevens(name: str, inner: int) -> str:
    """A row with windows of 7 pixels in one direction."""
    one = f"{inner}:0a_1x1 {inner}:0b_1x7 192:0c_7x1"
    two = f"{inner}:0a_1x1 {inner}:0b_7x1 {inner}:0c_1x7 {inner}:0d_7x1 192:0e_1x7"
    return f"{name} 192:0a_1x1 | {one} | {two} | avg:0a_3x3 192:0b_1x1"


def _spread(name: str, second: str) -> str:
    """A row whose windows stand side by side."""
    one = f"384:0a_1x1 (384:0b_1x3,384:{second}_3x1)"
    two = "448:0a_1x1 384:0b_3x3 (384:0c_1x3,384:0d_3x1)"
    return f"{name} 320:0a_1x1 | {one} | {two} | avg:0a_3x3 192:0b_1x1"


_TABLE = "\n".join(
    [
        "Conv2d_1a_3x3  32:1a_3x3/2!",
        "Conv2d_2a_3x3  32:2a_3x3!",
        "Conv2d_2b_3x3  64:2b_3x3",
        "MaxPool_3a_3x3 max:3a_3x3/2!",
        "Conv2d_3b_1x1  80:3b_1x1!",
        "Conv2d_4a_3x3  192:4a_3x3!",
        "MaxPool_5a_3x3 max:5a_3x3/2!",
        _fives("Mixed_5b", "48:0a_1x1 64:0b_5x5", 32),
        _fives("Mixed_5c", "48:0b_1x1 64:0c_5x5=Conv_1_0c_5x5", 64),
        _fives("Mixed_5d", "48:0a_1x1 64:0b_5x5", 64),
        "Mixed_6a 384:1a_3x3/2!=Conv2d_1a_1x1 | 64:0a_1x1 96:0b_3x3 96:1a_3x3/2!=Conv2d_1a_1x1 | max:1a_3x3/2!",
        _sevens("Mixed_6b", 128),
        _sevens("Mixed_6c", 160),
        _sevens("Mixed_6d", 160),
        _sevens("Mixed_6e", 192),
        "Mixed_7a 192:0a_1x1 320:1a_3x3/2! | 192:0a_1x1 192:0b_1x7 192:0c_7x1 192:1a_3x3/2! | max:1a_3x3/2!",
        _spread("Mixed_7b", "0b"),
        _spread("Mixed_7c", "0c"),
    ]
)


def inception_v3_base(
    inputs, final_endpoint: str = "Mixed_7c", min_depth: int = 16, depth_multiplier: float = 1.0, scope=None
) -> tuple:
    """The network up to an end point, [batch, h', w', channels], and a dict of the end points before it.

    Arguments and errors as those of `inception_v2_base`.
    """
    depth = parts.depths(depth_multiplier, min_depth)
    with tf.variable_scope(scope, "InceptionV3", [inputs]):
        return parts.base(inputs, _TABLE, final_endpoint, depth, {})


def _beside(net, num_classes: int, depth, squeezed: bool):
    """The logits of the classifier in the midst of the network."""
    plain = {"activation_fn": None, "normalizer_fn": None}
    with arg_scope([conv2d, max_pool2d, avg_pool2d], stride=1, padding="SAME"), tf.variable_scope("AuxLogits"):
        net = avg_pool2d(net, [5, 5], stride=3, padding="VALID", scope="AvgPool_1a_5x5")
        net = conv2d(net, depth(128), 1, scope="Conv2d_1b_1x1")
        window, first = parts.window_for(net, [5, 5]), parts.truncated(0.01)
        scope = "Conv2d_2a_{}x{}".format(*window)
        net = conv2d(net, depth(768), window, weights_initializer=first, padding="VALID", scope=scope)
        second = parts.truncated(0.001)
        net = conv2d(net, num_classes, 1, weights_initializer=second, scope="Conv2d_2b_1x1", **plain)
        return tf.squeeze(net, [1, 2], name="SpatialSqueeze") if squeezed else net


def inception_v3(
    inputs,
    num_classes: int = 1000,
    is_training=True,
    dropout_keep_prob: float = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn=None,
    spatial_squeeze: bool = True,
    reuse=None,
    scope="InceptionV3",
) -> tuple:
    """Images [batch, 299, 299, channels] -> logits [batch, num_classes], and a dict of the end points, among them the
    AuxLogits of a classifier in its midst.

    Arguments and errors as those of `inception_v2`. Use it with `inception_v3_arg_scope`.
    """
    depth = parts.depths(depth_multiplier, min_depth)
    with (
        tf.variable_scope(scope, "InceptionV3", [inputs, num_classes], reuse=reuse) as entered,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = inception_v3_base(
            inputs, min_depth=min_depth, depth_multiplier=depth_multiplier, scope=entered
        )
        end_points["AuxLogits"] = _beside(end_points["Mixed_6e"], num_classes, depth, spatial_squeeze)
        with tf.variable_scope("Logits"):
            window = parts.window_for(net, [8, 8])
            net = avg_pool2d(net, window, padding="VALID", scope="AvgPool_1a_{}x{}".format(*window))
            names = "Dropout_1b", "Conv2d_1c_1x1"
            found = parts.logits(net, num_classes, dropout_keep_prob, names, spatial_squeeze, end_points)
        return parts.finished(found, prediction_fn, end_points)


inception_v3.default_image_size = 299


def inception_v3_arg_scope(
    weight_decay: float = 0.00004,
    batch_norm_var_collection: str = "moving_vars",
    batch_norm_decay: float = 0.9997,
    batch_norm_epsilon: float = 0.001,
    updates_collections=tf.GraphKeys.UPDATE_OPS,
    use_fused_batchnorm: bool = True,
) -> dict:
    """The arguments of the layers: relu, batch normalization, weights that decay."""
    normal = {"decay": batch_norm_decay, "epsilon": batch_norm_epsilon, "fused": use_fused_batchnorm}
    normal["updates_collections"] = updates_collections
    return parts.inception_arg_scope(weight_decay, batch_norm_var_collection, normal)
