"""The variables of a graph by name: made once, found again when they are to be reused."""

from __future__ import annotations

import difflib
import enum
import inspect
from collections.abc import Callable

from minitf.framework import dtypes
from minitf.framework.collections import GraphKeys
from minitf.framework.graph import Graph, name_scope
from minitf.framework.shape import as_shape
from minitf.ops.random import initializers
from minitf.ops.state.variable_modes import VariableAggregation, VariableSynchronization, is_trained
from minitf.ops.state.variables import Variable, lifted


class _Reuse(enum.Enum):
    AUTO_REUSE = 1


AUTO_REUSE = _Reuse.AUTO_REUSE

_COLLECTION = ("__variable_store",)


def store_of(graph: Graph) -> VariableStore:
    """The graph's store."""
    kept = graph.get_collection_ref(_COLLECTION)
    if not kept:
        kept.append(VariableStore())
    return kept[0]


class VariableStore:
    """The variables made by `get_variable`, by their full names."""

    def __init__(self):
        self.variables: dict[str, Variable] = {}

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
        arguments = {
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
            return self._get(**arguments)
        if not callable(custom_getter):
            raise ValueError(f"custom_getter is a function, not {custom_getter!r}")
        return custom_getter(self._get, **_accepted(custom_getter, arguments))

    def _get(
        self,
        name,
        shape=None,
        dtype=dtypes.float32,
        initializer=None,
        regularizer: Callable | None = None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device: str | Callable | None = None,
        partitioner=None,
        validate_shape=True,
        use_resource=None,
        constraint: Callable | None = None,
        synchronization=None,
        aggregation=None,
    ) -> Variable:
        if partitioner is not None:
            raise ValueError(f"variable {name}: minitf keeps variables in one piece; leave out the partitioner")
        if shape is not None and initializer is not None and not callable(initializer):
            raise ValueError(f"variable {name}: an initializer that is a value has its own shape; leave out shape=")
        if name in self.variables:
            return self._found(name, as_shape(shape), dtypes.as_dtype(dtype), reuse)
        if reuse is True:
            raise ValueError(self._missing(name))
        variable = _make(
            name,
            as_shape(shape),
            dtypes.as_dtype(dtype).base_dtype,
            initializer,
            trainable=trainable,
            collections=collections,
            validate_shape=validate_shape,
            constraint=constraint,
            use_resource=use_resource,
            caching_device=caching_device,
        )
        self.variables[name] = variable
        if regularizer is not None:
            _regularize(variable, name, regularizer)
        return variable

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


def _accepted(getter, arguments: dict) -> dict:
    """TensorFlow leaves out what is newer than many getters, unless they take it."""
    parameters = inspect.signature(getter).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    newer = ("constraint", "synchronization", "aggregation")
    return {k: v for k, v in arguments.items() if takes_all or k not in newer or k in parameters}


def _make(name: str, shape, dtype, initializer, **options) -> Variable:
    initializer = _default_initializer(name, dtype) if initializer is None else initializer
    if not callable(initializer):
        return Variable(initializer, name=name, **options)
    if inspect.isclass(initializer):
        initializer = initializer()
    if shape.is_fully_defined():
        return Variable(lambda: _initial(initializer, shape.as_list(), dtype), name=name, dtype=dtype, **options)
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


def _initial(initializer, shape: list, dtype):
    """The initializer's value; it is told of what it has parameters for."""
    known = {"dtype": dtype, "partition_info": None}
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
