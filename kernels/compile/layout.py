"""Loop nests for kernels: shapes and strides, merged into as few loops as the memory allows.

A nest is a rank and its `dims`: one flat tuple of ints, for every loop, outermost first, its size and the
element stride of each array it walks. Loops of size 1 are dropped and neighbours merged where one loop can do
both. The rank is at least 1.
"""

import functools
import math

import numpy as np

CARRIERS = {1: np.dtype(np.uint8), 2: np.dtype(np.uint16), 4: np.dtype(np.uint32), 8: np.dtype(np.uint64)}


def carrier(dtype):
    """The unsigned dtype by which data movement handles items of this dtype's size."""
    dtype = np.dtype(dtype)
    if dtype.hasobject or dtype.itemsize not in CARRIERS:
        raise TypeError(f"no kernel moves items of {dtype}")
    return CARRIERS[dtype.itemsize]


def strides(shape):
    """Element strides of a contiguous array.

    >>> strides((2, 3, 4))
    (12, 4, 1)
    """
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def nest(shape, *walks, cut=None):
    """(rank, dims) of loops over a shape, each array walked by its own element strides.

    cut: None if the loops are for this shape alone. If they are to be the same for other sizes, too, the axes that
    may be parts of larger ones: they are not joined with the one before, though they may be whole here.

    >>> nest((2, 3, 4), (12, 4, 1), (0, 4, 1))
    (2, (2, 12, 0, 12, 1, 1))
    >>> nest((2, 3, 4), (12, 4, 1), cut=[1])
    (2, (2, 12, 12, 1))
    >>> nest((1, 4), (4, 1), (0, 1)), nest((1, 4), (4, 1), (0, 1), cut=())
    ((1, (4, 1, 1)), (2, (1, 4, 0, 4, 1, 1)))
    """
    return numbers(loops(shape, *walks, cut=cut), len(walks))


def loops(shape, *walks, cut=None):
    """The size of each loop of such a nest and the steps in it, by the axis with which it begins.

    >>> loops((2, 3, 4), (12, 4, 1), (0, 4, 1))
    {0: [2, 12, 0], 1: [12, 1, 1]}
    """
    found, begun = {}, 0
    last = max([axis for axis, size in enumerate(shape) if size != 1 or axis in (cut or ())], default=0)
    for axis, (size, *steps) in enumerate(zip(shape, *walks)):
        if size == 1 and (cut is None or axis > last):
            continue
        joined = found and axis not in (cut or ())
        if joined and all([outer == inner * size for outer, inner in zip(found[begun][1:], steps)]):
            found[begun] = [found[begun][0] * size, *steps]
        else:
            found[axis], begun = [size, *steps], axis
    return found


def numbers(nested, arrays):
    """(rank, dims) of loops in which so many arrays are walked.

    >>> numbers({0: [2, 12, 0], 1: [12, 1, 1]}, 2), numbers({}, 2)
    ((2, (2, 12, 0, 12, 1, 1)), (1, (1, 0, 0)))
    """
    rows = list(nested.values()) or [[1] + [0] * arrays]
    return len(rows), tuple([number for row in rows for number in row])


def broadcast_shape(*shapes):
    """The shape NumPy's broadcasting gives; ValueError if there is none."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    result = tuple(next((size for size in sizes if size != 1), 1) for sizes in zip(*padded))
    if any(size not in (1, full) for shape in padded for size, full in zip(shape, result)):
        raise ValueError(f"shapes {' and '.join(map(str, shapes))} do not broadcast together")
    return result


@functools.lru_cache(maxsize=4096)
def broadcast(*shapes):
    """(shape, rank, dims) of an elementwise loop; dims hold the inputs' strides, the output is contiguous.

    >>> broadcast((8, 5), (5,))
    ((8, 5), 2, (8, 5, 0, 5, 1, 1))
    >>> broadcast((8, 5), (8, 5))
    ((8, 5), 1, (40, 1, 1))
    """
    result, *walks = broadcast_walks(*shapes)
    return result, *nest(result, *walks)


@functools.lru_cache(maxsize=4096)
def broadcast_walks(*shapes):
    """The shape that arrays broadcast to, and the strides by which each is walked along it."""
    result = broadcast_shape(*shapes)
    return result, *[broadcast_strides(shape, result) for shape in shapes]


def broadcast_strides(shape, result):
    """Element strides of a contiguous array seen as a larger shape: 0 along repeated axes.

    >>> broadcast_strides((3, 1), (2, 3, 4))
    (0, 1, 0)
    """
    added = len(result) - len(shape)
    own = zip(shape, result[added:], strides(shape))
    return (0,) * added + tuple(0 if size == 1 != full else step for size, full, step in own)


@functools.lru_cache(maxsize=4096)
def reduction(shape, axes):
    """(rank, dims) of a reduction: loops in memory order, strides of input and output, 0 where reduced.

    >>> reduction((2, 3, 4), (1,))
    (3, (2, 12, 4, 3, 4, 0, 4, 1, 1))
    """
    return nest(shape, strides(shape), reduced_strides(shape, axes))


def reduced_strides(shape, axes):
    """Element strides, along the axes of a shape, of what is left of it: 0 along those that are reduced.

    >>> reduced_strides((2, 3, 4), (1,))
    (4, 0, 1)
    """
    kept = strides([1 if axis in axes else size for axis, size in enumerate(shape)])
    return tuple(0 if axis in axes else step for axis, step in enumerate(kept))


@functools.lru_cache(maxsize=4096)
def transpose(shape, permutation):
    """(rank, dims) of the copy that permutes axes: output axis k is input axis permutation[k].

    >>> transpose((2, 3), (1, 0))
    (2, (3, 1, 2, 3))
    """
    steps = strides(shape)
    return nest([shape[axis] for axis in permutation], [steps[axis] for axis in permutation])


@functools.lru_cache(maxsize=4096)
def strided(shape, starts, sizes, steps):
    """(offset, rank, dims) of the copy of `size` items of `x[start::step]` along each axis.

    >>> strided((4, 6), (3, 1), (2, 5), (-2, 1))
    (19, 2, (2, -12, 5, 1))
    """
    own = strides(shape)
    offset = sum(start * step for start, step in zip(starts, own))
    return offset, *nest(sizes, [step * stride for step, stride in zip(steps, own)])
