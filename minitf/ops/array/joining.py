"""Stacking, unstacking and splitting, and lists with tensors in them as tensors."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, nest
from minitf.framework.apply import apply, apply_like, apply_op
from minitf.framework.convert import convert_to_tensor, register_tensor_conversion_function
from minitf.framework.graph import at_home, name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value, constant_value_as_shape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import counts
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.array.array import check_axis
from minitf.ops.array.constant import constant

# ---- where the parts of what is joined begin


def _offsets(axis, *shapes) -> list[np.ndarray]:
    """The indices at which tensors of these shapes begin in what they are joined to along an axis."""
    axis, sizes = check_axis(int(axis), len(shapes[0])), np.array(shapes, np.int64)
    if any(len(s) != len(shapes[0]) for s in shapes) or (np.delete(sizes - sizes[0], axis, 1) != 0).any():
        raise ValueError(f"tensors of shapes {[list(map(int, s)) for s in shapes]} are not joined")
    found = np.zeros_like(sizes)
    found[1:, axis] = np.cumsum(sizes[:-1, axis])
    return list(found.astype(shapes[0].dtype))


define(
    "ConcatOffset",
    "concat_dim: int32~[], shape: *int32; shape_type: later[type] = int32 -> offset: *int32",
    differentiable=False,
    shape=lambda op: [t.shape.merge_with([None]) for t in op.inputs[1:]],
    numpy=lambda op, axis, *shapes: _offsets(axis, *shapes),
    kernel=lambda b, op, *v: [b.constant(a) for a in _offsets(*map(b.data, v))],
)

# ---- stack and unstack


def _stacked(op):
    shape = patterns.merged(op)
    if shape.sizes is None:
        return UNKNOWN
    axis = check_axis(op.attrs["axis"], shape.rank + 1)
    return TensorShape((*shape.sizes[:axis], len(op.inputs), *shape.sizes[axis:]))


def _known_size(scalar: Tensor) -> int | None:
    value = constant_value(scalar)
    return None if value is None or value.ndim or value < 0 else int(value)


def _without_axis(op):
    sizes, axis, num = op.inputs[0].shape.sizes, op.attrs["axis"], op.attrs["num"]
    if sizes is None:
        return [UNKNOWN] * num
    axis = check_axis(axis, len(sizes))
    if sizes[axis] not in (None, num):
        raise ValueError(f"axis {axis} has size {sizes[axis]} and cannot be unstacked into {num} tensors")
    return [TensorShape(sizes[:axis] + sizes[axis + 1 :])] * num


def _unstack(op, x):
    axis = check_axis(op.attrs["axis"], x.ndim)
    if x.shape[axis] != op.attrs["num"]:
        raise ValueError(f"axis {axis} has size {x.shape[axis]} and cannot be unstacked into {op.attrs['num']} tensors")
    return [np.asarray(part, x.dtype) for part in np.moveaxis(x, axis, 0)]


def _stack_kernel(b, op, *parts):
    if any(part.shape != parts[0].shape for part in parts):
        raise ValueError(f"tensors of shapes {[part.shape for part in parts]} cannot be stacked; they have to agree")
    axis = check_axis(op.attrs["axis"], len(parts[0].shape) + 1)
    shape = (*parts[0].shape[:axis], len(parts), *parts[0].shape[axis:])
    out, steps = b.new(shape, parts[0].dtype), layout.strides(shape)
    for i, part in enumerate(parts):
        patterns.place(b, part, out, steps[:axis] + steps[axis + 1 :], i * steps[axis])
    return out


def _unstack_kernel(b, op, x):
    axis, num = check_axis(op.attrs["axis"], len(x.shape)), op.attrs["num"]
    if x.shape[axis] != num:
        raise ValueError(f"axis {axis} has size {x.shape[axis]} and cannot be unstacked into {num} tensors")
    shape, steps = x.shape[:axis] + x.shape[axis + 1 :], layout.strides(x.shape)
    rest = steps[:axis] + steps[axis + 1 :]
    return [patterns.walk(b, x, shape, rest, i * steps[axis]) for i in range(num)]


def _zeros_for_none(op, grads):
    return [array.zeros_like(t) if g is None else g for t, g in zip(op.outputs, grads)]


define(
    "Pack",
    "values: *T; axis: int = 0 -> output: T",
    shape=_stacked,
    numpy=lambda op, *x: np.stack(x, op.attrs["axis"]),
    kernel=_stack_kernel,
    static=lambda op, depth: patterns.joined_parts(op, op.inputs, depth),
    describes=lambda op: TensorShape([_known_size(t) for t in op.inputs]),
    polynomial=(),
    grad=lambda op, g: list(apply_op("Unpack", g, num=len(op.inputs), axis=op.attrs["axis"], name="unstack").outputs),
)
define(
    "Unpack",
    "value: T; axis: int = 0 -> output: num*T",
    shape=_without_axis,
    numpy=_unstack,
    kernel=_unstack_kernel,
    grad=lambda op, *g: apply_like(op, "Pack", _zeros_for_none(op, g), name="stack"),
    polynomial=(),
)


def stack(values, axis: int = 0, name: str | None = "stack") -> Tensor:
    """Tensors of one shape along a new axis; a list of numbers becomes a constant.

    >>> stack([[1, 2], [3, 4], [5, 6]], axis=1).shape.as_list()
    [2, 3]
    """
    if axis == 0:
        try:
            return convert_to_tensor(values, name=name)
        except (TypeError, ValueError):
            pass  # values that need each other's type: Pack converts them one by one, or says what is wrong
    return apply("Pack", values if isinstance(values, tuple) else list(values), axis=int(axis), name=name)


def parallel_stack(values, name: str | None = "parallel_stack") -> Tensor:
    """`stack` along axis 0."""
    return stack(values, name=name)


def unstack(value, num: int | None = None, axis: int = 0, name: str | None = "unstack") -> list[Tensor]:
    """The parts of `value` along `axis`, as many as its size there, which `num` gives where it is not known.

    >>> [t.shape.as_list() for t in unstack([[1, 2, 3], [4, 5, 6]], axis=1)]
    [[2], [2], [2]]
    """
    value = convert_to_tensor(value)
    sizes = value.shape.sizes
    if num is None and sizes is not None:
        num = sizes[check_axis(axis, len(sizes))]
    if num is None:
        raise ValueError(f"unstack of {value.name} of shape {value.shape}: axis {axis} has no known size; give num")
    return list(apply_op("Unpack", value, num=int(num), axis=int(axis), name=name).outputs)


# ---- split


def _even(op):
    sizes, axis, num = op.inputs[1].shape.sizes, constant_value(op.inputs[0]), op.attrs["num_split"]
    if sizes is None:
        return [UNKNOWN] * num
    if axis is None:
        return [TensorShape([None] * len(sizes))] * num
    axis = check_axis(axis.item(), len(sizes))
    if sizes[axis] is None:
        return [TensorShape(sizes)] * num
    return [TensorShape((*sizes[:axis], _part(sizes[axis], num), *sizes[axis + 1 :]))] * num


def _part(size: int, num: int) -> int:
    if size % num:
        raise ValueError(f"an axis of size {size} cannot be split into {num} equal parts")
    return size // num


def _equal_part(num: int, size: int) -> tuple[int]:
    return (_part(size, num),)


def _split(op, axis, x):
    axis, num = check_axis(axis.item(), x.ndim), op.attrs["num_split"]
    return _cut(x, [_part(x.shape[axis], num)] * num, axis)


def _cut(x, sizes, axis: int):
    return np.split(x, np.cumsum(sizes[:-1]).astype(np.int64), axis)


def _cut_kernel(b, x, sizes, axis: int):
    steps, begin, parts = layout.strides(x.shape), 0, []
    for size in sizes:
        shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
        parts.append(patterns.walk(b, x, shape, steps, begin * steps[axis], [axis]))
        begin += size
    return parts


def _split_kernel(b, op, axis, x):
    axis, num = check_axis(b.data(axis).item(), len(x.shape)), op.attrs["num_split"]
    return _cut_kernel(b, x, [*b.derived(_equal_part, (num,), x.shape[axis])] * num, axis)


def _split_v_kernel(b, op, x, sizes, axis):
    axis = check_axis(b.data(axis).item(), len(x.shape))
    _check_many(op, sizes.shape)
    if b.counts_parts and b.known(sizes) is None:  # those that follow counts have to be the whole axis
        return _cut_kernel(b, x, _counted_parts(b, sizes, x.shape[axis]), axis)
    return _cut_kernel(b, x, b.derived(_known_parts, (), x.shape[axis], *b.data(sizes).tolist()), axis)


def _counted_parts(b, sizes, size: int) -> list[int]:
    """The part sizes as kernels find them out; the last one is what the others leave."""
    found = b.new(sizes.shape, np.int64)
    b.call(counts.parts_of[sizes.dtype], sizes, found, sizes.size, size, error=lambda _: "the parts are not the whole")
    first = b.counted(b.view(found, (sizes.size - 1,)), size).tolist()
    return [*first, size - sum(first)]


def _check_many(op, shape: tuple) -> None:
    if shape != (op.attrs["num_split"],):
        raise ValueError(f"{shape[0]} sizes are given for {op.attrs['num_split']} parts")


def _known_parts(size: int, *sizes: int) -> tuple[int, ...]:
    return tuple(_parts(size, sizes))


def _parts(size: int | None, sizes: list) -> list:
    """The part sizes with the -1 worked out from the axis's size, as far as both are known."""
    sizes = [None if n is None else int(n) for n in sizes]
    if None in sizes or size is None:
        return [None if n == -1 else n for n in sizes]
    rest = size - sum(n for n in sizes if n != -1)
    if sizes.count(-1) > 1 or any(n < -1 for n in sizes) or rest < 0 or rest and -1 not in sizes:
        raise ValueError(f"an axis of size {size} cannot be split into parts of sizes {sizes}")
    return [rest if n == -1 else n for n in sizes]


def _uneven(op):
    x, wanted, axis = (op.inputs[0].shape.sizes, constant_value_as_shape(op.inputs[1]), constant_value(op.inputs[2]))
    num = op.attrs["num_split"]
    if wanted.rank not in (None, num):
        raise ValueError(f"{wanted.rank} sizes are given for {num} parts")
    if x is None or axis is None:
        return [UNKNOWN if x is None else TensorShape([None] * len(x))] * num
    axis = check_axis(axis.item(), len(x))
    known = constant_value(op.inputs[1])
    parts = _parts(x[axis], known) if known is not None else [None] * num
    return [TensorShape((*x[:axis], n, *x[axis + 1 :])) for n in parts]


def _split_v(op, x, sizes, axis):
    axis = check_axis(axis.item(), x.ndim)
    _check_many(op, sizes.shape)
    return _cut(x, _parts(x.shape[axis], sizes), axis)


define(
    "Split",
    "split_dim: int32~[], value: T -> output: num_split*T",
    shape=_even,
    numpy=_split,
    kernel=_split_kernel,
    grad=lambda op, *g: (None, array.concat(_zeros_for_none(op, g), op.inputs[0])),
)
define(
    "SplitV",
    "value: T, size_splits: Tlen~[n], split_dim: int32~[]; Tlen: type = int64 -> output: num_split*T",
    Tlen=dtypes.INDEX,
    shape=_uneven,
    numpy=_split_v,
    kernel=_split_v_kernel,
    grad=lambda op, *g: (array.concat(_zeros_for_none(op, g), op.inputs[2]), None, None),
)


def split(value, num_or_size_splits, axis=0, num: int | None = None, name: str | None = "split") -> list[Tensor]:
    """`value` cut along `axis` into an equal number of parts, or into parts of the sizes given (one may be -1).

    num: the number of sizes, where `num_or_size_splits` is a tensor of unknown length.

    Raises:
      ValueError: if the axis cannot be cut so (InvalidArgumentError if that shows only at run time).

    >>> [t.shape.as_list() for t in split([[1, 2, 3, 4]], [1, -1], 1)]
    [[1, 1], [1, 3]]
    """
    if isinstance(value, int) or isinstance(axis, (list, tuple)):
        raise ValueError("split takes (value, num_or_size_splits, axis): since TensorFlow 1.0 the tensor comes first")
    with at_home(value):
        size_splits = convert_to_tensor(num_or_size_splits)
    if size_splits.shape.rank == 0:
        count = constant_value(size_splits)
        if count is None or count < 1:
            raise ValueError(f"split into {num_or_size_splits} parts: the number has to be known, and 1 or more")
        return list(apply_op("Split", axis, value, num_split=int(count), name=name).outputs)
    if num is None:
        num = (size_splits.shape.sizes or (None,))[0]
    if num is None:
        raise ValueError(f"split by {size_splits.name} of shape {size_splits.shape}: its length is not known; give num")
    return list(apply_op("SplitV", value, size_splits, axis, num_split=num, name=name).outputs)


# ---- lists with tensors in them


def _is_tensor(value) -> bool:
    return hasattr(value, "_as_graph_element") and hasattr(value, "dtype")


def _first_type(values):
    """The type of the first tensor in a nested list, None if there is none."""
    for value in values:
        found = _first_type(value) if isinstance(value, (list, tuple)) else None
        if _is_tensor(value):
            found = value.dtype.base_dtype
        if found is not None:
            return found
    return None


def _packed(values, dtype: dtypes.DType, name: str):
    """`values` as a stack of tensors, or as they are if no tensor is among them."""
    with name_scope(name) as scope:
        parts = [_packed(v, dtype, str(i)) if isinstance(v, (list, tuple)) else v for i, v in enumerate(values)]
        if not any(_is_tensor(part) for part in parts):
            return parts
        for part in parts:
            if _is_tensor(part) and part.dtype.base_dtype is not dtype:
                given = part.dtype.base_dtype.name
                raise TypeError(f"{part.name} is {given}, not {dtype.name} as others in its list; use tf.cast")
        tensors = [
            convert_to_tensor(p) if _is_tensor(p) else constant(p, dtype, name=str(i)) for i, p in enumerate(parts)
        ]
        return apply("Pack", tensors, name=scope)


def _cast(values, dtype: dtypes.DType):
    """A nested list, the tensors in it converted."""
    if isinstance(values, (list, tuple)):
        return [_cast(value, dtype) for value in values]
    other = _is_tensor(values) and values.dtype.base_dtype is not dtype
    return apply("Cast", values, DstT=dtype) if other else values


@nest.not_too_deep
def _convert_list(value, dtype=None, name=None, as_ref=False):
    found = _first_type(value)
    if found is None:
        return NotImplemented
    if dtype is not None and found is not dtype.base_dtype:
        found, value = dtype.base_dtype, _cast(value, dtype.base_dtype)
    return _packed(value, found, name or "packed")


register_tensor_conversion_function((list, tuple), _convert_list, 99)
