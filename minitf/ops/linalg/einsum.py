"""Sums of products over named axes, made of transposes, reshapes and matrix products."""

from __future__ import annotations

import re
import string

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.gather import gather
from minitf.ops.array.joining import stack
from minitf.ops.array.ranges import range as range_
from minitf.ops.array.sets import setdiff1d
from minitf.ops.linalg.matmul import matmul
from minitf.ops.math import math
from minitf.ops.math.reduce import reduce_prod, reduce_sum

# ---- shapes of which some sizes are only known when the graph runs


def _sizes(x: Tensor) -> list:
    """The size of each axis: an integer, or a scalar tensor."""
    if x.shape.is_fully_defined():
        return list(x.shape.sizes)
    dynamic = array.shape(x)
    return [dynamic[i] if n is None else n for i, n in enumerate(x.shape.sizes)]


def _product(sizes: list):
    """The product of integers and scalar tensors."""
    result = 1
    for size in sizes:
        result = size if isinstance(result, int) and result == 1 else result * size
    return result


def _as_shape(sizes: list):
    return sizes if all(isinstance(n, int) for n in sizes) else stack(sizes)


# ---- tensordot


def tensordot(a, b, axes, name: str | None = None) -> Tensor:
    """The sum over products of a and b along pairs of axes; the other axes of a, then those of b, stay.

    axes: a number n for the last n axes of a and the first n of b, or a pair of axes or lists of axes, which
    may be a tensor of shape [2, n]. ValueError if the axes do not fit; InvalidArgumentError if that shows
    only when the graph runs, because ranks or axes are not known before.

    >>> tensordot(np.ones((2, 3, 4)), np.ones((4, 3, 5)), [[1, 2], [1, 0]]).shape.as_list()
    [2, 5]
    """
    with name_scope(name, "Tensordot", [a, b, axes]) as scope:
        a, b = convert_to_tensor(a, name="a"), convert_to_tensor(b, name="b")
        axes = constant_value(axes) if isinstance(axes, Tensor) and constant_value(axes) is not None else axes
        since, counted = op_counts.Since(), not isinstance(axes, (list, tuple, Tensor)) and np.ndim(axes) == 0
        result = _dot(a, b, axes, scope)
        if not (a.shape.is_fully_defined() and b.shape.is_fully_defined() or isinstance(axes, Tensor)):
            since.count_as(op_counts.contracted(a.shape, b.shape, counted))
        return result


def _dot(a: Tensor, b: Tensor, axes, scope: str) -> Tensor:
    axes_a, axes_b = (axes[0], axes[1]) if isinstance(axes, Tensor) else _axis_pairs(a, b, axes)
    if isinstance(axes, Tensor) or a.shape.rank is None or b.shape.rank is None:
        left, free_a = _matrix_by_tensors(a, axes_a, last=True)
        right, free_b = _matrix_by_tensors(b, axes_b, last=False)
        return array.reshape(matmul(left, right), array.concat([free_a, free_b], 0), name=scope)
    left, free_a = _matrix(a, axes_a, last=True)
    right, free_b = _matrix(b, axes_b, last=False)
    return array.reshape(matmul(left, right), _as_shape(free_a + free_b), name=scope)


def _axis_pairs(a: Tensor, b: Tensor, axes) -> list[list[int]]:
    """The axes of a and of b, counted from the front where their ranks are known."""
    ranks = [x.shape.rank for x in (a, b)]
    if not isinstance(axes, (list, tuple)) and np.ndim(axes) == 0:
        if not 0 <= axes <= min([n for n in ranks if n is not None], default=axes):
            raise ValueError(f"tensordot over {axes} axes of tensors of shapes {a.shape} and {b.shape}")
        axes = range(-int(axes), 0), range(int(axes))
    if len(axes) != 2:
        raise ValueError(f"axes are a number or a pair, not {axes!r}")
    pairs = [
        [int(i) if n is None else array.check_axis(int(i), n) for i in np.ravel(part)] for part, n in zip(axes, ranks)
    ]
    if len(pairs[0]) != len(pairs[1]):
        raise ValueError(f"tensordot pairs {len(pairs[0])} axes of a with {len(pairs[1])} of b")
    for i, j in zip(*pairs) if None not in ranks else ():
        a.shape[i : i + 1].assert_is_compatible_with(b.shape[j : j + 1])
    return pairs


def _matrix_by_tensors(x: Tensor, axes, last: bool) -> tuple[Tensor, Tensor]:
    """x as a matrix with `axes` as its columns (or rows), and the sizes of the other axes, not yet known."""
    rank, axes = array.rank(x), array.reshape(convert_to_tensor(axes, preferred_dtype=dtypes.int32), [-1])
    axes = axes + math.cast(axes < 0, axes.dtype) * math.cast(rank, axes.dtype)
    free, sizes = setdiff1d(math.cast(range_(rank), axes.dtype), axes)[0], array.shape(x)
    kept, summed = gather(sizes, free), reduce_prod(gather(sizes, axes))
    order = array.concat([free, axes] if last else [axes, free], 0)
    shape = [reduce_prod(kept), summed] if last else [summed, reduce_prod(kept)]
    return array.reshape(array.transpose(x, order), stack(shape)), kept


def _matrix(x: Tensor, axes: list, last: bool) -> tuple[Tensor, list]:
    """x as a matrix with `axes` as its columns (or rows), and the sizes of the other axes."""
    free = [i for i in range(x.shape.rank) if i not in axes]
    sizes = _sizes(x)
    summed, kept = _product([sizes[i] for i in axes]), [sizes[i] for i in free]
    order, shape = (free + axes, [_product(kept), summed]) if last else (axes + free, [summed, _product(kept)])
    return array.reshape(array.transpose(x, order), _as_shape(shape)), kept


# ---- einsum


def einsum(equation: str, *inputs, name: str | None = None) -> Tensor:
    """The sum of products that `equation` names, such as "bij,bjk->bik" (Einstein's convention).

    Axes with the same letter run together; those missing behind the arrow are summed. Without an arrow the
    letters that occur once are kept, in alphabetical order. "..." stands for further axes, which broadcast.
    ValueError for an equation that makes no sense or does not fit the inputs.

    >>> einsum("ij,kj->ik", np.ones((2, 3)), np.ones((4, 3))).shape.as_list()
    [2, 4]
    """
    with name_scope(name, "einsum", list(inputs)):
        tensors = [convert_to_tensor(x) for x in inputs]
        labels, output = _parsed(equation, tensors)
        _check_sizes(equation, tensors, labels)
        result, have = _reduced(tensors[0], labels[0], set("".join(labels[1:])) | set(output))
        for i, (x, own) in enumerate(zip(tensors[1:], labels[1:]), 1):
            later = set("".join(labels[i + 1 :])) | set(output)
            x, own = _reduced(x, own, later | set(have))
            result, have = _contracted(result, have, x, own, later)
        return _ordered(result, have, output)


def _parsed(equation: str, tensors: list) -> tuple[list[str], str]:
    """The letters of each input's axes and of the output's; "..." is replaced by letters not in use."""
    equation = str(equation).replace(" ", "")
    if not re.fullmatch(r"[A-Za-z.,]+(->[A-Za-z.]*)?", equation):
        raise ValueError(f"einsum: {equation!r} is not an equation like 'ij,jk->ik'")
    left, arrow, output = equation.partition("->")
    parts = left.split(",")
    if len(parts) != len(tensors):
        raise ValueError(f"einsum: {equation!r} is for {len(parts)} inputs, {len(tensors)} were given")
    if "." in equation:
        parts, output = _without_dots(equation, parts, output, tensors)
    if not arrow:
        once = [c for c in sorted(set("".join(parts))) if "".join(parts).count(c) == 1 and c not in output]
        output += "".join(once)
    for part in [*parts, output]:
        if len(set(part)) < len(part):
            raise ValueError(f"einsum: {equation!r} repeats a letter within one tensor")
    if not set(output) <= set("".join(parts)):
        raise ValueError(f"einsum: the output of {equation!r} has a letter that no input has")
    return parts, output


def _without_dots(equation: str, parts: list, output: str, tensors: list) -> tuple[list[str], str]:
    spare = [c for c in string.ascii_letters[::-1] if c not in equation]
    counts = [x.shape.rank - len(p) + 3 if "..." in p and x.shape.rank else 0 for p, x in zip(parts, tensors)]
    if any(p.replace("...", "", 1).count(".") for p in [*parts, output]) or any(x.shape.rank is None for x in tensors):
        raise ValueError(f"einsum: {equation!r} needs '...' at most once per tensor, and inputs of known rank")
    dots = "".join(spare[: max(0, *counts)])
    parts = [p.replace("...", dots[len(dots) - max(n, 0) :]) for p, n in zip(parts, counts)]
    return parts, output.replace("...", dots) if "->" in equation else dots


def _check_sizes(equation: str, tensors: list, labels: list) -> None:
    known: dict[str, int] = {}
    for x, own in zip(tensors, labels):
        if x.shape.rank is None:
            x.set_shape([None] * len(own))
        if x.shape.rank != len(own):
            raise ValueError(f"einsum: {equation!r} gives {x.name} {len(own)} axes, but its shape is {x.shape}")
        for letter, size in zip(own, x.shape.sizes):
            if size is not None and size != 1 and known.setdefault(letter, size) != size:
                raise ValueError(f"einsum: axis {letter!r} of {equation!r} has sizes {known[letter]} and {size}")


def _reduced(x: Tensor, labels: str, needed: set) -> tuple[Tensor, str]:
    """x summed over the axes that nobody else has."""
    lonely = [i for i, c in enumerate(labels) if c not in needed]
    if not lonely:
        return x, labels
    return reduce_sum(x, lonely), "".join(c for c in labels if c in needed)


def _contracted(a: Tensor, of_a: str, b: Tensor, of_b: str, later: set) -> tuple[Tensor, str]:
    """The product of a and b, summed over the axes that both have and nobody needs later."""
    batch = [c for c in of_a if c in of_b and c in later]
    summed = [c for c in of_a if c in of_b and c not in later]
    free_a, free_b = [c for c in of_a if c not in of_b], [c for c in of_b if c not in of_a]
    sizes = dict(zip(of_a, _sizes(a))) | dict(zip(of_b, _sizes(b)))
    left = _grouped(a, of_a, batch, free_a, summed)
    right = _grouped(b, of_b, batch, summed, free_b)
    result = matmul(left, right)
    if len(free_a) != 1 or len(free_b) != 1:
        dynamic = _sizes(result)[: len(batch)]
        result = array.reshape(result, _as_shape(dynamic + [sizes[c] for c in free_a + free_b]))
    return result, "".join(batch + free_a + free_b)


def _grouped(x: Tensor, labels: str, batch: list, rows: list, columns: list) -> Tensor:
    """x as [*batch, rows, columns], each group of axes made one."""
    x = _ordered(x, labels, "".join(batch + rows + columns))
    if len(rows) == 1 and len(columns) == 1:
        return x
    sizes, n = _sizes(x), len(batch)
    shape = [*sizes[:n], _product(sizes[n : n + len(rows)]), _product(sizes[n + len(rows) :])]
    return array.reshape(x, _as_shape(shape))


def _ordered(x: Tensor, labels: str, wanted: str) -> Tensor:
    return x if labels == wanted else array.transpose(x, [labels.index(c) for c in wanted])
