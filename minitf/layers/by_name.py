"""Activations, initializers, regularizers and constraints that layers take by name, as Keras calls them."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

import minitf as tf

_ACTIVATIONS = ("tanh", "relu", "sigmoid", "elu", "selu", "softplus", "softsign", "softmax", "relu6")


def _initializers() -> dict[str, Callable]:
    made = tf.initializers
    spread = {"minval": -0.05, "maxval": 0.05}
    found = {
        "zeros": made.zeros,
        "ones": made.ones,
        "constant": made.constant,
        "identity": made.identity,
        "orthogonal": made.orthogonal,
        "glorot_uniform": made.glorot_uniform,
        "glorot_normal": made.glorot_normal,
        "lecun_normal": made.lecun_normal,
        "lecun_uniform": made.lecun_uniform,
        "he_normal": made.he_normal,
        "he_uniform": made.he_uniform,
        "random_uniform": functools.partial(made.random_uniform, **spread),
        "VarianceScaling": made.variance_scaling,
        "random_normal": functools.partial(made.random_normal, stddev=0.05),
        "truncated_normal": functools.partial(made.truncated_normal, stddev=0.05),
    }
    found.update(uniform=found["random_uniform"], normal=found["random_normal"])
    capitals = {"".join(part.capitalize() for part in name.split("_")): name for name in found}
    return {
        **found,
        **{
            new: found[old] for new, old in capitals.items() if new not in found and not new.startswith(("He", "Lecun"))
        },
    }


def initializer(given):
    """An initializer as it is, or the one of a name such as "glorot_uniform", or of {"class_name": its name, "config":
    its options}; ValueError for another one.
    """
    if isinstance(given, dict):
        make = _named(given.get("class_name"), _initializers(), "initializer")
        return make(**given.get("config", {}))
    return _named(given, _initializers(), "initializer")() if isinstance(given, str) else given


def activation_function(given) -> Callable | None:
    """A function as it is, or the one of a name such as "relu"; None stays None; ValueError for another."""
    if given is None or callable(given):
        return given
    known = {name: getattr(tf.nn, name) for name in _ACTIVATIONS}
    known.update(linear=None, exponential=tf.exp, hard_sigmoid=hard_sigmoid)
    return _named(given, known, "activation")


def hard_sigmoid(x):
    """A sigmoid of straight lines."""
    return tf.clip_by_value(0.2 * x + 0.5, 0.0, 1.0)


def regularizer(given):
    """A regularizer as it is, or the one of a name: "l1", "l2" or "l1_l2", or of {"class_name": "L1L2", "config": its
    factors}; ValueError for another one.
    """
    if isinstance(given, dict):
        return _named(given.get("class_name"), {"L1L2": L1L2}, "regularizer")(**given.get("config", {}))
    return _named(given, _REGULARIZERS, "regularizer") if isinstance(given, str) else given


class L1L2:
    """The sums of weights and of their squares, times factors."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0):
        self.l1, self.l2 = l1, l2

    def __call__(self, weights):
        """The sum for a tensor, a scalar."""
        absolute = [self.l1 * tf.reduce_sum(tf.abs(weights))] if self.l1 else []
        return sum(absolute + ([self.l2 * tf.reduce_sum(tf.square(weights))] if self.l2 else []))

    def get_config(self) -> dict:
        """The factors, as TensorFlow keeps them: float32."""
        return {"l1": float(np.float32(self.l1)), "l2": float(np.float32(self.l2))}


def constraint(given):
    """A constraint as it is, or the one of a name: "non_neg", "unit_norm" or "max_norm"; else ValueError."""
    return _named(given, _CONSTRAINTS, "constraint") if isinstance(given, str) else given


def _non_negative(weights):
    return weights * tf.cast(weights >= 0, weights.dtype)


def _norms(weights):
    return tf.sqrt(tf.reduce_sum(tf.square(weights), 0, keepdims=True))


def _of_norm_1(weights):
    return weights / (_EPSILON + _norms(weights))


def _of_norm_2_at_most(weights):
    norms = _norms(weights)
    return weights * (tf.clip_by_value(norms, 0.0, 2.0) / (_EPSILON + norms))


_EPSILON = 1e-7
_REGULARIZERS = {"l1": L1L2(0.01), "l2": L1L2(0.0, 0.01), "l1_l2": L1L2(0.01, 0.01)}
_CONSTRAINTS = {"non_neg": _non_negative, "unit_norm": _of_norm_1, "max_norm": _of_norm_2_at_most}


def _named(name, known: dict, what: str):
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"{name!r} is no {what}; give a function or one of {', '.join(sorted(known))}")
    return known[name]
