"""Turning Python values into tensors; each kind of value registers how."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.tensor import IndexedSlices, Tensor

_CONVERSIONS: list[tuple[int, type | tuple, object]] = []


def register_tensor_conversion_function(base_type, conversion_func, priority: int = 100) -> None:
    """`conversion_func(value, dtype=, name=, as_ref=)` converts values of `base_type`; low priorities go first.

    Raises:
      TypeError: if `base_type` is no class or tuple of classes, or `conversion_func` cannot be called.
    """
    kinds = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(kind, type) for kind in kinds):
        raise TypeError(f"base_type must be a type or a tuple of types, not {base_type!r}")
    if not callable(conversion_func):
        raise TypeError(f"conversion_func must be callable, not {conversion_func!r}")
    _CONVERSIONS.append((priority, base_type, conversion_func))
    _CONVERSIONS.sort(key=lambda entry: entry[0])


def convert_to_tensor(
    value, dtype=None, name: str | None = None, preferred_dtype=None, dtype_hint=None, as_ref: bool = False
) -> Tensor:
    """`value` (number, nested list, NumPy array, Tensor or Variable) as a Tensor.

    dtype: the type the result must have; preferred_dtype: the type it gets if the value allows it.

    Raises:
      TypeError: for a value that has no tensor form, or not in that type.
      ValueError: for a tensor of another type than `dtype`.
    """
    dtype = None if dtype is None else dtypes.as_dtype(dtype)
    preferred = preferred_dtype if preferred_dtype is not None else dtype_hint
    if isinstance(value, Tensor):
        if dtype is not None and not dtype.is_compatible_with(value.dtype):
            raise ValueError(
                f"{value.name} is {value.dtype.base_dtype.name}, not {dtype.name}; use tf.cast to convert it"
            )
        return value
    if dtype is None and preferred is not None:
        try:
            return _convert(value, dtypes.as_dtype(preferred), name, as_ref)
        except (TypeError, ValueError):
            pass
    return _convert(value, dtype, name, as_ref)


def _convert(value, dtype, name, as_ref) -> Tensor:
    for _, base_type, function in _CONVERSIONS:
        if isinstance(value, base_type):
            result = function(value, dtype=dtype, name=name, as_ref=as_ref)
            if result is not NotImplemented:
                return result
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot become a tensor")


def convert_to_tensor_or_indexed_slices(value, dtype=None, name: str | None = None):
    """`value` itself if it is IndexedSlices, else as `convert_to_tensor` makes it.

    Raises:
      TypeError, ValueError: if it is not of the type `dtype`, or becomes no tensor.
    """
    if not isinstance(value, IndexedSlices):
        return convert_to_tensor(value, dtype, name)
    if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
        raise ValueError(f"{value!r} is {value.dtype.name}, not {dtypes.as_dtype(dtype).name}")
    return value


def is_tensor(x) -> bool:
    """Whether `x` is a tensor (IndexedSlices, a sparse one) or a variable, rather than a Python value or array.

    >>> is_tensor(3), is_tensor(convert_to_tensor(3))
    (False, True)
    """
    return isinstance(x, (Tensor, IndexedSlices)) or getattr(type(x), "is_tensor_like", False)


def convert_n_to_tensor(values, dtype=None, name: str | None = None) -> list[Tensor]:
    """Each of `values` as a Tensor."""
    return [convert_to_tensor(v, dtype, None if name is None else f"{name}_{i}") for i, v in enumerate(values)]
