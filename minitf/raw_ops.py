"""tf.raw_ops: each op as a function of its inputs and attributes, called as TensorFlow calls the op."""

from __future__ import annotations

import collections
import functools

from minitf.framework.apply import apply
from minitf.framework.attributes import REQUIRED
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import OPS
from minitf.framework.taking import needed, optional, taking
from minitf.framework.tensor import Tensor
from minitf.graphs.foreign import RENAMED
from minitf.graphs.forms import FORMS
from minitf.graphs.spelling import is_tensorflows
from minitf.ops.images import scaled  # noqa: F401 - defines ops that have no other name
from minitf.ops.linalg import diagonals  # noqa: F401 - defines ops that have no other name


def __getattr__(name: str):
    if not is_tensorflows(name) or not (name in OPS or name in FORMS or name in RENAMED):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: there is no op of this type")
    return _function(name)


def __dir__():
    return [type for type in {**OPS, **FORMS, **RENAMED} if is_tensorflows(type)]


@functools.cache
def _function(type: str):
    """The function that makes ops of a type: of the inputs, of attributes without and then with a default, `name`."""
    formed = type not in OPS and type in FORMS
    definition = FORMS[type].definition if formed else OPS[RENAMED.get(type, type)]
    make = functools.partial(_formed, type) if formed else functools.partial(_applied, definition.type)
    inputs = [needed(arg.name) for arg in definition.inputs]
    told = {arg.variable for arg in definition.inputs} | {arg.listed for arg in definition.inputs}
    asked = {n: a for n, a in definition.attributes.items() if not (a.told or a.later or n in told)}
    without = [needed(name) for name, a in asked.items() if a.default is REQUIRED]
    others = [optional(name, a.default) for name, a in asked.items() if a.default is not REQUIRED]
    names = [output.name for output in definition.outputs]
    results = collections.namedtuple(type, names, rename=True) if len(names) > 1 else None

    @taking([*inputs, *without, *others, optional("name")])
    def function(name, **given):
        made = make(type if name is None else name, [given.pop(argument.name) for argument in inputs], given)
        return made if results is None else results(*made)

    function.__name__ = function.__qualname__ = type
    function.__doc__ = f"An op of type {type}."
    return function


def _applied(type: str, name: str, inputs: list, attrs: dict):
    return apply(type, *inputs, name=name, **attrs)


def _formed(type: str, name: str, inputs: list, attrs: dict):
    """What an op gives that is another one of minitf's: a tensor or several, or the op if it gives none."""
    definition, rule = FORMS[type]
    with name_scope(name, type, inputs) as scope:
        tensors = _as_tensors(definition, inputs)
        known = {**definition.defaults, **attrs, "_type": type}
        found = rule(scope.removesuffix("/"), known, *tensors)
    op, outputs = found if isinstance(found, tuple) else (found, found.outputs)
    return op if not outputs else outputs[0] if len(definition.outputs) == 1 else list(outputs)


def _as_tensors(definition, inputs: list) -> list[Tensor]:
    """The inputs one after the other, those of one type variable of one type."""
    types: dict = {}
    found = []
    for arg, value in zip(definition.inputs, inputs):
        for each in value if arg.is_list else [value]:
            tensor = convert_to_tensor(each, arg.fixed or types.get(arg.variable), name=arg.name)
            if arg.variable:
                types[arg.variable] = tensor.dtype.base_dtype
            found.append(tensor)
    return found
