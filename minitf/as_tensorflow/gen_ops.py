"""The functions of tensorflow.python.ops.gen_..._ops: one for each op, with and without an underscore before it."""

from __future__ import annotations

import functools

import minitf as tf


def __getattr__(name: str):
    type = _types().get(name.replace("_", "").lower()) if not name.startswith("__") else None
    if type is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(tf.raw_ops, type)


@functools.cache
def _types() -> dict[str, str]:
    return {type.lower(): type for type in dir(tf.raw_ops)}
