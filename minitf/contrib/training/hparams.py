"""Hyperparameters: named values that keep their types, and that a line of text can change."""

from __future__ import annotations

import json
import numbers
import re

_ASSIGNMENT = re.compile(
    r"(?P<name>[a-zA-Z][\w.]*)(?:\[\s*(?P<index>\d+)\s*\])?\s*=\s*(?:\[(?P<list>[^\]]*)\]|(?P<value>[^,\[]*))"
    r"\s*(?:,|$)\s*"
)
_BOOLS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


class HParams:
    """Hyperparameters as attributes, each a number, text, bool, or a list of such of one type.

    >>> import minitf as tf
    >>> hparams = tf.contrib.training.HParams(learning_rate=0.1, layers=[64, 64], cell="gru")
    >>> hparams.parse("learning_rate=0.01,layers=[32]").values()
    {'learning_rate': 0.01, 'layers': [32], 'cell': 'gru'}

    Raises:
      ValueError: for a name that is in use, an empty list, or a value of another type.
    """

    _hparam_types: dict[str, tuple[type, bool]]

    def __init__(self, hparam_def=None, model_structure=None, **kwargs):
        if hparam_def is not None:
            raise ValueError("minitf makes no HParams from HParamDef protocol buffers: give names and values")
        self._hparam_types, self._model_structure = {}, model_structure
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name: str, value) -> None:
        """Adds one; its type is that of the value, or of the first item of a list."""
        if getattr(self, name, None) is not None:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        many = isinstance(value, (list, tuple))
        if many and not value:
            raise ValueError(f"Multi-valued hyperparameters cannot be empty: {name}")
        self._hparam_types[name] = (type(value[0] if many else value), many)
        setattr(self, name, value)

    def set_hparam(self, name: str, value) -> None:
        """Changes one to a value of its type; KeyError for an unknown name."""
        if name not in self._hparam_types:
            raise KeyError(name)
        kind, many = self._hparam_types[name]
        if many and not isinstance(value, list):
            raise ValueError(f"Must pass a list for multi-valued parameter: {name}.")
        if not many and isinstance(value, list):
            raise ValueError(f"Must not pass a list for single-valued parameter: {name}")
        setattr(self, name, [_cast(name, kind, v) for v in value] if many else _cast(name, kind, value))

    def del_hparam(self, name: str) -> None:
        """Removes one, if it is there."""
        if name in self._hparam_types:
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values: str) -> HParams:
        """Changes those that a text like `a=1,b=[2,3],c=word` names; returns itself.

        Raises:
          ValueError: if the text is malformed, names unknown ones, or gives a value of another type.
        """
        kinds = {name: kind for name, (kind, _) in self._hparam_types.items()}
        return self.override_from_dict(parse_values(values, kinds))

    def override_from_dict(self, values_dict: dict) -> HParams:
        """Changes those in a dict; returns itself."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    def set_from_map(self, values_map: dict) -> HParams:
        """`override_from_dict` by its older name."""
        return self.override_from_dict(values_map)

    def parse_json(self, values_json: str) -> HParams:
        """Changes those in a JSON object; returns itself."""
        return self.override_from_dict(json.loads(values_json))

    def to_json(self, indent=None, separators=None, sort_keys: bool = False) -> str:
        """All of them as a JSON object; functions are left out.

        Raises:
          ValueError: for an indent of more than 1,000 columns.
        """
        if isinstance(indent, int) and indent > 1000:
            raise ValueError(f"'indent' is at most 1,000, not {indent:,}")
        values = {name: value for name, value in self.values().items() if not callable(value)}
        return json.dumps(values, indent=indent, separators=separators, sort_keys=sort_keys)

    def values(self) -> dict:
        """All of them as a dict."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default=None):
        """The value of one, or `default` if there is none; ValueError if the two are of different types."""
        if key not in self._hparam_types:
            return default
        kind, many = self._hparam_types[key]
        if default is not None:
            shown = f"list<{kind}>" if many else str(kind)
            said = f"Hparam '{key}' of type '{shown}' is incompatible with default={default}"
            if many != isinstance(default, list):
                raise ValueError(said)
            for value in default if many else [default]:
                try:
                    _cast(key, kind, value)
                except ValueError as error:
                    raise ValueError(f"{said}. {error}") from None
        return getattr(self, key)

    def set_model_structure(self, model_structure) -> None:
        """Keeps an object with them."""
        self._model_structure = model_structure

    def get_model_structure(self):
        """The object that is kept with them."""
        return self._model_structure

    def __contains__(self, key):
        return key in self._hparam_types

    def __str__(self):
        return ",".join(f"{name}={value}" for name, value in sorted(self.values().items()))

    def __repr__(self):
        return f"HParams({sorted(self.values().items())})"


def _cast(name: str, kind: type, value):
    """The value as one of a type, if nothing is lost."""
    if kind is type(None):
        return value
    text = issubclass(kind, (str, bytes)) and not isinstance(value, (str, bytes))
    mixed = issubclass(kind, bool) != isinstance(value, bool)
    whole = issubclass(kind, numbers.Integral) and not isinstance(value, numbers.Integral)
    number = issubclass(kind, numbers.Number) and not isinstance(value, numbers.Number)
    if text or mixed or whole or number:
        raise ValueError(f"Could not cast hparam '{name}' of type '{kind}' from value {value!r}")
    return kind(value)


def parse_values(values: str, type_map: dict, ignore_unknown: bool = False) -> dict:
    """What a text like `a=1,b=[2,3],c[1]=x` says, as values of the types in `type_map`.

    Raises:
      ValueError: if it is malformed, names what is not in type_map (unless ignore_unknown), or says it twice.
    """
    found: dict = {}
    place, text = 0, values.strip()
    while place < len(text):
        match = _ASSIGNMENT.match(text, place)
        if match is None:
            raise ValueError(f"Malformed hyperparameter value: {text[place:]}")
        place = match.end()
        _take(found, match, type_map, ignore_unknown, values)
    return found


def _take(found: dict, match, type_map: dict, ignore_unknown: bool, values: str) -> None:
    name, index, listed = match["name"], match["index"], match["list"]
    if name not in type_map:
        if ignore_unknown:
            return
        raise ValueError(f"Unknown hyperparameter type for {name}; there are {', '.join(sorted(type_map))}")
    if name in found and (index is None or not isinstance(found[name], dict) or int(index) in found[name]):
        raise ValueError(f"Multiple assignments to variable '{name}' in {values}")
    if listed is not None and index is not None:
        raise ValueError(f"a list is given to one item of '{name}' in {values}")
    if index is not None:
        found.setdefault(name, {})[int(index)] = _parsed(name, type_map[name], match["value"], values)
    elif listed is not None:
        items = [item for item in re.split(r"[ ,]+", listed.strip()) if item]
        found[name] = [_parsed(name, type_map[name], item, values) for item in items]
    else:
        found[name] = _parsed(name, type_map[name], match["value"], values)


def _parsed(name: str, kind: type, text: str, values: str):
    try:
        return _BOOLS[text.strip()] if kind is bool else kind(text)
    except (KeyError, ValueError, TypeError):
        raise ValueError(
            f"Could not parse hparam '{name}' of type '{kind.__name__}' with value '{text}' in {values}"
        ) from None
