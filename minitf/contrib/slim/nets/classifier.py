"""What the networks of convolutions and three layers on top of them share."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.contrib.framework.scopes import arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.convolution import conv2d
from minitf.contrib.layers.core import dropout, fully_connected
from minitf.contrib.layers.pooling import max_pool2d
from minitf.contrib.layers.regularizers import l2_regularizer
from minitf.framework.named import named
from minitf.framework.taking import needed, optional, taking


def taken(scope: str) -> list:
    """What a network takes."""
    return [
        needed("inputs"),
        optional("num_classes", 1000, "int"),
        optional("is_training", True),
        optional("dropout_keep_prob", 0.5, "float"),
        optional("spatial_squeeze", True, "bool"),
        optional("scope", scope),
    ]


def network(name: str, body: Callable, top: list, doc: str, starts: dict | None = None) -> Callable:
    """The public function of a network: `body(inputs)`, then convolutions to the channels and with the windows in
    `top`, each with dropout, and one to the classes. starts: how `top` begins, if not as the arg_scope says.
    """

    @named(name, doc)
    @taking(taken(name))
    def function(inputs, num_classes, is_training, dropout_keep_prob, spatial_squeeze, scope):
        classes = {"biases_initializer": tf.zeros_initializer()} if starts else {}
        with tf.variable_scope(scope, name, [inputs]) as entered:
            kept = f"{entered.original_name_scope}_end_points"
            with arg_scope([conv2d, fully_connected, max_pool2d], outputs_collections=kept):
                net = body(inputs)
                with arg_scope([conv2d], **(starts or {})):
                    for number, (channels, window) in enumerate(top, 6):
                        padding = {"padding": "VALID"} if window > 1 else {}
                        net = conv2d(net, channels, window, scope=f"fc{number}", **padding)
                        net = dropout(net, dropout_keep_prob, is_training=is_training, scope=f"dropout{number}")
                    net = conv2d(net, num_classes, 1, activation_fn=None, normalizer_fn=None, scope="fc8", **classes)
            end_points = utils.convert_collection_to_dict(kept)
            if spatial_squeeze:
                net = end_points[f"{entered.name}/fc8"] = tf.squeeze(net, [1, 2], name="fc8/squeezed")
            return net, end_points

    function.default_image_size = 224
    return function


def decaying(weight_decay: float, biases, **pooling) -> dict:
    """An arg_scope of layers with relu, whose weights decay by l2."""
    how = {"weights_regularizer": l2_regularizer(weight_decay), "biases_initializer": biases}
    with (
        arg_scope([conv2d, fully_connected], activation_fn=tf.nn.relu, **how),
        arg_scope([conv2d], padding="SAME"),
        arg_scope([max_pool2d], **pooling) as made,
    ):
        return made
