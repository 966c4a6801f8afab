"""Variables' memory and the ops that change it."""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes, errors, op_counts
from minitf.framework.apply import apply
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import state as kernels
from minitf.ops import patterns
from minitf.ops.array.constant import constant

define(
    "VariableV2",
    "; shape: shape, container: string = '', shared_name: string = '' -> ref: &dtype",
    shape=lambda op: op.attrs["shape"],
    kernel=lambda b, op: b.variable(op),
    host=lambda b, op: b.variable(op),
    role="variable",
    **patterns.STATEFUL,
)
define(
    "IsVariableInitialized",
    "ref: &dtype -> is_initialized: bool",
    reads="presence",
    shape=patterns.scalar,
    host=lambda b, op, ref: b.constant(np.array(slot_of(ref).array is not None)),
    **patterns.STATEFUL,
)


def slot_of(ref):
    """The slot behind a value; a variable that was fed has none."""
    if getattr(ref, "slot", None) is None:
        raise ValueError("the variable is fed in this run and cannot be changed or asked by it")
    return ref.slot


def apart(b, ref, value):
    """`value`, copied if it is the very memory that is about to change."""
    return b.snapshot(value) if getattr(value, "slot", None) is slot_of(ref) else value


# ---- assignment


def _assigned_shape(op):
    ref, value = op.inputs
    return ref.shape.merge_with(value.shape) if op.attrs["validate_shape"] else value.shape


def _check_assigned(op, slot, shape: tuple) -> None:
    known = slot.op.outputs[0].shape if slot.array is None else TensorShape(slot.array.shape)
    if op.attrs["validate_shape"] and not known.is_compatible_with(shape):
        raise ValueError(
            f"a value of shape {TensorShape(shape)} was assigned to variable '{slot.op.name}' of shape "
            f"{known}; with validate_shape=False the variable takes on the value's shape"
        )


def _assign(b, op, ref, value):
    slot, value = slot_of(ref), apart(b, ref, value)
    _check_assigned(op, slot, value.shape)
    if slot.array is None or slot.array.shape != value.shape:
        b.store(ref, value)
    else:
        b.call(kernels.assign[layout.carrier(value.dtype)], value, ref, value.size)
    return ref


def _assign_on_host(b, op, ref, value):
    _check_assigned(op, slot_of(ref), value.shape)
    b.store(ref, value)
    return ref


define(
    "Assign",
    "ref: &T, value: T; validate_shape: bool = True, use_locking: bool = True -> output_ref: &T",
    shape=_assigned_shape,
    kernel=_assign,
    host=_assign_on_host,
    effect="initializes",
    **patterns.STATEFUL,
)


def _by_meaning(b, op, ref, *values):
    """Stores what the NumPy rule makes of the old value and the inputs."""
    old = b.data(ref)
    slot_of(ref).store(np.asarray(op.definition.numpy(op, old, *[b.data(v) for v in values])).astype(old.dtype))
    return ref


def _accumulator(type: str, kernel, numpy) -> None:
    def lower(b, op, ref, value):
        _same_shape(ref, value)
        b.call(kernel[value.dtype], apart(b, ref, value), ref, value.size)
        return ref

    def meaning(op, old, value):
        _same_shape(old, value)
        return numpy(old, value)

    define(
        type,
        "ref: &T, value: T; use_locking: bool = False -> output_ref: &T",
        T=dtypes.NUMBER,
        shape=patterns.merged,
        numpy=meaning,
        kernel=lower,
        host=_by_meaning,
        **patterns.STATEFUL,
    )


def _same_shape(ref, value) -> None:
    if ref.shape != value.shape:
        raise ValueError(
            f"a value of shape {TensorShape(value.shape)} does not fit the variable of shape {TensorShape(ref.shape)}"
        )


_accumulator("AssignAdd", kernels.assign_add, np.add)
_accumulator("AssignSub", kernels.assign_sub, np.subtract)


# ---- scattered updates


def _scatter_shape(op):
    ref, indices, updates = [t.shape for t in op.inputs]
    if updates.rank != 0:
        updates.assert_is_compatible_with(indices.concatenate(ref[1:]))
    return ref


def _scatter_nd_shape(op):
    ref, indices, updates = [t.shape for t in op.inputs]
    depth = indices.sizes[-1] if indices.rank else None
    if indices.rank == 0 or None not in (depth, ref.rank) and depth > ref.rank:
        raise ValueError(f"indices of shape {indices} do not index a variable of shape {ref}")
    if depth is not None:
        updates.assert_is_compatible_with(indices[:-1].concatenate(ref[depth:]))
    return ref


def _places(nd: bool, shape: tuple, indices) -> tuple[int, int, tuple]:
    """(number of index tuples, their length, shape of what one of them stands for)."""
    depth = indices.shape[-1] if nd else 1
    if depth > len(shape):
        raise ValueError(f"indices of shape {indices.shape} do not index a variable of shape {shape}")
    lead = indices.shape[:-1] if nd else indices.shape
    return prod(lead), depth, lead + shape[depth:]


def _check_updates(nd: bool, updates, wanted: tuple) -> None:
    if updates.shape != wanted and (nd or updates.shape != ()):
        raise ValueError(f"updates of shape {updates.shape} are given, {wanted} is what the indices need")


def _out_of_range(b, indices, depth: int, sizes: tuple):
    def message(place: int) -> str:
        found = b.data(indices).reshape(-1, depth)[place].tolist()
        if depth == 1:
            return f"indices[{place}] = {found[0]} is not within the variable's {sizes[0]} rows"
        return f"indices[{place}] = {found} is not within the variable's {list(sizes)}"

    return message


def _scatter(nd: bool, kernel, by_item_size: bool = False):
    """Lowers to `kernel`; updates are rows, or without `nd` also one number for all."""

    def lower(b, op, ref, indices, updates):
        shape = ref.shape
        count, depth, wanted = _places(nd, shape, indices)
        _check_updates(nd, updates, wanted)
        dtype = layout.carrier(updates.dtype) if by_item_size else updates.dtype
        step = 0 if updates.shape == () != wanted else 1
        b.call(
            kernel[indices.dtype, dtype],
            indices,
            apart(b, ref, updates),
            ref,
            count,
            prod(shape[depth:]),
            step,
            depth,
            shape[:depth],
            error=_out_of_range(b, indices, depth, shape[:depth]),
        )
        return ref

    return lower


def _scatter_meaning(nd: bool, ufunc):
    def meaning(op, old, indices, updates):
        count, depth, wanted = _places(nd, old.shape, indices)
        _check_updates(nd, updates, wanted)
        places, sizes = indices.reshape(count, depth), np.array(old.shape[:depth])
        bad = np.flatnonzero(((places < 0) | (places >= sizes)).any(axis=1))
        if bad.size:
            raise ValueError(f"indices[{bad[0]}] = {places[bad[0]].tolist()} is not within {sizes.tolist()}")
        new, rows = old.copy(), np.broadcast_to(updates, wanted).reshape(count, *old.shape[depth:])
        for place, update in zip(map(tuple, places), rows):
            new[place] = update if ufunc is None else ufunc(new[place], update)
        return new

    return meaning


def _scattered(name: str, kernel, ufunc, nd: bool = False, T=dtypes.NUMBER) -> None:
    define(
        f"Scatter{'Nd' if nd else ''}{name}",
        f"ref: &T, indices: Tindices, updates: T; use_locking: bool = {ufunc is None} -> output_ref: &T",
        T=T,
        Tindices=dtypes.INDEX,
        shape=_scatter_nd_shape if nd else _scatter_shape,
        numpy=_scatter_meaning(nd, ufunc),
        host=_by_meaning,
        kernel=_scatter(nd, kernel, by_item_size=ufunc is None),
        **patterns.STATEFUL,
    )


for _nd in (False, True):
    _scattered("Update", kernels.scatter_update, None, _nd, dtypes.ANY)
    _scattered("Add", kernels.scatter_add, np.add, _nd)
    _scattered("Sub", kernels.scatter_sub, np.subtract, _nd)
_scattered("Mul", kernels.scatter_mul, np.multiply)
_scattered("Div", kernels.scatter_div, np.divide, T=dtypes.FLOAT | dtypes.COMPLEX)
_scattered("Min", kernels.scatter_min, np.minimum, T=dtypes.REAL)
_scattered("Max", kernels.scatter_max, np.maximum, T=dtypes.REAL)


# ---- counting, and a variable's value before and after initialization


def _count_up_to(b, op, ref):
    old = b.data(ref).copy()
    if old >= op.attrs["limit"]:
        raise errors.OutOfRangeError(
            None, op, f"variable '{slot_of(ref).op.name}' has reached its limit of {op.attrs['limit']}"
        )
    slot_of(ref).store(old + np.ones((), old.dtype))
    return b.constant(old)


define(
    "CountUpTo",
    "ref: &T; limit: int -> output: T",
    T=dtypes.INDEX,
    shape=lambda op: op.inputs[0].shape.merge_with(SCALAR),
    host=_count_up_to,
    **patterns.STATEFUL,
)
define(
    "InitializedValue",
    "ref: &T, initial_value: T -> value: T",
    shape=lambda op: op.inputs[1].shape,
    host=lambda b, op, ref, initial: initial if slot_of(ref).array is None else b.snapshot(ref),
    **patterns.STATEFUL,
)
define(
    "UninitializedNames",
    "refs: &** -> names: string",
    reads="presence",
    shape=lambda op: TensorShape([None]),
    host=lambda b, op, *refs: b.constant(_names_without_value(refs)),
    **patterns.STATEFUL,
)


def _names_without_value(refs) -> np.ndarray:
    slots = map(slot_of, refs)
    return np.array([slot.op.name.encode() for slot in slots if slot.array is None], object)


def uninitialized_names(variables: list) -> Tensor:
    """The names of those variables that have no value; ids are left for TensorFlow's mask of them."""
    if not variables:
        return constant([], dtypes.string)
    op_counts.skip(op_counts.uninitialized(len(variables)))
    return apply("UninitializedNames", variables, name="boolean_mask/GatherV2")


def initialized_value(variable, initial_value: Tensor) -> Tensor:
    """The variable's value, or `initial_value` where it has none yet; ids are left for TensorFlow's cond."""
    op_counts.skip(op_counts.INITIALIZED_VALUE)
    with name_scope("cond"):
        return apply("InitializedValue", variable, initial_value, name="Merge")


def is_variable_initialized(ref, name: str | None = None) -> Tensor:
    """A bool scalar: whether the variable has a value in the session that runs."""
    return apply(kind("IsVariableInitialized", _memory(ref)), ref, name=name)


TWINS: dict[str, str] = {}  # ops of references -> those of handles, which `resources` defines


def kind(type: str, ref) -> str:
    """The type of op that does to `ref`, a reference or the handle of a resource, what `type` does to references."""
    return TWINS[type] if isinstance(ref, Tensor) and ref.op.type == "VarHandleOp" else type


def _memory(variable):
    """The reference or handle of a variable; a tensor is one itself."""
    return variable._ref() if hasattr(variable, "_ref") else variable


def _assigns_itself(ref) -> bool:
    """Whether `ref` is a variable, but no reference to memory: a resource, or one in parts."""
    return hasattr(ref, "assign") and hasattr(ref, "dtype") and not ref.dtype.is_ref_dtype


def assign(
    ref, value, validate_shape: bool | None = None, use_locking: bool | None = None, name: str | None = None
) -> Tensor:
    """Sets variable `ref` to `value`; the result is the variable's memory, read after that.

    Without validate_shape the variable takes on the value's shape.

    Raises:
      TypeError: if `ref` is no variable, or the types differ.
      ValueError: if the shapes differ.

    >>> import minitf as tf
    >>> v = tf.Variable(1.0)
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.assign(v, 3.0)))
    3.0
    """
    if _assigns_itself(ref):
        return ref.assign(value, name=name)
    return apply(kind("Assign", ref), ref, value, validate_shape=validate_shape is None or validate_shape, name=name)


def assign_add(ref, value, use_locking: bool | None = None, name: str | None = None) -> Tensor:
    """Adds `value`, of the variable's shape, to variable `ref`."""
    if _assigns_itself(ref):
        return ref.assign_add(value, name=name)
    return apply(kind("AssignAdd", ref), ref, value, name=name)


def assign_sub(ref, value, use_locking: bool | None = None, name: str | None = None) -> Tensor:
    """Subtracts `value`, of the variable's shape, from variable `ref`."""
    if _assigns_itself(ref):
        return ref.assign_sub(value, name=name)
    return apply(kind("AssignSub", ref), ref, value, name=name)


def count_up_to(ref, limit: int, name: str | None = None) -> Tensor:
    """The value of an integer scalar variable, which then grows by 1; OutOfRangeError once it is `limit`."""
    return apply(kind("CountUpTo", _memory(ref)), ref, limit=int(limit), name=name)


def _scatter_function(type: str, what: str):
    called = type[0].lower() + "".join(f"_{c.lower()}" if c.isupper() else c for c in type[1:])

    @named(called, f"{what}; InvalidArgumentError, and nothing changed, if an index is out of range.")
    def scatter(ref, indices, updates, use_locking: bool = False, name: str | None = None) -> Tensor:
        if hasattr(ref, "_scattered"):
            return ref._scattered(type, indices, updates, name)
        return apply(kind(type, ref), ref, indices, updates, name=name)

    return scatter


scatter_update = _scatter_function("ScatterUpdate", "Sets `ref[indices[i]]` to `updates[i]` (or to one number)")
scatter_add = _scatter_function("ScatterAdd", "Adds `updates[i]` to `ref[indices[i]]`, repeated indices too")
scatter_sub = _scatter_function("ScatterSub", "Subtracts `updates[i]` from `ref[indices[i]]`, repeated indices too")
scatter_mul = _scatter_function("ScatterMul", "Multiplies `ref[indices[i]]` by `updates[i]`, repeated indices too")
scatter_div = _scatter_function("ScatterDiv", "Divides `ref[indices[i]]` by `updates[i]`, repeated indices too")
scatter_min = _scatter_function("ScatterMin", "Lowers `ref[indices[i]]` to `updates[i]`")
scatter_max = _scatter_function("ScatterMax", "Raises `ref[indices[i]]` to `updates[i]`")
_TUPLES = "`ref[indices[i, 0], indices[i, 1], ...]`"
scatter_nd_update = _scatter_function("ScatterNdUpdate", f"Sets {_TUPLES} to `updates[i]`")
scatter_nd_add = _scatter_function("ScatterNdAdd", f"Adds `updates[i]` to {_TUPLES}")
scatter_nd_sub = _scatter_function("ScatterNdSub", f"Subtracts `updates[i]` from {_TUPLES}")
