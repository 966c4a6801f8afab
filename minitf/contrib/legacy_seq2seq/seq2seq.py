"""Encoder-decoder networks over lists of time steps (Sutskever et al. 2014, Cho et al. 2014).

Arguments that the functions share: `cell` is an RNNCell; encoder_inputs and decoder_inputs are lists of
tensors, [batch, n] or, where a function embeds them, integer symbols [batch]; output_projection is None (the
decoder's cell gets a projection onto the symbols) or a pair (weights [cell.output_size, symbols], biases
[symbols]), which finds the symbol to feed back while the outputs stay unprojected; feed_previous, a bool or a
bool scalar tensor, says whether the decoder is fed its own last symbol (only the first of decoder_inputs is
used then); dtype is that of the initial state; scope names the variables. Each returns (outputs, state): a
list with one tensor for each decoder step, and the decoder's last state.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import minitf as tf
from minitf.contrib import rnn
from minitf.framework import nest


def rnn_decoder(decoder_inputs, initial_state, cell, loop_function: Callable | None = None, scope=None):
    """Runs `cell` over a list of inputs, from a given state: (outputs, state).

    loop_function: makes each input but the first from the output before it, `loop_function(output, step)`;
    without it decoder_inputs are used.

    >>> import minitf as tf
    >>> cell = tf.nn.rnn_cell.GRUCell(4)
    >>> outputs, state = rnn_decoder([tf.zeros([2, 3])] * 5, cell.zero_state(2, tf.float32), cell)
    >>> len(outputs), state.shape.as_list()
    (5, [2, 4])
    """
    with tf.variable_scope(scope or "rnn_decoder"):
        state, outputs = initial_state, []
        for i, step_input in enumerate(decoder_inputs):
            if i > 0:
                tf.get_variable_scope().reuse_variables()
                step_input = fed_back(loop_function, step_input, outputs, i)
            output, state = cell(step_input, state)
            outputs.append(output)
    return outputs, state


def fed_back(loop_function: Callable | None, step_input, outputs: list, i: int):
    """The input of step i: what loop_function makes of the last output, if there is one."""
    if loop_function is None:
        return step_input
    with tf.variable_scope("loop_function", reuse=True):
        return loop_function(outputs[-1], i)


def basic_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, dtype=tf.float32, scope=None):
    """A decoder that starts from the last state of an encoder with weights of its own: (outputs, state)."""
    with tf.variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = tf.nn.static_rnn(copy.deepcopy(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(
    encoder_inputs, decoder_inputs, cell, loop_function: Callable | None = None, dtype=tf.float32, scope=None
):
    """Encoder and decoder with the same weights: (outputs, state); loop_function is `rnn_decoder`'s."""
    with tf.variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = tf.nn.static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        tf.get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function=loop_function, scope=scope)


def embedding_rnn_decoder(
    decoder_inputs,
    initial_state,
    cell,
    num_symbols: int,
    embedding_size: int,
    output_projection=None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    scope=None,
):
    """`rnn_decoder` over symbols [batch], embedded by a variable [num_symbols, embedding_size]: (outputs, state).

    update_embedding_for_previous: whether gradients reach the embedding through the symbols that are fed back.

    Raises:
      ValueError: if output_projection has other shapes than described above.
    """
    with tf.variable_scope(scope or "embedding_rnn_decoder") as entered:
        check_projection(output_projection, num_symbols, entered.dtype)
        embedding = tf.get_variable("embedding", [num_symbols, embedding_size])
        loop_function = (
            feed_argmax(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        )
        embedded = (tf.nn.embedding_lookup(embedding, symbols) for symbols in decoder_inputs)
        return rnn_decoder(embedded, initial_state, cell, loop_function=loop_function)


def check_projection(output_projection, num_symbols: int, dtype) -> None:
    """Raises ValueError unless the projection is None, or weights [n, num_symbols] and biases."""
    if output_projection is None:
        return
    for part, shape in zip(output_projection, ([None, num_symbols], [num_symbols]), strict=True):
        part = tf.convert_to_tensor(part, dtype=dtype)
        if not part.shape.is_compatible_with(shape):
            raise ValueError(
                f"output_projection is (weights [n, {num_symbols}], biases [{num_symbols}]); {part.name} has "
                f"shape {part.shape}"
            )


def feed_argmax(embedding, output_projection=None, update_embedding: bool = True) -> Callable:
    """A loop function that embeds the likeliest symbol of the output before."""

    def loop_function(output, _):
        if output_projection is not None:
            output = tf.nn.xw_plus_b(output, *output_projection)
        embedded = tf.nn.embedding_lookup(embedding, tf.argmax(output, 1))
        return embedded if update_embedding else tf.stop_gradient(embedded)

    return loop_function


def embedding_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """`basic_rnn_seq2seq` over symbols [batch], which are embedded: (outputs, state).

    outputs: tensors [batch, num_decoder_symbols], or [batch, cell.output_size] if an output_projection is given.
    """
    with tf.variable_scope(scope or "embedding_rnn_seq2seq") as entered:
        if dtype is not None:
            entered.set_dtype(dtype)
        encoder = rnn.EmbeddingWrapper(
            copy.deepcopy(cell), embedding_classes=num_encoder_symbols, embedding_size=embedding_size
        )
        _, encoder_state = tf.nn.static_rnn(encoder, encoder_inputs, dtype=dtype or entered.dtype)
        if output_projection is None:
            cell = rnn.OutputProjectionWrapper(cell, num_decoder_symbols)

        def decoder(feed: bool, update_embedding: bool):
            return embedding_rnn_decoder(
                decoder_inputs,
                encoder_state,
                cell,
                num_decoder_symbols,
                embedding_size,
                output_projection=output_projection,
                feed_previous=feed,
                update_embedding_for_previous=update_embedding,
            )

        return either_way(feed_previous, decoder)


def either_way(feed_previous, decoder: Callable):
    """`decoder(feed, update_embedding)` if feed_previous is known, or else a cond of both, with the same variables."""
    if not isinstance(feed_previous, tf.Tensor):
        return decoder(bool(feed_previous), True)

    def branch(feed: bool):
        with tf.variable_scope(tf.get_variable_scope(), reuse=None if feed else True):
            outputs, state = decoder(feed, False)
            structures.append(state)
            return outputs + nest.flatten(state)

    structures: list = []
    flat = tf.cond(feed_previous, lambda: branch(True), lambda: branch(False), strict=True)
    count = len(flat) - len(nest.flatten(structures[0]))
    return flat[:count], nest.pack_sequence_as(structures[0], flat[count:])


def embedding_tied_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_symbols: int,
    embedding_size: int,
    num_decoder_symbols: int | None = None,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """`tied_rnn_seq2seq` over symbols [batch] of one embedding for encoder and decoder: (outputs, state).

    num_decoder_symbols: how many symbols the outputs stand for, if fewer than num_symbols.
    """
    with tf.variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as entered:
        check_projection(output_projection, num_symbols, entered.dtype)
        embedding = tf.get_variable("embedding", [num_symbols, embedding_size], dtype=entered.dtype)
        encoder_inputs = [tf.nn.embedding_lookup(embedding, x) for x in encoder_inputs]
        decoder_inputs = [tf.nn.embedding_lookup(embedding, x) for x in decoder_inputs]
        if output_projection is None:
            cell = rnn.OutputProjectionWrapper(cell, num_decoder_symbols or num_symbols)

        def decoder(feed: bool, update_embedding: bool):
            loop_function = feed_argmax(embedding, output_projection, update_embedding) if feed else None
            return tied_rnn_seq2seq(
                encoder_inputs, decoder_inputs, cell, loop_function=loop_function, dtype=entered.dtype
            )

        return either_way(feed_previous, decoder)


def one2many_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs_dict: dict,
    enc_cell,
    dec_cells_dict: dict,
    num_encoder_symbols: int,
    num_decoder_symbols_dict: dict,
    embedding_size: int,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """One encoder with several decoders, by name: ({name: outputs}, {name: state})."""
    outputs, states = {}, {}
    with tf.variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as entered:
        encoder = rnn.EmbeddingWrapper(enc_cell, embedding_classes=num_encoder_symbols, embedding_size=embedding_size)
        _, encoder_state = tf.nn.static_rnn(encoder, encoder_inputs, dtype=entered.dtype)
        for name, decoder_inputs in decoder_inputs_dict.items():
            symbols = num_decoder_symbols_dict[name]
            with tf.variable_scope(f"one2many_decoder_{name}"):
                cell = rnn.OutputProjectionWrapper(dec_cells_dict[name], symbols)

                def decoder(feed: bool, update_embedding: bool, cell=cell, symbols=symbols, steps=decoder_inputs):
                    return embedding_rnn_decoder(
                        steps,
                        encoder_state,
                        cell,
                        symbols,
                        embedding_size,
                        feed_previous=feed,
                        update_embedding_for_previous=update_embedding,
                    )

                outputs[name], states[name] = either_way(feed_previous, decoder)
    return outputs, states
