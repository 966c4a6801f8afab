"""Functions with gradients of their own."""

from __future__ import annotations

import functools
import inspect
import itertools

from minitf.autodiff.gradients import RegisterGradient
from minitf.framework import nest
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph
from minitf.ops.array import array
from minitf.ops.array.identity import identity, identity_n
from minitf.ops.state.variables import trainable_variables

_numbers = itertools.count()


def custom_gradient(f):
    """Decorator for a function of tensors that returns its result and a function of the result's gradients.

    The second function gets a gradient for each tensor of the result, and returns one for each argument. If
    the first uses trainable variables, the second has to take them as `variables=`, and to return a pair: the
    gradients of the arguments, and a list of those of the variables.

    Raises:
      ValueError: for arguments by keyword, or if there are not as many gradients as arguments.
      TypeError: if variables are used, and the second function does not take `variables`.

    >>> import minitf as tf
    >>> @tf.custom_gradient
    ... def softplus(x):
    ...     e = tf.exp(x)
    ...     return tf.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))
    >>> x = tf.constant(100.0)
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.gradients(softplus(x), x)))
    [np.float32(1.0)]
    """
    if not callable(f):
        raise TypeError(f"custom_gradient decorates a function, not {f!r}")

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        if kwargs:
            raise ValueError(f"custom_gradient: arguments are given by position; by keyword were {', '.join(kwargs)}")
        return _called(f, [convert_to_tensor(x) for x in args])

    return decorated


def _called(f, args: list):
    graph = get_default_graph()
    start = len(graph.ops)
    result, grad_fn = f(*args)
    variables = _used(graph.ops[start:], args)
    if variables and not _takes_variables(grad_fn):
        raise TypeError(
            "custom_gradient: the function uses variables ("
            + ", ".join(v.name for v in variables)
            + "), so its gradient function has to take a keyword argument `variables`"
        )
    flat = [identity(convert_to_tensor(t)) for t in nest.flatten(result)]
    name = f"CustomGradient-{next(_numbers)}"
    RegisterGradient(name)(_rule(f, grad_fn, len(flat), len(args), variables))
    with graph.gradient_override_map({"IdentityN": name}):
        outputs = identity_n(flat + args + [v.value() for v in variables])
    return nest.pack_sequence_as(result, outputs[: len(flat)])


def _rule(f, grad_fn, results: int, count: int, variables: list):
    """The gradient of the op that the results went through."""

    def rule(op, *grads):
        given = [array.zeros_like(t) if g is None and t.dtype.is_floating else g for g, t in zip(grads, op.outputs)]
        of_variables: list = []
        if variables:
            of_args, of_variables = grad_fn(*given[:results], variables=variables)
        else:
            of_args = grad_fn(*given[:results])
        found = nest.flatten(of_args)
        if len(found) != count or len(of_variables) != len(variables):
            raise ValueError(
                f"custom_gradient: the gradient function of {getattr(f, '__name__', f)} gave {len(found)} "
                f"gradients for {count} arguments and {len(of_variables)} for {len(variables)} variables"
            )
        return [None] * results + found + list(of_variables)

    return rule


def _used(ops: list, args: list) -> list:
    """The trainable variables that ops read, but for those that are arguments themselves."""
    reads = {tensor for op in ops for tensor in op.inputs}
    given = {*args, *[t for x in args if x.op.type == "ReadVariableOp" for t in x.op.inputs]}
    memory = [(v, {v._ref(), v._snapshot}) for v in trainable_variables()]
    return [v for v, tensors in memory if not tensors.isdisjoint(reads) and tensors.isdisjoint(given)]


def _takes_variables(function) -> bool:
    parameters = inspect.signature(function).parameters
    return "variables" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())
