"""tf.contrib.crf: linear-chain conditional random fields (Lafferty, McCallum and Pereira 2001).

A sequence of tags scores the sum of its tags' scores, `inputs` [batch, time, tags], and of the scores of neighbours,
`transition_params` [tags, tags]. Its likelihood is the exponential of that, divided by the sum for all sequences.
"""

from __future__ import annotations

import numpy as np

import minitf as tf
from minitf.contrib.framework.tensors import smart_cond
from minitf.framework.shape import dimension_value
from minitf.rnn.cell import RNNCell


def crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params):
    """The score of each sequence of tags, [batch].

    inputs: floats [batch, time, tags]; tag_indices: integers [batch, time]; sequence_lengths: integers
    [batch]; transition_params: floats [tags, tags].
    """
    return _by_length(
        inputs,
        lambda: _score_of_one(inputs, tag_indices, sequence_lengths),
        lambda: (
            crf_unary_score(tag_indices, sequence_lengths, inputs)
            + crf_binary_score(tag_indices, sequence_lengths, transition_params)
        ),
    )


def _by_length(inputs, of_one, of_many):
    """What a function gives for sequences of one step, or of more, as the inputs turn out to have."""
    steps = dimension_value(inputs.shape[1]) or tf.shape(inputs)[1]
    return smart_cond(tf.equal(steps, 1), of_one, of_many)


def _score_of_one(inputs, tag_indices, sequence_lengths):
    batch = tf.shape(inputs, out_type=tag_indices.dtype)[0]
    rows = tf.reshape(tf.range(batch, dtype=tag_indices.dtype), [-1, 1])
    scores = tf.gather_nd(tf.squeeze(inputs, [1]), tf.concat([rows, tag_indices], axis=1))
    return _zero_where_empty(scores, sequence_lengths)


def _zero_where_empty(values, sequence_lengths):
    return tf.where(tf.less_equal(sequence_lengths, 0), tf.zeros_like(values), values)


def crf_multitag_sequence_score(inputs, tag_bitmap, sequence_lengths, transition_params):
    """The logarithm of the summed exponentials of the scores of all sequences that a bitmap allows, [batch].

    tag_bitmap: bools [batch, time, tags], the tags that are allowed at each step; the other arguments are
    those of `crf_sequence_score`.
    """

    def allowed():
        return tf.where(tag_bitmap, inputs, tf.fill(tf.shape(inputs), float("-inf")))

    return _by_length(
        inputs,
        lambda: tf.reduce_logsumexp(allowed(), axis=[1, 2]),
        lambda: crf_log_norm(allowed(), sequence_lengths, transition_params),
    )


def crf_log_norm(inputs, sequence_lengths, transition_params):
    """The logarithm of the summed exponentials of the scores of all sequences, [batch].

    Arguments as those of `crf_sequence_score`.
    """
    first = tf.squeeze(tf.slice(inputs, [0, 0, 0], [-1, 1, -1]), [1])

    def of_one():
        return _zero_where_empty(tf.reduce_logsumexp(first, [1]), sequence_lengths)

    def of_many():
        rest = tf.slice(inputs, [0, 1, 0], [-1, -1, -1])
        cell = CrfForwardRnnCell(transition_params)
        steps = _steps_after_the_first(sequence_lengths)
        _, alphas = tf.nn.dynamic_rnn(cell, rest, steps, first, tf.float32)
        return _zero_where_empty(tf.reduce_logsumexp(alphas, [1]), sequence_lengths)

    return _by_length(inputs, of_one, of_many)


def _steps_after_the_first(sequence_lengths):
    zero = tf.constant(0, dtype=sequence_lengths.dtype)
    return tf.maximum(zero, sequence_lengths - 1)


def crf_log_likelihood(inputs, tag_indices, sequence_lengths, transition_params=None):
    """The logarithm of the likelihood of each sequence of tags, [batch], and the transition scores.

    Arguments as those of `crf_sequence_score`; without transition_params a variable `transitions` is made.

    >>> import minitf as tf
    >>> scores = tf.zeros([1, 2, 3])
    >>> found, _ = tf.contrib.crf.crf_log_likelihood(
    ...     scores, tf.constant([[0, 1]]), tf.constant([2]), tf.zeros([3, 3]))
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.exp(-found)).round())  # one of nine
    [9.]
    """
    inputs, tag_indices = tf.convert_to_tensor(inputs), tf.convert_to_tensor(tag_indices)
    sequence_lengths = tf.convert_to_tensor(sequence_lengths)
    if transition_params is None:
        tags = dimension_value(inputs.shape[2])
        transition_params = tf.get_variable("transitions", [tags, tags])
    scores = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    norm = crf_log_norm(inputs, sequence_lengths, transition_params)
    return scores - norm, transition_params


def crf_unary_score(tag_indices, sequence_lengths, inputs):
    """The sum of the scores of each sequence's tags, [batch]; arguments as those of `crf_sequence_score`."""
    batch, steps, tags = (tf.shape(inputs)[axis] for axis in range(3))
    flat = tf.reshape(inputs, [-1])
    offsets = tf.expand_dims(tf.range(batch) * steps * tags, 1)
    offsets += tf.expand_dims(tf.range(steps) * tags, 0)
    if tag_indices.dtype == tf.int64:
        offsets = tf.cast(offsets, tf.int64)
    scores = tf.reshape(tf.gather(flat, tf.reshape(offsets + tag_indices, [-1])), [batch, steps])
    return tf.reduce_sum(scores * _mask(tag_indices, sequence_lengths), 1)


def crf_binary_score(tag_indices, sequence_lengths, transition_params):
    """The sum of the scores of each sequence's neighbours, [batch]; arguments as `crf_sequence_score`."""
    tags = transition_params.shape[0]
    count = tf.shape(tag_indices)[1] - 1
    before = tf.slice(tag_indices, [0, 0], [-1, count])
    after = tf.slice(tag_indices, [0, 1], [-1, count])
    pairs = before * tags + after
    scores = tf.gather(tf.reshape(transition_params, [-1]), pairs)
    mask = tf.slice(_mask(tag_indices, sequence_lengths), [0, 1], [-1, -1])
    return tf.reduce_sum(scores * mask, 1)


def _mask(tag_indices, sequence_lengths):
    return tf.sequence_mask(sequence_lengths, maxlen=tf.shape(tag_indices)[1], dtype=tf.float32)


class _OverTags(RNNCell):
    """A cell whose state is a score for each tag."""

    def __init__(self, transition_params):
        self._transition_params = tf.expand_dims(transition_params, 0)
        self._tags = dimension_value(transition_params.shape[0])

    state_size = property(lambda self: self._tags, doc="The number of tags.")
    output_size = property(lambda self: self._tags, doc="The number of tags.")

    def _of_pairs(self, state):
        """The scores of all pairs of a last tag and a next one, [batch, tags, tags]."""
        return tf.expand_dims(state, 2) + self._transition_params


class CrfForwardRnnCell(_OverTags):
    """Sums over all sequences, in logarithms: a step of the forward algorithm (Rabiner 1989)."""

    def __call__(self, inputs, state, scope=None):
        """(new state, new state), [batch, tags], for the scores of a step's tags."""
        state = inputs + tf.reduce_logsumexp(self._of_pairs(state), [1])
        return state, state


class CrfDecodeForwardRnnCell(_OverTags):
    """The best sequences so far: a step of the Viterbi algorithm."""

    def __call__(self, inputs, state, scope=None):
        """(the best last tag for each next one, new state), [batch, tags]."""
        scores = self._of_pairs(state)
        new_state = inputs + tf.reduce_max(scores, [1])
        return tf.cast(tf.argmax(scores, 1), tf.int32), new_state


class CrfDecodeBackwardRnnCell(RNNCell):
    """Goes back along the best sequence: a step from a tag to the one before it."""

    def __init__(self, num_tags: int):
        self._num_tags = num_tags

    state_size = property(lambda self: 1, doc="One tag.")
    output_size = property(lambda self: 1, doc="One tag.")

    def __call__(self, inputs, state, scope=None):
        """(the tag before, the same), [batch, 1], from the best last tags, [batch, tags]."""
        tag = tf.squeeze(state, axis=[1])
        places = tf.stack([tf.range(tf.shape(inputs)[0]), tag], axis=1)
        before = tf.expand_dims(tf.gather_nd(inputs, places), axis=-1)
        return before, before


def crf_decode(potentials, transition_params, sequence_length):
    """The tags of the best sequences, integers [batch, time], and their scores, [batch].

    potentials: floats [batch, time, tags]; transition_params: floats [tags, tags]; sequence_length: integers [batch].
    """
    potentials, sequence_length = tf.convert_to_tensor(potentials), tf.convert_to_tensor(sequence_length)

    def of_one():
        scores = tf.squeeze(potentials, [1])
        tags = tf.expand_dims(tf.argmax(scores, axis=1), 1)
        best = tf.reduce_max(scores, axis=1)
        return tf.cast(tags, tf.int32), best

    return _by_length(potentials, of_one, lambda: _viterbi(potentials, transition_params, sequence_length))


def _viterbi(potentials, transition_params, sequence_length):
    forward = CrfDecodeForwardRnnCell(transition_params)
    first = tf.squeeze(tf.slice(potentials, [0, 0, 0], [-1, 1, -1]), axis=[1])
    rest = tf.slice(potentials, [0, 1, 0], [-1, -1, -1])
    steps = _steps_after_the_first(sequence_length)
    before, scores = tf.nn.dynamic_rnn(forward, rest, steps, first, tf.int32)
    before = tf.reverse_sequence(before, steps, seq_axis=1)
    backward = CrfDecodeBackwardRnnCell(dimension_value(potentials.shape[2]))
    last = tf.expand_dims(tf.cast(tf.argmax(scores, axis=1), tf.int32), axis=-1)
    tags, _ = tf.nn.dynamic_rnn(backward, before, steps, last, tf.int32)
    tags = tf.concat([last, tf.squeeze(tags, axis=[2])], axis=1)
    return tf.reverse_sequence(tags, sequence_length, seq_axis=1), tf.reduce_max(scores, axis=1)


def viterbi_decode(score, transition_params):
    """The best sequence, a list of tags, and its score; of arrays [time, tags] and [tags, tags].

    >>> import numpy as np
    >>> viterbi_decode(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[0.0, 2.0], [0.0, 0.0]]))[0]
    [0, 1]
    """
    score, transition_params = np.asarray(score), np.asarray(transition_params)
    best, before = [score[0]], []
    for step in score[1:]:
        pairs = best[-1][:, None] + transition_params
        best.append(step + pairs.max(0))
        before.append(pairs.argmax(0))
    tags = [int(best[-1].argmax())]
    for earlier in reversed(before):
        tags.append(int(earlier[tags[-1]]))
    return tags[::-1], best[-1].max()
