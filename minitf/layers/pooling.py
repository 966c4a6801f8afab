"""Pooling layers."""

from __future__ import annotations

import minitf as tf
from minitf.framework.shape import TensorShape
from minitf.layers.base import Layer
from minitf.layers.convolution import channels_first, lower_padding, whole_numbers, window_count
from minitf.layers.input_spec import InputSpec


class _Pooling(Layer):
    """Pooling of images; of sequences as images of one column."""

    _axes, _function = 2, ""
    _options = ("pool_size", "strides", "padding", "data_format")

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        if strides is None:
            raise ValueError("Argument `strides` must not be None: it is how far the window moves on")
        self.pool_size = whole_numbers(pool_size, self._axes, "pool_size")
        self.strides = whole_numbers(strides, self._axes, "strides")
        self.padding, self.data_format = lower_padding(padding), data_format
        self._first = channels_first(data_format)
        self.input_spec = InputSpec(ndim=self._axes + 2)

    def compute_output_shape(self, input_shape) -> TensorShape:
        """[batch, *sizes, channels] -> [batch, *new sizes, channels]."""
        sizes = list(TensorShape(input_shape).with_rank(self._axes + 2).sizes)
        first = 2 if self._first else 1
        for i, how in enumerate(zip(self.pool_size, self.strides), first):
            sizes[i] = window_count(sizes[i], *how, 1, self.padding)
        return TensorShape(sizes)

    def call(self, inputs):
        """The pooled inputs."""
        if self._axes > 1:
            return self._pooled(inputs, self.pool_size, self.strides)
        axis = 3 if self._first else 2
        images = tf.expand_dims(inputs, axis)
        return tf.squeeze(self._pooled(images, (self.pool_size[0], 1), (self.strides[0], 1)), [axis])

    def _pooled(self, images, size, strides):
        pool = getattr(tf.nn, self._function)
        return pool(images, size, strides, self.padding.upper(), "NCHW" if self._first else "NHWC")


class MaxPooling1D(_Pooling):
    """The largest of each window: [batch, w, channels] -> [batch, w', channels]."""

    _axes, _function = 1, "max_pool"


class MaxPooling2D(_Pooling):
    """The largest of each window: [batch, h, w, channels] -> [batch, h', w', channels]."""

    _function = "max_pool"


class AveragePooling1D(_Pooling):
    """The mean of each window: [batch, w, channels] -> [batch, w', channels]."""

    _axes, _function = 1, "avg_pool"


class AveragePooling2D(_Pooling):
    """The mean of each window: [batch, h, w, channels] -> [batch, h', w', channels]."""

    _function = "avg_pool"


class _Pooling3D(_Pooling):
    """Pooling of volumes, whose channels TensorFlow has last for it."""

    _axes = 3

    def _pooled(self, images, size, strides):
        images = tf.transpose(images, [0, 2, 3, 4, 1]) if self._first else images
        outputs = getattr(tf.nn, self._function)(images, size, strides, self.padding.upper())
        return tf.transpose(outputs, [0, 4, 1, 2, 3]) if self._first else outputs


class MaxPooling3D(_Pooling3D):
    """The largest of each window: [batch, d, h, w, channels] -> [batch, d', h', w', channels]."""

    _function = "max_pool3d"


class AveragePooling3D(_Pooling3D):
    """The mean of each window: [batch, d, h, w, channels] -> [batch, d', h', w', channels]."""

    _function = "avg_pool3d"


def max_pooling1d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The largest of each window of sequences; arguments as those of `max_pooling2d`."""
    return MaxPooling1D(pool_size, strides, padding, data_format, name)(inputs)


def max_pooling2d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The largest of each window: [batch, h, w, channels] -> [batch, h', w', channels].

    pool_size, strides: a number or a pair; padding: "valid" or "same"; data_format "channels_first": the
    channels are the second axis. ValueError for other arguments, or inputs of another rank.
    """
    return MaxPooling2D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling1d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The mean of each window of sequences; arguments as those of `max_pooling2d`."""
    return AveragePooling1D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling2d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The mean of each window of images; arguments as those of `max_pooling2d`."""
    return AveragePooling2D(pool_size, strides, padding, data_format, name)(inputs)


def max_pooling3d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The largest of each window of volumes; arguments as those of `max_pooling2d`, of three numbers."""
    return MaxPooling3D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling3d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The mean of each window of volumes; arguments as those of `max_pooling2d`, of three numbers."""
    return AveragePooling3D(pool_size, strides, padding, data_format, name)(inputs)
