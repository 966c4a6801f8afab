"""Messages in files, as bytes or as text."""

from __future__ import annotations

import os

from minitf.framework.files import write_whole


def write_message(path, message, as_text: bool = False) -> str:
    """Writes a message; returns the path. ValueError if it is larger than messages can be."""
    return write_whole(path, str(message).encode() if as_text else bytes_of(message))


def bytes_of(message) -> bytes:
    """A message's bytes; ValueError if there are more than any reader takes."""
    if message.ByteSize() >= 2**31:
        raise ValueError(
            f"a {type(message).__name__} of {message.ByteSize()} bytes is too large: messages hold 2 GB at "
            "most. Keep large arrays in variables, or feed them, instead of making constants of them"
        )
    return message.SerializeToString()


def read_message(path, kind: type):
    """The message of a `kind` in a file, which may be bytes or text.

    Raises:
      OSError: if there is no such file, or something else is in it.
    """
    path = os.fsdecode(path)
    if not os.path.isfile(path):
        raise OSError(f"File {path} does not exist.")
    with open(path, "rb") as file:
        content = file.read()
    return message_of(content, kind, path)


def message_of(content: bytes, kind: type, path: str):
    """The message in the bytes of a file, or in their text; OSError if there is none."""
    from google.protobuf import message as messages
    from google.protobuf import text_format

    try:
        return kind.FromString(content)
    except messages.DecodeError:
        pass
    try:
        return text_format.Parse(content.decode("utf-8"), kind())
    except (text_format.ParseError, UnicodeDecodeError, RecursionError) as error:
        raise OSError(f"Cannot parse file {path}: it is no {kind.__name__} ({error})"[:500]) from None
