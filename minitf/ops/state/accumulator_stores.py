"""What conditional accumulators hold in a session: the gradients added since the last were taken."""

from __future__ import annotations

import numpy as np

from minitf.framework import errors


class Accumulator:
    """A sum of gradients, to which only those of the current step are added."""

    def __init__(self, op):
        self._op, self.name = op, op.attrs["shared_name"] or op.name
        self.shape, self.dtype = op.attrs["shape"], op.attrs["dtype"]
        self.step = self.count = 0
        self.forget()

    def forget(self) -> None:
        """Begins anew, with no gradient."""
        self.count, self._sum = 0, None

    def check_shared(self, op) -> None:
        """Accumulators that share a name have to agree in everything."""
        mine, theirs = ([str(o.attrs[k]) for k in ("dtype", "shape", "reduction_type")] for o in (self._op, op))
        if self._op.type != op.type or mine != theirs:
            raise errors.InvalidArgumentError(
                None,
                op,
                f"accumulator '{self.name}' is shared by a {self._op.type} of {mine} and this "
                f"{op.type} of {theirs}; give them different values of shared_name, or the same settings",
            )

    def add(self, b, step: int, *gradient) -> None:
        """Adds a gradient, unless it is of an older step than the accumulator is in."""
        if step < self.step:
            return
        self._check(*gradient)
        self._add(*gradient)
        self.count += 1
        b.wake()

    def take(self, b, op, number: int):
        """The mean (or sum) of the gradients, when there are `number` of them; then a new step begins."""
        if number <= 0:
            raise ValueError(f"Argument num_required must be positive, but was {number}")
        while self.count < number:
            b.wait(f"accumulator '{self.name}' holds {self.count} gradients; wanted: {number}")
        taken = self._reduced()
        self.forget()
        self.step += 1
        return taken

    def _check(self, gradient) -> None:
        shape = self.shape.sizes if self._sum is None else self._sum.shape
        if shape is not None and not _fits(shape, gradient.shape):
            raise ValueError(f"Shape mismatch: expected {list(shape)}, got {list(gradient.shape)}")

    def _add(self, gradient) -> None:
        self._sum = gradient.copy() if self._sum is None else self._sum + gradient

    def _reduced(self):
        mean = self._op.attrs["reduction_type"] == "MEAN"
        return (self._sum / self.count).astype(self._sum.dtype) if mean else self._sum


class SparseAccumulator(Accumulator):
    """A sum of gradients of some rows: each row has a count of its own."""

    def _check(self, indices, values, shape) -> None:
        known = self.shape.sizes
        if indices.ndim != 1:
            raise ValueError(f"Input indices should be vector but received shape: {list(indices.shape)}")
        if values.shape[:1] != indices.shape:
            raise ValueError(f"Expected {len(indices)} non-empty input values, got {len(values)}")
        if shape is not None and len(shape) < values.ndim:
            raise ValueError(f"Shape mismatch: expected shape rank at least {values.ndim}, got {len(shape)}")
        if known and values.ndim < len(known):
            raise ValueError(f"Shape mismatch: expected values rank {len(known)}, got {values.ndim}")
        if known and shape is not None and not _fits(known, tuple(shape[: len(known)])):
            raise ValueError(f"Shape mismatch: expected shape {list(known)}, got {shape.tolist()}")
        inner = self._sum[1].shape[1:] if self._sum is not None else (known or ())[1:] or None
        if inner is not None and not _fits(inner, values.shape[1:]):
            raise ValueError(f"Shape mismatch: expected values {list(inner)}, got {list(values.shape[1:])}")
        rows = known[0] if known else None
        if len(indices) and (indices.min() < 0 or rows is not None and indices.max() >= rows):
            raise ValueError(
                f"Shape mismatch: index of a slice exceeded limits of shape: {indices.tolist()}"
                f" are not all within {'the' if rows is None else rows} rows"
            )

    def _add(self, indices, values, shape) -> None:
        if self._sum is None:
            self._sum = indices.copy(), values.copy(), np.ones(len(indices), np.int64)
        else:
            self._sum = _merged(self._sum, (indices, values, np.ones(len(indices), np.int64)))

    def _reduced(self):
        indices, values, counts = self._sum
        if self._op.attrs["reduction_type"] == "MEAN":
            values = values / counts.reshape(-1, *[1] * (values.ndim - 1)).astype(values.dtype)
        rows = self.shape.sizes[0] if self.shape.rank and self.shape.sizes[0] is not None else -1
        return indices, values, np.array([rows, *values.shape[1:]], np.int64)


def _fits(known, shape: tuple) -> bool:
    return len(known) == len(shape) and all(k in (None, n) for k, n in zip(known, shape))


def _merged(held: tuple, new: tuple) -> tuple:
    """Two lists of rows in the order of their indices, as far as each is; equal ones become one."""
    order, i, j = [], 0, 0
    while i < len(held[0]) and j < len(new[0]):
        one, other = held[0][i], new[0][j]
        order.append((i if one <= other else None, j if other <= one else None))
        i, j = i + (one <= other), j + (other <= one)
    order += [(k, None) for k in range(i, len(held[0]))] + [(None, k) for k in range(j, len(new[0]))]
    indices = np.array([held[0][i] if i is not None else new[0][j] for i, j in order], np.int64)

    def joined(part: int) -> np.ndarray:
        made = np.zeros((len(order), *held[part].shape[1:]), held[part].dtype)
        for side, rows in enumerate((held, new)):
            places = [(to, pair[side]) for to, pair in enumerate(order) if pair[side] is not None]
            if places:
                to, source = map(list, zip(*places))
                made[to] += rows[part][source]
        return made

    return indices, joined(1), joined(2)
