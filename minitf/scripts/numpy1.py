"""NumPy 1 for scripts: the names that NumPy 2 took away, and what it refuses and NumPy 1 did."""

from __future__ import annotations

import functools

import numpy as np

_TYPES = {
    "bool8": np.bool_,
    "complex": complex,
    "complex_": np.complex128,
    "float": float,
    "float_": np.float64,
    "int": int,
    "int0": np.intp,
    "longcomplex": np.clongdouble,
    "longfloat": np.longdouble,
    "object": object,
    "object0": np.object_,
    "str": str,
    "str0": np.str_,
    "string_": np.bytes_,
    "uint0": np.uintp,
    "unicode": str,
    "unicode_": np.str_,
    "cfloat": np.complex128,
    "singlecomplex": np.complex64,
}
_NUMBERS = {
    "Inf": np.inf,
    "Infinity": np.inf,
    "NINF": -np.inf,
    "NZERO": -0.0,
    "NaN": np.nan,
    "PINF": np.inf,
    "PZERO": 0.0,
    "infty": np.inf,
}


def _asfarray(a, dtype=np.float64):
    """An array of floating point numbers."""
    return np.asarray(a, dtype if np.issubdtype(dtype, np.inexact) else np.float64)


def _random_integers(low, high=None, size=None):
    """Random integers between two numbers, both included."""
    low, high = (1, low) if high is None else (low, high)
    return np.random.randint(low, high + 1, size)


_FUNCTIONS = {
    "alltrue": np.all,
    "asfarray": _asfarray,
    "asscalar": lambda a: np.asarray(a).item(),
    "cumproduct": np.cumprod,
    "find_common_type": lambda array_types, scalar_types: np.result_type(*array_types, *scalar_types),
    "in1d": np.isin,
    "issubclass_": issubclass,
    "product": np.prod,
    "rank": np.ndim,
    "round_": np.round,
    "row_stack": np.vstack,
    "sometrue": np.any,
    "trapz": np.trapezoid,
}


def install() -> None:
    """Gives this process's NumPy its old names, ragged arrays, and the way in which it printed scalars."""
    for name, value in {**_TYPES, **_NUMBERS, **_FUNCTIONS}.items():
        if name not in vars(np) or name in ("bool",):
            setattr(np, name, value)
    np.random.random_integers = _random_integers
    np.array, np.asarray, np.asanyarray = map(_ragged, (np.array, np.asarray, np.asanyarray))
    np.atleast_1d = _at_least_1d(np.atleast_1d)
    np.reshape = _reshape(np.reshape)
    np.set_printoptions(legacy="1.25")


def _reshape(reshape):
    """`np.reshape`, whose shape may be called `newshape`."""

    @functools.wraps(reshape)
    def made(*args, newshape=None, **kwargs):
        return reshape(*args, **kwargs) if newshape is None else reshape(*args, shape=newshape, **kwargs)

    return made


def _ragged(make):
    """`make`, but lists of different lengths become an array of objects."""

    @functools.wraps(make)
    def made(*args, **kwargs):
        try:
            return make(*args, **kwargs)
        except ValueError as error:
            if "inhomogeneous" not in str(error) or len(args) > 1 or kwargs.get("dtype") is not None:
                raise
            numbers = [single(part) for part in args[0]]  # an array of one element among numbers is one
            values = numbers if not any(map(_has_parts, numbers)) else args[0]
            return make(values, **{**kwargs, "dtype": object})

    return made


def _has_parts(value) -> bool:
    """Whether it is no number or text; it may be as ragged as it likes."""
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes)) and getattr(value, "ndim", 1) > 0


def _at_least_1d(make):
    """The same for `np.atleast_1d`, which drawings are made with."""

    @functools.wraps(make)
    def made(*arrays):
        return make(*[a if isinstance(a, np.ndarray) else np.asanyarray(a) for a in arrays])

    return made


def number(kind, *args, **kwargs):
    """`int(x)`, `float(x)` and the like: an array of one element counts as that element."""
    return kind(*map(single, args), **kwargs) if kind in (int, float, complex, round) else kind(*args, **kwargs)


def single(value):
    """The element of an array that has one; anything else as it is."""
    return value.item() if isinstance(value, np.ndarray) and value.ndim and value.size == 1 else value


def text(pattern, values):
    """`pattern % values`, where arrays of one element count as numbers if the pattern wants numbers."""
    try:
        return pattern % values
    except TypeError:
        single_ = tuple(map(single, values)) if isinstance(values, tuple) else single(values)
        if isinstance(values, dict):
            single_ = {key: single(value) for key, value in values.items()}
        return pattern % single_


def store(target, index, value) -> None:
    """`target[index] = value`, where an array or list of one element may stand for the element."""
    try:
        target[index] = value
    except (TypeError, ValueError):
        element = np.asarray(value)
        if not isinstance(target, np.ndarray) or element.size != 1 or target.dtype == object:
            raise
        target[index] = element.item()


class Indices:
    """`Indices()[i, 2:3]` is the index `(i, slice(2, 3))`."""

    def __getitem__(self, index):
        return index
