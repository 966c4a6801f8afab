"""Convolutional layers of volumes."""

from __future__ import annotations

import minitf as tf
from minitf.layers.base import function_of
from minitf.layers.convolution import Conv2D, Conv2DTranspose


class Conv3D(Conv2D):
    """`activation(convolution(inputs, kernel) + bias)`: [batch, d, h, w, channels] -> [batch, d', h', w', filters]."""

    _axes = 3


class Conv3DTranspose(Conv2DTranspose):
    """The transpose of `Conv3D`: [batch, d, h, w, channels] -> [batch, d * stride, h * stride, w * stride,
    filters], and what kernels reach out with padding "valid".
    """

    _axes = 3
    _options = tuple([name for name in Conv2DTranspose._options if name != "dilation_rate"])

    def _transposed(self, inputs, shape):
        return tf.nn.conv3d_transpose(
            inputs, self.kernel, shape, list(self.strides), self.padding.upper(), "NCDHW" if self._first else "NDHWC"
        )


conv3d = function_of(
    Conv3D,
    "conv3d",
    """A convolutional layer of volumes: [batch, d, h, w, channels] -> [batch, d', h', w', filters].

    kernel_size, strides, dilation_rate: a number or three; other arguments and errors as those of `conv2d`.
    """,
)
conv3d_transpose = function_of(
    Conv3DTranspose,
    "conv3d_transpose",
    """A transposed convolutional layer of volumes: [batch, d, h, w, channels] -> [batch, d', h', w',
    filters], d' about d * stride.

    The kernel is [*kernel_size, filters, channels]; other arguments and errors as those of `conv3d`.
    """,
)
