"""Activations, initializers, regularizers and constraints that layers take by name, as Keras calls them."""

from __future__ import annotations

from collections.abc import Callable

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
        "random_uniform": lambda: made.random_uniform(**spread),
        "VarianceScaling": made.variance_scaling,
        "random_normal": lambda: made.random_normal(stddev=0.05),
        "truncated_normal": lambda: made.truncated_normal(stddev=0.05),
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
    """An initializer as it is, or the one of a name such as "glorot_uniform"; ValueError for another one."""
    return _named(given, _initializers(), "initializer")() if isinstance(given, str) else given


def activation_function(given) -> Callable | None:
    """A function as it is, or the one of a name such as "relu"; None stays None; ValueError for another."""
    if given is None or callable(given):
        return given
    known = {name: getattr(tf.nn, name) for name in _ACTIVATIONS}
    known.update(linear=lambda x: x, exponential=tf.exp, hard_sigmoid=_hard_sigmoid)
    return _named(given, known, "activation")


def _hard_sigmoid(x):
    return tf.clip_by_value(0.2 * x + 0.5, 0.0, 1.0)


def regularizer(given):
    """A regularizer as it is, or the one of a name: "l1", "l2" or "l1_l2"; ValueError for another one."""
    return _named(given, _REGULARIZERS, "regularizer") if isinstance(given, str) else given


def _penalty(l1: float, l2: float) -> Callable:
    def penalty(weights):
        absolute = [l1 * tf.reduce_sum(tf.abs(weights))] if l1 else []
        return sum(absolute + ([l2 * tf.reduce_sum(tf.square(weights))] if l2 else []))

    return penalty


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
_REGULARIZERS = {"l1": _penalty(0.01, 0), "l2": _penalty(0, 0.01), "l1_l2": _penalty(0.01, 0.01)}
_CONSTRAINTS = {"non_neg": _non_negative, "unit_norm": _of_norm_1, "max_norm": _of_norm_2_at_most}


def _named(name, known: dict, what: str):
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"{name!r} is no {what}; give a function or one of {', '.join(sorted(known))}")
    return known[name]
