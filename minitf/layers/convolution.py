"""Convolutional layers."""

from __future__ import annotations

import numbers

import minitf as tf
from minitf.framework.shape import TensorShape
from minitf.framework.taking import OTHERS, SELF, arguments, taking
from minitf.layers.base import Layer, function_of, keep_options, option_names, options_of
from minitf.layers.by_name import activation_function
from minitf.layers.input_spec import InputSpec
from minitf.ops.nn.conv_forms import convolve


def whole_numbers(value, count: int, name: str) -> tuple[int, ...]:
    """`count` whole numbers of one or of `count`; ValueError for anything else."""
    several = (value,) * count if isinstance(value, numbers.Integral) else value
    try:
        several = tuple([int(n) for n in several])
    except (TypeError, ValueError):
        several = ()
    if len(several) != count:
        raise ValueError(f"The `{name}` argument must be a tuple of {count} integers, not {value!r}")
    return several


def channels_first(data_format) -> bool:
    """Whether the channels are the second axis; ValueError for an unknown `data_format`."""
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f'The `data_format` argument must be one of "channels_first", "channels_last"; not {data_format!r}'
        )
    return data_format == "channels_first"


def lower_padding(padding, *others: str) -> str:
    """`padding` in small letters; ValueError unless it is "valid", "same" or one of the others."""
    if not isinstance(padding, str) or padding.lower() not in ("valid", "same", *others):
        raise ValueError(f'The `padding` argument must be "valid" or "same", not {padding!r}')
    return padding.lower()


def window_count(size: int | None, window: int, stride: int, rate: int, padding: str) -> int | None:
    """How many windows there are along an axis."""
    inside = padding == "valid"
    return None if size is None else -(-(size - (rate * (window - 1) if inside else 0)) // stride)


class _Convolution(Layer):
    """`activation(convolution(inputs, kernel) + bias)` along one axis, two or three."""

    _axes = 2
    _options = (
        *("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "activation", "use_bias"),
        *("activity_regularizer", *option_names("kernel", "bias")),
    )

    def __init__(
        self,
        filters: int,
        kernel_size,
        strides=1,
        padding="valid",
        data_format="channels_last",
        dilation_rate=1,
        activation=None,
        use_bias: bool = True,
        kernel_initializer=None,
        bias_initializer=None,
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        trainable: bool = True,
        name=None,
        **kwargs,
    ):
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs)
        self.rank, self.filters, self.use_bias = self._axes, int(filters), use_bias
        self.kernel_size = whole_numbers(kernel_size, self._axes, "kernel_size")
        self.strides = whole_numbers(strides, self._axes, "strides")
        self.dilation_rate = whole_numbers(dilation_rate, self._axes, "dilation_rate")
        self.padding = lower_padding(padding, *["causal"] * (self._axes == 1))
        self.data_format, self._first = data_format, channels_first(data_format)
        self.activation = activation_function(activation)
        start = tf.zeros_initializer() if bias_initializer is None else bias_initializer
        keep_options(self, "kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        keep_options(self, "bias", start, bias_regularizer, bias_constraint)
        self.input_spec = InputSpec(ndim=self._axes + 2)

    def build(self, input_shape) -> None:
        """Makes `kernel` [*kernel_size, channels, filters] and `bias` [filters]."""
        channels = self._channels(input_shape)
        self.kernel = self.add_weight("kernel", self._kernel_shape(channels), **options_of(self, "kernel"))
        self.bias = self.add_weight("bias", [self.filters], **options_of(self, "bias")) if self.use_bias else None
        self.built = True

    def _kernel_shape(self, channels: int) -> list[int]:
        return [*self.kernel_size, channels, self.filters]

    def _channels(self, input_shape) -> int:
        axis = 1 if self._first else -1
        size = TensorShape(input_shape).sizes[axis]
        if size is None:
            raise ValueError(
                f"layer {self.name}: the channel dimension of the inputs should be defined; their shape is "
                f"{TensorShape(input_shape)}"
            )
        self.input_spec = InputSpec(ndim=self._axes + 2, axes={axis: size})
        return size

    def compute_output_shape(self, input_shape) -> TensorShape:
        """[batch, *sizes, channels] -> [batch, *new sizes, filters]."""
        sizes = list(TensorShape(input_shape).with_rank(self._axes + 2).sizes)
        first = 2 if self._first else 1
        for i, how in enumerate(zip(self.kernel_size, self.strides, self.dilation_rate)):
            sizes[first + i] = self._length(sizes[first + i], *how)
        sizes[1 if self._first else -1] = self.filters
        return TensorShape(sizes)

    def _length(self, size, window: int, stride: int, rate: int):
        """The size of the outputs along an axis."""
        return window_count(size, window, stride, rate, self.padding)

    def call(self, inputs):
        """The convolution, the bias and the activation."""
        rates = tf.constant(self.dilation_rate, name="dilation_rate")
        return self._finished(self._convolved(inputs, rates))

    def _convolved(self, inputs, held):
        kind, name = (
            f"NC{'DHW'[3 - self._axes :]}" if self._first else f"N{'DHW'[3 - self._axes :]}C",
            ("conv1d", "Conv2D", "Conv3D")[self._axes - 1],
        )
        padding = "VALID" if self.padding == "causal" else self.padding.upper()
        if self.padding == "causal":
            before = [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0]
            inputs = tf.pad(inputs, [[0, 0], [0, 0], before] if self._first else [[0, 0], before, [0, 0]])
        strides, rates = list(self.strides), list(self.dilation_rate)
        return convolve(inputs, self.kernel, padding, strides, rates, kind, name, held)

    def _finished(self, outputs):
        if self.use_bias and self._first and self._axes == 1:
            outputs = outputs + tf.reshape(self.bias, [1, self.filters, 1])
        elif self.use_bias:
            outputs = tf.nn.bias_add(outputs, self.bias, "NCHW" if self._first else "NHWC")
        return outputs if self.activation is None else self.activation(outputs)


class Conv1D(_Convolution):
    """`activation(convolution(inputs, kernel) + bias)`: [batch, w, channels] -> [batch, w', filters]."""

    _axes = 1


class Conv2D(_Convolution):
    """`activation(convolution(inputs, kernel) + bias)`: [batch, h, w, channels] -> [batch, h', w', filters]."""


class Conv2DTranspose(Conv2D):
    """The transpose of `Conv2D`: [batch, h, w, channels] -> [batch, h * stride, w * stride, filters], and
    what kernels reach out with padding "valid".
    """

    _options = (*Conv2D._options, "output_padding")

    @taking([SELF, *[argument for argument in arguments(Conv2D) if argument.name != "dilation_rate"], OTHERS])
    def __init__(self, **how):
        self.output_padding = how.pop("output_padding", None)
        if self.output_padding is not None:
            raise ValueError(f"what is beyond the outputs follows from `padding`: output_padding={self.output_padding}")
        super().__init__(**how)

    def _kernel_shape(self, channels: int) -> list[int]:
        return [*self.kernel_size, self.filters, channels]

    def _length(self, size, window: int, stride: int, rate: int):
        beyond = max(window - stride, 0) if self.padding == "valid" else 0
        return None if size is None else size * stride + beyond

    def call(self, inputs):
        """The transposed convolution, the bias and the activation."""
        shape, first = tf.shape(inputs), 2 if self._first else 1
        batch, sizes = shape[0], [shape[first + i] for i in range(self._axes)]
        lengths = [self._grown(*how) for how in zip(sizes, self.kernel_size, self.strides)]
        shape = tf.stack([batch, self.filters, *lengths] if self._first else [batch, *lengths, self.filters])
        outputs = self._transposed(inputs, shape)
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        return self._finished(outputs)

    def _transposed(self, inputs, shape):
        shape[0]  # an op that TensorFlow makes and no one needs
        return tf.nn.conv2d_transpose(
            inputs, self.kernel, shape, list(self.strides), self.padding.upper(), "NCHW" if self._first else "NHWC"
        )

    def _grown(self, size, window: int, stride: int):
        size = size * stride
        return size + max(window - stride, 0) if self.padding == "valid" else size


conv1d = function_of(
    Conv1D,
    "conv1d",
    """A convolutional layer along one axis: [batch, w, channels] -> [batch, w', filters].

    padding: "valid", "same", or "causal" (no output depends on later inputs); other arguments as those of
    `conv2d`.
    """,
)
conv2d = function_of(
    Conv2D,
    "conv2d",
    """A convolutional layer: [batch, h, w, channels] -> [batch, h', w', filters].

    Variables `kernel` [*kernel_size, channels, filters] and `bias` are made in scope `name` (default
    "conv2d"); `reuse=True` takes those that are there. kernel_size, strides, dilation_rate: a number or a
    pair. data_format "channels_first": the channels are the second axis.

    >>> import minitf as tf
    >>> tf.layers.conv2d(tf.zeros([2, 9, 9, 3]), 4, 5, name="doc_conv2d").shape.as_list()
    [2, 5, 5, 4]

    Raises:
      ValueError: for inputs of another rank, an unknown number of channels, or other arguments than these.
    """,
)
conv2d_transpose = function_of(
    Conv2DTranspose,
    "conv2d_transpose",
    """A transposed convolutional layer: [batch, h, w, channels] -> [batch, h', w', filters], h' about
    h * stride.

    The kernel is [*kernel_size, filters, channels]; other arguments and errors as those of `conv2d`.
    """,
)
