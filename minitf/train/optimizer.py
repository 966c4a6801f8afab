"""What all optimizers share: gradients, slots, and the ops that apply updates."""

from __future__ import annotations

import contextlib

from minitf.autodiff.gradients import gradients
from minitf.framework import dtypes, nest
from minitf.framework.collections import GraphKeys
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.ops.array import array, sets
from minitf.ops.control import control
from minitf.ops.math import segment
from minitf.ops.state import state, variables
from minitf.ops.state.resource_variable import is_resource
from minitf.train import slots
from minitf.train.blocked import explain


class Optimizer:
    """Base class of optimizers: subclasses say how one variable is updated.

    A subclass defines `_apply_dense(grad, var)` and usually `_apply_sparse(grad, var)`, each returning an op;
    it may define `_create_slots(var_list)`, `_prepare()` and `_finish(update_ops, name_scope)`.
    """

    GATE_NONE, GATE_OP, GATE_GRAPH = 0, 1, 2

    def __init__(self, use_locking: bool, name: str):
        if not name:
            raise ValueError("an optimizer needs a name")
        self._use_locking, self._name = use_locking, name
        self._slots: dict[str, dict] = {}  # slot name -> variable's key -> slot variable
        self._non_slots: dict[tuple, variables.Variable] = {}

    def get_name(self) -> str:
        """The optimizer's name."""
        return self._name

    # ---- the public steps

    def minimize(
        self,
        loss,
        global_step=None,
        var_list=None,
        gate_gradients: int = GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss=None,
    ):
        """An op that changes the variables once, in the direction in which `loss` falls.

        loss: a tensor; global_step: a variable that grows by 1 with each step; var_list: the variables to
        change (default: the trainable ones); grad_loss: the gradient that flows into the loss.

        Raises:
          ValueError: if the loss has no gradient for any of the variables.

        >>> import minitf as tf
        >>> x = tf.Variable(4.0)
        >>> step = tf.train.GradientDescentOptimizer(0.25).minimize(tf.square(x))
        >>> with tf.Session() as sess:
        ...     sess.run(tf.global_variables_initializer())
        ...     sess.run(step)
        ...     print(sess.run(x))
        2.0
        """
        found = self.compute_gradients(
            loss, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )
        if all(g is None for g, _ in found):
            raise ValueError(explain(loss, [v for _, v in found]))
        return self.apply_gradients(found, global_step=global_step, name=name)

    def compute_gradients(
        self,
        loss,
        var_list=None,
        gate_gradients: int = GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss=None,
    ) -> list[tuple]:
        """Pairs (gradient, variable); a gradient is a Tensor, IndexedSlices, or None where the loss does not depend.

        gate_gradients: with GATE_GRAPH all gradients are computed before any of them is used.
        """
        if gate_gradients not in (self.GATE_NONE, self.GATE_OP, self.GATE_GRAPH):
            raise ValueError(f"gate_gradients is GATE_NONE, GATE_OP or GATE_GRAPH, not {gate_gradients!r}")
        if callable(loss):
            raise TypeError("the loss is a tensor; functions as losses need eager execution")
        self._check_types([loss] if grad_loss is None else [loss, grad_loss])
        var_list = _variables(var_list)
        grads = gradients(
            [loss],
            var_list,
            grad_ys=None if grad_loss is None else [grad_loss],
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
            gate_gradients=gate_gradients == self.GATE_OP,
        )
        if gate_gradients == self.GATE_GRAPH:
            grads = control.tuple(grads)
        self._check_types([v for g, v in zip(grads, var_list) if g is not None])
        return list(zip(grads, var_list))

    def apply_gradients(self, grads_and_vars, global_step=None, name: str | None = None):
        """An op that updates variables by the given gradients, pairs as from `compute_gradients`.

        Raises:
          TypeError: if a gradient cannot become a tensor, or a variable is none.
          ValueError: if there is no variable with a gradient.
        """
        pairs = [(_gradient(g, v), v) for g, v in grads_and_vars]
        var_list = [v for g, v in pairs if g is not None]
        if not pairs:
            raise ValueError("apply_gradients was given no variables")
        if not var_list:
            names = ", ".join(v.name for _, v in pairs)
            raise ValueError(f"all gradients are None: no gradients provided for any variable ({names})")
        with get_default_graph().root.control_dependencies(None):
            self._create_slots(var_list)
        with name_scope(name, self._name) as scope:
            self._prepare()
            train_op = self._step(pairs, global_step, scope)
        train_op = train_op.op if isinstance(train_op, Tensor) else train_op
        if train_op not in train_op.graph.get_collection_ref(GraphKeys.TRAIN_OP):
            train_op.graph.add_to_collection(GraphKeys.TRAIN_OP, train_op)
        return train_op

    def _step(self, pairs: list, global_step, scope: str):
        updates = []
        for grad, var in pairs:
            if grad is not None:
                with name_scope(f"update_{var.op.name}"), var.graph.colocate_with(var):
                    updates.append(self._update(grad, var))
        if global_step is None:
            return self._finish(updates, scope)
        graph, update = get_default_graph(), self._finish(updates, "update")
        with graph.control_dependencies([update]), graph.colocate_with(global_step):
            name = "Const" if is_resource(global_step) else "value"
            one = convert_to_tensor(1, dtype=global_step.dtype.base_dtype, name=name)
            return state.assign_add(_ref(global_step), one, name=scope)

    def _update(self, grad, var):
        sparse = isinstance(grad, IndexedSlices)
        op = self._apply_sparse_duplicate_indices(grad, var) if sparse else self._apply_dense(grad, var)
        if getattr(var, "constraint", None) is None:
            return op
        if sparse:
            raise RuntimeError(f"variable '{var.op.name}' has a constraint, which sparse gradients cannot keep")
        with get_default_graph().control_dependencies([op]):
            return var.assign(var.constraint(var.read_value()))

    # ---- slots

    def get_slot(self, var, name: str):
        """The slot variable `name` that belongs to `var`, or None."""
        return self._slots.get(name, {}).get(_key(var))

    def get_slot_names(self) -> list[str]:
        """The names of the kinds of slots."""
        return sorted(self._slots)

    def _children(self) -> dict:
        """The variables that belong to no other, by their names."""
        graph = get_default_graph().root
        return {name: v for (name, g), v in sorted(self._non_slots.items(), key=lambda item: item[0][0]) if g is graph}

    def variables(self) -> list:
        """All variables that the optimizer made in the default graph, sorted by name."""
        graph = get_default_graph().root
        made = [v for (_, g), v in self._non_slots.items() if g is graph]
        made += [v for slot in self._slots.values() for (g, _), v in slot.items() if g is graph]
        return sorted(made, key=lambda v: v.name)

    def _slot_dict(self, slot_name: str) -> dict:
        return self._slots.setdefault(slot_name, {})

    def _get_or_make_slot(self, var, val, slot_name: str, op_name: str):
        """The slot of `var`, made with the start value `val` if there is none."""
        named = self._slot_dict(slot_name)
        if _key(var) not in named:
            named[_key(var)] = slots.create_slot(var, val, op_name)
        return named[_key(var)]

    def _get_or_make_slot_with_initializer(self, var, initializer, shape, dtype, slot_name: str, op_name: str):
        """The slot of `var`, made by `initializer` if there is none."""
        named = self._slot_dict(slot_name)
        if _key(var) not in named:
            named[_key(var)] = slots.create_slot_with_initializer(var, initializer, shape, dtype, op_name)
        return named[_key(var)]

    def _zeros_slot(self, var, slot_name: str, op_name: str):
        """The slot of `var`, made of zeros if there is none."""
        named = self._slot_dict(slot_name)
        if _key(var) not in named:
            named[_key(var)] = slots.create_zeros_slot(var, op_name)
        return named[_key(var)]

    def _create_non_slot_variable(self, initial_value, name: str, colocate_with=None):
        """A variable that belongs to no other; made once in each graph."""
        graph = get_default_graph()
        key = name, graph.root
        if key not in self._non_slots:
            with contextlib.nullcontext() if colocate_with is None else graph.colocate_with(colocate_with):
                resource = is_resource(colocate_with) or None
                made = variables.Variable(initial_value, name=name, trainable=False, use_resource=resource)
            self._non_slots[key] = made
        return self._non_slots[key]

    def _get_non_slot_variable(self, name: str, graph=None):
        return self._non_slots.get((name, (graph or get_default_graph()).root))

    # ---- what subclasses say

    def _create_slots(self, var_list: list) -> None:
        """Makes the variables that the optimizer needs beside `var_list`."""

    def _prepare(self) -> None:
        """Makes tensors of the hyperparameters."""

    def _apply_dense(self, grad: Tensor, var):
        """An op that updates `var` by a gradient of its shape."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to apply a gradient (_apply_dense)")

    def _apply_sparse(self, grad: IndexedSlices, var):
        """An op that updates the rows `grad.indices` of `var`, all different, by `grad.values`."""
        return self._apply_dense(convert_to_tensor(grad), var)

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var):
        """Like `_apply_sparse`, where an index may come more than once: its rows are summed first."""
        indices, places = sets.unique(grad.indices)
        values = segment.unsorted_segment_sum(grad.values, places, array.shape(indices)[0])
        return self._apply_sparse(IndexedSlices(values, indices, grad.dense_shape), var)

    def _finish(self, update_ops: list, name_scope: str):
        """An op called `name_scope` that is done when all updates are."""
        return control.group(*update_ops, name=name_scope)

    def _valid_dtypes(self) -> frozenset:
        return dtypes.FLOAT

    def _check_types(self, tensors: list) -> None:
        for t in tensors:
            dtype = (t if isinstance(t, variables.Variable) else convert_to_tensor(t)).dtype.base_dtype
            if dtype not in self._valid_dtypes():
                names = ", ".join(sorted(d.name for d in self._valid_dtypes()))
                raise ValueError(f"{getattr(t, 'name', t)} is {dtype.name}; {self._name} works on {names}")

    def _call_if_callable(self, param):
        return param() if callable(param) else param

    def _number(self, value, name: str) -> Tensor:
        """A hyperparameter (a number, tensor, or function of no arguments) as a tensor."""
        return convert_to_tensor(self._call_if_callable(value), name=name)


def _ref(variable) -> Tensor:
    return variable._ref() if hasattr(variable, "_ref") else variable


def _key(var) -> tuple:
    return var.op.graph.root, var.op.name


def _gradient(grad, var):
    if not isinstance(var, variables.Variable):
        raise TypeError(f"gradients are applied to variables, not to {var!r}; give pairs (gradient, variable)")
    if grad is None or isinstance(grad, IndexedSlices):
        return grad
    try:
        return convert_to_tensor(grad)
    except TypeError as error:
        raise TypeError(f"the gradient for {var.name} cannot become a tensor: {error}") from None


def _variables(var_list) -> list:
    """The variables to train, checked."""
    if var_list is None:
        var_list = variables.trainable_variables()
    flat = nest.flatten(var_list)
    if not flat:
        raise ValueError("there are no variables to optimize: make some with tf.Variable or tf.get_variable")
    for v in flat:
        if not isinstance(v, variables.Variable):
            raise TypeError(f"var_list holds variables, not {v!r}")
    return flat
