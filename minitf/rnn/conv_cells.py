"""LSTMs whose gates are convolutions (Shi et al. 2015)."""

from __future__ import annotations

import minitf as tf
from minitf.framework.shape import TensorShape
from minitf.rnn.cell import LSTMStateTuple, RNNCell

_CONVOLUTIONS = {1: tf.nn.conv1d, 2: tf.nn.conv2d, 3: tf.nn.conv3d}


class ConvLSTMCell(RNNCell):
    """An LSTM whose state and output are images of output_channels, with gates that are convolutions.

    conv_ndims: axes of an image, 1 to 3; input_shape: its sizes and channels; kernel_shape: sizes of the kernel;
    skip_connection: the input's channels stand behind the output's. initializers is not used.

    Raises:
      ValueError: for an input_shape of another number of axes.
    """

    def __init__(
        self,
        conv_ndims: int,
        input_shape,
        output_channels: int,
        kernel_shape,
        use_bias: bool = True,
        skip_connection: bool = False,
        forget_bias: float | tf.Tensor = 1.0,
        initializers=None,
        name: str | None = "conv_lstm_cell",
    ):
        super().__init__(name=name)
        if conv_ndims != len(input_shape) - 1:
            raise ValueError(f"Invalid input_shape {input_shape} for conv_ndims={conv_ndims}.")
        if conv_ndims not in _CONVOLUTIONS:
            raise ValueError(f"conv_ndims is 1, 2 or 3, not {conv_ndims}")
        sizes, channels = list(input_shape[:-1]), output_channels + input_shape[-1] * bool(skip_connection)
        state = TensorShape([*sizes, output_channels])
        self._sizes = LSTMStateTuple(state, state), TensorShape([*sizes, channels])
        self._convolved, self._channels, self._kernel_shape = conv_ndims, output_channels, list(kernel_shape)
        self._use_bias, self._skip, self._forget_bias = use_bias, skip_connection, forget_bias

    @property
    def state_size(self):
        """`LSTMStateTuple` of the shapes of two images of output_channels."""
        return self._sizes[0]

    @property
    def output_size(self):
        """The shape of an image of the output."""
        return self._sizes[1]

    def call(self, inputs, state, scope=None):
        """One step."""
        memory, hidden = state
        gates = self._convolution(tf.concat([inputs, hidden], axis=self._convolved + 1))
        i, j, f, o = tf.split(value=gates, num_or_size_splits=4, axis=self._convolved + 1)
        memory = tf.sigmoid(f + self._forget_bias) * memory + tf.sigmoid(i) * tf.tanh(j)
        output = tf.tanh(memory) * tf.sigmoid(o)
        if self._skip:
            output = tf.concat([output, inputs], axis=-1)
        return output, LSTMStateTuple(memory, output)

    def _convolution(self, images):
        columns, dtype = 4 * self._channels, images.dtype.base_dtype
        kernel = tf.get_variable("kernel", [*self._kernel_shape, images.shape.sizes[-1], columns], dtype=dtype)
        strides = 1 if self._convolved == 1 else [1] * (self._convolved + 2)
        gates = _CONVOLUTIONS[self._convolved](images, kernel, strides, padding="SAME")
        if not self._use_bias:
            return gates
        zeros = tf.constant_initializer(0.0, dtype=dtype)
        return gates + tf.get_variable("biases", [columns], dtype=dtype, initializer=zeros)


class Conv1DLSTMCell(ConvLSTMCell):
    """A ConvLSTMCell of sequences."""

    def __init__(self, name: str | None = "conv_1d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """A ConvLSTMCell of images."""

    def __init__(self, name: str | None = "conv_2d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """A ConvLSTMCell of volumes."""

    def __init__(self, name: str | None = "conv_3d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=3, name=name, **kwargs)
