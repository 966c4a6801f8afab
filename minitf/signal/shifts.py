"""The zero frequency in the middle of a spectrum, and back."""

from __future__ import annotations

import minitf as tf


def fftshift(x, axes=None, name: str | None = None) -> tf.Tensor:
    """`x`, rolled along the axes (all by default) such that what comes first is in the middle."""
    with tf.name_scope(name, "fftshift") as scope:
        return _rolled(tf.convert_to_tensor(x), axes, lambda size: size // 2, scope)


def ifftshift(x, axes=None, name: str | None = None) -> tf.Tensor:
    """The inverse of `fftshift`."""
    with tf.name_scope(name, "ifftshift") as scope:
        return _rolled(tf.convert_to_tensor(x), axes, lambda size: -(size // 2), scope)


def _rolled(x, axes, shift, scope: str):
    if x.shape.rank is not None:
        places = range(x.shape.rank) if axes is None else axes if isinstance(axes, (list, tuple)) else [axes]
        sizes = [x.shape[i].value if isinstance(i, int) else None for i in places]
        if None not in sizes:
            return tf.roll(x, [shift(size) for size in sizes], list(places), name=scope)
    if axes is None:
        axes = list(range(x.shape.rank)) if x.shape.rank is not None else tf.range(tf.rank(x))
    axes = tf.reshape(tf.convert_to_tensor(axes, tf.int32), [-1])
    places = tf.where(axes < 0, axes + tf.rank(x), axes)
    return tf.roll(x, shift(tf.gather(tf.shape(x), places)), axes, name=scope)
