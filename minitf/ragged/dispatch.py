"""The functions of dense tensors that take ragged ones, by name and as operators."""

from __future__ import annotations

import functools
import inspect

import minitf as tf
from minitf.framework.calls import overridden
from minitf.ragged import gathering, joining, reductions
from minitf.ragged.broadcasting import same_rows
from minitf.ragged.conversion import is_ragged
from minitf.ragged.gathering import as_ragged
from minitf.ragged.mapping import map_flat_values
from minitf.ragged.partitioning import stack_dynamic_partitions
from minitf.ragged.partitions import positive_axis
from minitf.ragged.tensor import RaggedTensor

_OF_ONE = (
    "check_numerics identity ones_like zeros_like clip_by_value bitwise.invert abs acos acosh angle asin asinh atan "
    "atanh cast ceil conj cos cosh digamma erf erfc exp expm1 floor imag is_finite is_inf is_nan lgamma log log1p "
    "log_sigmoid logical_not negative real reciprocal rint round rsqrt saturate_cast sign sin sinh sqrt square tan "
    "io.decode_compressed string_to_number string_to_hash_bucket as_string decode_base64 encode_base64 "
    "strings.regex_full_match regex_replace string_strip string_to_hash_bucket_fast string_to_hash_bucket_strong "
    "substr strings.length"
)
_OF_LISTS = "add_n string_join"
_OF_TWO = (
    "bitwise.bitwise_and bitwise.bitwise_or bitwise.bitwise_xor bitwise.left_shift bitwise.right_shift add atan2 "
    "complex div_no_nan divide equal floordiv floormod greater greater_equal less less_equal logical_and logical_or "
    "logical_xor maximum minimum multiply not_equal pow realdiv squared_difference subtract truediv truncatediv "
    "truncatemod"
)
_REDUCTIONS = ["sum", "prod", "min", "max", "mean", "any", "all"]
_SEGMENTS = ["sum", "prod", "min", "max", "mean", "sqrt_n"]
_OTHERS = {
    "batch_gather": gathering.batch_gather,
    "concat": joining.concat,
    "expand_dims": joining.expand_dims,
    "gather": gathering.gather,
    "gather_nd": gathering.gather_nd,
    "squeeze": joining.squeeze,
    "stack": joining.stack,
    "tile": joining.tile,
    "where": joining.where,
    "reduce_join": reductions.reduce_join,
    **{f"reduce_{n}": getattr(reductions, f"reduce_{n}") for n in _REDUCTIONS},
    **{f"unsorted_segment_{n}": getattr(reductions, f"segment_{n}") for n in _SEGMENTS},
}


def _found(name: str):
    return functools.reduce(getattr, name.split("."), tf)


def _any_ragged(args: tuple, kwargs: dict) -> bool:
    for value in (*args, *kwargs.values()):
        if is_ragged(value) or type(value) in (list, tuple) and any(is_ragged(part) for part in value):
            return True
    return False


def _dispatching(function, ragged):
    """`function`, or where an argument is ragged what is called in its place."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        return ragged(*args, **kwargs) if _any_ragged(args, kwargs) else function(*args, **kwargs)

    return call


def _of_flat(function):
    """An op element by element of a first argument: of what is inside of the rows."""

    def ragged(x=None, *args, **kwargs):
        if x is None:
            first = next(iter(inspect.signature(function).parameters))
            x = kwargs.pop(first)
        x = as_ragged(x)
        return x.with_flat_values(function(x.flat_values, *args, **kwargs))

    return ragged


def of_two(function):
    """An op element by element of two tensors that broadcast."""
    names = list(inspect.signature(function).parameters)[:2]

    def ragged(*args, **kwargs):
        args = list(args)
        x, y = [args.pop(0) if args else kwargs.pop(name) for name in names]
        x, y = _converted(x, y, names)
        if x.dtype.base_dtype is not y.dtype.base_dtype:
            raise TypeError(
                f"'{names[1]}' is {y.dtype.name}, not {x.dtype.name} as '{names[0]}'; convert one with tf.cast"
            )
        if _rows_count(x, y):
            x, y = same_rows(x, y)
        made = function(*[t.flat_values if isinstance(t, RaggedTensor) else t for t in (x, y)], *args, **kwargs)
        return (x if isinstance(x, RaggedTensor) else y).with_flat_values(made)

    return ragged


def _converted(x, y, names: list) -> tuple:
    """Both as tensors; what is none takes the type of the other."""
    if is_ragged(x):
        x = as_ragged(x)
        return x, as_ragged(y, preferred_dtype=None if is_ragged(y) else x.dtype, name=names[1])
    y = as_ragged(y)
    return as_ragged(x, preferred_dtype=y.dtype, name=names[0]), y


def _rows_count(x, y) -> bool:
    """Whether both have rows, rather than one what broadcasts with all that is in rows."""
    if isinstance(x, RaggedTensor) and isinstance(y, RaggedTensor):
        return True
    ragged, dense = (x, y) if isinstance(x, RaggedTensor) else (y, x)
    inner, rank = ragged.flat_values.shape.rank, dense.shape.rank
    return rank != 0 and (inner is None or rank is None or inner <= rank)


def _one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name: str | None = None):
    """As tf.one_hot, inside of the rows."""
    with tf.name_scope(name, "RaggedOneHot", [indices]):
        indices = as_ragged(indices, name="indices")
        if axis is not None:
            axis = positive_axis(axis, indices.shape.rank + 1)
            if axis <= indices.ragged_rank:
                raise ValueError("axis may not be less than indices.ragged_rank.")
            axis -= indices.ragged_rank
        return indices.with_flat_values(tf.one_hot(indices.flat_values, depth, on_value, off_value, axis, dtype))


def _rank(input, name: str | None = None):
    with tf.name_scope(name, "RaggedRank", [input]):
        input = as_ragged(input)
        return input.ragged_rank + tf.rank(input.flat_values)


def _size(input, name: str | None = None, out_type=tf.int32):
    return tf.size(as_ragged(input).flat_values, name=name, out_type=out_type)


def _parts(data, partitions, num_partitions, name: str | None = None) -> list:
    made = stack_dynamic_partitions(data, partitions, num_partitions, name)
    return [made[i] for i in range(num_partitions)]


# ---- installed


def _install() -> None:
    for name in _OF_ONE.split():
        function = _found(name)
        overridden(function, _dispatching(function, _of_flat(function)))
    for name in _OF_LISTS.split():
        function = _found(name)
        overridden(function, _dispatching(function, functools.partial(map_flat_values, function)))
    for name in _OF_TWO.split():
        function = _found(name)
        overridden(function, _dispatching(function, of_two(function)))
    others = _OTHERS | {"one_hot": _one_hot, "rank": _rank, "size": _size, "dynamic_partition": _parts}
    for name, ragged in others.items():
        function = _found(name)
        overridden(function, _dispatching(function, ragged))


def _operator(name: str):
    return lambda x, y: _found(name)(x, y)


def _reflected(name: str):
    return lambda y, x: _found(name)(x, y)


_install()
_OPERATORS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "div",
    "truediv": "truediv",
    "floordiv": "floordiv",
    "mod": "floormod",
    "pow": "pow",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
}
for _name, _public in _OPERATORS.items():
    setattr(RaggedTensor, f"__{_name}__", _operator(_public))
    setattr(RaggedTensor, f"__r{_name}__", _reflected(_public))
for _name, _public in {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal"}.items():
    setattr(RaggedTensor, f"__{_name}__", _operator(_public))
RaggedTensor.__neg__ = lambda x: tf.negative(x)
RaggedTensor.__abs__ = lambda x: tf.abs(x)
RaggedTensor.__invert__ = lambda x: tf.logical_not(x)
