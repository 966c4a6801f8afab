"""The optimizers: hyperparameters, slots, and the op that each applies."""

from __future__ import annotations

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.graph import get_default_graph
from minitf.framework.taking import SELF, needed, optional, taking
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.ops.array import array  # noqa: F401 - training defines the Apply* ops
from minitf.ops.array.constant import constant
from minitf.ops.array.identity import identity
from minitf.ops.math import math, segment  # noqa: F401 - training defines the Apply* ops
from minitf.ops.random.initializers import Constant, Ones
from minitf.ops.state import state, training  # noqa: F401 - training defines the Apply* ops
from minitf.ops.state.resource_variable import is_resource
from minitf.train.optimizer import Optimizer


class _ByOneOp(Optimizer):
    """An optimizer whose step is one Apply* op, or SparseApply* for rows.

    `_OP` is the op's name after Apply; `_SLOTS` names its slots in the op's order, `_NUMBERS` its
    hyperparameters in the op's order, where `grad` stands for the gradient (and the rows that follow it).
    """

    _OP = ""
    _SLOTS: tuple[str, ...] = ()
    _NUMBERS: tuple[str, ...] = ()
    _flags: dict = {}

    def __init__(self, use_locking: bool, name: str, **numbers):
        super().__init__(use_locking, name)
        self._numbers, self._tensors = numbers, {}

    def _create_slots(self, var_list):
        for var in var_list:
            for slot in self._SLOTS:
                self._zeros_slot(var, slot, self._name)

    def _prepare(self):
        self._tensors = {name: self._number(value, name) for name, value in self._numbers.items()}

    def _start_slot(self, var, slot: str, value) -> None:
        """Makes a slot all of whose elements are `value` at first."""
        with get_default_graph().colocate_with(var):
            start = constant(value, shape=var.shape, dtype=var.dtype.base_dtype)
        self._get_or_make_slot(var, start, slot, self._name)

    def _operands(self, var, *gradient) -> list:
        """The op's inputs: the variable, its slots, the numbers with the gradient among them."""
        dtype = var.dtype.base_dtype
        inputs = [var._ref(), *[self.get_slot(var, slot)._ref() for slot in self._SLOTS]]
        for name in self._NUMBERS:
            type = dtypes.int64 if name == "step" else dtype
            inputs.extend(gradient if name == "grad" else [_as(self._tensors[name], type)])
        return inputs

    def _apply_dense(self, grad: Tensor, var):
        return apply(state.kind(f"Apply{self._OP}", var._ref()), *self._operands(var, grad), **self._flags).op

    def _apply_sparse(self, grad: IndexedSlices, var):
        type = state.kind(f"SparseApply{self._OP}", var._ref())
        return apply(type, *self._operands(var, grad.values, grad.indices), **self._flags).op


def _as(number, dtype):
    """A tensor, or a resource that is read where it is used, as of a type."""
    return number if number.dtype is dtype else math.cast(number, dtype)


class GradientDescentOptimizer(_ByOneOp):
    """w -= learning_rate * g."""

    _OP, _NUMBERS = "GradientDescent", ("learning_rate", "grad")

    def __init__(self, learning_rate, use_locking: bool = False, name: str = "GradientDescent"):
        super().__init__(use_locking, name, learning_rate=learning_rate)

    def _apply_sparse_duplicate_indices(self, grad, var):
        step = grad.values * math.cast(self._tensors["learning_rate"], var.dtype.base_dtype)
        op_counts.skip(op_counts.STEP_NEGATED * is_resource(var))
        return state.scatter_sub(var._ref(), grad.indices, step).op


class MomentumOptimizer(_ByOneOp):
    """a = momentum * a + g; w -= learning_rate * a, or with `use_nesterov` learning_rate * (g + momentum * a).

    Sutskever et al. 2013, On the importance of initialization and momentum in deep learning.
    """

    _OP, _SLOTS, _NUMBERS = "Momentum", ("momentum",), ("learning_rate", "grad", "momentum")

    def __init__(
        self, learning_rate, momentum, use_locking: bool = False, name: str = "Momentum", use_nesterov: bool = False
    ):
        super().__init__(use_locking, name, learning_rate=learning_rate, momentum=momentum)
        self._flags = {"use_nesterov": bool(use_nesterov)}


class AdagradOptimizer(_ByOneOp):
    """a += g ** 2; w -= learning_rate * g / sqrt(a), a starting at `initial_accumulator_value` (Duchi et al. 2011)."""

    _OP, _SLOTS, _NUMBERS = "Adagrad", ("accumulator",), ("learning_rate", "grad")

    def __init__(
        self, learning_rate, initial_accumulator_value: float = 0.1, use_locking: bool = False, name: str = "Adagrad"
    ):
        _check_positive("initial_accumulator_value", initial_accumulator_value)
        super().__init__(use_locking, name, learning_rate=learning_rate)
        self._start = initial_accumulator_value

    def _create_slots(self, var_list):
        for var in var_list:
            dtype = var.dtype.base_dtype
            start = Constant(self._start, dtype=dtype)
            self._get_or_make_slot_with_initializer(var, start, var.shape, dtype, "accumulator", self._name)


class AdadeltaOptimizer(_ByOneOp):
    """a = rho * a + (1 - rho) * g ** 2; step = sqrt(u + epsilon) / sqrt(a + epsilon) * g; w -= learning_rate
    * step.

    u is the same average of step ** 2 (Zeiler 2012).
    """

    _OP, _SLOTS, _NUMBERS = "Adadelta", ("accum", "accum_update"), ("lr", "rho", "epsilon", "grad")

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-8, use_locking: bool = False, name: str = "Adadelta"):
        super().__init__(use_locking, name, lr=learning_rate, rho=rho, epsilon=epsilon)


class AdamOptimizer(_ByOneOp):
    """m, v: averages of g and g ** 2; w -= learning_rate * sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m /
    (sqrt(v) + epsilon).

    Kingma and Ba 2014. Slots `m` and `v` move for all rows even if only some have a gradient.
    """

    _OP, _SLOTS = "Adam", ("m", "v")
    _NUMBERS = ("beta1_power", "beta2_power", "learning_rate", "beta1", "beta2", "epsilon", "grad")
    _flags = {"use_nesterov": False}
    _BETAS: tuple[str, ...] = ("beta1", "beta2")  # whose powers are kept

    def __init__(
        self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, use_locking: bool = False, name: str = "Adam"
    ):
        super().__init__(use_locking, name, learning_rate=learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon)

    def _create_slots(self, var_list):
        for beta in self._BETAS:
            start = self._call_if_callable(self._numbers[beta])
            self._create_non_slot_variable(start, f"{beta}_power", min(var_list, key=lambda v: v.name))
        super()._create_slots(var_list)

    def _prepare(self):
        super()._prepare()
        for beta in self._BETAS:
            power = self._get_non_slot_variable(f"{beta}_power")
            self._tensors[f"{beta}_power"] = power if is_resource(power) else power.value()

    def _apply_sparse_duplicate_indices(self, grad, var):
        rows = var.shape.sizes[0] if var.shape.rank else None
        rows = array.shape(var)[0] if rows is None else rows
        op_counts.skip(op_counts.ADAM_OF_RESOURCE_ROWS if is_resource(var) else op_counts.ADAM_OF_ROWS)
        return self._apply_dense(segment.unsorted_segment_sum(grad.values, grad.indices, rows), var)

    def _finish(self, update_ops, name_scope):
        beside = get_default_graph().colocate_with(self._get_non_slot_variable("beta1_power"))
        with get_default_graph().control_dependencies(update_ops), beside:
            for beta in self._BETAS:
                power = self._get_non_slot_variable(f"{beta}_power")
                update_ops = [*update_ops, state.assign(power._ref(), power.value() * self._tensors[beta]).op]
                op_counts.skip(op_counts.READ_AGAIN * is_resource(power))
        return super()._finish(update_ops, name_scope)


class RMSPropOptimizer(_ByOneOp):
    """s = decay * s + (1 - decay) * g ** 2; step = momentum * step + learning_rate * g / sqrt(s + epsilon); w
    -= step.

    With `centered` the square of the average of g is subtracted from s. Tieleman and Hinton 2012, lecture 6.5.
    """

    _NUMBERS = ("learning_rate", "decay", "momentum", "epsilon", "grad")

    def __init__(
        self,
        learning_rate,
        decay=0.9,
        momentum=0.0,
        epsilon=1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ):
        super().__init__(
            use_locking, name, learning_rate=learning_rate, decay=decay, momentum=momentum, epsilon=epsilon
        )
        self._OP = "CenteredRMSProp" if centered else "RMSProp"
        self._SLOTS = ("mg", "rms", "momentum") if centered else ("rms", "momentum")

    def _create_slots(self, var_list):
        for var in var_list:
            self._get_or_make_slot_with_initializer(
                var, Ones(dtype=var.dtype.base_dtype), var.shape, var.dtype.base_dtype, "rms", self._name
            )
            if "mg" in self._SLOTS:
                self._zeros_slot(var, "mg", self._name)
            self._zeros_slot(var, "momentum", self._name)


class FtrlOptimizer(_ByOneOp):
    """Follow the regularized leader (McMahan et al. 2013, Ad click prediction), with L1, L2 and shrinkage terms."""

    _SLOTS = ("accum", "linear")

    def __init__(
        self,
        learning_rate,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking: bool = False,
        name: str = "Ftrl",
        accum_name: str | None = None,
        linear_name: str | None = None,
        l2_shrinkage_regularization_strength=0.0,
    ):
        for what, value in {
            "l1_regularization_strength": l1_regularization_strength,
            "l2_regularization_strength": l2_regularization_strength,
            "l2_shrinkage_regularization_strength": l2_shrinkage_regularization_strength,
            "initial_accumulator_value": initial_accumulator_value,
        }.items():
            _check_not_negative(what, value)
        if learning_rate_power > 0:
            raise ValueError(f"learning_rate_power is zero or negative, not {learning_rate_power}")
        super().__init__(
            use_locking,
            name,
            learning_rate=learning_rate,
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
            l2_shrinkage_regularization_strength=l2_shrinkage_regularization_strength,
            learning_rate_power=learning_rate_power,
        )
        self._start, self._slot_ops = initial_accumulator_value, (accum_name or name, linear_name or name)
        shrinks = l2_shrinkage_regularization_strength > 0
        self._OP = "FtrlV2" if shrinks else "Ftrl"
        self._NUMBERS = (
            "grad",
            "learning_rate",
            "l1_regularization_strength",
            "l2_regularization_strength",
            *["l2_shrinkage_regularization_strength"] * shrinks,
            "learning_rate_power",
        )

    def _create_slots(self, var_list):
        for var in var_list:
            with get_default_graph().colocate_with(var):
                start = constant(self._start, dtype=var.dtype.base_dtype, shape=var.shape)
            self._get_or_make_slot(var, start, "accum", self._slot_ops[0])
            self._zeros_slot(var, "linear", self._slot_ops[1])


_START, _SQUARES = "initial_accumulator_value", "initial_gradient_squared_accumulator_value"
_STRENGTHS = [optional("l1_regularization_strength", 0.0), optional("l2_regularization_strength", 0.0)]


def _ending(name: str) -> list:
    """The last arguments of an optimizer."""
    return [optional("use_locking", False, "bool"), optional("name", name, "str")]


class ProximalGradientDescentOptimizer(_ByOneOp):
    """Gradient descent, then the proximal step of L1 and L2 terms (Duchi and Singer 2009, FOBOS)."""

    _OP = "ProximalGradientDescent"
    _NUMBERS = ("learning_rate", "l1_regularization_strength", "l2_regularization_strength", "grad")

    @taking([SELF, needed("learning_rate"), *_STRENGTHS, *_ending("ProximalGradientDescent")])
    def __init__(self, **how):
        super().__init__(**how)


class ProximalAdagradOptimizer(_ByOneOp):
    """Adagrad, then the proximal step of L1 and L2 terms (Duchi et al. 2011)."""

    _OP, _SLOTS = "ProximalAdagrad", ("accumulator",)
    _NUMBERS = ("learning_rate", "l1_regularization_strength", "l2_regularization_strength", "grad")

    @taking([SELF, needed("learning_rate"), optional(_START, 0.1), *_STRENGTHS, *_ending("ProximalAdagrad")])
    def __init__(self, initial_accumulator_value, **how):
        _check_positive(_START, initial_accumulator_value)
        super().__init__(**how)
        self._start = initial_accumulator_value

    def _create_slots(self, var_list):
        for var in var_list:
            self._start_slot(var, "accumulator", self._start)


class AdagradDAOptimizer(_ByOneOp):
    """Adagrad by dual averaging, which drives weights to zero (Duchi et al. 2011, section 5).

    global_step: the variable that counts the steps.
    """

    _OP, _SLOTS = "AdagradDA", ("gradient_accumulator", "gradient_squared_accumulator")
    _NUMBERS = ("grad", "learning_rate", "l1_regularization_strength", "l2_regularization_strength", "step")

    @taking(
        [
            SELF,
            needed("learning_rate"),
            needed("global_step"),
            optional(_SQUARES, 0.1),
            *_STRENGTHS,
            *_ending("AdagradDA"),
        ]
    )
    def __init__(self, global_step, initial_gradient_squared_accumulator_value, **how):
        _check_positive(_SQUARES, initial_gradient_squared_accumulator_value)
        super().__init__(**how)
        self._start, self._global_step = initial_gradient_squared_accumulator_value, global_step

    def _create_slots(self, var_list):
        for var in var_list:
            for slot, value in zip(self._SLOTS, (0.0, self._start)):
                self._start_slot(var, slot, value)

    def _prepare(self):
        super()._prepare()
        with get_default_graph().colocate_with(self._tensors["learning_rate"]):
            self._tensors["step"] = identity(self._global_step) + 1

    def _operands(self, var, *gradient):
        op_counts.skip(op_counts.NUMBERS_CAST)
        return super()._operands(var, *gradient)


def _check_positive(name: str, value) -> None:
    if value <= 0:
        raise ValueError(f"{name} has to be positive, not {value}")


def _check_not_negative(name: str, value) -> None:
    if value < 0:
        raise ValueError(f"{name} has to be zero or positive, not {value}")
