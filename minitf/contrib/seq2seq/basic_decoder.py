"""The decoder that samples by a helper."""

from __future__ import annotations

import collections

from minitf.contrib.seq2seq.decoder import Decoder
from minitf.contrib.seq2seq.helper import Helper
from minitf.framework import nest
from minitf.framework.getter import getter
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.layers.base import Layer
from minitf.rnn.cell import assert_like_rnncell


class BasicDecoderOutput(collections.namedtuple("BasicDecoderOutput", ("rnn_output", "sample_id"))):
    """The outputs of a BasicDecoder: those of the cell (or output layer), and what was sampled from them."""

    __slots__ = ()


class BasicDecoder(Decoder):
    """Runs a cell on the inputs that a helper gives; `dynamic_decode` repeats it.

    cell: an RNNCell; helper: a Helper; initial_state: the cell's; output_layer: a layer, such as
    `tf.layers.Dense(symbols)`, between the cell's outputs and the helper.

    >>> import minitf as tf
    >>> seq2seq, cell = tf.contrib.seq2seq, tf.nn.rnn_cell.GRUCell(4)
    >>> helper = seq2seq.TrainingHelper(tf.ones([2, 5, 3]), sequence_length=[5, 2])
    >>> decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    >>> outputs, state, lengths = seq2seq.dynamic_decode(decoder)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     print(sess.run(outputs.rnn_output).shape, sess.run(lengths))
    (2, 5, 4) [5 2]
    """

    def __init__(self, cell, helper: Helper, initial_state, output_layer: Layer | None = None):
        assert_like_rnncell("cell", cell)
        check_layer("BasicDecoder", output_layer)
        self._cell, self._helper, self._initial_state, self._output_layer = (cell, helper, initial_state, output_layer)

    batch_size = getter("_helper.batch_size", "The helper's.")

    @property
    def output_size(self) -> BasicDecoderOutput:
        """The sizes of the cell's (or layer's) outputs and of the samples."""
        return BasicDecoderOutput(projected_size(self._cell, self._output_layer), self._helper.sample_ids_shape)

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        """The state's type for the outputs, the helper's for the samples."""
        dtype = nest.flatten(self._initial_state)[0].dtype.base_dtype
        sizes = projected_size(self._cell, self._output_layer)
        return BasicDecoderOutput(nest.map_structure(lambda _: dtype, sizes), self._helper.sample_ids_dtype)

    def initialize(self, name=None):
        """The helper's first `(finished, inputs)` and the initial state."""
        return (*self._helper.initialize(), self._initial_state)

    def step(self, time, inputs, state, name=None):
        """One step: `(outputs, next_state, next_inputs, finished)`."""
        with name_scope(name, "BasicDecoderStep"):
            outputs, new_state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            sample_ids = self._helper.sample(time=time, outputs=outputs, state=new_state)
            finished, next_inputs, next_state = self._helper.next_inputs(
                time=time, outputs=outputs, state=new_state, sample_ids=sample_ids
            )
        return BasicDecoderOutput(outputs, sample_ids), next_state, next_inputs, finished


def check_layer(what: str, layer) -> None:
    """Raises TypeError unless `layer` is None or a layer."""
    if layer is not None and not isinstance(layer, Layer):
        raise TypeError(f"{what}: output_layer is a layer, such as tf.layers.Dense(units), not {layer!r}")


def projected_size(cell, layer: Layer | None):
    """The size, without the batch, of a cell's outputs after a layer."""
    if layer is None:
        return cell.output_size
    batches = nest.map_structure(lambda size: TensorShape([None]).concatenate(size), cell.output_size)
    return nest.map_structure(lambda shape: layer.compute_output_shape(shape)[1:], batches)
