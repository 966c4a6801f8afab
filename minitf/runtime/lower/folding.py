"""Values that are computed while lowering, for all that they are made of is known."""

from __future__ import annotations

import contextlib
import math

import numpy as np

from minitf.framework.errors import OpError
from minitf.framework.static import full
from minitf.runtime.execute.op_by_op import Concrete, OpByOp

_LARGEST, _MOST = 4096, 16384  # elements of an input; for other sizes than those it was decided for
_DIMENSIONS = 8  # numbers, which may be sizes of an output
_FEW = 16  # whole numbers that are looked at one by one
_SURE = 1 << 15  # numbers of which products do not overflow
_SURE_TO_FIT = 24  # the base 2 logarithm of a number of elements


def folded(low, op, inputs: list) -> list | None:
    """The outputs as constants if all inputs, of which there are some, are known and small."""
    for ref in inputs:
        if ref.known is None or full(ref.known) is None:
            return None
    known = [ref.known for ref in inputs]
    most = max([array.size for array in known])
    if most > _MOST:
        low.cannot("fold")
    if most > _MOST or not low.prefers("fold", most <= _LARGEST):
        return None
    if not low.folds_counts and all([ref.dtype.kind == "i" for ref in inputs]) and op.outputs[0].dtype.is_floating:
        low.left.add(op)
        return None
    if _may_be_large(op, known):
        return None  # whether there is room for it is asked when the kernel's output is laid out
    try:
        arrays = low.remembered.computed(op, known, lambda: computed(low.session_state, op, known))
    except OpError:
        return None  # bad data is reported when the op runs, if it is reached at all
    constants = [low.constant(array) for array in arrays]
    low.folded |= {ref.buffer: (op, inputs, k) for k, ref in enumerate(constants)}
    _derive(low, op, inputs, constants)
    return constants


def _derive(low, op, inputs: list, constants: list) -> None:
    """Says how large outputs are and, where they are a few whole numbers, what they hold: for other sizes that may be
    no sum of products of these, or is one of what is none.
    """
    small = [t.shape.is_fully_defined() and _few(ref) for t, ref in zip(op.outputs, constants)]
    if all([t.shape.is_fully_defined() and not few for t, few in zip(op.outputs, small)]):
        return
    given: list = []
    made = tuple([_made(low, t, ref, given) for t, ref in zip(op.inputs, inputs)])
    if not given or None in made:
        return
    numbers, sources = zip(*given)
    if not any(sources) and _is_polynomial(op):
        return
    start = 0
    for ref, few in zip(constants, small):
        if few:
            low.origins[ref.buffer] = len(low.derivations), start, ref.dtype
        start += ref.size if few else len(ref.shape)
    found = _told([ref.known for ref in constants], small)
    low.derives(_made_again, (low.session_state, low.remembered, op, made, tuple(small)), numbers, found, sources)


def _is_polynomial(op) -> bool:
    """Whether outputs follow sizes as inputs do."""
    places = op.definition.polynomial
    if places is None:
        return False
    makers = [op.inputs[place].op for place in places]
    return not any([maker.inputs or maker.definition.role for maker in makers])


def _few(ref) -> bool:
    return ref.dtype.kind in "iub" and ref.known.size <= _FEW


def _made(low, tensor, ref, given: list) -> tuple | None:
    """How what is known is made of whole numbers, which are added to those given, each with what found it: (shape,
    type) of these, or the op, what that is made of, and which output; None if these are too many.
    """
    if tensor.shape.is_fully_defined() and _few(ref):
        given += zip(ref.known.reshape(-1).tolist(), _sources(low, ref))
        return ref.shape, ref.dtype
    if ref.buffer not in low.folded:
        return None if ref.dtype.kind in "iub" else Constant(ref.known)
    op, inputs, index = low.folded[ref.buffer]
    made = tuple([_made(low, t, each, given) for t, each in zip(op.inputs, inputs)])
    return None if None in made else (op, made, index)


def _sources(low, ref) -> list:
    """For each number of a constant, which derivation found it and the how-manieth it is there; None if none did."""
    place, start, dtype = low.origins.get(ref.buffer, (0, 0, ""))
    start += ref.offset // ref.dtype.itemsize
    return [(place, start + k) if dtype == ref.dtype else None for k in range(ref.size)]


class Constant:
    """An array that can be a key: of the same contents it is the same."""

    def __init__(self, array: np.ndarray):
        self.array = array
        self._key = array.shape, array.dtype, array.tobytes()

    def __eq__(self, other):
        return type(other) is Constant and self._key == other._key

    def __hash__(self):
        return hash(self._key)


def _made_again(state, remembered, op, made: tuple, small: tuple, *given: int) -> tuple:
    """The same for other whole numbers."""
    return _told(_results(state, remembered, op, made, iter(given)), small)


def _results(state, remembered, op, made: tuple, given) -> list:
    """What an op gives, remembered for the ops behind it, each of which is asked for by itself."""
    arrays = [_again(state, remembered, each, given) for each in made]
    return remembered.computed(op, arrays, lambda: computed(state, op, arrays))


def computed(state, op, arrays: list) -> list:
    """What an op gives, by its kernel where NumPy may give something else: in whole numbers that overflow."""
    if _is_small(op, arrays):
        with contextlib.suppress(ArithmeticError, ValueError, TypeError, IndexError), np.errstate(all="raise"):
            found = op.definition.numpy(op, *arrays)
            found = found if isinstance(found, (list, tuple)) else [found]
            return [np.asarray(each, t.dtype.as_numpy_dtype) for each, t in zip(found, op.outputs)]
    return [value.array for value in OpByOp(state).run(op, [Concrete(array) for array in arrays])]


def _is_small(op, arrays: list) -> bool:
    """Whether NumPy gives what an op's kernel does, and sooner: for whole numbers that do not overflow."""
    if op.definition.numpy is None or not all([t.dtype.is_integer or t.dtype.is_bool for t in op.outputs]):
        return False
    few = all([a.dtype.kind in "ib" and a.size <= _FEW for a in arrays])
    return few and all([-_SURE < n < _SURE for a in arrays for n in a.reshape(-1).tolist()])


def _again(state, remembered, made, given) -> np.ndarray:
    if type(made) is Constant:
        return made.array
    if len(made) == 3:
        op, inputs, index = made
        return _results(state, remembered, op, inputs, given)[index]
    shape, dtype = made
    return np.array([next(given) for _ in range(math.prod(shape))], dtype).reshape(shape)


def _told(arrays: list, small: tuple) -> tuple:
    """The sizes of arrays, and the contents of small ones."""
    return tuple([n for a, few in zip(arrays, small) for n in (a.reshape(-1).tolist() if few else a.shape)])


def _may_be_large(op, known: list) -> bool:
    """Whether outputs may be large, to judge by the sizes among the inputs where shapes are not known."""
    if all(t.shape.is_fully_defined() for t in op.outputs):
        return any(t.shape.num_elements() > 1 << _SURE_TO_FIT for t in op.outputs)
    sizes = [_may_be_sizes(t, a) for t, a in zip(op.inputs, known) if a.dtype.kind in "iu"]
    return sum(np.log2(size).sum() for size in sizes) > _SURE_TO_FIT


def _may_be_sizes(tensor, array: np.ndarray) -> np.ndarray:
    """The numbers in an input, if they may be sizes; else how many they are. As many as vary are none."""
    few = array.size <= _DIMENSIONS and tensor.shape.is_fully_defined()
    return np.maximum(np.abs(array.astype(np.float64)), 1) if few else np.array(max(array.size, 1))
