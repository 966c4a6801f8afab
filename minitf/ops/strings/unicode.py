"""Strings in encodings, and their characters as numbers."""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops import patterns

_OUTPUT = ("UTF-8", "UTF-16-BE", "UTF-32-BE")
_ERRORS = ("strict", "replace", "ignore")


def _decoded(op, s: bytes) -> str:
    """The characters of a string; what is wrong with it is replaced, left out or an error."""
    encoding, replacement = op.attrs["input_encoding"], chr(op.attrs["replacement_char"])
    try:
        text = s.decode(encoding, "strict")
    except UnicodeDecodeError:
        if op.attrs["errors"] == "strict":
            raise ValueError("Invalid formatting on input string") from None
        text = s.decode(encoding, op.attrs["errors"])
        text = text.replace("\ufffd", replacement)
    except LookupError:
        raise ValueError(f"Could not create converter for input encoding: {encoding}") from None
    if op.attrs["replace_control_characters"]:
        text = "".join([replacement if _is_control(c) else c for c in text])
    return text


def _is_control(character: str) -> bool:
    return ord(character) <= 0x1F


def _transcoded(op, x):
    encoding = op.attrs["output_encoding"]
    return patterns.each(lambda s: _decoded(op, s).encode(encoding, "replace"), x)


def _numbers(op, x):
    texts = [_decoded(op, s) for s in x]
    splits = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    return splits, np.array([ord(c) for text in texts for c in text], np.int32)


def _numbers_and_places(op, x):
    splits, numbers = _numbers(op, x)
    places: list[int] = []
    for s in x:
        sizes = [len(c.encode(op.attrs["input_encoding"])) for c in _decoded(op, s)]
        places += np.cumsum([0, *sizes[:-1]]).tolist() if sizes else []
    return splits, numbers, np.array(places, np.int64)


def _encoded(op, numbers, splits):
    parts = [numbers[a:b] for a, b in zip(splits, splits[1:])]
    return np.array([*[_text(op, part).encode(op.attrs["output_encoding"]) for part in parts], None], object)[:-1]


def _text(op, numbers: np.ndarray) -> str:
    found = []
    for number in numbers.tolist():
        if 0 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF:
            found.append(chr(number))
        elif op.attrs["errors"] == "strict":
            raise ValueError("Code point is out of range for Unicode, or a noncharacter")
        elif op.attrs["errors"] == "replace":
            found.append(chr(op.attrs["replacement_char"]))
    return "".join(found)


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
    numpy=_numbers,
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
