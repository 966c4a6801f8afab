"""Strings in buckets, by hashes that are TensorFlow's."""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.strings import hashes

_LARGEST = 2**64


def _key(op) -> list:
    if len(op.attrs["key"]) != 2:
        raise ValueError(f"Key must have 2 elements, not {op.attrs['key']}")
    return op.attrs["key"]


def _define(type: str, hashed, label: str = "input", more: str = "") -> None:
    """An op; `hashed(op, strings)` are their numbers of 64 bits."""

    def numpy(op, x):
        numbers = hashed(op, x.ravel().tolist()) % np.uint64(op.attrs["num_buckets"])
        return numbers.astype(np.int64).reshape(x.shape)

    define(
        type,
        f"{label}: string; num_buckets: int{more} -> output: int64",
        shape=lambda op: op.inputs[0].shape,
        numpy=numpy,
        differentiable=False,
    )


_define("StringToHashBucket", lambda op, strings: hashes.murmur_of_each(strings), "string_tensor")
_define("StringToHashBucketFast", lambda op, strings: hashes.farm_of_each(strings))
_define("StringToHashBucketStrong", lambda op, strings: hashes.sip_of_each(_key(op), strings), more=", key: list(int)")


def _count(num_buckets) -> int:
    count = int(num_buckets)
    if not 1 <= count < 2**63:
        raise ValueError(f"num_buckets must be >= 1, not {num_buckets!r}")
    return count


def string_to_hash_bucket_fast(input, num_buckets: int, name: str | None = None) -> Tensor:
    """The number of each string's bucket, int64, by a fast hash (FarmHash's Fingerprint64).

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.string_to_hash_bucket_fast(["hello", "world"], 10)))
    [6 8]

    Raises:
      ValueError: for less than one bucket.
    """
    return apply("StringToHashBucketFast", input, num_buckets=_count(num_buckets), name=name)


def string_to_hash_bucket_strong(input, num_buckets: int, key, name: str | None = None) -> Tensor:
    """The number of each string's bucket, int64, by a hash that nobody can foresee without the key (SipHash).

    key: a list of two natural numbers of 64 bits.

    Raises:
      TypeError: for a key that is no list.
      ValueError: for less than one bucket.
      tf.errors.InvalidArgumentError: when it runs, for a key that is none.
    """
    if not isinstance(key, (list, tuple)):
        raise TypeError(f"key is a list of two numbers, not {key!r}")
    found = [int(part) % _LARGEST for part in key]
    return apply("StringToHashBucketStrong", input, num_buckets=_count(num_buckets), key=found, name=name)


def string_to_hash_bucket(
    string_tensor=None, num_buckets: int | None = None, name: str | None = None, input=None
) -> Tensor:
    """The number of each string's bucket, int64, by a hash of before TensorFlow 0.7."""
    strings = patterns.renamed("input", input, "string_tensor", string_tensor)
    if num_buckets is None:
        raise TypeError("string_to_hash_bucket needs num_buckets")
    return apply("StringToHashBucket", strings, num_buckets=_count(num_buckets), name=name)
