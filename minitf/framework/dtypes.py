"""Element types: TensorFlow's names over NumPy's dtypes."""

from __future__ import annotations

import builtins

import numpy as np

from minitf.framework.getter import getter


class DType:
    """An element type such as `tf.float32`; `float32_ref` is the type of a variable's own memory.

    `base_dtype` is the type without `_ref`, `as_ref` with it; `numpy` is the NumPy dtype.
    """

    __slots__ = ("name", "as_numpy_dtype", "numpy", "is_ref_dtype", "base_dtype", "as_ref", "__weakref__")

    def __init__(self, name: str, numpy_type: type, base: DType | None = None):
        self.name, self.as_numpy_dtype, self.numpy = name, numpy_type, np.dtype(numpy_type)
        self.is_ref_dtype = base is not None
        self.base_dtype = base or self
        self.as_ref = self
        self.base_dtype.as_ref = self

    @property
    def _is_ref_dtype(self) -> builtins.bool:
        return self.is_ref_dtype

    @property
    def _as_ref(self) -> DType:
        return self.as_ref

    @property
    def real_dtype(self) -> DType:
        """The type of a complex number's parts; the type itself otherwise."""
        return {"complex64": float32, "complex128": float64}.get(self.base_dtype.name, self.base_dtype)

    @property
    def is_floating(self) -> builtins.bool:
        """Whether it is a real floating point type."""
        return self.numpy.kind == "f"

    @property
    def is_integer(self) -> builtins.bool:
        """Whether it is a signed or unsigned integer type."""
        return self.numpy.kind in "iu"

    @property
    def is_unsigned(self) -> builtins.bool:
        """Whether it is an unsigned integer type."""
        return self.numpy.kind == "u"

    @property
    def is_complex(self) -> builtins.bool:
        """Whether it is complex."""
        return self.numpy.kind == "c"

    @property
    def is_bool(self) -> builtins.bool:
        """Whether it is bool."""
        return self.numpy.kind == "b"

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        """Always true: every dtype here is a NumPy dtype."""
        return True

    @property
    def as_datatype_enum(self) -> int:
        """TensorFlow's number for the type in GraphDefs and checkpoints."""
        return _ENUM[self.base_dtype.name] + (100 if self.is_ref_dtype else 0)

    size: int = getter("numpy.itemsize", "Bytes per element.")

    @property
    def min(self):
        """The smallest finite value."""
        return self._limits().min

    @property
    def max(self):
        """The largest finite value."""
        return self._limits().max

    @property
    def limits(self) -> tuple:
        """The range `(lowest, highest)`; for floats TensorFlow's intensity range `(0, 1)`."""
        return (0, 1) if self.is_floating else (self.min, self.max)

    def _limits(self):
        if self.numpy.kind in "iu":
            return np.iinfo(self.numpy)
        if self.numpy.kind == "f":
            return np.finfo(self.numpy)
        raise TypeError(f"{self.name} has no smallest or largest value")

    def is_compatible_with(self, other) -> builtins.bool:
        """Whether both name the same element type, `_ref` aside."""
        return self.base_dtype is as_dtype(other).base_dtype

    def __eq__(self, other):
        if isinstance(other, DType):
            return self is other
        if other is None:
            return False
        try:
            return self is as_dtype(other)
        except TypeError:
            return False

    __hash__ = object.__hash__

    def __repr__(self):
        return f"tf.{self.name}"

    def __str__(self):
        return f"<dtype: '{self.name}'>"

    def __int__(self):
        return self.as_datatype_enum

    def __reduce__(self):
        return as_dtype, (self.name,)


_ENUM = {
    "float32": 1,
    "float64": 2,
    "int32": 3,
    "uint8": 4,
    "int16": 5,
    "int8": 6,
    "string": 7,
    "complex64": 8,
    "int64": 9,
    "bool": 10,
    "uint16": 17,
    "complex128": 18,
    "float16": 19,
    "resource": 20,
    "variant": 21,
    "uint32": 22,
    "uint64": 23,
}
_BY_NAME: dict[str, DType] = {}
_BY_NUMPY: dict[np.dtype, DType] = {}


def _make(name: str, numpy_type: type) -> DType:
    plain = DType(name, numpy_type)
    _BY_NAME[name], _BY_NAME[name + "_ref"] = plain, DType(name + "_ref", numpy_type, plain)
    _BY_NUMPY.setdefault(plain.numpy, plain)
    return plain


float16 = half = _make("float16", np.float16)
float32 = _make("float32", np.float32)
float64 = double = _make("float64", np.float64)
int8 = _make("int8", np.int8)
int16 = _make("int16", np.int16)
int32 = _make("int32", np.int32)
int64 = _make("int64", np.int64)
uint8 = _make("uint8", np.uint8)
uint16 = _make("uint16", np.uint16)
uint32 = _make("uint32", np.uint32)
uint64 = _make("uint64", np.uint64)
bool = _make("bool", np.bool_)  # noqa: A001 - TensorFlow's own name
string = _make("string", np.object_)
complex64 = _make("complex64", np.complex64)
complex128 = _make("complex128", np.complex128)
resource = _make("resource", np.object_)  # what a session keeps for an op: a queue
variant = _make("variant", np.object_)  # a value of Python's: a dataset

_ALIASES = {"float": float32, "double": float64, "half": float16, "int": int32, "str": string, "object": string}
_PYTHON = {
    float: float32,
    int: int32,
    builtins.bool: bool,
    complex: complex128,
    str: string,
    bytes: string,
    object: string,
}
_BY_ENUM = {number: _BY_NAME[name] for name, number in _ENUM.items()}

REAL = frozenset([float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64])
FLOAT = frozenset([float16, float32, float64])
COMPLEX = frozenset([complex64, complex128])
INTEGER = REAL - FLOAT
INDEX = frozenset([int32, int64])
NUMBER = REAL | COMPLEX
SMOOTH = FLOAT | COMPLEX
ANY = NUMBER | {bool, string}


def as_dtype(type_value) -> DType:
    """The `DType` that a DType, NumPy dtype, Python type, name (`"float"` too) or TensorFlow enum means.

    >>> as_dtype("float"), as_dtype(np.int64)
    (tf.float32, tf.int64)

    Raises:
      TypeError: if it names no element type.
    """
    if isinstance(type_value, DType):
        return type_value
    if type_value is None:
        raise TypeError("None is not an element type; say which one, such as tf.float32")
    if isinstance(type_value, str):
        found = _BY_NAME.get(type_value) or _ALIASES.get(type_value)
    elif isinstance(type_value, type) and type_value in _PYTHON:
        found = _PYTHON[type_value]
    elif type(type_value) is int and type_value > 0:
        base = _BY_ENUM.get(type_value % 100)
        found = base.as_ref if base and type_value > 100 else base
    else:
        found = None
    if found is None:
        found = _from_numpy(type_value)
    if found is None:
        raise TypeError(f"{type_value!r} is not an element type; the types are {', '.join(_ENUM)}")
    return found


def type_or(type_value, default: DType) -> DType:
    """The `DType` that a value means, the default for None."""
    return default if type_value is None else as_dtype(type_value)


def zeros(shape: tuple, dtype: np.dtype) -> np.ndarray:
    """An array of what stands where nothing is: 0, False or the empty string, as its NumPy type says."""
    return np.full(shape, b"", dtype) if dtype.hasobject else np.zeros(shape, dtype)


def _from_numpy(value) -> DType | None:
    if not isinstance(value, (str, np.dtype)) and not (isinstance(value, type) and issubclass(value, np.generic)):
        return None
    try:
        dtype = np.dtype(value)
    except (TypeError, ValueError, SyntaxError):  # NumPy reads some texts as Python
        return None
    return string if dtype.kind in "SUO" else _BY_NUMPY.get(dtype)
