"""Layers that compute again what their gradients need, rather than keep it (Gomez et al. 2017, for blocks)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable

import minitf as tf
from minitf.contrib.framework import arg_scope, current_arg_scope
from minitf.framework import nest
from minitf.framework.tensor import Tensor
from minitf.layers.base import Layer


def recompute_grad(fn: Callable | None = None, use_data_dep: bool | None = None, tupleize_grads: bool = False):
    """Decorator of a function of tensors whose gradient computes it once more, in the scopes of the first time.

    fn: takes tensors by position; if it takes `is_recomputing`, that is True the second time. It must not use tensors
    from around it. use_data_dep: nothing here goes by it; tupleize_grads: no gradient is used before all are there.
    Without fn the decorator is returned.

    >>> @recompute_grad
    ... def fourth(x):
    ...     return tf.square(tf.square(x))
    >>> x = tf.constant(3.0)
    >>> print(tf.Session().run(tf.gradients(fourth(x), x)[0]))
    108.0

    Raises:
      ValueError: if the function has a tensor from around it, is called with anything else than tensors, or uses other
        variables the second time.
    """
    if fn is None:
        return functools.partial(recompute_grad, use_data_dep=use_data_dep, tupleize_grads=tupleize_grads)
    _refuse_closures(fn)

    def wrapped(*args):
        if not all(isinstance(arg, Tensor) for arg in args):
            raise ValueError(f"All inputs to function must be Tensors, which some of {args} are not")
        return tf.custom_gradient(functools.partial(_recomputed, fn, tupleize_grads))(*args)

    return wrapped if isinstance(fn, functools.partial) else functools.wraps(fn)(wrapped)


def _refuse_closures(fn: Callable) -> None:
    if isinstance(fn, functools.partial):
        return
    for name, value in inspect.getclosurevars(fn).nonlocals.items():
        if isinstance(value, (Tensor, tf.Variable)):
            raise ValueError(
                f"recompute_grad: the function closes over Tensor {value.name} (local variable name: {name}), for "
                "which it would have no gradient: pass it as an argument"
            )


def _recomputed(fn: Callable, together: bool, *args):
    """What the function gives, and its gradient."""
    scope, defaults = tf.get_variable_scope(), current_arg_scope()
    told = "is_recomputing" in inspect.signature(fn).parameters
    outputs = fn(*args, **({"is_recomputing": False} if told else {}))

    def grad(*grads, variables=None):
        count = len(tf.get_default_graph().get_operations())
        with tf.control_dependencies(list(grads)), arg_scope(defaults), tf.variable_scope(scope, reuse=True):
            apart = [tf.identity(x) for x in args]
            again = nest.flatten(fn(*apart, **({"is_recomputing": True} if told else {})))
        _check_used(variables or [], tf.get_default_graph().get_operations()[count:])
        found = tf.gradients(again, [*apart, *(variables or ())], list(grads))
        found = list(tf.tuple(found)) if together else found
        of_args, of_variables = found[: len(args)], found[len(args) :]
        return of_args if variables is None else (of_args, of_variables)

    return outputs, grad


def _check_used(variables: list, ops: list) -> None:
    """ValueError unless the ops read just these trainable variables."""
    read = {tensor for op in ops for tensor in op.inputs}
    used = [v for v in tf.trainable_variables() if not {v._ref(), v._snapshot}.isdisjoint(read)]
    if set(used) != set(variables):
        raise ValueError(
            f"recompute_grad: the function used the variables {[v.name for v in variables]} at first, and "
            f"{[v.name for v in used]} when it was recomputed; it has to find its variables again, so call it in a "
            "variable scope of its own each time"
        )


class RevBlock(Layer):
    """Layers y1 = x1 + f(x2), y2 = x2 + g(y1), one after the other; gradients compute the inputs from the outputs.

    f, g: functions of a tensor, and of a list of side inputs if there are any, that keep its shape and make their
    variables by get_variable; or lists of `num_layers` of these. f_side_input, g_side_input: lists of tensors;
    use_efficient_backprop: False keeps what is computed between instead.
    """

    def __init__(
        self,
        f,
        g,
        num_layers: int = 1,
        f_side_input=None,
        g_side_input=None,
        use_efficient_backprop: bool = True,
        name="revblock",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.num_layers = num_layers
        self.f, self.g = self._each(f, "f"), self._each(g, "g")
        self.f_side_input, self.g_side_input = list(f_side_input or ()), list(g_side_input or ())
        self._use_efficient_backprop = use_efficient_backprop

    def _each(self, functions, kind: str) -> list[Callable]:
        """One function of a tensor and side inputs for each layer, in a variable scope of its own."""
        functions = functions if isinstance(functions, list) else [functions] * self.num_layers
        if len(functions) != self.num_layers:
            raise ValueError(f"{kind} has {len(functions)} functions for num_layers={self.num_layers}")
        return [functools.partial(_in_scope, f, f"revlayer_{i}/{kind}") for i, f in enumerate(functions)]

    def build(self, input_shape) -> None:
        """Nothing: f and g make their variables when the block is called."""
        self.built = True

    def call(self, inputs, forward: bool = True):
        """(y1, y2) of inputs (x1, x2), or not `forward` the other way round."""
        before = set(tf.global_variables())
        outputs = self._forward(*inputs) if forward else self._backward(*inputs)
        trainable = set(tf.trainable_variables())
        for variable in tf.global_variables():
            if variable not in before:
                weights = self._trainable_weights if variable in trainable else self._non_trainable_weights
                weights.append(variable)
        return outputs

    def forward(self, x1, x2):
        """(y1, y2) of inputs x1 and x2."""
        return self.apply([x1, x2])

    def backward(self, y1, y2):
        """(x1, x2) of outputs y1 and y2."""
        return self.apply([y1, y2], forward=False)

    def _forward(self, x1, x2):
        if not self._use_efficient_backprop:
            return self._layers(x1, x2, self.f_side_input, self.g_side_input)
        return tf.custom_gradient(self._with_gradient)(x1, x2, *self.f_side_input, *self.g_side_input)

    def _layers(self, x1, x2, f_side: list, g_side: list):
        for f, g in zip(self.f, self.g):
            x1 = x1 + f(x2, f_side)
            x2 = x2 + g(x1, g_side)
        return x1, x2

    def _backward(self, y1, y2):
        for f, g in zip(reversed(self.f), reversed(self.g)):
            y2 = y2 - g(y1, self.g_side_input)
            y1 = y1 - f(y2, self.f_side_input)
        return y1, y2

    def _with_gradient(self, x1, x2, *sides):
        count, scope = len(self.f_side_input), tf.get_variable_scope()
        f_side, g_side = list(sides[:count]), list(sides[count:])
        outputs = self._layers(x1, x2, f_side, g_side)

        def grad(*grads, variables=None):
            with tf.variable_scope(scope, reuse=True):
                found = self._gradients(*outputs, *grads, f_side, g_side, list(variables or ()))
            of_inputs = found[: 2 + len(sides)]
            return of_inputs if variables is None else (of_inputs, found[2 + len(sides) :])

        return outputs, grad

    def _gradients(self, y1, y2, slope1, slope2, f_side: list, g_side: list, variables: list) -> list:
        """The gradients of inputs, side inputs and variables; backwards, inputs are what their outputs leave."""
        of_f, of_g, of_variables = [[]] * len(f_side), [[]] * len(g_side), [[]] * len(variables)
        for f, g in zip(reversed(self.f), reversed(self.g)):
            y2, more, side, own = _undone(g, y1, y2, g_side, variables, slope2)
            slope1, of_g, of_variables = slope1 + more, _with(of_g, side), _with(of_variables, own)
            y1, more, side, own = _undone(f, y2, y1, f_side, variables, slope1)
            slope2, of_f, of_variables = slope2 + more, _with(of_f, side), _with(of_variables, own)
            y1, y2, slope1, slope2 = tf.tuple([y1, y2, slope1, slope2])
        return [slope1, slope2, *[tf.add_n(s) if s else None for s in (*of_f, *of_g, *of_variables)]]


def _in_scope(function: Callable, scope: str, x, sides: list):
    with tf.variable_scope(scope, use_resource=True):
        return function(x, sides) if sides else function(x)


def _undone(function: Callable, x, y, sides: list, variables: list, slope) -> tuple:
    """Of y = what it was + function(x, sides): what it was, and the gradients of x, of sides and of variables."""
    x, *sides = [tf.stop_gradient(t) for t in (x, *sides)]
    added = function(x, sides)
    of_x, *others = tf.gradients(added, [x, *sides, *variables], slope)
    of_x = tf.zeros_like(x) if of_x is None else of_x
    return y - added, of_x, others[: len(sides)], others[len(sides) :]


def _with(found: list, more: list) -> list:
    """Lists of gradients, each with one more unless that is None."""
    return [[*known, one] if one is not None else known for known, one in zip(found, more, strict=True)]


def rev_block(
    x1, x2, f, g, num_layers: int = 1, f_side_input=None, g_side_input=None, is_training: bool = True
) -> tuple:
    """(y1, y2) of a new `RevBlock`, whose arguments f to g_side_input are; is_training: whether its gradients compute
    again what they need.
    """
    sides = {"f_side_input": f_side_input, "g_side_input": g_side_input}
    reuse = tf.get_variable_scope().reuse
    block = RevBlock(f, g, num_layers, **sides, use_efficient_backprop=is_training, _reuse=reuse)
    return block.forward(x1, x2)
