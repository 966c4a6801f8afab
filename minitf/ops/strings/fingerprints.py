"""Fingerprints of rows: hashes that stay the same everywhere and always."""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.strings import hashes

_BYTES = 8


def _hash(data: bytes) -> bytes:
    return hashes.farm(data).to_bytes(_BYTES, "little")


def _fingerprints(op, data, method):
    if method.item() != b"farmhash64":
        raise ValueError(f"Unsupported method: {method.item()!r}; it is 'farmhash64'")
    rows = [_hash(_bytes_of(row)) for row in data.reshape(data.shape[0], -1)]
    return np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), _BYTES)


def _bytes_of(row: np.ndarray) -> bytes:
    """What is hashed of a row: its memory; of several strings their hashes."""
    if row.dtype != object:
        return row.astype(row.dtype.newbyteorder("<")).tobytes()
    return row[0] if row.size == 1 else b"".join(map(_hash, row))


def _shape(op):
    data = op.inputs[0].shape.with_rank_at_least(1)
    return TensorShape([data.sizes[0] if data.rank else None, _BYTES])


define(
    "Fingerprint",
    "data: T, method: string[] -> fingerprint: uint8",
    shape=_shape,
    numpy=_fingerprints,
    differentiable=False,
)


def fingerprint(data, method="farmhash64", name: str | None = None) -> Tensor:
    """The fingerprints of the rows of `data` ([rows, ...] of any type): uint8 [rows, 8].

    Raises (at run time):
      InvalidArgumentError: for another method than "farmhash64".

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.fingerprint(["a"])))
    [[227 117 223 182 101  66  69 179]]
    """
    return apply("Fingerprint", data, method, name=name)
