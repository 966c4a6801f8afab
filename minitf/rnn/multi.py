"""Cells stacked into one."""

from __future__ import annotations

import copy

import minitf as tf
from minitf.framework import nest
from minitf.framework.graph import name_scope
from minitf.layers.base import Layer
from minitf.rnn.cell import RNNCell, assert_like_rnncell
from minitf.rnn.linear import Linear


class MultiRNNCell(RNNCell):
    """Cells in sequence, each fed the output of the one before, in variable scopes `cell_0`, `cell_1`, ...

    state_is_tuple: the state is the tuple of the cells' states, otherwise they are joined along the columns. A cell
    that occurs several times, as in `MultiRNNCell([cell] * 3)`, has variables of its own in each place.

    Raises:
      ValueError: for no cells, or cells with tuple states where state_is_tuple is False.
      TypeError: if cells is not a list of cells.
    """

    def __init__(self, cells, state_is_tuple: bool = True):
        super().__init__()
        if not nest.is_sequence(cells):
            raise TypeError(f"MultiRNNCell takes a list of cells, not {cells!r}")
        if not cells:
            raise ValueError("MultiRNNCell needs at least one cell")
        for i, cell in enumerate(cells):
            assert_like_rnncell(f"cells[{i}]", cell)
        self._cells = _distinct(cells)
        self._state_is_tuple = state_is_tuple
        if not state_is_tuple and any(nest.is_sequence(c.state_size) for c in self._cells):
            raise ValueError(
                "MultiRNNCell(state_is_tuple=False) needs cells whose states are single tensors; their "
                f"sizes are {[c.state_size for c in self._cells]}: make them with state_is_tuple=False"
            )

    @property
    def state_size(self):
        """The cells' state sizes as a tuple, or their sum."""
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        """The last cell's."""
        return self._cells[-1].output_size

    def zero_state(self, batch_size, dtype):
        """The cells' zero states."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            if self._state_is_tuple:
                return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
            return super().zero_state(batch_size, dtype)

    @property
    def trainable_weights(self) -> list:
        """The cells' trainable variables."""
        return [v for c in self._cells if isinstance(c, Layer) for v in c.trainable_weights] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list:
        """The cells' other variables."""
        of = "non_trainable_weights" if self.trainable else "weights"
        return [v for c in self._cells if isinstance(c, Layer) for v in getattr(c, of)]

    def call(self, inputs, state):
        """One step through all cells."""
        states = self._parted(state)
        new_states = []
        for i, cell in enumerate(self._cells):
            with tf.variable_scope(f"cell_{i}"):
                inputs, new_state = cell(inputs, states(i))
                new_states.append(new_state)
        return inputs, tuple(new_states) if self._state_is_tuple else tf.concat(new_states, 1)

    def _parted(self, state):
        """A function that gives the state of cell i."""
        if self._state_is_tuple:
            if not nest.is_sequence(state) or len(state) != len(self._cells):
                raise ValueError(f"the state has to be a tuple of {len(self._cells)} states, not {state!r}")
            return lambda i: state[i]
        sizes = [cell.state_size for cell in self._cells]
        return lambda i: tf.slice(state, [0, sum(sizes[:i])], [-1, sizes[i]])


def _distinct(cells) -> list:
    """The cells, with copies for those that share an object with an earlier one."""
    seen: set[int] = set()
    result = []
    for cell in cells:
        if any(id(c) in seen for c in _nested(cell)):
            cell = _unbuilt_copy(cell)
        seen.update(id(c) for c in _nested(cell))
        result.append(cell)
    return result


def _is_cell(value) -> bool:
    return hasattr(type(value), "state_size") and callable(value)


def _nested(cell) -> list:
    """The cell and the cells it wraps."""
    found = [cell]
    for value in getattr(cell, "__dict__", {}).values():
        for part in value if isinstance(value, (list, tuple)) else [value]:
            if _is_cell(part):
                found += _nested(part)
    return found


def _unbuilt_copy(cell):
    """A copy of a cell, and of the cells it wraps, that has made no variables yet."""
    fresh = copy.copy(cell)
    for name, value in list(vars(fresh).items()):
        if _is_cell(value):
            setattr(fresh, name, _unbuilt_copy(value))
        elif isinstance(value, (list, tuple)) and any(map(_is_cell, value)):
            setattr(fresh, name, type(value)(_unbuilt_copy(p) if _is_cell(p) else p for p in value))
        elif isinstance(value, Linear):
            setattr(fresh, name, None)
    if isinstance(fresh, Layer) and hasattr(fresh, "_trainable_weights"):
        fresh.__dict__.update(
            built=False,
            _scope=None,
            _outer_scope=None,
            _trainable_weights=[],
            _non_trainable_weights=[],
            _losses=[],
            _penalties=[],
            _of_inputs=set(),
            _inputs=[],
            _updates=[],
        )
    return fresh
