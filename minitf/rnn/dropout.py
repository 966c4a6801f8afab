"""Dropout on the inputs, states and outputs of a cell."""

from __future__ import annotations

import hashlib

import minitf as tf
from minitf.framework import nest
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.shape import as_shape
from minitf.framework.static import constant_value
from minitf.rnn.cell import LSTMStateTuple
from minitf.rnn.wrappers import ScopelessWrapper


class DropoutWrapper(ScopelessWrapper):
    """Zeroes parts of a cell's inputs, new states and outputs, and scales up the rest by 1 / keep_prob.

    input_keep_prob, output_keep_prob, state_keep_prob: numbers in (0, 1] or scalar tensors (such as a
    `placeholder_with_default(1.0, [])`). variational_recurrent: one mask for all steps of a run (Gal and
    Ghahramani 2015); it needs `dtype`, and `input_size` if inputs are dropped. seed: an integer that fixes
    every mask. dropout_state_filter_visitor: function of a state that says by booleans of which parts to
    drop; by default all but the memory `c` of an LSTM.

    Raises:
      ValueError: for a keep probability outside [0, 1].
    """

    _options = ("variational_recurrent", "input_size", "seed")

    def __init__(
        self,
        cell,
        input_keep_prob=1.0,
        output_keep_prob=1.0,
        state_keep_prob=1.0,
        variational_recurrent: bool = False,
        input_size=None,
        dtype=None,
        seed: int | None = None,
        dropout_state_filter_visitor=None,
        **kwargs,
    ):
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError("DropoutWrapper: dropout_state_filter_visitor has to be a function of a state")
        self._state_filter = dropout_state_filter_visitor or _all_but_lstm_memory
        self._seed, self._variational_recurrent, self._input_size = seed, variational_recurrent, input_size
        with name_scope("DropoutWrapperInit"):
            self._keep = {
                "input": _probability("input_keep_prob", input_keep_prob),
                "state": _probability("state_keep_prob", state_keep_prob),
                "output": _probability("output_keep_prob", output_keep_prob),
            }
        if variational_recurrent:
            self._masks = self._draw_masks(input_size)

    def get_config(self) -> dict:
        """As other wrappers', with the function of states if one was given, which is no plain value."""
        keep = {f"{what}_keep_prob": value for what, value in self._keep.items()}
        given = self._state_filter is not _all_but_lstm_memory
        return {
            **super().get_config(),
            **keep,
            **({"dropout_state_filter_visitor": self._state_filter} if given else {}),
        }

    def _draw_masks(self, input_size) -> dict:
        """Uniform numbers for each part of inputs, states and outputs, the same for all steps and rows."""
        if self.dtype is None:
            raise ValueError("DropoutWrapper: variational_recurrent=True needs dtype")
        sizes = {"state": self._cell.state_size, "output": self._cell.output_size}
        if _drops(self._keep["input"]):
            if input_size is None:
                raise ValueError("DropoutWrapper: variational_recurrent=True with input dropout needs input_size")
            sizes = {"input": input_size, **sizes}
        return {
            what: _enumerated(lambda i, s, what=what: self._noise(what, i, s), size) for what, size in sizes.items()
        }

    def _noise(self, what: str, index: int, size):
        shape = tf.concat(([1], as_shape(size).as_list()), 0)
        return tf.random_uniform(shape, seed=self._part_seed(what, index), dtype=self.dtype)

    def _part_seed(self, what: str, index: int) -> int | None:
        """The op seed of one mask, derived from the wrapper's as TensorFlow does."""
        if self._seed is None:
            return None
        text = f"{self._seed}{what}_{index}"
        return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:8], 16) & 0x7FFFFFFF

    def _wrapped(self, inputs, state, step):
        if _drops(self._keep["input"]):
            inputs = self._dropped("input", inputs)
        output, new_state = step(inputs, state)
        if _drops(self._keep["state"]):
            new_state = self._dropped("state", new_state, _shallow(self._state_filter, new_state))
        if _drops(self._keep["output"]):
            output = self._dropped("output", output)
        return output, new_state

    def _dropped(self, what: str, values, wanted=None):
        """`values` with dropout, where `wanted` (a structure that may be shallower) is not False."""
        wanted = values if wanted is None else wanted
        keep = self._keep[what]

        def drop(index, do, value, mask=None):
            if do is False:
                return value
            if mask is None:
                return tf.nn.dropout(value, rate=1.0 - keep, seed=self._part_seed(what, index))
            dropped = tf.divide(value, keep) * tf.floor(keep + mask)
            dropped.set_shape(value.shape)
            return dropped

        masks = [self._masks[what]] if self._variational_recurrent else []
        return _enumerated(drop, wanted, wanted, values, *masks)


def _probability(what: str, value):
    """A keep probability as a float if it is known, else as a tensor."""
    tensor = convert_to_tensor(value)
    known = constant_value(tensor)
    if known is None:
        return tensor
    if not 0 <= known <= 1:
        raise ValueError(f"DropoutWrapper: {what} is a probability, between 0 and 1, not {known}")
    return float(known)


def _drops(keep) -> bool:
    return not isinstance(keep, float) or keep < 1


def _all_but_lstm_memory(state):
    return LSTMStateTuple(c=False, h=True) if isinstance(state, LSTMStateTuple) else True


def _shallow(visit, structure):
    """What `visit` says of a structure, asked level by level: True where it is to be followed down to its leaves."""
    if not nest.is_sequence(structure):
        return bool(visit(structure))
    answer = visit(structure)
    if isinstance(answer, bool):
        answer = nest.rebuild(structure, [answer] * len(structure))
    parts = [_shallow(visit, p) if a else False for a, p in zip(nest.children(answer), nest.children(structure))]
    return nest.rebuild(structure, parts)


def _enumerated(function, shallow, *structures):
    """`function(index, *parts)` for the parts of the structures that stand at the leaves of `shallow`."""
    structures = structures or (shallow,)
    flat = [nest.flatten_up_to(shallow, s, check_types=False) for s in structures]
    return nest.pack_sequence_as(shallow, [function(i, *parts) for i, parts in enumerate(zip(*flat))])
