"""What a value is, without a value: what its specification is compared by."""

from __future__ import annotations

from minitf.framework.dtypes import DType
from minitf.framework.shape import TensorShape


class TypeSpec:
    """What tensors, and values that are made of several, have in common with others of their kind.

    A subclass says by what it was made (`_serialize`, in the order of its arguments), of what class values are
    (`value_type`), and what that of a value is (`_of`).
    """

    value_type: type

    def __init__(self):
        raise TypeError(f"Can't instantiate abstract class {type(self).__name__}: use tf.TensorSpec or one of its kind")

    def _serialize(self) -> tuple:
        raise NotImplementedError(f"{type(self).__name__} does not say by what it was made (_serialize)")

    @classmethod
    def _of(cls, value) -> TypeSpec | None:
        """That of a value; None if it is of another kind."""
        raise NotImplementedError(f"{cls.__name__} does not say what a value is (_of)")

    def is_compatible_with(self, spec_or_value) -> bool:
        """Whether a value, or one of another spec, can be one of this."""
        other = spec_or_value if isinstance(spec_or_value, TypeSpec) else self._of(spec_or_value)
        return type(self) is type(other) and _fits(self._serialize(), other._serialize())

    def most_specific_compatible_type(self, other: TypeSpec) -> TypeSpec:
        """What both have in common; ValueError if that is nothing."""
        if type(self) is not type(other):
            raise ValueError(f"No TypeSpec is compatible with both {self!r} and {other!r}")
        return type(self)(*_common(self._serialize(), other._serialize()))

    def __eq__(self, other):
        return type(self) is type(other) and _plain(self._serialize()) == _plain(other._serialize())

    def __hash__(self):
        return hash((type(self), _plain(self._serialize())))

    def __repr__(self):
        return f"{type(self).__name__}{self._serialize()!r}"


def _fits(a, b) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(_fits, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_fits(a[key], b[key]) for key in a)
    return a.is_compatible_with(b) if isinstance(a, (TypeSpec, TensorShape, DType)) else a == b


def _common(a, b):
    if isinstance(a, TensorShape):
        return a.most_specific_compatible_shape(b)
    if isinstance(a, TypeSpec):
        return a.most_specific_compatible_type(b)
    if type(a) is type(b) and isinstance(a, (tuple, list)) and len(a) == len(b):
        parts = list(map(_common, a, b))
        return type(a)(*parts) if hasattr(a, "_fields") else type(a)(parts)
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return {key: _common(a[key], b[key]) for key in a}
    if a != b:
        raise ValueError(f"Types are not compatible: {a!r} vs {b!r}")
    return a


def _plain(value):
    """What tells specs apart, as something with a hash."""
    if isinstance(value, TensorShape):
        return value.sizes
    if isinstance(value, (tuple, list)):
        return tuple([_plain(part) for part in value])
    if isinstance(value, dict):
        return tuple([(key, _plain(value[key])) for key in sorted(value)])
    return value
