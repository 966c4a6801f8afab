"""A decoder that attends over the encoder's outputs (Bahdanau et al. 2014), over lists of time steps."""

from __future__ import annotations

import copy
from collections.abc import Callable

import minitf as tf
from minitf.contrib import rnn
from minitf.contrib.legacy_seq2seq.seq2seq import check_projection, either_way, fed_back, feed_argmax
from minitf.framework import nest
from minitf.rnn.linear import linear


class _Memory:
    """Rows to attend over, with the features that queries are compared with; `num_heads` ways of looking."""

    def __init__(self, states, num_heads: int, dtype):
        length, self.size = states.shape.sizes[1], states.shape.sizes[2]
        self.rows, self.dtype = states, dtype
        self._length = tf.shape(states)[1] if length is None else length
        flat = tf.reshape(states, [-1, self.size])
        self._features, self._v = [], []
        for head in range(num_heads):
            weights = tf.get_variable(f"AttnW_{head}", [1, 1, self.size, self.size], dtype=dtype)
            features = tf.matmul(flat, tf.reshape(weights, [self.size, self.size]))  # a 1x1 convolution
            self._features.append(tf.reshape(features, [-1, self._length, self.size]))
            self._v.append(tf.get_variable(f"AttnV_{head}", [self.size], dtype=dtype))

    def zeros(self, batch) -> list:
        """What is attended to before the first step: one tensor [batch, size] for each head."""
        zeros = [tf.zeros(tf.stack([batch, self.size]), dtype=self.dtype) for _ in self._v]
        for attention in zeros:
            attention.set_shape([None, self.size])
        return zeros

    def read(self, query) -> list:
        """The rows' mean weighted by their fit to `query` (a state), for each head: tensors [batch, size]."""
        if nest.is_sequence(query):
            query = tf.concat(nest.flatten(query), 1)
        return [self._read(query, head) for head in range(len(self._v))]

    def _read(self, query, head: int):
        with tf.variable_scope(f"Attention_{head}"):
            y = tf.reshape(linear(query, self.size, True), [-1, 1, self.size])
            y = tf.cast(y, self.dtype)
            scores = tf.reduce_sum(self._v[head] * tf.tanh(self._features[head] + y), [2])
            share = tf.cast(tf.nn.softmax(tf.cast(scores, tf.float32)), self.dtype)
            attention = tf.reduce_sum(tf.reshape(share, [-1, self._length, 1]) * self.rows, [1])
            return tf.reshape(attention, [-1, self.size])


def attention_decoder(
    decoder_inputs,
    initial_state,
    attention_states,
    cell,
    output_size: int | None = None,
    num_heads: int = 1,
    loop_function: Callable | None = None,
    dtype=None,
    scope=None,
    initial_state_attention: bool = False,
):
    """`rnn_decoder` that mixes what it attends to into each input and output: (outputs, state).

    attention_states: [batch, length, size], the rows attended over by num_heads heads. output_size: columns
    of the outputs (default: cell.output_size). initial_state_attention: attend with the initial state before
    the first step, instead of starting from zeros.

    Raises:
      ValueError: if decoder_inputs is empty, num_heads < 1, or the rows' size is unknown.
    """
    _check(decoder_inputs, num_heads, attention_states)
    output_size = cell.output_size if output_size is None else output_size
    with tf.variable_scope(scope or "attention_decoder", dtype=dtype) as entered:
        dtype, outputs, state = entered.dtype, [], initial_state
        batch = tf.shape(decoder_inputs[0])[0]
        memory = _Memory(attention_states, num_heads, dtype)
        attentions = memory.read(initial_state) if initial_state_attention else memory.zeros(batch)
        for i, step_input in enumerate(decoder_inputs):
            if i > 0:
                tf.get_variable_scope().reuse_variables()
                step_input = fed_back(loop_function, step_input, outputs, i)
            width = step_input.shape.with_rank(2).sizes[1]
            if width is None:
                raise ValueError(f"attention_decoder: an input of unknown width, {step_input.name}: {step_input.shape}")
            mixed = linear([tf.cast(t, dtype) for t in [step_input, *attentions]], width, True)
            output, state = cell(mixed, state)
            if i == 0 and initial_state_attention:
                with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                    attentions = memory.read(state)
            else:
                attentions = memory.read(state)
            with tf.variable_scope("AttnOutputProjection"):
                outputs.append(linear([tf.cast(output, dtype), *attentions], output_size, True))
    return outputs, state


def _check(decoder_inputs, num_heads: int, attention_states) -> None:
    if not decoder_inputs:
        raise ValueError("attention_decoder: decoder_inputs is empty; it needs at least one time step")
    if num_heads < 1:
        raise ValueError(f"attention_decoder: num_heads has to be at least 1, not {num_heads}")
    if attention_states.shape.rank != 3 or attention_states.shape.sizes[2] is None:
        raise ValueError(
            f"attention_decoder: attention_states is [batch, length, size] with a known size; "
            f"{attention_states.name} has shape {attention_states.shape}"
        )


def embedding_attention_decoder(
    decoder_inputs,
    initial_state,
    attention_states,
    cell,
    num_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_size: int | None = None,
    output_projection=None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    dtype=None,
    scope=None,
    initial_state_attention: bool = False,
):
    """`attention_decoder` over symbols [batch], embedded by a variable [num_symbols, embedding_size]:
    (outputs, state).
    """
    output_size = cell.output_size if output_size is None else output_size
    if output_projection is not None:
        check_projection((tf.convert_to_tensor(output_projection[0]), output_projection[1]), num_symbols, None)
    with tf.variable_scope(scope or "embedding_attention_decoder", dtype=dtype):
        embedding = tf.get_variable("embedding", [num_symbols, embedding_size])
        loop_function = (
            feed_argmax(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        )
        embedded = [tf.nn.embedding_lookup(embedding, symbols) for symbols in decoder_inputs]
        how = {"loop_function": loop_function, "initial_state_attention": initial_state_attention}
        return attention_decoder(embedded, initial_state, attention_states, cell, output_size, num_heads, **how)


def embedding_attention_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
    initial_state_attention: bool = False,
):
    """`embedding_rnn_seq2seq` whose decoder attends over the encoder's outputs: (outputs, state)."""
    with tf.variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as entered:
        encoder = rnn.EmbeddingWrapper(
            copy.deepcopy(cell), embedding_classes=num_encoder_symbols, embedding_size=embedding_size
        )
        encoder_outputs, encoder_state = tf.nn.static_rnn(encoder, encoder_inputs, dtype=entered.dtype)
        rows = tf.concat([tf.reshape(e, [-1, 1, cell.output_size]) for e in encoder_outputs], 1)
        output_size = None
        if output_projection is None:
            cell = rnn.OutputProjectionWrapper(cell, num_decoder_symbols)
            output_size = num_decoder_symbols

        def decoder(feed: bool, update_embedding: bool):
            return embedding_attention_decoder(
                decoder_inputs,
                encoder_state,
                rows,
                cell,
                num_decoder_symbols,
                embedding_size,
                num_heads=num_heads,
                output_size=output_size,
                output_projection=output_projection,
                feed_previous=feed,
                update_embedding_for_previous=update_embedding,
                initial_state_attention=initial_state_attention,
            )

        return either_way(feed_previous, decoder)
