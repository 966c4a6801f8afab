"""What kernels are called for an op, the same for all sizes, also where an array has no or one row.

Two axes can be walked by one loop if the outer step is the inner one times the inner size. Where sizes are 0 or 1 that
is so by chance, and an axis of one item need not be walked at all. So an op keeps its loops apart where it has to for
any of the sizes that it is lowered for, and does without calls only if it always can.
"""

from __future__ import annotations

import functools

from minitf.kernels.compile import layout


def always(low, about: str, way: bool, op) -> bool:
    """Whether something has been so for all sizes that an op was lowered for."""
    known = low.preferred.setdefault((op, about), way)
    if known and not way:
        low.preferred[op, about], low.turned = False, True
    return known and way


def nest(low, shape: tuple, walks: tuple, cut: tuple) -> tuple:
    """(rank, dims) of the next loops of the op that is being lowered: see `layout.nest`."""
    key = low.current, "nest", low.nests
    low.nests += 1
    before = low.preferred.get(key)
    found, kept = _nest(shape, walks, cut, *before or ((), ()))
    if kept != before:
        low.turned |= before is not None and before[0] != kept[0]
        low.preferred[key] = kept
    return found


@functools.lru_cache(4096)  # the steps of an unrolled network walk the same shapes
def _nest(shape: tuple, walks: tuple, cut: tuple, begun: tuple, steady: tuple) -> tuple:
    """Loops, and what is to be kept of them: the axes with which they begin, and along which of those of many items
    each array repeats. begun, steady: what was kept before.
    """
    known = dict(steady)
    walks = [_steps(shape, known, k, walk) for k, walk in enumerate(walks)]
    loops = layout.loops(shape, *walks, cut=(*cut, *begun))
    many = [axis for axis, size in enumerate(shape) if size > 1] if 0 not in shape else []  # all steps to nothing are 0
    known |= {axis: tuple([not walk[axis] for walk in walks]) for axis in many}
    return layout.numbers(loops, len(walks)), (tuple(loops), tuple(known.items()))


def _steps(shape: tuple, steady: dict, k: int, walk: tuple) -> tuple:
    """The steps of an array along axes, 0 along those of one item along which it repeats where there are more."""
    known = [axis for axis, zeros in steady.items() if shape[axis] == 1 and zeros[k]]
    return tuple([0 if axis in known else step for axis, step in enumerate(walk)]) if known else walk
