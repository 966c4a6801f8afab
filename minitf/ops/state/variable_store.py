"""The variables of a graph by name: made once, found again when they are to be reused."""

from __future__ import annotations

import difflib
import enum
import inspect
import math
from collections.abc import Callable

from minitf.framework import dtypes
from minitf.framework.collections import GraphKeys
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import Graph, name_scope
from minitf.framework.shape import as_shape
from minitf.framework.taking import arguments, taking
from minitf.framework.tensor import Tensor
from minitf.ops.array.slicing import slice as array_slice
from minitf.ops.random import initializers
from minitf.ops.state.creation import resource_variables_enabled
from minitf.ops.state.partitioned_variable import PartitionedVariable
from minitf.ops.state.partitions import PartitionInfo, SaveSliceInfo, partitions_of, places_of
from minitf.ops.state.variable_modes import VariableAggregation, VariableSynchronization, is_trained
from minitf.ops.state.variables import Variable, lifted


class _Reuse(enum.Enum):
    AUTO_REUSE = 1


AUTO_REUSE = _Reuse.AUTO_REUSE

_COLLECTION = ("__variable_store",)


def store_of(graph: Graph) -> VariableStore:
    """The graph's store."""
    kept = graph.home.get_collection_ref(_COLLECTION)
    if not kept:
        kept.append(VariableStore())
    return kept[0]


class VariableStore:
    """The variables made by `get_variable`, by their full names."""

    def __init__(self):
        self.variables: dict[str, Variable] = {}
        self.partitioned: dict[str, PartitionedVariable] = {}

    def get_variable(
        self,
        name: str,
        shape=None,
        dtype=dtypes.float32,
        initializer=None,
        regularizer: Callable | None = None,
        reuse=None,
        trainable: bool | None = None,
        collections=None,
        caching_device: str | Callable | None = None,
        partitioner=None,
        validate_shape: bool = True,
        use_resource=None,
        custom_getter=None,
        constraint: Callable | None = None,
        synchronization=None,
        aggregation=None,
    ):
        """The variable `name`, made or found as `reuse` says; `custom_getter` may step in."""
        synchronization = synchronization or VariableSynchronization.AUTO
        trainable = is_trained(name, trainable, synchronization)
        given = {
            "name": name,
            "shape": shape,
            "dtype": dtypes.as_dtype(dtype).base_dtype,
            "initializer": initializer,
            "regularizer": regularizer,
            "reuse": reuse,
            "trainable": trainable,
            "collections": collections,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "validate_shape": validate_shape,
            "use_resource": use_resource,
            "constraint": constraint,
            "synchronization": synchronization,
            "aggregation": aggregation or VariableAggregation.NONE,
        }
        if custom_getter is None:
            return self._get(**given)
        if not callable(custom_getter):
            raise ValueError(f"custom_getter is a function, not {custom_getter!r}")
        return custom_getter(self._get, **_accepted(custom_getter, given))

    @taking([p for p in arguments(get_variable) if p.name != "custom_getter"])
    def _get(self, name, shape, dtype, initializer, partitioner, synchronization, aggregation, **options) -> Variable:
        shape, dtype = as_shape(shape), dtypes.as_dtype(dtype)
        again = options["reuse"] is True and partitioner is None and name in self.partitioned
        if again or partitioner is not None and shape.rank != 0:
            with name_scope(None):
                return self._get_partitioned(name, shape, dtype, initializer, partitioner, **options)
        if f"{name}/part_0" in self.variables:
            raise ValueError(
                f"No partitioner was provided, but a partitioned version of variable {name} was found: {name}/part_0 "
                f"was created {self.variables[f'{name}/part_0'].op.origin}"
            )
        return self._get_single(name, shape, dtype, initializer, None, **options)

    def _get_single(self, name: str, shape, dtype, initializer, place, reuse=None, regularizer=None, **options):
        """A variable in one piece, or the part of one at `place` (a PartitionInfo), made or found."""
        if shape.rank is not None and initializer is not None and not callable(initializer):
            raise ValueError(f"variable {name}: an initializer that is a value has its own shape; leave out shape=")
        if name in self.variables:
            return self._found(name, shape, dtype, reuse)
        if reuse is True:
            raise ValueError(self._missing(name))
        variable = self.variables[name] = _make(name, shape, dtype.base_dtype, initializer, place, **options)
        if regularizer is not None:
            _regularize(variable, name, regularizer)
        return variable

    # ---- in parts

    def _get_partitioned(self, name: str, shape, dtype, initializer, partitioner, reuse=None, **options):
        if partitioner is not None and not callable(partitioner):
            raise ValueError(f"variable {name}: a partitioner is a function of shape and dtype, not {partitioner!r}")
        if name in self.variables:
            raise ValueError(
                f"A partitioner was provided, but an unpartitioned version of variable {name} was found, created "
                f"{self.variables[name].op.origin}"
            )
        if isinstance(initializer, Tensor):
            shape = shape.merge_with(initializer.shape)
        wanted = None if partitioner is None else partitions_of(name, shape, dtype, partitioner)
        if name in self.partitioned:
            return self._found_partitioned(name, shape, dtype, wanted, reuse)
        if reuse is True:
            raise ValueError(self._missing(name))
        self._check_parts(name, math.prod(wanted))
        parts = [
            self._get_part(name, f"{name}/part_{i}", shape.as_list(), dtype, initializer, place, reuse=reuse, **options)
            for i, place in enumerate(places_of(shape.as_list(), wanted))
        ]
        self.partitioned[name] = PartitionedVariable(name, shape, dtype, parts, wanted)
        return self.partitioned[name]

    def _found_partitioned(self, name: str, shape, dtype, wanted, reuse) -> PartitionedVariable:
        found = self.partitioned[name]
        if reuse is False:
            raise ValueError(f"Partitioned variable {name} already exists: share it by reuse=True or tf.AUTO_REUSE")
        what = f"partitioned variable {name} is to be shared with"
        if not shape.is_compatible_with(found.shape):
            raise ValueError(f"{what} shape {shape}, but has shape {found.shape}")
        if not dtype.is_compatible_with(found.dtype):
            raise ValueError(f"{what} type {dtype.name}, but is {found.dtype.name}")
        if wanted is not None and list(wanted) != list(found._get_partitions()):
            raise ValueError(f"{what} partitions {wanted}, but has {found._get_partitions()}")
        return found

    def _check_parts(self, name: str, count: int) -> None:
        """Parts that were got one by one have to be as many as the partitioner wants now."""
        if f"{name}/part_0" not in self.variables:
            return
        if f"{name}/part_{count - 1}" not in self.variables or f"{name}/part_{count}" in self.variables:
            raise ValueError(
                f"variable {name}: the partitioner returned a different partitioning, {count} parts, than what was "
                "already found"
            )

    def _get_part(self, name: str, own: str, full: list[int], dtype, initializer, place, **options) -> Variable:
        """One part, which knows where it lies."""
        offset, shape = place
        with name_scope(f"{own}/PartitionedInitializer"):
            if initializer is not None and not callable(initializer):
                whole = initializer if isinstance(initializer, Tensor) else convert_to_tensor(initializer, dtype)
                initializer = array_slice(whole, offset, shape)
                dtype = initializer.dtype.base_dtype
        known = as_shape(shape if initializer is None or callable(initializer) else None)
        with name_scope(None):
            part = self._get_single(own, known, dtype, initializer, PartitionInfo(full, offset), **options)
        part._set_save_slice_info(SaveSliceInfo(name, full, offset, shape))
        return part

    def _found(self, name: str, shape, dtype, reuse) -> Variable:
        variable = self.variables[name]
        made = f"it was created {variable.op.origin}"
        if reuse is False or reuse is None:
            raise ValueError(
                f"variable {name} already exists; {made}. Ways out: share it (variable_scope(..., "
                "reuse=True) or reuse=tf.AUTO_REUSE), make another one in a scope of another name, or start "
                "over with tf.reset_default_graph() if this is a second run of the same code"
            )
        if not shape.is_compatible_with(variable.shape):
            raise ValueError(
                f"variable {name} is to be shared with shape {shape}, but has shape {variable.shape}; {made}"
            )
        if not dtype.is_compatible_with(variable.dtype):
            found = variable.dtype.base_dtype.name
            raise ValueError(f"variable {name} is to be shared with type {dtype.name}, but is {found}; {made}")
        return variable

    def _missing(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.variables, 3, 0.4)
        listed = f"the nearest names are {', '.join(near)}" if near else "there are no variables of similar names"
        return (
            f"variable {name} does not exist, or was not made by tf.get_variable(), and reuse=True only "
            f"finds variables; {listed}. To make those that are missing, use reuse=tf.AUTO_REUSE"
        )


def _accepted(getter, given: dict) -> dict:
    """TensorFlow leaves out what is newer than many getters, unless they take it."""
    parameters = inspect.signature(getter).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    newer = ("constraint", "synchronization", "aggregation")
    return {k: v for k, v in given.items() if takes_all or k not in newer or k in parameters}


def _make(name: str, shape, dtype, initializer, place, **options) -> Variable:
    options["use_resource"] = (
        resource_variables_enabled() if options["use_resource"] is None else options["use_resource"]
    )
    initializer = _default_initializer(name, dtype) if initializer is None else initializer
    if not callable(initializer):
        return Variable(initializer, name=name, **options)
    if inspect.isclass(initializer):
        initializer = initializer()
    if shape.is_fully_defined():
        return Variable(lambda: _initial(initializer, shape.as_list(), dtype, place), name=name, dtype=dtype, **options)
    if _takes_no_arguments(initializer):
        return Variable(initializer, name=name, **options)
    raise ValueError(
        f"variable {name} needs a fully known shape, not {shape}; without one, the initializer has to be a "
        "value or a function of no arguments"
    )


def _default_initializer(name: str, dtype):
    if dtype.is_floating:
        return initializers.GlorotUniform()
    if dtype.is_integer or dtype.is_bool or dtype is dtypes.string:
        return initializers.Zeros()
    raise ValueError(f"variable {name} of type {dtype.name} needs an initializer: there is no default one")


def _initial(initializer, shape: list, dtype, place: PartitionInfo | None):
    """The initializer's value; it is told of what it has parameters for."""
    known = {"dtype": dtype, "partition_info": place}
    if type(initializer).__call__ is initializers.Initializer.__call__:
        return initializer(shape, **known)
    parameters = inspect.signature(initializer).parameters
    return initializer(shape, **{k: v for k, v in known.items() if k in parameters})


def _takes_no_arguments(function) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return all(p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters)


def _regularize(variable: Variable, name: str, regularizer) -> None:
    with lifted(), name_scope(f"{name}/Regularizer/"):
        loss = regularizer(variable)
    if loss is not None:
        variable.graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
