"""The ops by which optimizers change variables: Apply* for whole variables, SparseApply* for some of their rows."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.registry import define
from minitf.kernels.math import cast as casting
from minitf.kernels.math import optimizers as kernels
from minitf.ops.patterns import STATEFUL

_WHOLE = np.zeros(1, np.int32)  # a whole variable is the row 0 of one row


def _shape(refs: int):
    """The variable's shape, which its slots and a dense gradient have too."""

    def rule(op):
        shape = op.inputs[0].shape
        for slot in op.inputs[1:refs]:
            shape = shape.merge_with(slot.shape)
        return shape if "Tindices" in op.attrs else shape.merge_with(_named(op, op.inputs)["grad"].shape)

    return rule


def _named(op, values) -> dict:
    return {arg.name: value for arg, value in zip(op.definition.inputs, values)}


def _check(named: dict, refs: list) -> None:
    var, grad = named["var"], named["grad"]
    wanted = named["indices"].shape + var.shape[1:] if "indices" in named else var.shape
    if grad.shape != wanted:
        raise ValueError(f"the gradient has shape {grad.shape}; a variable of shape {var.shape} needs {wanted}")
    for name in refs[1:]:
        if named[name].shape != var.shape:
            raise ValueError(f"slot '{name}' has shape {named[name].shape}, its variable {var.shape}")


def _update_by(kernel, refs: list, numbers: list, flag: str | None):
    """A function that updates the memory of a variable and its slots by one kernel call."""

    def update(b, op, named: dict):
        _check(named, refs)
        var, index = named["var"], named.get("indices")
        rows, count = (1, 1) if index is None else (var.shape[0], index.size)
        width = var.size // rows if rows else 0
        zero = np.zeros(1, var.dtype)
        numbered = [_as(b, named[n], var.dtype) if n in named else b.constant(zero) for n in numbers]
        operands = [*[named[n] for n in refs], *numbered, named["grad"]]
        flags = [int(op.attrs.get(flag, False))] if flag else []

        def error(place: int) -> str:
            bad = b.data(index).reshape(-1)[place]
            return f"indices[{place}] = {bad} is not one of the variable's {rows} rows"

        index_or_whole = b.constant(_WHOLE) if index is None else index
        b.call(
            kernel[var.dtype, index_or_whole.dtype],
            *operands,
            index_or_whole,
            count,
            rows,
            width,
            *flags,
            error=None if index is None else error,
        )

    return update


def _as(b, number, dtype):
    """A number as of the variable's type: steps are counted by integers."""
    if number.dtype == dtype:
        return number
    out = b.new((), dtype)
    b.call(casting.cast[number.dtype, out.dtype], number, out, 1)
    return out


def _native(update):
    def rule(b, op, var, *values):
        if getattr(var, "slot", None) is None:
            raise ValueError("the variable is fed in this run and cannot be changed by it")
        named = _named(op, (var, *values))
        if getattr(named["grad"], "slot", None) is var.slot:
            named["grad"] = b.snapshot(named["grad"])
        update(b, op, named)
        return var

    return rule


def _in_float32(update, refs: int):
    """For half precision: the update of float32 copies."""

    def rule(b, op, *values):
        arrays = [b.data(v) for v in values]
        wide = [b.constant(a.astype(np.float32) if a.dtype == np.float16 else a) for a in arrays]
        update(b, op, _named(op, wide))
        for value, new in zip(values[:refs], wide):
            value.slot.store(b.data(new).astype(value.dtype))
        return values[0]

    return rule


def _define(
    name: str,
    kernel,
    refs: str,
    inputs: str,
    numbers: str | None = None,
    flag: str | None = None,
    sparse: bool = True,
    more: str = "",
    steps: str = "",
) -> None:
    """Defines Apply`name` and SparseApply`name`, whose `grad` is followed by the numbers of its rows.

    refs: the variable and its slots, in the kernel's order; inputs: all inputs, in the op's order; numbers:
    the kernel's numbers in its order (default: the op's), 0 if they are no inputs; more: attributes; steps: an input
    that counts, of type int64.
    """
    refs, inputs = refs.split(), inputs.split()
    numbers = numbers.split() if numbers else [n for n in inputs if n not in refs and n != "grad"]
    update = _update_by(kernel, refs, numbers, flag)
    for kind in ["Apply", "SparseApply"] if sparse else ["Apply"]:
        kinds = {**dict.fromkeys(refs, "&T"), "grad": "T", steps: "int64[]"}
        args = [f"{n}: {kinds.get(n, 'T[]')}" for n in inputs]
        types = {"T": dtypes.FLOAT}
        if kind == "SparseApply":
            args.insert(inputs.index("grad") + 1, "indices: Tindices[n]")
            types["Tindices"] = dtypes.INDEX
        define(
            f"{kind}{name}",
            f"{', '.join(args)}; use_locking: bool = False{more} -> out: &T",
            **types,
            shape=_shape(len(refs)),
            kernel=_native(update),
            host=_in_float32(update, len(refs)),
            **STATEFUL,
        )


_NESTEROV = ", use_nesterov: bool = False"
_BY_LR = ", multiply_linear_by_lr: later[fixed[bool]] = False"
_define("GradientDescent", kernels.apply_gradient_descent, "var", "var lr grad", sparse=False)
_define(
    "Momentum", kernels.apply_momentum, "var accum", "var accum lr grad momentum", flag="use_nesterov", more=_NESTEROV
)
_define("Adagrad", kernels.apply_adagrad, "var accum", "var accum lr grad", more=", update_slots: fixed[bool] = True")
_define("Adadelta", kernels.apply_adadelta, "var accum accum_update", "var accum accum_update lr rho epsilon grad")
_define(
    "Adam",
    kernels.apply_adam,
    "var m v",
    "var m v beta1_power beta2_power lr beta1 beta2 epsilon grad",
    flag="use_nesterov",
    sparse=False,
    more=_NESTEROV,
)
_define("RMSProp", kernels.apply_rms_prop, "var ms mom", "var ms mom lr rho momentum epsilon grad")
_define(
    "CenteredRMSProp", kernels.apply_centered_rms_prop, "var mg ms mom", "var mg ms mom lr rho momentum epsilon grad"
)
_define(
    "Ftrl",
    kernels.apply_ftrl,
    "var accum linear",
    "var accum linear grad lr l1 l2 lr_power",
    numbers="lr l1 l2 l2_shrinkage lr_power",
    more=_BY_LR,
)
_define(
    "FtrlV2",
    kernels.apply_ftrl,
    "var accum linear",
    "var accum linear grad lr l1 l2 l2_shrinkage lr_power",
    more=_BY_LR,
)
_define("ProximalGradientDescent", kernels.apply_proximal_gradient_descent, "var", "var lr l1 l2 grad")
_define("ProximalAdagrad", kernels.apply_proximal_adagrad, "var accum", "var accum lr l1 l2 grad")
_define(
    "AdagradDA",
    kernels.apply_adagrad_da,
    "var gradient_accumulator gradient_squared_accumulator",
    "var gradient_accumulator gradient_squared_accumulator grad lr l1 l2 global_step",
    steps="global_step",
)
