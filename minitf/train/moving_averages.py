"""Exponential moving averages of variables and tensors."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.collections import GraphKeys
from minitf.framework.convert import convert_to_tensor
from minitf.framework.getter import getter
from minitf.framework.graph import colocate_with, get_default_graph, name_scope
from minitf.ops.control import control
from minitf.ops.math import math
from minitf.ops.random.initializers import Zeros
from minitf.ops.state import state, variables
from minitf.ops.state.variable_scope import get_variable, variable_scope
from minitf.train import slots


def assign_moving_average(variable, value, decay, zero_debias: bool = True, name: str | None = None):
    """variable -= (1 - decay) * (variable - value); the new value as a tensor.

    zero_debias: the variable started at zero; keep the average apart (in `<variable>/biased`) and set the variable to
    it divided by 1 - decay ** steps, so that it is not biased towards zero (Kingma and Ba 2014, section 3).
    """
    with name_scope(name, "AssignMovingAvg") as scope:
        rate = math.cast(convert_to_tensor(1.0 - decay, name="decay"), variable.dtype.base_dtype)
        if zero_debias:
            return _debiased(variable, value, rate, scope)
        return state.assign_sub(variable._ref(), (variable.value() - value) * rate, name=scope)


def _debiased(variable, value, rate, scope: str):
    dtype = variable.dtype.base_dtype
    with variable_scope(variable.op.name, values=[variable]), colocate_with(variable):
        biased = get_variable("biased", variable.shape, dtype, Zeros(), trainable=False)
        steps = get_variable("local_step", [], dtype, Zeros(), trainable=False)
    moved = state.assign_sub(biased._ref(), (biased.value() - value) * rate)
    count = steps.assign_add(1)
    share = 1 - math.pow(1.0 - rate, count)
    return state.assign(variable._ref(), moved / share, name=scope)


class ExponentialMovingAverage:
    """Keeps a moving average `a = decay * a + (1 - decay) * v` for each of some variables or tensors.

    decay: close to 1, such as 0.999; num_updates: a step counter with which the decay starts at 0.1 and
    grows: min(decay, (1 + n) / (10 + n)); zero_debias: correct the averages of tensors (not variables) for
    their start at 0.

    >>> import minitf as tf
    >>> v = tf.Variable(0.0)
    >>> ema = tf.train.ExponentialMovingAverage(0.5)
    >>> with tf.control_dependencies([v.assign(10.0)]):
    ...     update = ema.apply([v])
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(update)
    ...     print(sess.run(ema.average(v)))
    5.0
    """

    def __init__(
        self, decay, num_updates=None, zero_debias: bool = False, name: str | None = "ExponentialMovingAverage"
    ):
        self._decay, self._num_updates, self._zero_debias, self._name = decay, num_updates, zero_debias, name
        self._averages: dict = {}

    name: str = getter("_name", "The name of the averages' last part.")

    def apply(self, var_list=None):
        """An op that updates the averages of `var_list` (default: the trainable variables), made if need be.

        Raises:
          TypeError: if one is not of a floating point type.
        """
        var_list = variables.trainable_variables() if var_list is None else list(var_list)
        made = [self._make(v) for v in var_list if v not in self._averages]
        with name_scope(self._name) as scope:
            decay = self._current_decay()
            updates = [
                assign_moving_average(self._averages[v], v, decay, self._zero_debias and self._averages[v] in made)
                for v in var_list
            ]
            return control.group(*updates, name=scope)

    def _make(self, var):
        """The average of `var`; None unless it starts at zero."""
        if var.dtype.base_dtype not in dtypes.FLOAT:
            raise TypeError(f"moving averages are of floating point numbers; {var.name} is {var.dtype.base_dtype.name}")
        is_variable = isinstance(var, variables.Variable)
        with get_default_graph().root.control_dependencies(None):
            if is_variable:
                self._averages[var] = slots.create_slot(var, var.initialized_value(), self._name)
                var.graph.add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, var)
            else:
                self._averages[var] = slots.create_zeros_slot(var, self._name)
        return None if is_variable else self._averages[var]

    def _current_decay(self):
        decay = convert_to_tensor(self._decay, name="decay")
        if self._num_updates is None:
            return decay
        updates = math.cast(self._num_updates, dtypes.float32, name="num_updates")
        return math.minimum(decay, (1.0 + updates) / (10.0 + updates))

    def average(self, var):
        """The variable that holds the average of `var`, or None."""
        return self._averages.get(var)

    def average_name(self, var) -> str:
        """The name of that variable, whether it is made already or not."""
        if var in self._averages:
            return self._averages[var].op.name
        return get_default_graph().unique_name(f"{var.op.name}/{self._name}", mark_as_used=False)

    def variables_to_restore(self, moving_avg_variables=None) -> dict:
        """Names in a checkpoint to variables: those with averages are to be restored from them.

        moving_avg_variables: the variables with averages (default: trainable ones and those with a moving average).
        """
        if moving_avg_variables is None:
            moving_avg_variables = variables.trainable_variables() + variables.moving_average_variables()
        restored = {self.average_name(v): v for v in dict.fromkeys(moving_avg_variables)}
        averaged = {v.name for v in moving_avg_variables}
        for v in variables.global_variables():
            if v.name not in averaged:
                restored.setdefault(v.op.name, v)
        return restored
