"""tf.compat: text and bytes."""

from __future__ import annotations


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
