"""tf.compat: text and bytes, kinds of numbers, sizes of shapes."""

from __future__ import annotations

import numbers
import os

import numpy as np

from minitf.framework.shape import Dimension, TensorShape

integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)
complex_types = (numbers.Complex, np.number)
bytes_or_text_types = (bytes, str)


def path_to_str(path):
    """A path object as text; anything else as it is."""
    return os.fspath(path) if hasattr(path, "__fspath__") else path


def dimension_value(dimension) -> int | None:
    """The size that a Dimension stands for (None: not known); a size as it is."""
    return dimension.value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape: TensorShape, index: int) -> Dimension:
    """One size of a shape, as a Dimension; not known if the shape's rank is not."""
    return Dimension(None) if shape.rank is None else Dimension(shape[index])


def forward_compatible(year: int, month: int, day: int) -> bool:
    """Whether graphs may use what TensorFlow had before a day; they may use what 1.15 had."""
    return (year, month, day) < (2019, 10, 14)


def as_bytes(bytes_or_text, encoding: str = "utf-8") -> bytes:
    """Bytes as they are, text encoded; TypeError for anything else."""
    if isinstance(bytes_or_text, (bytes, bytearray)):
        return bytes(bytes_or_text)
    return _text(bytes_or_text).encode(encoding)


def as_text(bytes_or_text, encoding: str = "utf-8") -> str:
    """Text as it is, bytes decoded; TypeError for anything else.

    >>> as_text(b"abc"), as_bytes("abc")
    ('abc', b'abc')
    """
    if isinstance(bytes_or_text, (bytes, bytearray)):
        return bytes(bytes_or_text).decode(encoding)
    return _text(bytes_or_text)


as_str = as_text


def as_str_any(value) -> str:
    """Text for anything: bytes decoded, all else as `str` has it.

    >>> as_str_any(b"abc"), as_str_any(3)
    ('abc', '3')
    """
    return as_str(value) if isinstance(value, (bytes, bytearray)) else str(value)


def _text(value) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text or bytes are expected, not {value!r}")
    return value
