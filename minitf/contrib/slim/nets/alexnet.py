"""tf.contrib.slim.nets.alexnet: Krizhevsky's network in one column (2014, https://arxiv.org/abs/1404.5997)."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.layers.convolution import conv2d
from minitf.contrib.layers.pooling import max_pool2d
from minitf.contrib.slim.nets import classifier

STARTS = {"weights_initializer": tf.truncated_normal_initializer(0.0, 0.005)}
STARTS["biases_initializer"] = tf.constant_initializer(0.1)


def _body(net):
    net = max_pool2d(conv2d(net, 64, 11, 4, padding="VALID", scope="conv1"), 3, 2, scope="pool1")
    net = max_pool2d(conv2d(net, 192, 5, scope="conv2"), 3, 2, scope="pool2")
    for number, channels in enumerate((384, 384, 256), 3):
        net = conv2d(net, channels, 3, scope=f"conv{number}")
    return max_pool2d(net, 3, 2, scope="pool5")


alexnet_v2 = classifier.network(
    "alexnet_v2",
    _body,
    [(4096, 5), (4096, 1)],
    """Images [batch, 224, 224, channels] -> logits [batch, num_classes], and a dict of what the layers give, by their
    names; with spatial_squeeze=False [batch, h, w, num_classes], of images of any size.

    Use it with `alexnet_v2_arg_scope`.
    """,
    STARTS,
)


def alexnet_v2_arg_scope(weight_decay: float = 0.0005) -> dict:
    """The arguments of the layers: relu, weights that decay, biases of 0.1, pooling without padding."""
    return classifier.decaying(weight_decay, STARTS["biases_initializer"], padding="VALID")
