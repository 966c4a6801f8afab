"""tf.contrib.slim.nets.vgg: networks of small windows (Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556)."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.layers.composed import repeat
from minitf.contrib.layers.convolution import conv2d
from minitf.contrib.layers.pooling import max_pool2d
from minitf.contrib.slim.nets import classifier

_TOP = [(4096, 7), (4096, 1)]
_DOC = """A network of {} layers: images [batch, 224, 224, channels] -> logits [batch, num_classes], and a dict of
    what its layers give, by their names; with spatial_squeeze=False [batch, h, w, num_classes], of images of any size.

    Use it with `vgg_arg_scope`.
    """


def _body(repetitions: list):
    def body(net):
        for number, (times, channels) in enumerate(zip(repetitions, (64, 128, 256, 512, 512)), 1):
            net = repeat(net, times, conv2d, channels, 3, scope=f"conv{number}")
            net = max_pool2d(net, 2, scope=f"pool{number}")
        return net

    return body


vgg_a = classifier.network("vgg_a", _body([1, 1, 2, 2, 2]), _TOP, _DOC.format(11))
vgg_16 = vgg_d = classifier.network("vgg_16", _body([2, 2, 3, 3, 3]), _TOP, _DOC.format(16))
vgg_19 = vgg_e = classifier.network("vgg_19", _body([2, 2, 4, 4, 4]), _TOP, _DOC.format(19))


def vgg_arg_scope(weight_decay: float = 0.0005) -> dict:
    """The arguments of the layers: relu, weights that decay, padding "SAME"."""
    return classifier.decaying(weight_decay, tf.zeros_initializer())
