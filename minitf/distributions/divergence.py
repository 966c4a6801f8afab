"""How much distributions differ: formulas registered for pairs of classes."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf

_FORMULAS: dict[tuple[type, type], Callable] = {}


class RegisterKL:
    """A decorator: the function of two distributions, and a name, gives the divergence for these classes.

    Raises:
      TypeError: for what is no function.
      ValueError: if there is one for these classes.
    """

    def __init__(self, dist_cls_a: type, dist_cls_b: type):
        self._key = (dist_cls_a, dist_cls_b)

    def __call__(self, kl_fn: Callable) -> Callable:
        """Registers the function."""
        if not callable(kl_fn):
            raise TypeError(f"kl_fn must be callable, received: {kl_fn!r}")
        if self._key in _FORMULAS:
            a, b = self._key
            raise ValueError(f"KL({a.__name__} || {b.__name__}) has already been registered to: {_FORMULAS[self._key]}")
        _FORMULAS[self._key] = kl_fn
        return kl_fn


def kl_divergence(distribution_a, distribution_b, allow_nan_stats: bool = True, name: str | None = None):
    """Kullback and Leibler's divergence of a from b, in nats, [*batch_shape].

    allow_nan_stats: whether it may be NaN; else that is an InvalidArgumentError at run time.

    Raises:
      NotImplementedError: if no formula is registered for the two, or classes of which they are.
    """
    formula = _nearest(type(distribution_a), type(distribution_b))
    if formula is None:
        raise NotImplementedError(
            "No KL(distribution_a || distribution_b) registered for distribution_a type "
            f"{type(distribution_a).__name__} and distribution_b type {type(distribution_b).__name__}"
        )
    with tf.name_scope("KullbackLeibler"):
        found = formula(distribution_a, distribution_b, name=name)
        if allow_nan_stats:
            return found
        found = tf.identity(found, name="kl")
        said = f"KL calculation between {distribution_a.name} and {distribution_b.name} returned NaN values (and was "
        said += "called with allow_nan_stats=False). Values:"
        with tf.control_dependencies([tf.Assert(~tf.reduce_any(tf.is_nan(found)), [said, found])]):
            return tf.identity(found, name="checked_kl")


def _nearest(a: type, b: type) -> Callable | None:
    """The formula for the classes, or for those of their bases that are nearest to them."""
    found = [
        (i + j, _FORMULAS[one, other])
        for i, one in enumerate(a.__mro__)
        for j, other in enumerate(b.__mro__)
        if (one, other) in _FORMULAS
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def cross_entropy(ref, other, allow_nan_stats: bool = True, name: str | None = None):
    """The entropy of a distribution plus its divergence from another."""
    with tf.name_scope(name, "cross_entropy"):
        return ref.entropy() + kl_divergence(ref, other, allow_nan_stats)
