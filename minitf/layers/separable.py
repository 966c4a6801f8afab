"""Convolutional layers that convolve each channel for itself and then mix the channels (Chollet 2017)."""

from __future__ import annotations

from inspect import Parameter

import minitf as tf
from minitf.framework.taking import OTHERS, SELF, arguments, optional, taking
from minitf.layers.base import function_of, keep_options, option_names, options_of
from minitf.layers.convolution import Conv2D


def _of_both(argument: Parameter) -> list[Parameter]:
    """What there is for each kernel where `Conv2D` has an argument for its one."""
    start, _, how = argument.name.partition("kernel_")
    if start or how not in _HOW:
        return [argument]
    return [optional(f"{which}_{how}", annotation="Callable | str | None") for which in ("depthwise", "pointwise")]


_HOW = ("initializer", "regularizer", "constraint")
_TAKEN = [taken for argument in arguments(Conv2D) for taken in _of_both(argument)]
_TAKEN.insert([taken.name for taken in _TAKEN].index("activation"), optional("depth_multiplier", 1, "int"))


class SeparableConv2D(Conv2D):
    """`activation(separable_conv2d(inputs, depthwise_kernel, pointwise_kernel) + bias)`."""

    _options = (*Conv2D._options, "depth_multiplier", *option_names("depthwise", "pointwise"))

    @taking([SELF, *_TAKEN, OTHERS])
    def __init__(self, depth_multiplier, **how):
        how.setdefault("kernel_initializer", tf.glorot_uniform_initializer())  # TensorFlow's, which nothing uses
        own = {which: [how.pop(f"{which}_{name}") for name in _HOW] for which in ("depthwise", "pointwise")}
        super().__init__(**how)
        self.depth_multiplier = int(depth_multiplier)
        for which, options in own.items():
            keep_options(self, which, *options)

    def build(self, input_shape) -> None:
        """Makes `depthwise_kernel` [*kernel_size, channels, depth_multiplier], `pointwise_kernel`
        [1, 1, channels * depth_multiplier, filters] and `bias` [filters].
        """
        channels = self._channels(input_shape)
        depthwise = [*self.kernel_size, channels, self.depth_multiplier]
        pointwise = [*[1] * self._axes, channels * self.depth_multiplier, self.filters]
        self.depthwise_kernel = self.add_weight("depthwise_kernel", depthwise, **options_of(self, "depthwise"))
        self.pointwise_kernel = self.add_weight("pointwise_kernel", pointwise, **options_of(self, "pointwise"))
        self.bias = self.add_weight("bias", [self.filters], **options_of(self, "bias")) if self.use_bias else None
        self.built = True

    def call(self, inputs):
        """The convolutions, the bias and the activation."""
        strides = [1, 1, *self.strides] if self._first else [1, *self.strides, 1]
        outputs = tf.nn.separable_conv2d(
            inputs,
            self.depthwise_kernel,
            self.pointwise_kernel,
            strides,
            self.padding.upper(),
            list(self.dilation_rate),
            data_format="NCHW" if self._first else "NHWC",
        )
        return self._finished(outputs)


class SeparableConv1D(SeparableConv2D):
    """`activation(separable_conv(inputs, depthwise_kernel, pointwise_kernel) + bias)` along one axis."""

    _axes = 1

    def call(self, inputs):
        """The convolutions, as those of images of one row, the bias and the activation."""
        axis, padding = 2 if self._first else 1, self.padding
        if padding == "causal":
            before = [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0]
            inputs = tf.pad(inputs, [[0, 0], [0, 0], before] if self._first else [[0, 0], before, [0, 0]])
            padding = "valid"
        images = tf.expand_dims(inputs, axis)
        depthwise, pointwise = (tf.expand_dims(self.depthwise_kernel, 0), tf.expand_dims(self.pointwise_kernel, 0))
        steps, format = self.strides * 2, "NCHW" if self._first else "NHWC"
        outputs = tf.nn.separable_conv2d(
            images,
            depthwise,
            pointwise,
            [1, 1, *steps] if self._first else [1, *steps, 1],
            padding.upper(),
            [1, *self.dilation_rate],
            data_format=format,
        )
        if self.use_bias:
            outputs = tf.nn.bias_add(outputs, self.bias, format)
        outputs = tf.squeeze(outputs, [axis])
        return outputs if self.activation is None else self.activation(outputs)


separable_conv2d = function_of(
    SeparableConv2D,
    "separable_conv2d",
    """Each channel convolved to `depth_multiplier` channels, and these mixed: [batch, h, w, channels] ->
    [batch, h', w', filters].

    Other arguments and errors as those of `conv2d`.
    """,
)
separable_conv1d = function_of(
    SeparableConv1D,
    "separable_conv1d",
    """Each channel convolved along one axis to `depth_multiplier` channels, and these mixed:
    [batch, w, channels] -> [batch, w', filters].

    kernel_size, strides, dilation_rate: numbers; other arguments and errors as those of `separable_conv2d`.
    """,
)
