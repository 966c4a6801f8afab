"""tf.contrib.seq2seq as TensorFlow 1.0 had it: decoders as functions of one step.

Luong et al. 2015 (https://arxiv.org/abs/1508.04025) and Bahdanau et al. 2014
(https://arxiv.org/abs/1409.0473) are the two kinds of attention.
"""

from __future__ import annotations

import minitf as tf
from minitf.as_tensorflow.zero.notes import note


def dynamic_rnn_decoder(
    cell,
    decoder_fn,
    inputs=None,
    sequence_length=None,
    parallel_iterations=None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope=None,
    name: str | None = None,
):
    """Runs a cell over what `decoder_fn` feeds it: (outputs, final state, final context state).

    decoder_fn: `(time, state, input, output, context) -> (done, state, input, output, context)`, first called
    with None for state and output. inputs: [batch, time, n] ([time, batch, n] if `time_major`) for training;
    without them `decoder_fn` makes its own inputs and says which rows are done. sequence_length: [batch].

    Raises:
      ValueError: if inputs have no rank of 3, or lengths come without inputs.
    """
    note("tf.contrib.seq2seq.dynamic_rnn_decoder")
    if inputs is None and sequence_length is not None:
        raise ValueError("dynamic_rnn_decoder: sequence_length is of the inputs, and none were given")
    with tf.variable_scope(scope or "rnn"), tf.name_scope(name, "dynamic_rnn_decoder"):
        step = _Trained(decoder_fn, inputs, sequence_length, time_major) if inputs is not None else decoder_fn
        outputs, state, kept = _decoded(cell, step, parallel_iterations, swap_memory)
        return outputs if time_major else tf.transpose(outputs, [1, 0, 2]), state, kept


class _Trained:
    """A decoder function fed the inputs of a training example; rows are done at their lengths."""

    def __init__(self, decoder_fn, inputs, sequence_length, time_major: bool):
        inputs = tf.convert_to_tensor(inputs)
        if inputs.shape.rank not in (None, 3):
            raise ValueError(f"dynamic_rnn_decoder: inputs have rank 3, not shape {inputs.shape}")
        self._decoder_fn = decoder_fn
        self._inputs = inputs if time_major else tf.transpose(inputs, [1, 0, 2])
        sizes = tf.shape(self._inputs)
        self._steps = sizes[0]
        whole = tf.fill([sizes[1]], self._steps)
        self._lengths = whole if sequence_length is None else tf.to_int32(sequence_length)
        self._array = tf.TensorArray(inputs.dtype, self._steps).unstack(self._inputs)

    def __call__(self, time, state, given, output, context):
        given = tf.cond(
            tf.less(time, self._steps), lambda: self._array.read(time), lambda: tf.zeros_like(self._inputs[0])
        )
        given.set_shape(self._inputs.shape[1:])
        done, state, given, output, context = self._decoder_fn(time, state, given, output, context)
        over = tf.greater_equal(time, self._lengths)
        return over if done is None else tf.logical_or(done, over), state, given, output, context


def _decoded(cell, step, parallel_iterations, swap_memory):
    """Outputs [time, batch, n], state and context of a cell that `step` steers."""

    def loop_fn(time, output, state, context):
        done, state, given, emitted, context = step(time, state, None, output, context)
        return done, given, state, emitted, context

    arrays, state, context = tf.nn.raw_rnn(cell, loop_fn, parallel_iterations, swap_memory, tf.get_variable_scope())
    return arrays.stack(), state, context


def simple_decoder_fn_train(encoder_state, name: str | None = None):
    """A decoder function that feeds the inputs; it starts with the encoder's state."""

    def decoder_fn(time, cell_state, cell_input, cell_output, context_state):
        first = cell_state is None
        return None, encoder_state if first else cell_state, cell_input, cell_output, context_state

    return decoder_fn


def attention_decoder_fn_train(
    encoder_state, attention_keys, attention_values, attention_score_fn, attention_construct_fn, name: str | None = None
):
    """A decoder function that feeds the inputs beside what the last output attends to.

    The attention's arguments are what `prepare_attention` gives.
    """

    def decoder_fn(time, cell_state, cell_input, cell_output, context_state):
        if cell_state is None:
            cell_state, attention = encoder_state, _no_attention(encoder_state)
        else:
            attention = attention_construct_fn(cell_output, attention_keys, attention_values)
            cell_output = attention
        return None, cell_state, tf.concat([cell_input, attention], 1), cell_output, context_state

    return decoder_fn


def simple_decoder_fn_inference(
    output_fn,
    encoder_state,
    embeddings,
    start_of_sequence_id: int,
    end_of_sequence_id: int,
    maximum_length: int,
    num_decoder_symbols: int,
    dtype=tf.int32,
    name: str | None = None,
):
    """A decoder function that feeds the embedding of the symbol it has just found the likeliest.

    output_fn: from the cell's output to [batch, num_decoder_symbols]. A row is done at
    `end_of_sequence_id`, and all are after `maximum_length` steps.
    """
    return _inference(
        output_fn,
        encoder_state,
        embeddings,
        start_of_sequence_id,
        end_of_sequence_id,
        maximum_length,
        num_decoder_symbols,
        dtype,
        None,
    )


def attention_decoder_fn_inference(
    output_fn,
    encoder_state,
    attention_keys,
    attention_values,
    attention_score_fn,
    attention_construct_fn,
    embeddings,
    start_of_sequence_id: int,
    end_of_sequence_id: int,
    maximum_length: int,
    num_decoder_symbols: int,
    dtype=tf.int32,
    name: str | None = None,
):
    """`simple_decoder_fn_inference` with attention, see `attention_decoder_fn_train`."""

    def attended(output):
        return attention_construct_fn(output, attention_keys, attention_values)

    return _inference(
        output_fn,
        encoder_state,
        embeddings,
        start_of_sequence_id,
        end_of_sequence_id,
        maximum_length,
        num_decoder_symbols,
        dtype,
        attended,
    )


def _inference(output_fn, encoder_state, embeddings, start, end, longest, symbols, dtype, attended):
    batch = tf.shape(_hidden(encoder_state))[0]

    def decoder_fn(time, cell_state, cell_input, cell_output, context_state):
        if cell_input is not None:
            raise ValueError(f"a decoder function of inference makes its own input, not {cell_input!r}")
        attention = None if attended is None else _no_attention(encoder_state)
        if cell_output is None:
            chosen = tf.fill([batch], tf.constant(start, dtype))
            done, cell_state, cell_output = tf.zeros([batch], tf.bool), encoder_state, tf.zeros([symbols])
        else:
            if attended is not None:
                cell_output = attention = attended(cell_output)
            cell_output = output_fn(cell_output)
            chosen = tf.cast(tf.argmax(cell_output, 1), dtype)
            done = tf.equal(chosen, end)
        given = tf.gather(embeddings, chosen)
        given = given if attention is None else tf.concat([given, attention], 1)
        done = tf.logical_or(done, tf.fill([batch], tf.greater(time, longest)))
        return done, cell_state, given, cell_output, context_state

    return decoder_fn


def _hidden(state):
    """The h of an encoder's state, of its last layer if there are several."""
    while isinstance(state, tuple) and not hasattr(state, "h"):
        state = state[-1]
    return state.h if hasattr(state, "h") else state


def _no_attention(encoder_state):
    return tf.zeros_like(_hidden(encoder_state))


def prepare_attention(attention_states, attention_option: str, num_units: int, reuse: bool = False):
    """Keys, values, score and construct functions of an attention, as the decoder functions want them.

    attention_states: [batch, time, n]. attention_option: "luong" or "bahdanau".

    Raises:
      ValueError: for another option.
    """
    if attention_option not in ("luong", "bahdanau"):
        raise ValueError(f"Unknown attention option {attention_option!r}: it is 'luong' or 'bahdanau'")
    with tf.variable_scope("attention_keys", reuse=reuse) as scope:
        keys = _linear(attention_states, num_units, scope)
    score = _score(num_units, attention_option, reuse)

    def construct(query, keys, values):
        with tf.variable_scope("attention_construct", reuse=reuse) as scope:
            context = score(query, keys, values)
            return _linear(tf.concat([query, context], 1), num_units, scope)

    return keys, attention_states, score, construct


def _linear(x, units: int, scope):
    return tf.contrib.layers.fully_connected(x, units, activation_fn=None, biases_initializer=None, scope=scope)


def _score(units: int, option: str, reuse: bool):
    """The function that weighs values by how well their keys fit a query."""
    with tf.variable_scope("attention_score", reuse=reuse):
        if option == "bahdanau":
            matrix = tf.get_variable("attnW", [units, units])
            vector = tf.get_variable("attnV", [units])

    def score(query, keys, values):
        if option == "bahdanau":
            query = tf.reshape(tf.matmul(query, matrix), [-1, 1, units])
            scores = tf.reduce_sum(vector * tf.tanh(keys + query), [2])
        else:
            scores = tf.reduce_sum(keys * tf.reshape(query, [-1, 1, units]), [2])
        weights = tf.expand_dims(tf.nn.softmax(scores), 2)
        context = tf.reduce_sum(weights * values, [1])
        context.set_shape([None, units])
        return context

    return score
