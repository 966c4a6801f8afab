"""Helpers: where a decoder's inputs come from, and how outputs are sampled."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.contrib.rnn import transpose_batch_time
from minitf.framework import nest
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape, as_shape


class Helper:
    """What a BasicDecoder asks for samples and inputs.

    Attributes: `batch_size`, a scalar; `sample_ids_shape` and `sample_ids_dtype` of one sequence's sample.
    """

    batch_size = None
    sample_ids_shape: TensorShape = TensorShape([])
    sample_ids_dtype = tf.int32

    def initialize(self, name=None):
        """Before the first step: `(finished [batch], inputs)`."""
        raise NotImplementedError(f"{type(self).__name__} has to define initialize")

    def sample(self, time, outputs, state, name=None):
        """Samples for the outputs of one step."""
        raise NotImplementedError(f"{type(self).__name__} has to define sample")

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        """After one step: `(finished, next_inputs, next_state)`."""
        raise NotImplementedError(f"{type(self).__name__} has to define next_inputs")


class CustomHelper(Helper):
    """A helper made of functions.

    initialize_fn() -> (finished, inputs); sample_fn(time, outputs, state) -> sample_ids; next_inputs_fn(time,
    outputs, state, sample_ids) -> (finished, next_inputs, next_state). sample_ids_shape and sample_ids_dtype:
    of one sequence's sample (scalar, int32).
    """

    def __init__(
        self,
        initialize_fn: Callable,
        sample_fn: Callable,
        next_inputs_fn: Callable,
        sample_ids_shape=None,
        sample_ids_dtype=None,
    ):
        self._initialize_fn, self._sample_fn, self._next_inputs_fn = initialize_fn, sample_fn, next_inputs_fn
        self.sample_ids_shape = as_shape(sample_ids_shape or [])
        self.sample_ids_dtype = sample_ids_dtype or tf.int32

    def initialize(self, name=None):
        """initialize_fn's answer; the batch size is that of `finished`."""
        with name_scope(name, f"{type(self).__name__}Initialize"):
            finished, inputs = self._initialize_fn()
            if self.batch_size is None:
                self.batch_size = tf.size(finished)
        return finished, inputs

    def sample(self, time, outputs, state, name=None):
        """sample_fn's answer."""
        with name_scope(name, f"{type(self).__name__}Sample"):
            return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        """next_inputs_fn's answer."""
        with name_scope(name, f"{type(self).__name__}NextInputs"):
            return self._next_inputs_fn(time=time, outputs=outputs, state=state, sample_ids=sample_ids)


class TrainingHelper(Helper):
    """Feeds the true inputs; samples are the likeliest symbols.

    inputs: [batch, time, ...] (or [time, batch, ...] if time_major), or a nested structure of such;
    sequence_length: integers [batch], at which the sequences end.
    """

    def __init__(self, inputs, sequence_length, time_major: bool = False, name=None):
        with name_scope(name, "TrainingHelper"):
            self.inputs = nest.map_structure(lambda x: tf.convert_to_tensor(x, name="inputs"), inputs)
            steps = self.inputs if time_major else nest.map_structure(transpose_batch_time, self.inputs)
            self._arrays = nest.map_structure(_unstacked, steps)
            self.sequence_length = tf.convert_to_tensor(sequence_length, name="sequence_length")
            if self.sequence_length.shape.rank != 1:
                raise ValueError(
                    "TrainingHelper: sequence_length is a vector with one length for each sequence, not of "
                    f"shape {self.sequence_length.shape}"
                )
            self._zeros = nest.map_structure(lambda x: tf.zeros_like(x[0]), steps)
            self.batch_size = tf.size(self.sequence_length)

    def initialize(self, name=None):
        """The first inputs; sequences of length 0 are finished."""
        with name_scope(name, "TrainingHelperInitialize"):
            finished = tf.equal(0, self.sequence_length)
            return finished, self._inputs_at(0, finished)

    def _inputs_at(self, time, finished):
        """The inputs of one step, or zeros if all sequences have ended."""
        return tf.cond(
            tf.reduce_all(finished),
            lambda: self._zeros,
            lambda: nest.map_structure(lambda array: array.read(time), self._arrays),
        )

    def sample(self, time, outputs, state=None, name=None):
        """The likeliest symbols, int32."""
        with name_scope(name, "TrainingHelperSample"):
            return tf.cast(tf.argmax(outputs, axis=-1), tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids=None, name=None):
        """The true inputs of the next step."""
        with name_scope(name, "TrainingHelperNextInputs"):
            finished = time + 1 >= self.sequence_length
            return finished, self._inputs_at(time + 1, finished), state


def _unstacked(steps):
    size = tf.shape(steps)[0]
    return tf.TensorArray(steps.dtype.base_dtype, size=size, element_shape=steps.shape[1:]).unstack(steps)


def _bernoulli(probability, count, seed):
    """`count` bools that are true with the probability given (a scalar or one for each)."""
    return tf.less(tf.random_uniform([count], seed=seed, dtype=probability.dtype), probability)


def _categorical(logits, seed):
    """A class number for each row of logits [batch, classes], int32."""
    return tf.reshape(tf.multinomial(logits, 1, seed=seed, output_dtype=tf.int32), [-1])


class _Scheduled(TrainingHelper):
    """Training with some inputs replaced by samples of the outputs (Bengio et al. 2015)."""

    def __init__(self, inputs, sequence_length, sampling_probability, time_major: bool, name):
        probability = tf.convert_to_tensor(sampling_probability, name="sampling_probability")
        if probability.shape.rank not in (0, 1):
            raise ValueError(
                f"{type(self).__name__}: sampling_probability is a scalar or vector, not of shape {probability.shape}"
            )
        self._probability = probability
        super().__init__(inputs, sequence_length, time_major, name)

    def _mixed(self, finished, inputs, sampled, replace: Callable):
        """`replace()` in the rows `sampled`, unless all sequences have ended."""
        return tf.cond(tf.reduce_all(finished), lambda: inputs, lambda: tf.where(sampled, replace(), inputs))


class ScheduledEmbeddingTrainingHelper(_Scheduled):
    """A TrainingHelper that replaces inputs, with a probability, by the embedding of a symbol drawn from the
    outputs.

    embedding: a variable [symbols, n] or a function of symbols; sampling_probability: a scalar or a vector
    [batch]. The samples are the symbols drawn, or -1 where the true input is used. seed and scheduling_seed:
    of the symbols and of the choice.
    """

    def __init__(
        self,
        inputs,
        sequence_length,
        embedding,
        sampling_probability,
        time_major: bool = False,
        seed: int | None = None,
        scheduling_seed: int | None = None,
        name=None,
    ):
        with name_scope(name, "ScheduledEmbeddingSamplingWrapper"):
            self._embed, self._seed, self._choice_seed = embedding_function(embedding), seed, scheduling_seed
            super().__init__(inputs, sequence_length, sampling_probability, time_major, name)

    def sample(self, time, outputs, state=None, name=None):
        """Symbols drawn from the outputs, -1 where none is."""
        with name_scope(name, "ScheduledEmbeddingTrainingHelperSample"):
            chosen = _bernoulli(self._probability, self.batch_size, self._choice_seed)
            drawn = _categorical(outputs, self._seed)
            return tf.where(chosen, drawn, tf.fill([self.batch_size], -1))

    def next_inputs(self, time, outputs, state, sample_ids=None, name=None):
        """The true inputs, or the embedded samples."""
        with name_scope(name, "ScheduledEmbeddingTrainingHelperNextInputs"):
            finished, inputs, state = super().next_inputs(time, outputs, state)
            mixed = self._mixed(finished, inputs, sample_ids > -1, lambda: self._embed(tf.maximum(sample_ids, 0)))
            return finished, mixed, state


class ScheduledOutputTrainingHelper(_Scheduled):
    """A TrainingHelper that replaces inputs, with a probability, by the outputs of the step before.

    next_inputs_fn: makes inputs of outputs (default: they are taken as they are). auxiliary_inputs: joined
    to both along the last axis, shaped as the inputs but for that. The samples say where.
    """

    def __init__(
        self,
        inputs,
        sequence_length,
        sampling_probability,
        time_major: bool = False,
        seed: int | None = None,
        next_inputs_fn: Callable | None = None,
        auxiliary_inputs=None,
        name=None,
    ):
        with name_scope(name, "ScheduledOutputTrainingHelper"):
            self._seed, self._next_inputs_fn, self._more = seed, next_inputs_fn or tf.identity, None
            if auxiliary_inputs is not None:
                self._more = tf.convert_to_tensor(auxiliary_inputs, name="auxiliary_inputs")
                inputs = tf.concat([tf.convert_to_tensor(inputs, name="inputs"), self._more], -1)
                self._more = self._more if time_major else tf.transpose(self._more, [1, 0, 2])
            super().__init__(inputs, sequence_length, sampling_probability, time_major, name)

    def _made(self, outputs, time):
        """Inputs made of outputs."""
        made = self._next_inputs_fn(outputs)
        return made if self._more is None else tf.concat([made, self._more[time + 1]], -1)

    def sample(self, time, outputs, state=None, name=None):
        """1 where the outputs are to be the next inputs, else 0."""
        with name_scope(name, "ScheduledOutputTrainingHelperSample"):
            return tf.cast(_bernoulli(self._probability, self.batch_size, self._seed), tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids=None, name=None):
        """The true inputs, or the outputs."""
        with name_scope(name, "ScheduledOutputTrainingHelperNextInputs"):
            finished, inputs, state = super().next_inputs(time, outputs, state)
            sampled = tf.cast(sample_ids, tf.bool)
            return (finished, self._mixed(finished, inputs, sampled, lambda: self._made(outputs, time)), state)


def embedding_function(embedding) -> Callable:
    """`embedding` if it can be called, else the lookup in it."""
    return embedding if callable(embedding) else lambda ids: tf.nn.embedding_lookup(embedding, ids)


def scalar_and_vector(what: str, start_tokens, end_token) -> tuple:
    """start_tokens [batch] and the scalar end_token as int32 tensors."""
    start_tokens = tf.convert_to_tensor(start_tokens, dtype=tf.int32, name="start_tokens")
    end_token = tf.convert_to_tensor(end_token, dtype=tf.int32, name="end_token")
    if start_tokens.shape.rank != 1 or end_token.shape.rank != 0:
        raise ValueError(
            f"{what}: start_tokens is a vector with one symbol for each sequence and end_token a scalar; "
            f"their shapes are {start_tokens.shape} and {end_token.shape}"
        )
    return start_tokens, end_token


class GreedyEmbeddingHelper(Helper):
    """Feeds back the likeliest symbol, embedded, until it is `end_token`.

    embedding: a variable [symbols, n] or a function of symbols; start_tokens: integers [batch]; end_token: an integer.
    """

    def __init__(self, embedding, start_tokens, end_token):
        self._embed = embedding_function(embedding)
        self._start_tokens, self._end_token = scalar_and_vector(type(self).__name__, start_tokens, end_token)
        self.batch_size = tf.size(self._start_tokens)
        self._start_inputs = self._embed(self._start_tokens)

    def initialize(self, name=None):
        """The embedded start_tokens."""
        return tf.tile([False], [self.batch_size]), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        """The likeliest symbols, int32."""
        if not isinstance(outputs, tf.Tensor):
            raise TypeError(f"{type(self).__name__} takes outputs that are one tensor, not {outputs!r}")
        return tf.argmax(outputs, axis=-1, output_type=tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        """The embedded samples."""
        finished = tf.equal(sample_ids, self._end_token)
        inputs = tf.cond(tf.reduce_all(finished), lambda: self._start_inputs, lambda: self._embed(sample_ids))
        return finished, inputs, state


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """A GreedyEmbeddingHelper that draws the symbol from softmax(outputs / softmax_temperature)."""

    def __init__(self, embedding, start_tokens, end_token, softmax_temperature=None, seed: int | None = None):
        super().__init__(embedding, start_tokens, end_token)
        self._temperature, self._seed = softmax_temperature, seed

    def sample(self, time, outputs, state, name=None):
        """Symbols drawn from the outputs, int32."""
        if not isinstance(outputs, tf.Tensor):
            raise TypeError(f"SampleEmbeddingHelper takes outputs that are one tensor, not {outputs!r}")
        return _categorical(outputs if self._temperature is None else outputs / self._temperature, self._seed)


class InferenceHelper(Helper):
    """Feeds back what `sample_fn(outputs)` makes of the outputs, until `end_fn(sample_ids)` says that it ends.

    sample_shape, sample_dtype: of one sequence's sample; start_inputs: [batch, ...]; next_inputs_fn: makes
    inputs of samples (default: they are taken as they are).
    """

    def __init__(
        self,
        sample_fn: Callable,
        sample_shape,
        sample_dtype,
        start_inputs,
        end_fn: Callable,
        next_inputs_fn: Callable | None = None,
    ):
        self._sample_fn, self._end_fn, self._next_inputs_fn = sample_fn, end_fn, next_inputs_fn
        self.sample_ids_shape, self.sample_ids_dtype = as_shape(sample_shape), sample_dtype
        self._start_inputs = tf.convert_to_tensor(start_inputs, name="start_inputs")
        self.batch_size = tf.shape(self._start_inputs)[0]

    def initialize(self, name=None):
        """The start_inputs."""
        return tf.tile([False], [self.batch_size]), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        """sample_fn's answer."""
        return self._sample_fn(outputs)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        """The samples, or what next_inputs_fn makes of them."""
        inputs = sample_ids if self._next_inputs_fn is None else self._next_inputs_fn(sample_ids)
        return self._end_fn(sample_ids), inputs, state
