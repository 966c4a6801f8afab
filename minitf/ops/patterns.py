"""The shapes, kernels and NumPy meanings that many ops share."""

from __future__ import annotations

import math
from inspect import Parameter

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.named import named
from minitf.framework.registry import OPS
from minitf.framework.shape import SCALAR, broadcast_static_shape
from minitf.framework.static import AsShape, full, partial_value
from minitf.framework.taking import optional, taking
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import movement

STATEFUL = {"stateful": True, "differentiable": False}  # traits of ops on what a session keeps
_MANY = 1000  # elements: values at least as large are not worked out while the graph is built

# ---- public functions


def of_one(type: str, doc: str, called: str | None = None):
    """The public function of an op of one input."""

    @named(called or type.lower(), doc)
    def function(x, name: str | None = None) -> Tensor:
        return apply(type, x, name=name)

    return function


def of_two(type: str, doc: str, called: str | None = None):
    """The public function of an op of two inputs."""

    @named(called or type.lower(), doc)
    def function(x, y, name: str | None = None) -> Tensor:
        return apply(type, x, y, name=name)

    return function


def of_inputs(type: str, doc: str, called: str):
    """The public function of an op without attributes: it takes the inputs by their names."""
    given = [Parameter(arg.name, Parameter.POSITIONAL_OR_KEYWORD) for arg in OPS[type].inputs]

    @named(called, doc)
    @taking([*given, optional("name", None, "str | None")])
    def function(name, **inputs) -> Tensor:
        return apply(type, *inputs.values(), name=name)

    return function


# ---- static shapes


def same(op):
    """Every output is shaped like the first input."""
    return [op.inputs[0].shape] * len(op.outputs)


def merged(op):
    """All inputs have one shape, and the output has it too."""
    shape = op.inputs[0].shape
    for other in op.inputs[1:]:
        shape = shape.merge_with(other.shape)
    return shape


def broadcast(op):
    """The output has the shape that the two inputs broadcast to."""
    return broadcast_static_shape(op.inputs[0].shape, op.inputs[1].shape)


def scalar(op):
    """Every output is a scalar."""
    return [SCALAR] * len(op.outputs)


# ---- NumPy meanings


def ufunc(function):
    """A NumPy function of the inputs alone."""
    return lambda op, *arrays: function(*arrays)


def boxed(thing) -> np.ndarray:
    """A thing of Python's as an array without axes."""
    box = np.empty((), object)
    box[()] = thing
    return box


def texts(value) -> np.ndarray:
    """Text, bytes, or nested lists or arrays of them, as an array of bytes; TypeError for anything else."""
    if np.asarray(value).dtype.kind not in "SUO":
        raise TypeError(f"{value!r} is no text")
    array = np.asarray(value, object)  # NumPy's own strings end before the NUL bytes at their ends
    found = np.empty(array.shape, object)
    for index in np.ndindex(array.shape):
        text = array[index]
        if not isinstance(text, (str, bytes)):
            raise TypeError(f"{text!r} is no text")
        found[index] = text.encode() if isinstance(text, str) else bytes(text)
    return found


def wide(array: np.ndarray) -> np.ndarray:
    """float16 is computed in float32."""
    return array.astype(np.float32) if array.dtype == np.float16 else array


# ---- kernels


def unary(kernel):
    """One pass over one input; `kernel(a, o, n)`."""

    def lower(b, op, x):
        out = b.new(x.shape, op.outputs[0].dtype.numpy)
        b.call(kernel[x.dtype], x, out, x.size)
        return out

    return lower


def flat(kernel):
    """Inputs of one shape, such as a gradient kernel's; `kernel(a, b, o, rank, dims)`."""

    def lower(b, op, x, *others):
        for other in others:
            if other.shape != x.shape:
                raise ValueError(f"inputs of shapes {x.shape} and {other.shape} have to be of one shape")
        out = b.new(x.shape, op.outputs[0].dtype.numpy)
        b.call(kernel[x.dtype], x, *others, out, 1, (x.size, *[1] * (1 + len(others))))
        return out

    return lower


def binary(kernel, error=None):
    """Two inputs that broadcast; `kernel(a, b, o, rank, dims)`; error(position) explains bad data."""

    def lower(b, op, x, y):
        shape, rank, dims = broadcast_loops(b, x.shape, y.shape)
        out = b.new(shape, op.outputs[0].dtype.numpy)
        b.call(kernel[x.dtype], x, y, out, rank, dims, error=error)
        return out

    return lower


def broadcast_loops(b, *shapes) -> tuple:
    """(shape, rank, dims) of an elementwise loop: see `layout.broadcast`."""
    result, *walks = layout.broadcast_walks(*shapes)
    return result, *b.nest(result, *walks, cut=b.cut(()))


def reduction_loops(b, shape: tuple, axes: tuple) -> tuple:
    """(rank, dims) of a reduction: see `layout.reduction`."""
    return b.nest(shape, layout.strides(shape), layout.reduced_strides(shape, axes), cut=b.cut(()))


def alias(b, op, x, *_):
    """The output is the first input itself."""
    return x


def start(b, places: list[tuple]) -> int:
    """Where a walk begins that does at some place along axes, each of which is given with the step along it."""
    if len(places) < 2:
        return sum([place * step for place, step in places])
    return b.derived(_all_steps, (), *[n for pair in places for n in pair])[0]


def _all_steps(*numbers: int) -> tuple[int]:
    return (sum([place * step for place, step in zip(numbers[::2], numbers[1::2])]),)


def walk(b, x, shape, steps, offset: int = 0, cut=(), apart: bool = False):
    """The items of x that a walk visits: `steps` are its element strides along each axis of the result. cut: the axes
    along which that may be a part of x. apart: whether they are not next to each other, if axes are not of size 1.
    """
    cut = b.cut(cut)
    rank, dims = b.nest(tuple(shape), tuple(steps), cut=cut)
    if rank == 1 and _is_view(shape, *dims, cut, apart):
        return b.view(x, tuple(shape), offset)
    out = b.new(tuple(shape), x.dtype)
    if out.size or cut is not None:
        b.call(movement.strided_copy[layout.carrier(x.dtype)], x, out, offset, rank, dims)
    return out


def _is_view(shape, size: int, step: int, cut, apart: bool) -> bool:
    """Whether items that one loop visits are all those from one on; for any sizes if these vary."""
    if cut is not None:
        return step == 1 and not apart or not shape
    return (step == 1 or size == 1) and 0 not in shape


def place(b, x, out, steps, offset: int = 0, cut=()) -> None:
    """Writes x into the items of `out` that a walk visits; `steps` are its element strides along x's axes. cut: those
    along which it may be a part of `out`.
    """
    cut = b.cut(cut)
    if x.size or cut is not None:
        rank, dims = b.nest(x.shape, tuple(steps), cut=cut)
        b.call(movement.strided_write[layout.carrier(x.dtype)], x, out, offset, rank, dims)


def placed(b, x, shape, steps, offset: int = 0, cut=()):
    """Zeros of a shape, but x in the items that a walk visits; see `place`."""
    whole = x.shape and layout.nest(x.shape, tuple(steps)) == (1, (math.prod(shape), 1)) and not (offset or b.cut(cut))
    if b.always("whole", bool(whole)):
        return b.view(x, tuple(shape))
    out = filled(b, shape, x.dtype)
    place(b, x, out, steps, offset, cut)
    return out


def taken(b, x, index, axis: int, error=None):
    """The slices of x along `axis` at `index`, an integer value of any shape."""
    out = b.new((*x.shape[:axis], *index.shape, *x.shape[axis + 1 :]), x.dtype)
    outer, width = math.prod(x.shape[:axis]), math.prod(x.shape[axis + 1 :])
    kernel = movement.gather[layout.carrier(x.dtype), index.dtype]
    b.call(kernel, x, index, out, outer, x.shape[axis], index.size, width, error=error)
    return out


def filled(b, shape, dtype, value=None):
    """Items that all are `value` (a scalar), or zeros."""
    out = b.new(tuple(shape), dtype)
    if value is None:
        b.call(movement.clear[layout.carrier(dtype)], out, out.size)
    else:
        b.call(movement.fill[layout.carrier(dtype)], value, out, out.size)
    return out


# ---- values known before anything runs


def joined_parts(op, parts, depth: int):
    """What is known of the vector that joins `parts`, which may be known in part, for ops that only do that."""
    scalars = op.outputs[0].shape.rank == 1 and all(t.shape.rank in (None, 0) for t in parts)
    known = [_known(t, depth, scalars) for t in parts]
    if any(value is None for value in known):
        return None
    try:
        value = op.definition.numpy(op, *known, *[full(partial_value(t, depth)) for t in op.inputs[len(parts) :]])
    except (AttributeError, ValueError, IndexError):
        return None  # bad data is reported when the op runs
    return value if all(full(part) is not None for part in known) else value.view(AsShape)


def _known(tensor, depth: int, is_scalar: bool):
    value = partial_value(tensor, depth)
    if value is not None:
        return value if value.size < _MANY else None
    if is_scalar and tensor.dtype.is_integer:
        return np.array(None, object)
    if tensor.dtype.is_integer and (tensor.shape.num_elements() or _MANY) < _MANY:
        describes = tensor.op.definition.describes
        if describes is not None and tensor.shape.rank == 1:
            return np.array((*describes(tensor.op).with_rank(tensor.shape.sizes[0]).sizes, None), object)[:-1]
        return np.full(tensor.shape.sizes, None, object)
    return None


# ---- arguments


def renamed(name: str, value, old_name: str, old_value):
    """The value of an argument that had another name in older TensorFlow; ValueError if both are given."""
    if old_value is None:
        return value
    if value is not None:
        raise ValueError(f"{name} and {old_name} are the same argument; give {name} only")
    return old_value


def each(function, *arrays, dtype=object) -> np.ndarray:
    """What a function gives for each element of arrays that broadcast."""
    if len(arrays) > 1:
        arrays = np.broadcast_arrays(*arrays)
    made = map(function, *[array.ravel().tolist() for array in arrays])
    return np.fromiter(made, dtype, arrays[0].size).reshape(arrays[0].shape)


def shortest(number: np.floating) -> str:
    """The number with as many digits as its type holds for sure, or with all that tell it from its neighbours; half
    a float as a whole one.
    """
    number = np.float32(number) if number.dtype == np.float16 else number
    digits = np.finfo(number.dtype).precision
    text = f"{number:.{digits}g}"
    return text if number.dtype.type(text) == number else f"{number:.{digits + (2 if digits > 9 else 3)}g}"
