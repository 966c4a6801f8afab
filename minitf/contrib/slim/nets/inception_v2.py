"""Inception v2 (Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167)."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.framework.scopes import arg_scope
from minitf.contrib.layers.core import dropout
from minitf.contrib.layers.normalization import batch_norm
from minitf.contrib.layers.pooling import avg_pool2d
from minitf.contrib.layers.separable import separable_conv2d
from minitf.contrib.slim.nets import inception_parts as parts

_FIRST = "Conv2d_1a_7x7"


def _row(name: str, zero: int, one: tuple, two: tuple, three: int, pool: str = "avg") -> str:
    """A row of four branches."""
    last = f"{three}:0b_1x1~0.1"
    return (
        f"{name} {zero}:0a_1x1 | {one[0]}:0a_1x1~0.09 {one[1]}:0b_3x3 | "
        f"{two[0]}:0a_1x1~0.09 {two[1]}:0b_3x3 {two[1]}:0c_3x3 | {pool}:0a_3x3 {last}"
    )


_TABLE = "\n".join(
    [
        "MaxPool_2a_3x3 max:2a_3x3/2",
        "Conv2d_2b_1x1  64:2b_1x1~0.1",
        "Conv2d_2c_3x3  192:2c_3x3",
        "MaxPool_3a_3x3 max:3a_3x3/2",
        _row("Mixed_3b", 64, (64, 64), (64, 96), 32),
        _row("Mixed_3c", 64, (64, 96), (64, 96), 64),
        "Mixed_4a 128:0a_1x1~0.09 160:1a_3x3/2 | 64:0a_1x1~0.09 96:0b_3x3 96:1a_3x3/2 | max:1a_3x3/2",
        _row("Mixed_4b", 224, (64, 96), (96, 128), 128),
        _row("Mixed_4c", 192, (96, 128), (96, 128), 128),
        _row("Mixed_4d", 160, (128, 160), (128, 160), 96),
        _row("Mixed_4e", 96, (128, 192), (160, 192), 96),
        "Mixed_5a 128:0a_1x1~0.09 192:1a_3x3/2 | 192:0a_1x1~0.09 256:0b_3x3 256:1a_3x3/2 | max:1a_3x3/2",
        _row("Mixed_5b", 352, (192, 320), (160, 224), 128),
        _row("Mixed_5c", 352, (192, 320), (192, 224), 128, "max"),
    ]
)


def inception_v2_base(
    inputs, final_endpoint: str = "Mixed_5c", min_depth: int = 16, depth_multiplier: float = 1.0, scope=None
) -> tuple:
    """The network up to an end point, [batch, h', w', channels], and a dict of the end points before it.

    depth_multiplier: of all numbers of channels, which are min_depth at least.

    Raises:
      ValueError: if there is no such end point, or depth_multiplier is not positive.
    """
    depth = parts.depths(depth_multiplier, min_depth)
    with tf.variable_scope(scope, "InceptionV2", [inputs]):
        how = {"depth_multiplier": min(depth(64) // 3, 8), "stride": 2, "padding": "SAME", "scope": _FIRST}
        net = separable_conv2d(inputs, depth(64), [7, 7], weights_initializer=parts.truncated(1.0), **how)
        return parts.base(net, _TABLE, final_endpoint, depth, {_FIRST: net})


def inception_v2(
    inputs,
    num_classes: int = 1000,
    is_training=True,
    dropout_keep_prob: float = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn=None,
    spatial_squeeze: bool = True,
    reuse=None,
    scope="InceptionV2",
) -> tuple:
    """Images [batch, 224, 224, channels] -> logits [batch, num_classes], and a dict of the end points.

    Arguments and errors as those of `inception_v1` and `inception_v2_base`. Use it with `inception_v2_arg_scope`.
    """
    with (
        tf.variable_scope(scope, "InceptionV2", [inputs, num_classes], reuse=reuse) as entered,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = inception_v2_base(
            inputs, min_depth=min_depth, depth_multiplier=depth_multiplier, scope=entered
        )
        with tf.variable_scope("Logits"):
            window = parts.window_for(net, [7, 7])
            net = avg_pool2d(net, window, padding="VALID", scope="AvgPool_1a_{}x{}".format(*window))
            names = "Dropout_1b", "Conv2d_1c_1x1"
            found = parts.logits(net, num_classes, dropout_keep_prob, names, spatial_squeeze)
        return parts.finished(found, prediction_fn, end_points)


inception_v2.default_image_size = 224


def inception_v2_arg_scope(weight_decay: float = 0.00004, batch_norm_var_collection: str = "moving_vars") -> dict:
    """The arguments of the layers: relu, batch normalization, weights that decay."""
    return parts.inception_arg_scope(weight_decay, batch_norm_var_collection, None)
