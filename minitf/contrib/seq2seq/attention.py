"""Attention: how well a query fits each row of a memory (Bahdanau et al. 2014, Luong et al. 2015)."""

from __future__ import annotations

import math
from collections.abc import Callable
from inspect import Parameter

import minitf as tf
from minitf.framework.dtypes import as_dtype
from minitf.framework.getter import getter
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.taking import SELF, arguments, optional, taking
from minitf.rnn.cell import zero_state_tensors


def hardmax(logits, name=None):
    """One-hot rows: 1 at the largest of each row of logits, 0 elsewhere."""
    with name_scope(name, "Hardmax"):
        logits = tf.convert_to_tensor(logits, name="logits")
        depth = logits.shape.sizes and logits.shape.sizes[-1] or tf.shape(logits)[-1]
        return tf.one_hot(tf.argmax(logits, -1), depth, dtype=logits.dtype)


class AttentionMechanism:
    """The base of attention mechanisms: a memory to attend over, its keys, and how scores become weights.

    A subclass defines `score(query)` -> [batch, length] and `scope`, the name of its variables' scope.

    memory: [batch, length, n]; memory_sequence_length: integers [batch], past which rows count for nothing;
    probability_fn: makes weights of scores (default softmax); score_mask_value: the score of rows past the
    end (default -inf); custom_key_value_fn: changes `keys` and `values`, given both.

    Attributes: `keys` [batch, length, num_units], the memory through a linear layer "memory_layer"; `values`,
    the memory with zeros past the end; `query_layer` and `memory_layer`; `batch_size` and `alignments_size`,
    integers or scalars; `dtype`.
    """

    scope = "attention"
    query_layer = None

    def __init__(
        self,
        num_units: int,
        memory,
        memory_sequence_length,
        probability_fn: Callable | None,
        score_mask_value,
        dtype,
        custom_key_value_fn: Callable | None,
        name: str | None,
    ):
        self._num_units, self.dtype = num_units, as_dtype(dtype or tf.float32)
        self._probability_fn = tf.nn.softmax if probability_fn is None else probability_fn
        if not callable(self._probability_fn):
            raise TypeError(f"{name}: probability_fn is a function of scores, not {probability_fn!r}")
        self._lengths, self._mask_value = memory_sequence_length, score_mask_value
        with name_scope(name):
            self.values = _without_padding(memory, memory_sequence_length)
            self.memory_layer = self._layer("memory_layer")
            self.keys = self.memory_layer(self.values)
            if custom_key_value_fn is not None:
                self.keys, self.values = custom_key_value_fn(self.keys, self.values)
            batch, length = self.keys.shape.sizes[:2]
            self.batch_size = tf.shape(self.keys)[0] if batch is None else batch
            self.alignments_size = tf.shape(self.keys)[1] if length is None else length

    def _layer(self, name: str):
        return tf.layers.Dense(self._num_units, name=name, use_bias=False, dtype=self.dtype)

    state_size = getter("alignments_size", "The length of the memory: the state is the last weights.")

    def initial_alignments(self, batch_size, dtype):
        """The weights before the first query: zeros [batch, length]."""
        return zero_state_tensors(self.alignments_size, batch_size, dtype)

    def initial_state(self, batch_size, dtype):
        """The state before the first query."""
        return self.initial_alignments(batch_size, dtype)

    def score(self, query):
        """How well `query` [batch, n] fits each row of the memory: [batch, length]."""
        raise NotImplementedError(f"{type(self).__name__} has to define score")

    def __call__(self, query, state):
        """The weights of the rows for `query` [batch, n], and the new state: twice [batch, length]."""
        with tf.variable_scope(None, self.scope, [query]):
            scores = self.score(query)
        alignments = self._probability_fn(self._masked(scores))
        return alignments, alignments

    def _masked(self, scores):
        """The scores, with the mask value in the rows past the end."""
        if self._lengths is None:
            return scores
        positive = tf.assert_positive(
            self._lengths, message="all lengths in memory_sequence_length have to be positive"
        )
        with control_dependencies([positive]):
            mask = tf.sequence_mask(self._lengths, maxlen=tf.shape(scores)[1])
        value = -math.inf if self._mask_value is None else self._mask_value
        return tf.where(mask, scores, value * tf.ones_like(scores))


def _without_padding(memory, lengths):
    """The memory [batch, length, ...] as a tensor, with zeros past the lengths."""
    memory = tf.convert_to_tensor(memory, name="memory")
    if not memory.shape[2:].is_fully_defined():
        raise ValueError(
            f"attention needs a memory whose rows have a known size; {memory.name} has shape {memory.shape}"
        )
    if lengths is None:
        return memory
    mask = tf.sequence_mask(lengths, maxlen=tf.shape(memory)[1], dtype=memory.dtype)
    ones = tf.ones(memory.shape.rank - 2, dtype=tf.int32)
    return memory * tf.reshape(mask, tf.concat((tf.shape(mask), ones), 0))


def _of_kind(name: str, own: Parameter) -> list[Parameter]:
    """What a kind of attention takes: what the base does, most of it with defaults, and one more."""
    units, memory, *others = arguments(AttentionMechanism)
    lengths, *others = [p.replace(default=name if p.name == "name" else None) for p in others]
    return [units, memory, lengths, own, *others]


class LuongAttention(AttentionMechanism):
    """Scores are products: `query . keys`, times a variable attention_g if `scale`.

    The query has num_units columns. Other arguments: see `AttentionMechanism`.

    >>> import minitf as tf
    >>> attention = tf.contrib.seq2seq.LuongAttention(3, tf.ones([2, 5, 4]), memory_sequence_length=[5, 2])
    >>> weights, _ = attention(tf.ones([2, 3]), attention.initial_state(2, tf.float32))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     print(sess.run(weights))
    [[0.2 0.2 0.2 0.2 0.2]
     [0.5 0.5 0.  0.  0. ]]
    """

    scope = "luong_attention"

    @taking([SELF, *_of_kind("LuongAttention", optional("scale", False, "bool"))])
    def __init__(self, scale, **how):
        self._scale = scale
        super().__init__(**how)

    def score(self, query):
        """[batch, length]; ValueError if the query has not num_units columns."""
        if query.shape.sizes[-1] != self.keys.shape.sizes[-1]:
            raise ValueError(
                f"LuongAttention compares queries with keys of {self.keys.shape.sizes[-1]} columns, but "
                f"{query.name} has shape {query.shape}; give num_units={query.shape.sizes[-1]}"
            )
        scale = None
        if self._scale:
            scale = tf.get_variable("attention_g", [], dtype=query.dtype, initializer=tf.ones_initializer())
        scores = tf.squeeze(tf.matmul(tf.expand_dims(query, 1), self.keys, transpose_b=True), [1])
        return scores if scale is None else scale * scores


class BahdanauAttention(AttentionMechanism):
    """Scores are sums over a layer: `v . tanh(keys + query @ query_layer)`, with a variable attention_v.

    normalize: scale v to length attention_g and add attention_b inside the tanh (Salimans and Kingma 2016),
    both variables. Other arguments: see `AttentionMechanism`.
    """

    scope = "bahdanau_attention"

    @taking([SELF, *_of_kind("BahdanauAttention", optional("normalize", False, "bool"))])
    def __init__(self, normalize, **how):
        self._normalize = normalize
        super().__init__(**how)
        self.query_layer = self._layer("query_layer")

    def score(self, query):
        """[batch, length]."""
        units, dtype = self._num_units, query.dtype.base_dtype
        features = self.keys + tf.expand_dims(self.query_layer(query), 1)
        v = tf.get_variable("attention_v", [units], dtype=dtype)
        if self._normalize:
            length = tf.constant_initializer(math.sqrt(1.0 / units))
            g = tf.get_variable("attention_g", [], dtype=dtype, initializer=length)
            bias = tf.get_variable("attention_b", [units], dtype=dtype, initializer=tf.zeros_initializer())
            v, features = g * v * tf.rsqrt(tf.reduce_sum(tf.square(v))), features + bias
        return tf.reduce_sum(v * tf.tanh(features), [2])
