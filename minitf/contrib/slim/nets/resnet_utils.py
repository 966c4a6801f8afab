"""tf.contrib.slim.nets.resnet_utils: what both kinds of residual networks are made of."""

from __future__ import annotations

import collections
from collections.abc import Callable

import minitf as tf
from minitf.contrib.framework.scopes import add_arg_scope, arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.composed import softmax
from minitf.contrib.layers.convolution import conv2d
from minitf.contrib.layers.initializers import variance_scaling_initializer
from minitf.contrib.layers.normalization import batch_norm
from minitf.contrib.layers.pooling import max_pool2d
from minitf.contrib.layers.regularizers import l2_regularizer
from minitf.framework.named import named

DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3), 200: (3, 24, 36, 3)}  # units of the blocks


class Block(collections.namedtuple("Block", ["scope", "unit_fn", "args"])):
    """Units one behind the other: `unit_fn(net, **args)` for each of a list of args."""

    __slots__ = ()


def subsample(inputs, factor: int, scope=None):
    """Every `factor`-th pixel of images."""
    return inputs if factor == 1 else max_pool2d(inputs, 1, stride=factor, scope=scope)


def conv2d_same(inputs, num_outputs: int, kernel_size: int, stride: int, rate: int = 1, scope=None):
    """A convolution whose padding does not depend on the size of the images, as "SAME" with strides does."""
    if stride == 1:
        return conv2d(inputs, num_outputs, kernel_size, 1, "SAME", rate=rate, scope=scope)
    total = (kernel_size - 1) * rate
    around = [total // 2, total - total // 2]
    inputs = tf.pad(inputs, [[0, 0], around, around, [0, 0]])
    return conv2d(inputs, num_outputs, kernel_size, stride, "VALID", rate=rate, scope=scope)


@add_arg_scope
def stack_blocks_dense(net, blocks: list, output_stride: int | None = None, outputs_collections=None):
    """Blocks one behind the other; once strides have come to output_stride, units have holes instead.

    Raises:
      ValueError: if the strides of the units do not come to output_stride.
    """
    stride = rate = 1
    for block in blocks:
        with tf.variable_scope(block.scope, "block", [net]) as entered:
            for number, unit in enumerate(block.args, 1):
                if output_stride is not None and stride > output_stride:
                    raise ValueError("The target output_stride cannot be reached.")
                with tf.variable_scope(f"unit_{number}", values=[net]):
                    if stride == output_stride:
                        net = block.unit_fn(net, rate=rate, **{**unit, "stride": 1})
                        rate *= unit.get("stride", 1)
                    else:
                        net = block.unit_fn(net, rate=1, **unit)
                        stride *= unit.get("stride", 1)
            net = utils.collect_named_outputs(outputs_collections, entered.name, net)
    if output_stride not in (None, stride):
        raise ValueError("The target output_stride cannot be reached.")
    return net


def resnet_arg_scope(
    weight_decay: float = 0.0001,
    batch_norm_decay: float = 0.997,
    batch_norm_epsilon: float = 1e-5,
    batch_norm_scale: bool = True,
) -> dict:
    """The arguments of the layers: relu, batch normalization, weights that decay, pooling with padding."""
    normal = {"decay": batch_norm_decay, "epsilon": batch_norm_epsilon, "scale": batch_norm_scale}
    normal["updates_collections"] = tf.GraphKeys.UPDATE_OPS
    weights = {"weights_regularizer": l2_regularizer(weight_decay)}
    weights["weights_initializer"] = variance_scaling_initializer()
    with (
        arg_scope([conv2d], activation_fn=tf.nn.relu, normalizer_fn=batch_norm, normalizer_params=normal, **weights),
        arg_scope([batch_norm], **normal),
        arg_scope([max_pool2d], padding="SAME") as made,
    ):
        return made


def block(unit: Callable, scope: str, base_depth: int, num_units: int, stride: int) -> Block:
    """A block of units of one depth, the last of which has the stride."""
    depths = {"depth": base_depth * 4, "depth_bottleneck": base_depth}
    return Block(scope, unit, [{**depths, "stride": 1}] * (num_units - 1) + [{**depths, "stride": stride}])


def resnet(
    name: str,
    unit: Callable,
    start: dict,
    postnorm: bool,
    inputs,
    blocks: list,
    num_classes,
    is_training,
    global_pool,
    output_stride,
    include_root_block,
    reuse,
    scope,
):
    """A network of blocks; start: arguments of its first convolution; postnorm: normalizes once more behind them."""
    with tf.variable_scope(scope, name, [inputs], reuse=reuse) as entered:
        kept = f"{entered.original_name_scope}_end_points"
        with (
            arg_scope([conv2d, unit, stack_blocks_dense], outputs_collections=kept),
            arg_scope([batch_norm], is_training=is_training),
        ):
            net = inputs
            if include_root_block:
                if output_stride is not None and output_stride % 4:
                    raise ValueError("The output_stride needs to be a multiple of 4.")
                output_stride = output_stride and output_stride // 4
                with arg_scope([conv2d], **start):
                    net = conv2d_same(net, 64, 7, stride=2, scope="conv1")
                net = max_pool2d(net, 3, stride=2, scope="pool1")
            net = stack_blocks_dense(net, blocks, output_stride)
            if postnorm:
                net = batch_norm(net, activation_fn=tf.nn.relu, scope="postnorm")
            if global_pool:
                net = tf.reduce_mean(net, [1, 2], name="pool5", keepdims=True)
            if num_classes is not None:
                net = conv2d(net, num_classes, 1, activation_fn=None, normalizer_fn=None, scope="logits")
            end_points = utils.convert_collection_to_dict(kept)
            if num_classes is not None:
                end_points["predictions"] = softmax(net, scope="predictions")
            return net, end_points


def of_depth(kind: str, depth: int, make: Callable, unit: Callable) -> Callable:
    """The public function of the network of so many layers."""
    name = f"{kind}_{depth}"

    @named(name, f"The residual network of {depth} layers; arguments and results as those of `{kind}`.")
    def function(
        inputs, num_classes=None, is_training=True, global_pool=True, output_stride=None, reuse=None, scope=name
    ):
        sizes = zip((64, 128, 256, 512), DEPTHS[depth], (2, 2, 2, 1))
        blocks = [block(unit, f"block{number}", *size) for number, size in enumerate(sizes, 1)]
        return make(inputs, blocks, num_classes, is_training, global_pool, output_stride, True, reuse, scope)

    function.default_image_size = 224
    return function
