"""The attributes of ops: their kinds and defaults, as signatures say them, and the values that go with them.

Kinds are TensorFlow's: bool, int, float, string, type, shape, tensor, and lists of these, such as `list(int)`.
A `func` is a function as Python has it, and an `object` what only minitf knows of: no message holds them. Of a
`fixed[...]` attribute the op does what the default says and nothing else; one that is `later[...]` was added by
TensorFlow 2, and messages say it only where it is not what it is by default.
"""

from __future__ import annotations

import ast
import difflib
import numbers
from typing import NamedTuple

import numpy as np

from minitf.framework import dtypes
from minitf.framework.shape import UNKNOWN, TensorShape

REQUIRED = object()  # the default of attributes that have none


class Attribute(NamedTuple):
    """What may stand in one attribute, and what does if nothing is said."""

    kind: str
    default: object = REQUIRED
    told: bool = False  # by the inputs, so that nobody gives it
    fixed: bool = False
    later: bool = False

    @property
    def has_default(self) -> bool:
        """Whether it need not be given."""
        return self.default is not REQUIRED

    @property
    def default_type(self):
        """The type that it is by default, which Python values and arrays take on if they can; None without one."""
        return self.default if isinstance(self.default, dtypes.DType) else None


def declared(text: str) -> dict[str, Attribute]:
    """The attributes that a signature declares: `transpose_a: bool = False, strides: list(int)`."""
    if not text.strip():
        return {}
    arguments = ast.parse(f"def op(*, {text}): pass").body[0].args
    return {
        a.arg: _one(ast.unparse(a.annotation), node) for a, node in zip(arguments.kwonlyargs, arguments.kw_defaults)
    }


def _one(text: str, node) -> Attribute:
    *marks, kind = text.rstrip("]").split("[")
    default = REQUIRED if node is None else _default(kind, node)
    return Attribute(kind, default, fixed="fixed" in marks, later="later" in marks)


def _default(kind: str, node):
    if kind == "type":
        return dtypes.as_dtype(node.id)
    value = ast.literal_eval(node)
    return UNKNOWN if kind == "shape" and value is None else value


def _whole(value):
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return int(value)
    raise TypeError


def _real(value):
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return float(value)
    raise TypeError


def _instance(*classes):
    def kept(value):
        if isinstance(value, classes):
            return value
        raise TypeError

    return kept


def _shape(value):
    return value if isinstance(value, TensorShape) else TensorShape(_instance(list, tuple)(value))


def _flag(value):
    return bool(_instance(bool, np.bool_)(value))


_PLAIN = {"bool": bool, "int": int, "float": float, "string": str, "type": dtypes.DType, "shape": TensorShape}
_TAKEN = {  # by kind: the value as it is kept; TypeError if it is of another kind
    "bool": ("True or False", _flag),
    "int": ("an integer", _whole),
    "float": ("a number", _real),
    "string": ("a string", _instance(str, bytes)),
    "type": ("a type", _instance(dtypes.DType)),
    "shape": ("a shape", _shape),
    "tensor": ("an array", _instance(np.ndarray)),
    "func": ("a function", lambda value: value),
    "object": ("an object", lambda value: value),
}


def taken(definition, given: dict) -> dict:
    """All attributes of an op of a definition, given some; what begins with `_` is a note that anybody may leave.

    Raises:
      TypeError: if one is not of its kind, unknown or missing.
    """
    known, found = definition.attributes, definition.defaults.copy()
    for name, value in given.items():
        if value is None:
            continue
        attribute = known.get(name)
        if attribute is not None:
            found[name] = _of_kind(definition.type, name, attribute.kind, value)
        elif name.startswith("_"):
            found[name] = value
        else:
            raise _unknown(definition.type, known, name)
    for name in definition.required:
        if name not in found:
            kind = _words(known[name].kind)
            raise TypeError(f"{definition.type} lacks attribute {name!r}, which has no default: give {kind}")
    return found


def _of_kind(type: str, name: str, kind: str, value):
    if value.__class__ is _PLAIN.get(kind):
        return value
    try:
        if not kind.startswith("list("):
            return _TAKEN[kind][1](value)
        take = _TAKEN[kind[5:-1]][1]
        return [take(v) for v in _instance(list, tuple, np.ndarray)(value)]
    except TypeError:
        raise TypeError(f"attribute {name!r} of {type} is {_words(kind)}, not {value!r}") from None


def _words(kind: str) -> str:
    return _TAKEN[kind][0] if kind in _TAKEN else f"a list, {_TAKEN[kind[5:-1]][0]} each"


def _unknown(type: str, known: dict, name: str) -> TypeError:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known) or 'none'}"
    return TypeError(f"{type} has no attribute {name!r}: {hint}")
