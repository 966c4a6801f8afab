"""A cell that attends over a memory at each step."""

from __future__ import annotations

import collections
from collections.abc import Callable

import minitf as tf
from minitf.contrib.seq2seq.attention import AttentionMechanism
from minitf.framework import nest
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.shape import TensorShape
from minitf.rnn.cell import RNNCell, assert_like_rnncell, zero_state_tensors


class AttentionWrapperState(
    collections.namedtuple(
        "AttentionWrapperState",
        ("cell_state", "attention", "time", "alignments", "alignment_history", "attention_state"),
    )
):
    """The state of an AttentionWrapper.

    cell_state: the wrapped cell's; attention: what was last attended to, [batch, n]; time: how many steps
    were made, a scalar; alignments: the last weights, [batch, length]; alignment_history: a TensorArray of
    all weights, or (); attention_state: the mechanism's. With several mechanisms the last three are tuples.
    """

    __slots__ = ()

    def clone(self, **changes) -> AttentionWrapperState:
        """A copy with other fields, such as `cell_state=encoder_state`; ValueError if shapes contradict."""
        return nest.map_structure(_of_same_shape, self, self._replace(**changes))


def _of_same_shape(old, new):
    if isinstance(old, tf.Tensor) and isinstance(new, tf.Tensor):
        new.set_shape(old.shape)
    return new


class AttentionWrapper(RNNCell):
    """A cell whose inputs are joined with what it attended to, and whose outputs look at the memory again.

    cell: an RNNCell; attention_mechanism: one or a list. attention_layer_size: columns of the attention, a linear layer
    "attention_layer" of the cell's output and the weighted memory (None: the weighted memory itself), or
    attention_layer, a layer (lists, with several mechanisms). alignment_history: keep all weights.
    cell_input_fn(inputs, attention): the cell's inputs (default: both joined). output_attention: put out the attention,
    not the cell's output. initial_cell_state: what zero_state starts the cell from. attention_fn(mechanism,
    cell_output, attention_state, attention_layer): computes `(attention, alignments, next attention_state)`.

    >>> import minitf as tf
    >>> attention = tf.contrib.seq2seq.BahdanauAttention(3, memory=tf.ones([2, 5, 4]))
    >>> cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(6), attention, 7)
    >>> outputs, state = tf.nn.dynamic_rnn(cell, tf.ones([2, 8, 1]), dtype=tf.float32)
    >>> outputs.shape.as_list(), state.alignments.shape.as_list()
    ([2, 8, 7], [2, 5])
    """

    def __init__(
        self,
        cell,
        attention_mechanism,
        attention_layer_size=None,
        alignment_history: bool = False,
        cell_input_fn: Callable | None = None,
        output_attention: bool = True,
        initial_cell_state=None,
        name=None,
        attention_layer=None,
        attention_fn: Callable | None = None,
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        assert_like_rnncell("cell", cell)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        self._mechanisms = tuple(attention_mechanism) if self._is_multi else (attention_mechanism,)
        for mechanism in self._mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                raise TypeError(
                    "AttentionWrapper: attention_mechanism is one, such as LuongAttention, or a list; not "
                    f"{mechanism!r}"
                )
        if cell_input_fn is not None and not callable(cell_input_fn):
            raise TypeError(f"AttentionWrapper: cell_input_fn is a function, not {cell_input_fn!r}")
        self._cell, self._output_attention, self._history = cell, output_attention, alignment_history
        self._cell_input_fn = cell_input_fn or (lambda inputs, attention: tf.concat([inputs, attention], -1))
        self._attention_fn = attention_fn or _attend
        self._layers, self._attention_size = self._attention_layers(attention_layer_size, attention_layer)
        with name_scope(name, "AttentionWrapperInit"):
            self._initial_cell_state = self._checked(initial_cell_state, "check_initial_cell_state")

    def _attention_layers(self, sizes, layers) -> tuple:
        """The layers that make attentions (None for none), and the attentions' size in all."""
        if sizes is not None and layers is not None:
            raise ValueError("AttentionWrapper: give attention_layer_size or attention_layer, not both")
        given = [sizes if layers is None else layers] if not self._is_multi else sizes if layers is None else layers
        if given is None or given == [None]:
            return None, sum(m.values.shape.sizes[-1] for m in self._mechanisms)
        if len(given) != len(self._mechanisms):
            raise ValueError(
                f"AttentionWrapper: {len(self._mechanisms)} mechanisms need as many attention layers, not {len(given)}"
            )
        if layers is None:
            dense = tuple(
                tf.layers.Dense(size, name="attention_layer", use_bias=False, dtype=m.dtype)
                for size, m in zip(given, self._mechanisms)
            )
            return dense, sum(given)
        widths = [self._cell.output_size + m.values.shape.sizes[-1] for m in self._mechanisms]
        shapes = [a.compute_output_shape(TensorShape([None, w])) for a, w in zip(given, widths)]
        return tuple(given), sum(shape.sizes[-1] for shape in shapes)

    def _checked(self, state, name: str):
        """The tensors of a cell's state, which must have the memory's batch size when they are run."""
        if state is None:
            return None
        last = nest.flatten(state)[-1]
        with control_dependencies(self._batch_checks(last.shape.sizes[0] or tf.shape(last)[0])):
            return nest.map_structure(lambda s: tf.identity(s, name=name), state)

    def _batch_checks(self, batch_size) -> list:
        message = (
            f"AttentionWrapper {self.name}: the memory has another batch size than the cell. For a "
            "BeamSearchDecoder, repeat the memory and its lengths by tf.contrib.seq2seq.tile_batch, and ask "
            "for a zero_state of batch_size * beam_width"
        )
        return [tf.assert_equal(batch_size, m.batch_size, message=message) for m in self._mechanisms]

    def _one_or_all(self, items):
        return tuple(items) if self._is_multi else next(iter(items))

    @property
    def output_size(self):
        """The attention's, or the cell's."""
        return self._attention_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self) -> AttentionWrapperState:
        """The sizes of the state's parts."""
        lengths = [m.alignments_size for m in self._mechanisms]
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            attention=self._attention_size,
            time=TensorShape([]),
            alignments=self._one_or_all(lengths),
            alignment_history=self._one_or_all(lengths if self._history else [()] * len(lengths)),
            attention_state=self._one_or_all(m.state_size for m in self._mechanisms),
        )

    def zero_state(self, batch_size, dtype) -> AttentionWrapperState:
        """The state before the first step; its cell_state is initial_cell_state, if that was given."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            cell_state = self._initial_cell_state
            if cell_state is None:
                cell_state = self._cell.zero_state(batch_size, dtype)
            with control_dependencies(self._batch_checks(batch_size)):
                cell_state = nest.map_structure(lambda s: tf.identity(s, name="checked_cell_state"), cell_state)
            alignments = [m.initial_alignments(batch_size, dtype) for m in self._mechanisms]
            histories = [self._empty_history(a) for a in alignments]
            return AttentionWrapperState(
                cell_state=cell_state,
                attention=zero_state_tensors(self._attention_size, batch_size, dtype),
                time=tf.zeros([], dtype=tf.int32),
                alignments=self._one_or_all(alignments),
                alignment_history=self._one_or_all(histories),
                attention_state=self._one_or_all(m.initial_state(batch_size, dtype) for m in self._mechanisms),
            )

    def _empty_history(self, alignments):
        if not self._history:
            return ()
        return tf.TensorArray(alignments.dtype, size=0, dynamic_size=True, element_shape=alignments.shape)

    def call(self, inputs, state: AttentionWrapperState):
        """One step: `(output, new state)`."""
        if not isinstance(state, AttentionWrapperState):
            raise TypeError(
                f"AttentionWrapper: the state is an AttentionWrapperState, not {state!r}; start from "
                "cell.zero_state(batch_size, dtype).clone(cell_state=...)"
            )
        cell_inputs = self._cell_input_fn(inputs, state.attention)
        cell_output, next_cell_state = self._cell(cell_inputs, state.cell_state)
        cell_output = self._checked(cell_output, "checked_cell_output")
        before, histories = state.attention_state, state.alignment_history
        before, histories = (before, histories) if self._is_multi else ([before], [histories])
        layers = self._layers or [None] * len(self._mechanisms)
        read = [self._attention_fn(m, cell_output, s, layer) for m, s, layer in zip(self._mechanisms, before, layers)]
        attentions, alignments, states = zip(*read)
        if self._history:
            histories = [h.write(state.time, a) for h, a in zip(histories, alignments)]
        attention = tf.concat(list(attentions), 1)
        new_state = AttentionWrapperState(
            cell_state=next_cell_state,
            attention=attention,
            time=state.time + 1,
            alignments=self._one_or_all(alignments),
            alignment_history=self._one_or_all(histories),
            attention_state=self._one_or_all(states),
        )
        return attention if self._output_attention else cell_output, new_state


def _attend(mechanism, cell_output, attention_state, attention_layer) -> tuple:
    """`(attention, alignments, next attention_state)` of one mechanism for one output."""
    alignments, next_state = mechanism(cell_output, state=attention_state)
    context = tf.squeeze(tf.matmul(tf.expand_dims(alignments, 1), mechanism.values), [1])
    if attention_layer is not None:
        context = attention_layer(tf.concat([cell_output, context], 1))
    return context, alignments, next_state
