"""What Inception networks are made of: layers and branches, as tables say them.

A row of a table: an end point, and a layer, or branches with bars between them, each of layers one behind the other.
A layer: `64:0a_1x1` is a convolution to 64 channels with a window of 1 x 1 in scope Conv2d_0a_1x1, `max:` and `avg:`
are poolings; behind it may stand `/2` (the stride), `!` (padding "VALID"), `~0.1` (the deviation of its first weights)
and `=scope`. Layers in parentheses stand side by side.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import minitf as tf
from minitf.contrib.framework.scopes import arg_scope
from minitf.contrib.layers.composed import softmax
from minitf.contrib.layers.convolution import conv2d
from minitf.contrib.layers.core import dropout, fully_connected
from minitf.contrib.layers.initializers import variance_scaling_initializer
from minitf.contrib.layers.normalization import batch_norm
from minitf.contrib.layers.pooling import avg_pool2d, max_pool2d
from minitf.contrib.layers.regularizers import l2_regularizer

_LAYER = re.compile(r"(\d+|max|avg):(\w+?)_(\d+)x(\d+)(/2)?(!)?(?:~([\d.]+))?(?:=(\w+))?")
_POOLS = {"max": ("MaxPool", max_pool2d), "avg": ("AvgPool", avg_pool2d)}


def truncated(deviation: float):
    """The initializer of weights of a deviation."""
    return tf.truncated_normal_initializer(0.0, deviation)


def depths(depth_multiplier: float, min_depth: int) -> Callable:
    """How many channels there are where a table says some; ValueError for a multiplier that is not positive."""
    if depth_multiplier <= 0:
        raise ValueError("depth_multiplier is not greater than zero.")
    return lambda channels: max(int(channels * depth_multiplier), min_depth)


def base(net, table: str, final_endpoint: str, depth: Callable, end_points: dict) -> tuple:
    """The net up to an end point, and the dict of all of them before it.

    Raises:
      ValueError: if there is no such end point.
    """
    with arg_scope([conv2d, max_pool2d, avg_pool2d], stride=1, padding="SAME"):
        for row in table.strip().splitlines():
            if final_endpoint in end_points:
                break
            name, layers = row.split(maxsplit=1)
            branches = layers.split(" | ")
            net = _chain(net, layers, depth) if len(branches) == 1 else _side_by_side(net, name, branches, depth)
            end_points[name] = net
    if final_endpoint not in end_points:
        raise ValueError(f"Unknown final endpoint {final_endpoint}; there are {', '.join(end_points)}")
    return net, end_points


def _side_by_side(net, name: str, branches: list, depth: Callable):
    with tf.variable_scope(name):
        found = []
        for number, branch in enumerate(branches):
            with tf.variable_scope(f"Branch_{number}"):
                found.append(_chain(net, branch, depth))
        return tf.concat(found, 3)


def _chain(net, layers: str, depth: Callable):
    for part in layers.split():
        if part.startswith("("):
            net = tf.concat([_layer(net, one, depth) for one in part.strip("()").split(",")], 3)
        else:
            net = _layer(net, part, depth)
    return net


def _layer(net, text: str, depth: Callable):
    kind, label, height, width, strides, inside, deviation, scope = _LAYER.fullmatch(text).groups()
    name, pool = _POOLS.get(kind, ("Conv2d", None))
    how = {"scope": scope or f"{name}_{label}_{height}x{width}", "stride": 2 if strides else 1}
    if inside:
        how["padding"] = "VALID"
    if deviation:
        how["weights_initializer"] = truncated(float(deviation))
    window = [int(height), int(width)]
    return conv2d(net, depth(int(kind)), window, **how) if pool is None else pool(net, window, **how)


def window_for(net, sizes: list) -> list:
    """A window no larger than images are, as far as that is known."""
    return [wanted if known is None else min(known, wanted) for known, wanted in zip(net.shape.as_list()[1:3], sizes)]


def logits(net, num_classes: int, keep: float, names: tuple, squeezed: bool, end_points: dict | None = None):
    """The logits of what has been pooled; names: the scopes of dropout and convolution."""
    net = dropout(net, keep, scope=names[0])
    if end_points is not None:
        end_points["PreLogits"] = net
    found = conv2d(net, num_classes, 1, activation_fn=None, normalizer_fn=None, scope=names[1])
    return tf.squeeze(found, [1, 2], name="SpatialSqueeze") if squeezed else found


def finished(found, prediction_fn: Callable | None, end_points: dict) -> tuple:
    """The logits, which are end points as their predictions are."""
    end_points["Logits"] = found
    end_points["Predictions"] = (prediction_fn or softmax)(found, scope="Predictions")
    return found, end_points


def inception_arg_scope(weight_decay: float, collection: str, normal: dict | None, normalizer_fn=batch_norm) -> dict:
    """The arguments of the layers: relu, batch normalization, weights that decay."""
    kept = {"beta": None, "gamma": None, "moving_mean": [collection], "moving_variance": [collection]}
    how = {"decay": 0.9997, "epsilon": 0.001, "updates_collections": tf.GraphKeys.UPDATE_OPS}
    how = {**how, "variables_collections": kept, **(normal or {})} if normalizer_fn is not None else {}
    with (
        arg_scope([conv2d, fully_connected], weights_regularizer=l2_regularizer(weight_decay)),
        arg_scope(
            [conv2d],
            weights_initializer=variance_scaling_initializer(),
            activation_fn=tf.nn.relu,
            normalizer_fn=normalizer_fn,
            normalizer_params=how,
        ) as made,
    ):
        return made
