"""tf.contrib.slim.nets.resnet_v2: residual networks that normalize first (He 2016, https://arxiv.org/abs/1603.05027)."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.convolution import conv2d
from minitf.contrib.layers.normalization import batch_norm
from minitf.contrib.slim.nets import resnet_utils
from minitf.contrib.slim.nets.resnet_utils import resnet_arg_scope as resnet_arg_scope


@add_arg_scope
def bottleneck(
    inputs, depth: int, depth_bottleneck: int, stride: int, rate: int = 1, outputs_collections=None, scope=None
):
    """Three convolutions beside a shortcut, of what is normalized and activated before."""
    with tf.variable_scope(scope, "bottleneck_v2", [inputs]) as entered:
        same = depth == utils.last_dimension(inputs.shape, min_rank=4)
        active = batch_norm(inputs, activation_fn=tf.nn.relu, scope="preact")
        plain = {"normalizer_fn": None, "activation_fn": None}
        if same:
            shortcut = resnet_utils.subsample(inputs, stride, "shortcut")
        else:
            shortcut = conv2d(active, depth, 1, stride=stride, scope="shortcut", **plain)
        residual = conv2d(active, depth_bottleneck, 1, stride=1, scope="conv1")
        residual = resnet_utils.conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = conv2d(residual, depth, 1, stride=1, scope="conv3", **plain)
        output = shortcut + residual
        return utils.collect_named_outputs(outputs_collections, entered.name, output)


def resnet_v2(
    inputs,
    blocks: list,
    num_classes: int | None = None,
    is_training=True,
    global_pool: bool = True,
    output_stride: int | None = None,
    include_root_block: bool = True,
    reuse=None,
    scope=None,
):
    """A residual network: images [batch, h, w, channels] -> (net, end_points).

    net is [batch, 1, 1, channels] with global_pool, else [batch, h', w', channels]; the channels are logits if there
    is a num_classes. output_stride: how many times smaller than the images it may become; units behind have holes;
    include_root_block: whether a convolution and a pooling come first. end_points: a dict of what the layers give.

    Raises:
      ValueError: for an output_stride that the blocks do not come to.
    """
    return resnet_utils.resnet(
        "resnet_v2",
        bottleneck,
        {"activation_fn": None, "normalizer_fn": None},
        True,
        inputs,
        blocks,
        num_classes,
        is_training,
        global_pool,
        output_stride,
        include_root_block,
        reuse,
        scope,
    )


resnet_v2.default_image_size = 224


def resnet_v2_block(scope: str, base_depth: int, num_units: int, stride: int) -> resnet_utils.Block:
    """A block of bottlenecks of base_depth * 4 channels, the last of which has the stride."""
    return resnet_utils.block(bottleneck, scope, base_depth, num_units, stride)


resnet_v2_50, resnet_v2_101, resnet_v2_152, resnet_v2_200 = (
    resnet_utils.of_depth("resnet_v2", depth, resnet_v2, bottleneck) for depth in resnet_utils.DEPTHS
)
