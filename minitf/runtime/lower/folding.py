"""Values that are computed while lowering, for all that they are made of is known."""

from __future__ import annotations

import numpy as np

from minitf.framework.errors import OpError
from minitf.framework.static import full
from minitf.runtime.execute.op_by_op import Concrete, OpByOp

_LARGEST, _MOST = 4096, 16384  # elements of an input; for other sizes than those it was decided for
_DIMENSIONS = 8  # numbers, which may be sizes of an output
_SURE_TO_FIT = 24  # the base 2 logarithm of a number of elements


def folded(low, op, inputs: list) -> list | None:
    """The outputs as constants if all inputs are known and small."""
    if not inputs or op.definition.numpy is None or op.definition.stateful:
        return None
    known = [ref.known for ref in inputs]
    if any([array is None or full(array) is None for array in known]):
        return None
    most = max([array.size for array in known])
    if most > _MOST or not low.prefers("fold", most <= _LARGEST):
        return None
    if not low.folds_counts and all([ref.dtype.kind == "i" for ref in inputs]) and op.outputs[0].dtype.is_floating:
        low.leaves_counts = True
        return None
    if _may_be_large(op, known):
        return None  # whether there is room for it is asked when the kernel's output is laid out
    try:
        arrays = low.remembered.computed(op, known, lambda: _computed(low, op, known))
    except OpError:
        return None  # bad data is reported when the op runs, if it is reached at all
    constants = [low.constant(array) for array in arrays]
    low.folded |= {ref.buffer: (op, inputs, k) for k, ref in enumerate(constants)}
    return constants


def _computed(low, op, known: list) -> list:
    """What an op's kernel gives for these inputs: in whole numbers that overflow NumPy's differs."""
    results = OpByOp(low.session_state).run(op, [Concrete(a) for a in known])
    return [value.array for value in results]


def _may_be_large(op, known: list) -> bool:
    """Whether outputs may be large, to judge by the sizes among the inputs where shapes are not known."""
    if all(t.shape.is_fully_defined() for t in op.outputs):
        return any(t.shape.num_elements() > 1 << _SURE_TO_FIT for t in op.outputs)
    whole = [a for a in known if a.dtype.kind in "iu"]
    sizes = [np.maximum(np.abs(a.astype(np.float64)), 1) if a.size <= _DIMENSIONS else np.array(a.size) for a in whole]
    return sum(np.log2(size).sum() for size in sizes) > _SURE_TO_FIT
