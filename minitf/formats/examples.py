"""tf.train.Example and SequenceExample as they stand in records, read into arrays.

The protocol buffers of
https://github.com/tensorflow/tensorflow/blob/v1.15.5/tensorflow/core/example/example.proto
"""

from __future__ import annotations

import numpy as np

from minitf.formats.wire import Malformed, Message, fields

Values = list | np.ndarray  # of bytes, or float32, or int64


def example(data: bytes) -> dict[str, Values | None]:
    """The features of a serialized Example; Malformed if it is none.

    A feature that says nothing is None.
    """
    return _features(_whole(Message(data), 1))


def sequence_example(data: bytes) -> tuple[dict[str, Values | None], dict[str, list[Values | None]]]:
    """The context features and the lists of features of a serialized SequenceExample."""
    message = Message(data)
    lists = _entries(_whole(message, 2))
    return _features(_whole(message, 1)), {
        key: [_feature(part) for part in Message(body).all(1, bytes)] for key, body in lists
    }


def _whole(message: Message, field: int) -> bytes:
    """A message in a message, which may come in parts."""
    return b"".join(message.all(field, bytes))


def _entries(data: bytes):
    """Keys and values of a map."""
    for entry in Message(data).all(1, bytes):
        parts = Message(entry)
        try:
            yield parts.bytes(1).decode(), parts.bytes(2)
        except UnicodeDecodeError:
            raise Malformed(f"the key {parts.bytes(1)!r:.40} is no text") from None


def _features(data: bytes) -> dict[str, Values | None]:
    return {key: _feature(value) for key, value in _entries(data)}


def _feature(data: bytes) -> Values | None:
    """The values of the last kind that it holds."""
    found = None
    for number, value in fields(data):
        if number in _KINDS:
            if isinstance(value, int):
                raise Malformed(f"field {number} of a feature is {value}")
            found = _KINDS[number](Message(value))
    return found


def _bytes(message: Message) -> list[bytes]:
    return message.all(1, bytes)


def _floats(message: Message) -> np.ndarray:
    """Packed into one field, or a field each (a number of 4 bytes)."""
    parts = [
        value if isinstance(value, bytes) else value.to_bytes(8, "little")[:4] for value in message.all(1, (int, bytes))
    ]
    if any(len(part) % 4 for part in parts):
        raise Malformed("floats are cut off")
    return np.frombuffer(b"".join(parts), "<f4").astype(np.float32)


def _integers(message: Message) -> np.ndarray:
    """Packed into one field, or a field each."""
    parts = [
        np.array([value], np.uint64).view(np.int64) if isinstance(value, int) else varints(value)
        for value in message.all(1, (int, bytes))
    ]
    return np.concatenate([np.zeros(0, np.int64), *parts])


def varints(data: bytes) -> np.ndarray:
    """Numbers in groups of 7 bits, as int64.

    >>> varints(bytes.fromhex("01ac02"))
    array([  1, 300])
    """
    raw = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(raw < 128)
    if len(raw) and (not len(ends) or ends[-1] != len(raw) - 1):
        raise Malformed("a number is cut off")
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    if len(ends) and (ends - starts).max() > 9:
        raise Malformed("a number has more than 10 bytes")
    place = np.arange(len(raw)) - np.repeat(starts, ends - starts + 1)
    groups = (raw & 127).astype(np.uint64) << (7 * place).astype(np.uint64)
    return np.add.reduceat(groups, starts).view(np.int64) if len(ends) else np.zeros(0, np.int64)


_KINDS = {1: _bytes, 2: _floats, 3: _integers}
