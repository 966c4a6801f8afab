"""What an argument may be, as its annotation says: `axis: int | None` takes integers and None.

Annotations stand in signatures as texts. Each part of a text names a kind of the table below or a class that
the function's module knows; a text that names anything else says nothing. Arguments without annotation take
what a tensor can be made of and are checked where it is made.
"""

from __future__ import annotations

import functools
import inspect
import numbers

import numpy as np

from minitf.framework.dtypes import DType
from minitf.framework.shape import Dimension

PUBLIC: dict[type, str] = {}  # the public names of classes


class Kind:
    """A test of values, in words for an error."""

    __slots__ = ("words", "fits")

    def __init__(self, words: str, fits):
        self.words, self.fits = words, fits


def _is_integer(value) -> bool:
    return isinstance(value, (int, np.integer)) or type(value) is Dimension and value.value is not None


def _is_number(value) -> bool:
    return (
        isinstance(value, (numbers.Real, np.bool_))
        or isinstance(value, np.ndarray)
        and (value.shape == () and value.dtype.kind in "biuf")
    )


def _is_flag(value) -> bool:
    """Numbers and None are flags in many old scripts, and types: `tf.Variable([0.3], tf.float32)`."""
    return value is None or isinstance(value, (bool, np.bool_, int, np.integer, DType))


_KINDS = {
    "bool": Kind("True or False", _is_flag),
    "int": Kind("an integer", _is_integer),
    "float": Kind("a number", _is_number),
    "str": Kind("a string", lambda value: isinstance(value, str)),
    "list": Kind("a list", lambda value: isinstance(value, (list, tuple))),
    "Callable": Kind("a function", callable),
    "None": Kind("None", lambda value: value is None),
}


def kinds(function) -> dict[str, Kind]:
    """The kinds of a function's arguments, by name, of those whose annotation says one."""
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        kind = _kind(parameter, inspect.unwrap(function).__globals__)
        if kind is not None:
            found[name] = kind
    return found


def _kind(parameter, names: dict) -> Kind | None:
    text = parameter.annotation
    if not isinstance(text, str) or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        return None
    parts = [_part(part.strip(), names) for part in text.split("|")]
    if None in parts:
        return None
    tests, default = [part.fits for part in parts], parameter.default
    shown = [part.words for part in parts]
    if default is not parameter.empty and not any(test(default) for test in tests):
        tests.append(lambda value: value is default)
        shown.append(repr(default))
    fits = tests[0] if len(tests) == 1 else lambda value: any([test(value) for test in tests])
    return Kind(" or ".join(shown), fits)


def of_default(value) -> Kind:
    """The kind of an option of which this is the default."""
    if isinstance(value, type):
        return Kind(f"a {PUBLIC.get(value, value.__name__)}", lambda other: isinstance(other, value))
    return _KINDS[type(value).__name__]


def _part(text: str, names: dict) -> Kind | None:
    if text in _KINDS:
        return _KINDS[text]
    first, *rest = text.split(".")
    found = functools.reduce(lambda value, name: getattr(value, name, None), rest, names.get(first))
    if not isinstance(found, type):
        return None
    return Kind(f"a {PUBLIC.get(found, text)}", lambda value: isinstance(value, found))
