"""What parameters and values of distributions have to be, if that is checked, and parameters that come in two forms."""

from __future__ import annotations

import hashlib

import numpy as np

import minitf as tf
from minitf.ops.control.control import with_dependencies

_WHOLE = {"float16": "int16", "float32": "int32", "float64": "int64"}


def new_seed(seed: int | None, salt: str) -> int | None:
    """Another seed, that depends on one and on what it is for."""
    if seed is None:
        return None
    digest = hashlib.md5(f"{seed}{salt}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) & 0x7FFFFFFF


def largest_whole(dtype) -> int:
    """The largest number up to which a type has all whole numbers."""
    if dtype.is_floating:
        return 2 ** (np.finfo(dtype.as_numpy_dtype).nmant + 1)
    return 1 if dtype is tf.bool else dtype.max


def _is_whole(x, dtype, message: str):
    return tf.assert_equal(x, tf.cast(tf.cast(x, dtype), x.dtype), message=message, name="assert_integer_form")


def counts(x):
    """Whole numbers that are not negative."""
    with tf.name_scope("embed_check_nonnegative_integer_form", values=[x]):
        x = tf.convert_to_tensor(x, name="x")
        checks = [tf.assert_non_negative(x, message=f"'{x}' must be non-negative.")]
        if not x.dtype.is_integer:
            whole = tf.as_dtype(_WHOLE[x.dtype.base_dtype.name])
            checks.append(_is_whole(x, whole, f"'{x}' cannot contain fractional components."))
        return with_dependencies(checks, x)


def castable(x, dtype):
    """Numbers that are not negative and that a type of whole numbers, or bool, has; TypeError for other types."""
    with tf.name_scope("embed_check_casting_closed", values=[x]):
        x = tf.convert_to_tensor(x, name="x")
        checks = [tf.assert_non_negative(x, message="Elements must be non-negative.")]
        if x.dtype.is_floating:
            checks.append(_is_whole(x, dtype, f"Elements must be {dtype.name}-equivalent."))
        elif largest_whole(x.dtype.base_dtype) > largest_whole(dtype):
            most = largest_whole(dtype)
            checks.append(tf.assert_less_equal(x, most, message=f"Elements cannot exceed {most}."))
        return with_dependencies(checks, x)


def classes(parameter):
    """A parameter [..., classes], of two classes at least and no more than its type can count."""
    with tf.name_scope("embed_check_categorical_event_shape", values=[parameter]):
        x = tf.convert_to_tensor(parameter, name="categorical_param")
        most = largest_whole(x.dtype.base_dtype)
        if x.shape.ndims == 0:
            raise ValueError("A categorical-distribution parameter must have at least 1 dimension.")
        size = x.shape[-1].value if x.shape.ndims else None
        few = "A categorical-distribution parameter must have at least 2 events."
        if size is not None:
            if size < 2:
                raise ValueError(few)
            if size > most:
                raise ValueError(f"Number of classes exceeds `dtype` precision: {size} classes, at most {most}")
            return x
        rank = tf.assert_rank_at_least(x, 1, message="A categorical-distribution parameter must be a vector at least.")
        size = tf.shape(x)[-1]
        return with_dependencies([rank, tf.assert_greater_equal(size, 2, message=few)], x)


def logits_and_probs(logits, probs, several: bool, validate_args: bool, name: str) -> tuple:
    """Both, from one of them; several: of classes along the last axis, rather than of true.

    Raises:
      ValueError: unless just one of them is given.
      TypeError: for other types than floats.
    """
    with tf.name_scope(name, values=[probs, logits]):
        if (probs is None) == (logits is None):
            raise ValueError("Must pass probs or logits, but not both.")
        what, given = ("probs", probs) if logits is None else ("logits", logits)
        given = tf.convert_to_tensor(given, name=what)
        if not given.dtype.is_floating:
            raise TypeError(f"{what} must having floating type, not {given.dtype.name}.")
        if what == "logits":
            given = classes(given) if several and validate_args else given
            return given, (tf.nn.softmax if several else tf.sigmoid)(given, name="probs")
        probs = _checked_probs(given, several) if validate_args else given
        with tf.name_scope("logits"):
            return (tf.log(probs) if several else tf.log(probs) - tf.log1p(-1.0 * probs)), probs


def _checked_probs(probs, several: bool):
    with tf.name_scope("validate_probs"):
        one = tf.constant(1.0, probs.dtype)
        checks = [tf.assert_non_negative(probs)]
        if several:
            probs = classes(probs)
            checks.append(tf.debugging.assert_near(tf.reduce_sum(probs, -1), one, message="probs does not sum to 1."))
        else:
            checks.append(tf.assert_less_equal(probs, one, message="probs has components greater than 1."))
        return with_dependencies(checks, probs)
