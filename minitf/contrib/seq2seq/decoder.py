"""Decoding step by step, until every sequence says that it is finished."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.rnn import transpose_batch_time
from minitf.framework import nest
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.rnn.cell import zero_state_tensors
from minitf.rnn.step import cache_variables


class Decoder:
    """What `dynamic_decode` repeats; a subclass defines all of it but `finalize`.

    Properties: `batch_size` (a scalar), `output_size` and `output_dtype` (alike structures of the sizes,
    without the batch, and types of one step's outputs), `tracks_own_finished` (whether a sequence may stop
    being finished, as when beams are reordered).
    """

    tracks_own_finished = False

    @property
    def batch_size(self):
        """The number of sequences, a scalar tensor."""
        raise NotImplementedError(f"{type(self).__name__} has to define batch_size")

    @property
    def output_size(self):
        """The sizes of the outputs of one step, without the batch."""
        raise NotImplementedError(f"{type(self).__name__} has to define output_size")

    @property
    def output_dtype(self):
        """The types of the outputs of one step."""
        raise NotImplementedError(f"{type(self).__name__} has to define output_dtype")

    def initialize(self, name=None):
        """Before the first step: `(finished [batch], inputs, state)`."""
        raise NotImplementedError(f"{type(self).__name__} has to define initialize")

    def step(self, time, inputs, state, name=None):
        """One step: `(outputs, next_state, next_inputs, finished)`."""
        raise NotImplementedError(f"{type(self).__name__} has to define step")

    def finalize(self, outputs, final_state, sequence_lengths):
        """After the last step: the outputs, stacked along axis 0, and the state, as to be returned."""
        raise NotImplementedError


def dynamic_decode(
    decoder: Decoder,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations=None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    scope=None,
):
    """Repeats `decoder.step` until all is finished: `(outputs, state, sequence_lengths [batch])`.

    outputs: structured as decoder.output_size, each [batch, time, ...] (or [time, batch, ...] if
    output_time_major). impute_finished: past its end a sequence's outputs are zeros and its state stays.
    maximum_iterations: a bound on the steps. scope: of the variables ("decoder").

    Raises:
      TypeError: if decoder is no Decoder.
      ValueError: if maximum_iterations is no scalar.
    """
    with tf.variable_scope(scope, "decoder") as varscope:
        cache_variables(varscope)
        if maximum_iterations is not None:
            maximum_iterations = tf.convert_to_tensor(maximum_iterations, tf.int32, name="maximum_iterations")
            if maximum_iterations.shape.rank != 0:
                raise ValueError(
                    f"dynamic_decode: maximum_iterations is a scalar, not of shape {maximum_iterations.shape}"
                )
        loop = _Decoding(decoder, impute_finished, maximum_iterations)
        _, arrays, state, _, _, lengths = tf.while_loop(
            loop.unfinished,
            loop.body,
            loop.start,
            parallel_iterations=parallel_iterations,
            maximum_iterations=maximum_iterations,
            swap_memory=swap_memory,
        )
        outputs = nest.map_structure(lambda array: array.stack(), arrays)
        if type(decoder).finalize is not Decoder.finalize:
            outputs, state = decoder.finalize(outputs, state, lengths)
        if not output_time_major:
            outputs = nest.map_structure(transpose_batch_time, outputs)
    return outputs, state, lengths


class _Decoding:
    """The loop over the steps; its variables are (time, outputs, state, inputs, finished, lengths)."""

    def __init__(self, decoder: Decoder, impute_finished: bool, limit):
        self.decoder, self.impute = decoder, impute_finished
        finished, inputs, state = decoder.initialize()
        self.zeros = nest.map_structure(self._zeros, decoder.output_size, decoder.output_dtype)
        if limit is not None:
            finished = tf.logical_or(finished, limit <= 0)
        lengths = tf.zeros_like(finished, dtype=tf.int32)
        arrays = nest.map_structure(self._array, decoder.output_size, decoder.output_dtype)
        self.start = (tf.constant(0), arrays, state, inputs, finished, lengths)

    def _zeros(self, size, dtype):
        return zero_state_tensors(size, self.decoder.batch_size, dtype)

    def _array(self, size, dtype):
        shape = None
        if isinstance(size, TensorShape) and size.rank != 0:
            shape = TensorShape([constant_value(tf.convert_to_tensor(self.decoder.batch_size))]).concatenate(size)
        return tf.TensorArray(dtype, size=0, dynamic_size=True, element_shape=shape)

    def unfinished(self, time, arrays, state, inputs, finished, lengths):
        """Whether another step is needed."""
        return tf.logical_not(tf.reduce_all(finished))

    def body(self, time, arrays, state, inputs, finished, lengths):
        """One step, its outputs written to the arrays."""
        outputs, next_state, next_inputs, next_finished = self.decoder.step(time, inputs, state)
        for old, new in ((state, next_state), (arrays, outputs), (inputs, next_inputs)):
            nest.assert_same_structure(old, new)
        if not self.decoder.tracks_own_finished:
            next_finished = tf.logical_or(next_finished, finished)
        lengths = tf.where(tf.logical_not(finished), tf.fill(tf.shape(lengths), time + 1), lengths)
        if self.impute:
            outputs = nest.map_structure(lambda new, zero: tf.where(finished, zero, new), outputs, self.zeros)
            next_state = nest.map_structure(lambda new, old: _kept(finished, old, new), next_state, state)
        arrays = nest.map_structure(lambda array, value: array.write(time, value), arrays, outputs)
        return time + 1, arrays, next_state, next_inputs, next_finished, lengths


def _kept(finished, old, new):
    """The old rows of a state where the sequence has ended; scalars and arrays are those of all sequences."""
    if isinstance(old, tf.TensorArray):
        return new
    new.set_shape(old.shape)
    return new if new.shape.rank == 0 else tf.where(finished, old, new)
