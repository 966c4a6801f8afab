"""Beam search: the likeliest sequences found by keeping the best few at each step."""

from __future__ import annotations

import collections
from collections.abc import Callable

import numpy as np

import minitf as tf
from minitf.contrib.seq2seq.attention_wrapper import AttentionWrapperState
from minitf.contrib.seq2seq.basic_decoder import check_layer, projected_size
from minitf.contrib.seq2seq.beams import Beams
from minitf.contrib.seq2seq.decoder import Decoder
from minitf.contrib.seq2seq.helper import embedding_function, scalar_and_vector
from minitf.framework import nest
from minitf.framework.getter import getter
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.layers.base import Layer
from minitf.ops.nn.beam_search import gather_tree
from minitf.rnn.cell import assert_like_rnncell


class BeamSearchDecoderState(
    collections.namedtuple(
        "BeamSearchDecoderState", ("cell_state", "log_probs", "finished", "lengths", "accumulated_attention_probs")
    )
):
    """The state of a BeamSearchDecoder; all but cell_state start with [batch, beams]."""

    __slots__ = ()


class BeamSearchDecoderOutput(
    collections.namedtuple("BeamSearchDecoderOutput", ("scores", "predicted_ids", "parent_ids"))
):
    """One step's scores, symbols and the beams they continue, each [batch, beams]."""

    __slots__ = ()


class FinalBeamSearchDecoderOutput(
    collections.namedtuple("FinalBeamSearchDecoderOutput", ("predicted_ids", "beam_search_decoder_output"))
):
    """The symbols of the beams found, best first, [batch, time, beams], and the outputs of all steps."""

    __slots__ = ()


class BeamSearchDecoder(Decoder):
    """Keeps the `beam_width` best continuations of each sequence at each step; `dynamic_decode` repeats it.

    cell: an RNNCell; embedding: a variable [symbols, n] or a function of symbols; start_tokens: integers
    [batch]; end_token: an integer; initial_state: the cell's, [batch * beam_width, ...] (see `tile_batch`);
    output_layer: a layer from the cell's outputs to the symbols. length_penalty_weight and
    coverage_penalty_weight: a beam's score is its log probability divided by ((5 + length) / 6) **
    length_penalty_weight, plus the coverage of the memory times the other (Wu et al. 2016).
    reorder_tensor_arrays: bring TensorArrays in the final state into the order of the final beams.

    The final outputs are a FinalBeamSearchDecoderOutput.
    """

    tracks_own_finished = True

    def __init__(
        self,
        cell,
        embedding,
        start_tokens,
        end_token,
        initial_state,
        beam_width: int,
        output_layer: Layer | None = None,
        length_penalty_weight: float = 0.0,
        coverage_penalty_weight: float = 0.0,
        reorder_tensor_arrays: bool = True,
    ):
        assert_like_rnncell("cell", cell)
        check_layer("BeamSearchDecoder", output_layer)
        self._cell, self._output_layer, self._reorder = cell, output_layer, reorder_tensor_arrays
        self._embed: Callable = embedding_function(embedding)
        start_tokens, self._end_token = scalar_and_vector("BeamSearchDecoder", start_tokens, end_token)
        self._beams = Beams(tf.size(start_tokens), beam_width)
        self._scoring = _Scoring(length_penalty_weight, coverage_penalty_weight)
        self._initial_cell_state = nest.map_structure(self._beams.split, initial_state)
        self._start_inputs = self._embed(tf.tile(tf.expand_dims(start_tokens, 1), [1, beam_width]))

    batch_size = getter("_beams.batch", "The number of sequences (not of beams).")

    @property
    def _dtype(self):
        return nest.flatten(self._initial_cell_state)[0].dtype.base_dtype

    @property
    def output_size(self) -> BeamSearchDecoderOutput:
        """One number for each beam."""
        return BeamSearchDecoderOutput(*[TensorShape([self._beams.width])] * 3)

    @property
    def output_dtype(self) -> BeamSearchDecoderOutput:
        """The state's type for scores, int32 for symbols and beams."""
        sizes = projected_size(self._cell, self._output_layer)
        scores = nest.map_structure(lambda _: self._dtype, sizes)
        return BeamSearchDecoderOutput(scores, tf.int32, tf.int32)

    def initialize(self, name=None):
        """`(finished, inputs, state)`: only the first beam of each sequence counts, the others are copies of it."""
        first = tf.zeros([self.batch_size], dtype=tf.int32)
        dtype, width = self._dtype, self._beams.width
        finished = tf.one_hot(first, width, on_value=False, off_value=True, dtype=tf.bool)
        log_probs = tf.one_hot(first, width, on_value=tf.constant(0.0, dtype), off_value=tf.constant(-np.inf, dtype))
        lengths = tf.zeros([self.batch_size, width], dtype=tf.int64)
        covered = self._scoring.attention(self._initial_cell_state)
        state = BeamSearchDecoderState(self._initial_cell_state, log_probs, finished, lengths, covered)
        return finished, self._start_inputs, state

    def step(self, time, inputs, state, name=None):
        """One step: `(outputs, next_state, next_inputs, finished)`."""
        with name_scope(name, "BeamSearchDecoderStep"):
            merged = nest.map_structure(self._beams.merged, state.cell_state)
            outputs, cell_state = self._cell(nest.map_structure(self._beams.merged, inputs), merged)
            outputs = nest.map_structure(self._beams.split, outputs)
            cell_state = nest.map_structure(self._beams.split, cell_state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            output, next_state = self._continued(outputs, cell_state, state)
            next_inputs = tf.cond(
                tf.reduce_all(next_state.finished),
                lambda: self._start_inputs,
                lambda: self._embed(output.predicted_ids),
            )
        return output, next_state, next_inputs, next_state.finished

    def _continued(self, logits, cell_state, state: BeamSearchDecoderState) -> tuple:
        """The best continuations of the beams by each symbol, and the state of the beams they make."""
        beams, running = self._beams, tf.logical_not(state.finished)
        symbols = logits.shape.sizes[-1] or tf.shape(logits)[-1]
        step = _only_end(tf.nn.log_softmax(logits), self._end_token, state.finished)
        log_probs = tf.expand_dims(state.log_probs, 2) + step
        covered = self._scoring.covered(state.accumulated_attention_probs, cell_state, running)
        lengths = self._lengths(symbols, running, state.lengths)
        scores = self._scoring.scores(log_probs, lengths, state.finished, covered)
        best, places = tf.nn.top_k(tf.reshape(scores, [beams.batch, -1]), k=beams.width)
        for tensor in (best, places):
            tensor.set_shape([beams.static_batch, beams.width])
        words = tf.cast(tf.mod(places, symbols, name="next_beam_word_ids"), tf.int32)
        parents = tf.cast(tf.floordiv(places, symbols), tf.int32, name="next_beam_parent_ids")
        was_finished = beams.picked(state.finished, parents, beams.width)
        next_state = BeamSearchDecoderState(
            cell_state=nest.map_structure(lambda t: beams.reordered(t, parents), cell_state),
            log_probs=beams.picked(log_probs, places, beams.width * symbols, name="next_beam_probs"),
            finished=tf.logical_or(was_finished, tf.equal(words, self._end_token), name="next_beam_finished"),
            lengths=beams.picked(state.lengths, parents, beams.width) + tf.cast(tf.logical_not(was_finished), tf.int64),
            accumulated_attention_probs=nest.map_structure(lambda t: beams.reordered(t, parents), covered),
        )
        return BeamSearchDecoderOutput(best, words, parents), next_state

    def _lengths(self, symbols, running, lengths):
        """The length of each beam continued by each symbol: one more, but for the end and after it."""
        end = tf.fill([self._beams.batch, self._beams.width], self._end_token)
        more = tf.one_hot(end, symbols, on_value=tf.constant(0, tf.int64), off_value=tf.constant(1, tf.int64))
        return more * tf.expand_dims(tf.cast(running, tf.int64), 2) + tf.expand_dims(lengths, 2)

    def finalize(self, outputs, final_state, sequence_lengths):
        """The beams' symbols from first to last step, and the state."""
        longest = tf.cast(tf.reduce_max(final_state.lengths, axis=1), tf.int32)
        ids = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._end_token)
        if self._reorder:
            cell_state = nest.map_structure(
                lambda t: (
                    self._beams.followed_back(t, outputs.parent_ids, final_state.lengths)
                    if isinstance(t, tf.TensorArray)
                    else t
                ),
                final_state.cell_state,
            )
            final_state = final_state._replace(cell_state=cell_state)
        return FinalBeamSearchDecoderOutput(ids, outputs), final_state


def _only_end(log_probs, end_token, finished):
    """Log probabilities [batch, beams, symbols] where finished beams can only be continued by the end."""
    symbols = tf.shape(log_probs)[2]
    dtype = log_probs.dtype.base_dtype
    row = tf.one_hot(end_token, symbols, on_value=tf.constant(0.0, dtype), off_value=tf.constant(dtype.min, dtype))
    ended = tf.tile(tf.reshape(row, [1, 1, -1]), tf.concat([tf.shape(finished), [1]], 0))
    return tf.where(tf.tile(tf.expand_dims(finished, 2), [1, 1, symbols]), ended, log_probs)


class _Scoring:
    """How log probabilities become scores: penalties for length and for memory not attended to."""

    def __init__(self, length_weight, coverage_weight):
        self._length_weight, self._coverage_weight = length_weight, coverage_weight
        self._covers = isinstance(coverage_weight, tf.Tensor) or coverage_weight != 0

    def scores(self, log_probs, lengths, finished, covered):
        """The scores of all continuations [batch, beams, symbols]."""
        scores, weight = log_probs, self._length_weight
        if isinstance(weight, tf.Tensor) or weight != 0:
            penalty = tf.div((5.0 + tf.cast(lengths, tf.float32)) ** weight, (5.0 + 1.0) ** weight)
            scores = log_probs / tf.cast(penalty, log_probs.dtype)
        if not self._covers:
            return scores
        covered = tf.where(tf.equal(covered, 0.0), tf.ones_like(covered), covered)
        coverage = tf.reduce_sum(tf.log(tf.minimum(covered, 1.0)), 2) * tf.cast(finished, tf.float32)
        return scores + tf.expand_dims(coverage * self._coverage_weight, 2)

    def covered(self, before, cell_state, running):
        """How much each row was attended to, [batch, beams, length]; () if it does not count."""
        if not self._covers:
            return ()
        return before + self.attention(cell_state) * tf.expand_dims(tf.cast(running, tf.float32), 2)

    def attention(self, cell_state):
        """The attention in a cell's state, the mean of several; () if it does not count."""
        if not self._covers:
            return ()
        several = nest.is_sequence(cell_state) and not isinstance(cell_state, AttentionWrapperState)
        states = nest.children(cell_state) if several else [cell_state]
        found = [_mean(s.alignments) for s in states if isinstance(s, AttentionWrapperState)]
        if not found:
            raise ValueError("coverage_penalty_weight needs a cell with attention (an AttentionWrapper)")
        return _mean(tuple(found) if len(found) > 1 else found[0])


def _mean(parts):
    return tf.reduce_mean(tf.stack(list(parts), -1), -1) if isinstance(parts, tuple) else parts
