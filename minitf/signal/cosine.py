"""Cosine transforms."""

from __future__ import annotations

import math

import minitf as tf
from minitf.framework import op_counts


def dct(
    input, type: int = 2, n: int | None = None, axis=-1, norm: str | None = None, name: str | None = None
) -> tf.Tensor:
    """The cosine transform of a type 1, 2 or 3 along the last axis of a float32 tensor, which is cut or
    filled up to length n first; norm "ortho": such that it keeps lengths.

    Raises:
      ValueError: for another type, axis or norm, "ortho" of type 1, or a type 1 of less than 2 values.
    """
    _check(type, n, axis, norm)
    with tf.name_scope(name, "dct"):
        x = tf.convert_to_tensor(input, tf.float32)
        since, known = op_counts.Since(), n is not None or x.shape[-1].value is not None
        cut = None if n is None else x.shape[-1].value is None or n <= x.shape[-1].value
        result = _transformed(_resized(x, n), type, norm, known)
        since.count_as(op_counts.cosines(type, norm == "ortho", known, cut))
        return result


def _transformed(x, type: int, norm, known: bool):
    size = x.shape[-1].value or tf.shape(x)[-1]
    if type == 1:
        if isinstance(size, int) and size < 2:
            raise ValueError(f"a cosine transform of type 1 needs 2 values at least, not {size}")
        return tf.real(tf.spectral.rfft(tf.concat([x, x[..., -2:0:-1]], -1)))
    count, where = tf.cast(size, tf.float32), tf.cast(tf.range(size), tf.float32)
    angle = where * math.pi * 0.5 / count
    if type == 2:
        turned = tf.spectral.rfft(x, [2 * size])[..., :size] * _turn(2.0, -angle)
        if norm != "ortho":
            return tf.real(turned, name="Real_1")
        return tf.multiply(tf.real(turned), _ortho(size, count, 2), name="mul_6" if known else "mul_7")
    x = x * (_ortho(size, count, 3) if norm == "ortho" else count)
    turned = _turn(2.0, angle) * tf.complex(x, tf.zeros_like(x))
    return tf.spectral.irfft(turned, [2 * size])[..., :size]


def idct(
    input, type: int = 2, n: int | None = None, axis=-1, norm: str | None = None, name: str | None = None
) -> tf.Tensor:
    """The inverse of `dct`; without norm, up to a factor of 2 * n (2 * (n - 1) for type 1)."""
    return dct(input, {1: 1, 2: 3, 3: 2}.get(type, type), n, axis, norm, name)


def _check(type, n, axis, norm) -> None:
    if axis != -1:
        raise NotImplementedError("cosine transforms are along the last axis: axis has to be -1")
    if type not in (1, 2, 3):
        raise ValueError("Only Types I, II and III (I)DCT are supported.")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")
    if norm == "ortho" and type == 1:
        raise ValueError("Normalization is not supported for the Type-I DCT.")
    if n is not None and n < 1:
        raise ValueError(f"n has to be a positive integer, not {n}")


def _resized(x, n: int | None):
    if n is None:
        return x
    cut = x[..., :n]
    more = tf.reshape(n - tf.shape(cut)[-1], [1])
    after = tf.concat([tf.zeros_like(tf.shape(cut)[:-1]), more], 0)
    grown = tf.pad(cut, tf.stack([tf.zeros_like(after), after], 1))
    grown.set_shape(x.shape[:-1].concatenate(n))
    return grown


def _turn(scale: float, angle):
    """scale times e to the power of i * angle."""
    return tf.complex(scale * tf.cos(angle), scale * tf.sin(angle))


def _ortho(size, count, type: int):
    """Factors that make the transform keep lengths."""
    with tf.name_scope("weights"):
        first = tf.cast(tf.equal(tf.range(size), 0), tf.float32)
        if type == 2:
            return 0.5 * tf.rsqrt(count) * (first + (1.0 - first) * math.sqrt(2.0))
        return tf.sqrt(count) * (first + (1.0 - first) * math.sqrt(0.5))
