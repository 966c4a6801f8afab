"""tf.raw_ops: each op as a function of its inputs and attributes, called as TensorFlow calls the op."""

from __future__ import annotations

import collections
import functools

from minitf.framework.apply import apply
from minitf.framework.attributes import REQUIRED
from minitf.framework.registry import OPS
from minitf.framework.taking import needed, optional, taking
from minitf.graphs.spelling import is_tensorflows


def __getattr__(name: str):
    if name not in OPS or not is_tensorflows(name):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: there is no op of this type")
    return _function(name)


def __dir__():
    return [type for type in OPS if is_tensorflows(type)]


@functools.cache
def _function(type: str):
    """The function that makes ops of a type: of the inputs, of attributes without and then with a default, `name`."""
    definition = OPS[type]
    inputs = [needed(arg.name) for arg in definition.inputs]
    told = {arg.variable for arg in definition.inputs} | {arg.listed for arg in definition.inputs}
    asked = {n: a for n, a in definition.attributes.items() if not (a.told or a.later or n in told)}
    without = [needed(name) for name, a in asked.items() if a.default is REQUIRED]
    others = [optional(name, a.default) for name, a in asked.items() if a.default is not REQUIRED]
    names = [output.name for output in definition.outputs]
    results = collections.namedtuple(type, names, rename=True) if len(names) > 1 else None

    @taking([*inputs, *without, *others, optional("name")])
    def function(name, **given):
        made = apply(type, *[given.pop(argument.name) for argument in inputs], name=name, **given)
        return made if results is None else results(*made)

    function.__name__ = function.__qualname__ = type
    function.__doc__ = f"An op of type {type}."
    return function
