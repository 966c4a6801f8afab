"""tf.contrib.slim.nets.resnet_v1: residual networks (He 2015, https://arxiv.org/abs/1512.03385)."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.convolution import conv2d
from minitf.contrib.slim.nets import resnet_utils
from minitf.contrib.slim.nets.resnet_utils import resnet_arg_scope as resnet_arg_scope


@add_arg_scope
def bottleneck(
    inputs, depth: int, depth_bottleneck: int, stride: int, rate: int = 1, outputs_collections=None, scope=None
):
    """Three convolutions beside a shortcut, normalized before the activation."""
    with tf.variable_scope(scope, "bottleneck_v1", [inputs]) as entered:
        same = depth == utils.last_dimension(inputs.shape, min_rank=4)
        if same:
            shortcut = resnet_utils.subsample(inputs, stride, "shortcut")
        else:
            shortcut = conv2d(inputs, depth, 1, stride=stride, activation_fn=None, scope="shortcut")
        residual = conv2d(inputs, depth_bottleneck, 1, stride=1, scope="conv1")
        residual = resnet_utils.conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = conv2d(residual, depth, 1, stride=1, activation_fn=None, scope="conv3")
        output = tf.nn.relu(shortcut + residual)
        return utils.collect_named_outputs(outputs_collections, entered.name, output)


def resnet_v1(
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
        "resnet_v1",
        bottleneck,
        {},
        False,
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


resnet_v1.default_image_size = 224


def resnet_v1_block(scope: str, base_depth: int, num_units: int, stride: int) -> resnet_utils.Block:
    """A block of bottlenecks of base_depth * 4 channels, the last of which has the stride."""
    return resnet_utils.block(bottleneck, scope, base_depth, num_units, stride)


resnet_v1_50, resnet_v1_101, resnet_v1_152, resnet_v1_200 = (
    resnet_utils.of_depth("resnet_v1", depth, resnet_v1, bottleneck) for depth in resnet_utils.DEPTHS
)
