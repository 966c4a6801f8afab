"""Initializers of convolutions that keep the lengths of what they are given (Xiao et al. 2018)."""

from __future__ import annotations

import itertools

from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.gather import scatter_nd
from minitf.ops.array.joining import stack
from minitf.ops.linalg import decompositions, matrix
from minitf.ops.linalg.matmul import matmul
from minitf.ops.math import math
from minitf.ops.random import random
from minitf.ops.random.initializers import Initializer


class _OrthogonalKernel(Initializer):
    """gain: by how much lengths grow; seed: of the random numbers."""

    _arguments = ("gain", "seed")

    def __init__(self, gain: float = 1.0, seed: int | None = None, dtype="float32"):
        super().__init__(dtype)
        self.gain, self.seed = gain, seed

    def _rotation(self, n: int) -> Tensor:
        """A random orthogonal matrix [n, n]."""
        q, r = decompositions.qr(random.random_normal([n, n], dtype=self.dtype, seed=self.seed))
        return q * math.sign(matrix.diag_part(r))


def _check_filters(shape: list) -> None:
    if shape[-2] > shape[-1]:
        raise ValueError(f"In_filters cannot be greater than out_filters: {shape[-2]} are given, {shape[-1]} made")


class ConvolutionDeltaOrthogonal(_OrthogonalKernel):
    """Filters [..., in, out] of one to three dimensions: `gain` times an orthogonal matrix in the middle, 0 elsewhere.

    Raises:
      ValueError: for other shapes, or if there are fewer channels out than in.
    """

    def _make(self, shape, dtype, part):
        if not 3 <= len(shape) <= 5:
            raise ValueError(f"filters have at least three and at most five dimensions, not {shape}")
        _check_filters(shape)
        q = self._rotation(shape[-1])[: shape[-2], :] * math.cast(self.gain, dtype)
        return scatter_nd([[(size - 1) // 2 for size in shape[:-2]]], array.expand_dims(q, 0), shape)


class _ConvolutionOrthogonal(_OrthogonalKernel):
    """Filters as long as they are wide, of `_rank` dimensions, that are orthogonal as a whole."""

    _rank = 0

    def _next(self) -> None:
        if self.seed:
            self.seed += 1

    def _rotation(self, n: int) -> Tensor:
        found = super()._rotation(n)
        self._next()
        return found

    def _projection(self, n: int) -> Tensor:
        """A random symmetric matrix whose square it is itself."""
        q = self._rotation(n)
        chosen = math.cast(math.greater(random.random_normal([n], seed=self.seed), 0), self.dtype)
        self._next()
        q = math.multiply(q, chosen)
        return matmul(q, array.matrix_transpose(q))

    def _block(self, n: int) -> dict:
        """An orthogonal kernel of size 2 along each axis, as matrices by their places."""
        projections, eye = [self._projection(n) for _ in range(self._rank)], matrix.eye(n, dtype=self.dtype)
        found = {}
        for place in itertools.product(range(2), repeat=self._rank):
            whole = None
            for p, at in zip(projections, place):
                p = self._part(p, eye, at)
                whole = p if whole is None else matmul(whole, p)
            found[place] = whole
        return found

    def _part(self, p, eye, place: int) -> Tensor:
        """What a projection leaves or what it takes away, by the place on an axis."""
        return eye - p if place else p

    def _convolved(self, one: dict, other: dict, n: int) -> dict:
        """The kernel that is both, one after the other."""
        sizes = [round(len(m) ** (1 / self._rank)) for m in (one, other)]
        found = {}
        for place in itertools.product(range(sum(sizes) - 1), repeat=self._rank):
            found[place] = array.zeros([n, n], self.dtype)
            for first in itertools.product(*[range(min(sizes[0], i + 1)) for i in place]):
                second = tuple([i - k for i, k in zip(place, first)])
                if max(second) < sizes[1]:
                    found[place] += matmul(one[first], other[second])
        return found

    def _make(self, shape, dtype, part):
        if len(shape) != self._rank + 2:
            raise ValueError(f"filters have {self._rank + 2} dimensions, not {shape}")
        _check_filters(shape)
        if len(set(shape[:-2])) > 1:
            raise ValueError(f"Kernel sizes must be equal, not {shape[:-2]}")
        return self._kernel(*shape[-3:]) * math.cast(self.gain, dtype)

    def _kernel(self, size: int, inputs: int, outputs: int) -> Tensor:
        first = self._rotation(outputs)[:inputs, :]
        if size == 1:
            for _ in range(self._rank):
                first = array.expand_dims(first, 0)
            return first
        parts = self._block(outputs)
        for _ in range(size - 2):
            parts = self._convolved(parts, self._block(outputs), outputs)
        for place in itertools.product(range(size), repeat=self._rank):
            parts[place] = matmul(first, parts[place])
        return _stacked(parts, size, self._rank)


def _stacked(parts: dict, size: int, rank: int, place: tuple = ()) -> Tensor:
    """One tensor of the matrices whose places begin so."""
    if len(place) == rank:
        return parts[place]
    return stack([_stacked(parts, size, rank, (*place, i)) for i in range(size)])


class ConvolutionOrthogonal1D(_ConvolutionOrthogonal):
    """Filters [size, in, out] that keep lengths, but for `gain`.

    Raises:
      ValueError: for other shapes, or if there are fewer channels out than in.
    """

    _rank = 1


class ConvolutionOrthogonal2D(_ConvolutionOrthogonal):
    """Filters [size, size, in, out] that keep lengths, but for `gain`.

    Raises:
      ValueError: for other shapes, or if there are fewer channels out than in.
    """

    _rank = 2


class ConvolutionOrthogonal3D(_ConvolutionOrthogonal):
    """Filters [size, size, size, in, out] that keep lengths, but for `gain`.

    Raises:
      ValueError: for other shapes, or if there are fewer channels out than in.
    """

    _rank = 3

    def _part(self, p, eye, place: int) -> Tensor:
        return place * p + (1 - place) * (eye - p)
