"""tf.contrib.slim.nets.overfeat: OverFeat, the fast one (Sermanet 2013, https://arxiv.org/abs/1312.6229)."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.layers.convolution import conv2d
from minitf.contrib.layers.pooling import max_pool2d
from minitf.contrib.slim.nets import classifier
from minitf.contrib.slim.nets.alexnet import STARTS


def _body(net):
    net = max_pool2d(conv2d(net, 64, 11, 4, padding="VALID", scope="conv1"), 2, scope="pool1")
    net = max_pool2d(conv2d(net, 256, 5, padding="VALID", scope="conv2"), 2, scope="pool2")
    for number, channels in enumerate((512, 1024, 1024), 3):
        net = conv2d(net, channels, 3, scope=f"conv{number}")
    return max_pool2d(net, 2, scope="pool5")


overfeat = classifier.network(
    "overfeat",
    _body,
    [(3072, 6), (4096, 1)],
    """Images [batch, 231, 231, channels] -> logits [batch, num_classes], and a dict of what the layers give, by their
    names; with spatial_squeeze=False [batch, h, w, num_classes], of images of any size.

    Use it with `overfeat_arg_scope`.
    """,
    STARTS,
)


overfeat.default_image_size = 231


def overfeat_arg_scope(weight_decay: float = 0.0005) -> dict:
    """The arguments of the layers: relu, weights that decay, pooling without padding."""
    return classifier.decaying(weight_decay, tf.zeros_initializer(), padding="VALID")
