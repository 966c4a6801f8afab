"""Strings in encodings, and their characters as numbers."""

from __future__ import annotations

import codecs
import re
import threading

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops import patterns

_OUTPUT = ("UTF-8", "UTF-16-BE", "UTF-32-BE")
_ERRORS = ("strict", "replace", "ignore")
_LAST_CONTROL = 0x1F
_HALF = re.compile("[\ud800-\udfff]")


def _characters(s: bytes, encoding: str):
    """The characters of a string, None for what is none in its encoding, and the bytes at which they begin."""
    encoding, start = _byte_order(s, _known(encoding))
    ends = []

    def fault(error: UnicodeError) -> tuple[str, int]:
        if encoding in _WINDOWS and s[start + error.start] < 0xA0:  # a control character, which Python leaves out
            return chr(s[start + error.start]), error.start + 1
        ends.append(start + error.end)
        return _FAULT, error.end

    _fault.of_thread = fault
    place = 0  # the mark of an order is part of the first character
    for character in s[start:].decode(encoding, "minitf.fault"):
        yield (None if character == _FAULT else character), place
        size = len(character.encode(encoding, "replace"))
        place = ends.pop(0) if character == _FAULT else max(place, start) + size


_FAULT = "\udc00"  # no decoder gives half of a pair
_WINDOWS = frozenset([f"cp125{i}" for i in range(9)])
_fault = threading.local()
codecs.register_error("minitf.fault", lambda error: _fault.of_thread(error))


def _known(encoding: str) -> str:
    """Python's name of an encoding."""
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise ValueError(f"Could not create converter for input encoding: {encoding}") from None


def _byte_order(s: bytes, encoding: str) -> tuple[str, int]:
    """The encoding with the order of its bytes, and where text begins."""
    for mark, order in _MARKS.get(encoding, ()):
        if s.startswith(mark):
            return f"{encoding}-{order}", len(mark)
    return (f"{encoding}-be" if encoding in _MARKS else encoding), 0


_MARKS = {
    "utf-16": ((codecs.BOM_UTF16_BE, "be"), (codecs.BOM_UTF16_LE, "le")),
    "utf-32": ((codecs.BOM_UTF32_BE, "be"), (codecs.BOM_UTF32_LE, "le")),
}


def _decoded(op, s: bytes) -> list[tuple[str, int]]:
    """The characters of a string and the bytes at which they begin; what is wrong in it, and control characters if
    they count as that, are replaced, left out or an error.
    """
    errors, controls = op.attrs["errors"], op.attrs["replace_control_characters"]
    found = []
    for character, place in _characters(s, op.attrs["input_encoding"]):
        if character is None or (controls and ord(character) <= _LAST_CONTROL):
            if errors == "strict":
                raise ValueError("Invalid formatting on input string")
            if errors == "ignore":
                continue
            character = chr(op.attrs["replacement_char"])
        found.append((character, place))
    return found


def _transcoded(op, x):
    encoding = op.attrs["output_encoding"]
    return patterns.each(lambda s: _bytes([c for c, _ in _decoded(op, s)], encoding), x)


def _plain(op, x) -> tuple | None:
    """`_numbers_and_places` of strings in UTF-8 all of which are right, which is much quicker for all at once."""
    if _known(op.attrs["input_encoding"]) != "utf-8":
        return None
    try:
        texts = [s.decode() for s in x.tolist()]
    except UnicodeDecodeError:
        return None
    numbers = np.frombuffer("".join(texts).encode("utf-32-le"), np.int32)
    if op.attrs["replace_control_characters"] and (numbers <= _LAST_CONTROL).any():
        return None
    sizes = 1 + sum((numbers >= more).astype(np.int64) for more in (0x80, 0x800, 0x10000))
    counts = np.fromiter(map(len, texts), np.int64, len(texts))
    places = np.concatenate([[0], sizes.cumsum()])
    splits = np.concatenate([[0], counts.cumsum()])
    return splits, numbers, places[:-1] - np.repeat(places[splits[:-1]], counts)


def _numbers_and_places(op, x):
    if (found := _plain(op, x)) is not None:
        return found
    texts = [_decoded(op, s) for s in x]
    splits = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    numbers = np.array([ord(c) for text in texts for c, _ in text], np.int32)
    return splits, numbers, np.array([place for text in texts for _, place in text], np.int64)


def _encoded(op, numbers, splits):
    parts = [numbers[a:b] for a, b in zip(splits, splits[1:])]
    return np.array([*[_text(op, part) for part in parts], None], object)[:-1]


def _text(op, numbers: np.ndarray) -> bytes:
    found = []
    for number in numbers.tolist():
        if 0 <= number <= 0x10FFFF:
            found.append(chr(number))
        elif op.attrs["errors"] == "strict":
            raise ValueError("Code point is out of range for Unicode, or a noncharacter")
        elif op.attrs["errors"] == "replace":
            found.append(chr(op.attrs["replacement_char"]))
    return _bytes(found, op.attrs["output_encoding"])


def _bytes(characters: list[str], encoding: str) -> bytes:
    text = "".join(characters)
    if encoding == "UTF-8":  # in which halves of pairs have no place
        text = _HALF.sub("\ufffd", text)
    return text.encode(encoding, "surrogatepass")


def _decoded_shapes(op):
    rows = op.inputs[0].shape[0].value if op.inputs[0].shape.rank else None
    splits = TensorShape([None if rows is None else rows + 1])
    return [splits, *[TensorShape([None])] * (len(op.outputs) - 1)]


def _encoded_shape(op):
    rows = op.inputs[1].shape[0].value if op.inputs[1].shape.rank else None
    return TensorShape([None if rows is None else rows - 1])


define(
    "UnicodeTranscode",
    "input: string; input_encoding: string, output_encoding: string, errors: string = 'replace', "
    "replacement_char: int = 65533, replace_control_characters: bool = False -> output: string",
    shape=lambda op: op.inputs[0].shape,
    numpy=_transcoded,
    differentiable=False,
)
define(
    "UnicodeDecode",
    "input: string~[n]; input_encoding: string, errors: string = 'replace', replacement_char: int = 65533, "
    "replace_control_characters: bool = False, Tsplits: type = int64 -> row_splits: int64, char_values: int32",
    shape=_decoded_shapes,
    numpy=lambda op, x: _numbers_and_places(op, x)[:2],
    differentiable=False,
)
define(
    "UnicodeDecodeWithOffsets",
    "input: string~[n]; input_encoding: string, errors: string = 'replace', replacement_char: int = 65533, "
    "replace_control_characters: bool = False, Tsplits: type = int64 -> row_splits: int64, char_values: int32, "
    "char_to_byte_starts: int64",
    shape=_decoded_shapes,
    numpy=_numbers_and_places,
    differentiable=False,
)
define(
    "UnicodeEncode",
    "input_values: int32[n], input_splits: int64[k]; errors: string = 'replace', output_encoding: string, "
    "replacement_char: int = 65533, Tsplits: type = int64 -> output: string",
    shape=_encoded_shape,
    numpy=_encoded,
    differentiable=False,
)


def settings(errors: str, replacement_char: int, **controls) -> dict:
    """The attributes that say what becomes of what is wrong; ValueError for others than there are."""
    if errors not in _ERRORS:
        raise ValueError(f"errors is one of {', '.join(_ERRORS)}, not {errors!r}")
    if not 0 <= replacement_char <= 0x10FFFF:
        raise ValueError(f"replacement_char out of unicode codepoint range: {replacement_char}")
    return {"errors": errors, "replacement_char": replacement_char, **controls}


def check_output(encoding: str) -> None:
    """ValueError for an encoding in which no strings are made."""
    if encoding not in _OUTPUT:
        raise ValueError(f"output_encoding is one of {', '.join(_OUTPUT)}, not {encoding!r}")


def unicode_transcode(
    input,
    input_encoding: str,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Tensor:
    """Strings in another encoding: UTF-8, UTF-16-BE or UTF-32-BE.

    errors: what is wrong in them is replaced by `replacement_char` ("replace"), left out ("ignore") or an
    error ("strict"). replace_control_characters: what is below 32 is replaced too.

    Raises (at run time):
      InvalidArgumentError: for what is wrong in a string, if `errors` is "strict"; for an encoding that is
        none.
    """
    check_output(output_encoding)
    return apply(
        "UnicodeTranscode",
        input,
        input_encoding=input_encoding,
        output_encoding=output_encoding,
        name=name,
        **settings(errors, replacement_char, replace_control_characters=replace_control_characters),
    )
