"""The ops of resource variables, which are reached by handles.

They do what the ops of references do; but each read of a resource is an op of its own, which gives what the variable
holds at its place in the program.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import OPS, define
from minitf.framework.shape import UNKNOWN
from minitf.framework.tensor import IndexedSlices
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.array.gather import bad_index, check_indices, count_of, scattered_back
from minitf.ops.state import slice_assign, state, training  # noqa: F401 - they define what is repeated here

_SCATTERED = "Add Div Max Min Mul Sub Update NdAdd NdSub NdUpdate"
_APPLIED = "Adadelta Adagrad AdagradDA CenteredRMSProp Ftrl FtrlV2 Momentum ProximalAdagrad RMSProp"
_APPLIED_WHOLE = "Adam GradientDescent ProximalGradientDescent"

state.TWINS.update(
    {
        "Assign": "AssignVariableOp",
        "AssignAdd": "AssignAddVariableOp",
        "AssignSub": "AssignSubVariableOp",
        "CountUpTo": "ResourceCountUpTo",
        "IsVariableInitialized": "VarIsInitializedOp",
        "StridedSliceAssign": "ResourceStridedSliceAssign",
        "VariableV2": "VarHandleOp",
        **{f"Scatter{name}": f"ResourceScatter{name}" for name in _SCATTERED.split()},
        **{f"Apply{name}": f"ResourceApply{name}" for name in f"{_APPLIED} {_APPLIED_WHOLE}".split()},
        **{
            f"SparseApply{name}": f"ResourceSparseApply{name}" for name in f"{_APPLIED} ProximalGradientDescent".split()
        },
    }
)


def _with_dtype(args: tuple) -> tuple:
    """Inputs or outputs whose type variable is called as these ops call it."""
    return tuple([replace(arg, variable="dtype") if arg.variable == "T" else arg for arg in args])


def _define_twin(type: str, twin: str) -> None:
    """Defines an op of a handle by that of a reference; what TensorFlow's has no attribute for is kept to ourselves."""
    of, changes = OPS[type], {}
    if twin.startswith(("Assign", "ReadVariable", "ResourceScatter")) and "Nd" not in twin:
        types = {"dtype" if name == "T" else name: kinds for name, kinds in of.allowed.items()}
        changes = {"inputs": _with_dtype(of.inputs), "outputs": _with_dtype(of.outputs), "allowed": types}
        changes |= {"declared": of.declared.replace(": bool", ": object"), "variables": ("dtype", *of.variables[1:])}
    if "ScatterNd" in twin:
        changes = {"declared": "use_locking: bool = True"}
    if twin == "VarHandleOp":
        more = ", debug_name: later[string] = '', allowed_devices: later[list(string)] = []"
        changes = {"declared": of.declared + more}
    if twin == "VarIsInitializedOp":
        changes = {"declared": "dtype: object"}
    OPS[twin] = replace(of, type=twin, by_handle=True, **changes)


for _type, _twin in [*state.TWINS.items(), ("Identity", "ReadVariableOp")]:
    _define_twin(_type, _twin)


define(
    "VariableShape",
    "input: &dtype; out_type: type = int32, dtype: object -> output: out_type",
    out_type=dtypes.INDEX,
    **{rule: getattr(OPS["Shape"], rule) for rule in ("shape", "static", "numpy", "kernel", "reads", "differentiable")},
    by_handle=True,
)


def _gathered_shape(op):
    variable, indices = op.inputs[0].shape, op.inputs[1].shape
    if variable.rank is None or indices.rank is None:
        return UNKNOWN
    return indices.concatenate(variable[1:])


def _gathered(op, variable, indices):
    check_indices(indices, variable.shape[0])
    return np.take(variable, indices, 0)


def _gather(b, op, variable, indices):
    size = variable.shape[0]
    return patterns.taken(b, variable, indices, 0, lambda place: bad_index(b.data(indices), place, size))


def _gather_grad(op, g):
    variable, indices = op.inputs
    shape = apply("VariableShape", variable)
    values = array.reshape(g, array.concat([count_of(indices), shape[1:]], 0))
    return IndexedSlices(values, array.reshape(indices, [-1]), shape), None


def _gather_nd_grad(op, g):
    variable, indices = op.inputs
    size = apply("VariableShape", variable, out_type=indices.dtype.base_dtype)
    return scattered_back(g, indices, size), None


define(
    "ResourceGather",
    "resource: dtype~[rows, ...], indices: Tindices; batch_dims: int = 0, validate_indices: bool = True"
    " -> output: dtype",
    Tindices=dtypes.INDEX,
    shape=_gathered_shape,
    numpy=_gathered,
    kernel=_gather,
    grad=_gather_grad,
)
define(
    "ResourceGatherNd",
    "resource: dtype, indices: Tindices -> output: dtype",
    Tindices=dtypes.INDEX,
    **{rule: getattr(OPS["GatherNd"], rule) for rule in ("shape", "numpy", "kernel")},
    grad=_gather_nd_grad,
)
