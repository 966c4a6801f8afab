"""Adding an op to the graph: inputs become tensors, types and shapes are checked, a name is chosen."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.attributes import taken
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, home_of
from minitf.framework.operation import Operation
from minitf.framework.registry import OPS, Arg, OpDef
from minitf.framework.tensor import Tensor

_MOST_OUTPUTS = 1 << 20


def apply(type: str, /, *inputs, name: str | None = None, **attrs):
    """Adds an op and returns its output (a namedtuple if it has several, the Operation if it has none).

    `inputs` may be tensors or anything that converts to one; constants made for them are named after the
    argument. `name` None means the type itself. Attributes of types (such as `dtype`) are DTypes.
    """
    op = apply_op(type, *inputs, name=name, **attrs)
    outputs = op.outputs
    if len(outputs) < 2:
        return outputs[0] if outputs else op
    listed = any(output.is_list for output in op.definition.outputs)
    return tuple(outputs) if listed else op.definition.results(*outputs)


def apply_like(op: Operation, type: str, /, *inputs, **attrs):
    """Like `apply`, with those attributes of `op` that ops of `type` have too, as far as they are not given."""
    own = OPS[type].attributes
    same = {name: value for name, value in op.attrs.items() if name in own and not own[name].told}
    return apply(type, *inputs, **{**same, **attrs})


def apply_op(type: str, /, *inputs, name: str | None = None, static_shapes=None, **attrs) -> Operation:
    """Like `apply`, but returns the Operation; `static_shapes` overrides the static shapes of the outputs."""
    graph = get_default_graph()
    home = home_of(inputs)
    if home is not None and home is not graph.root and not graph.root.takes_from(home):
        with home.as_default():
            return apply_op(type, *inputs, name=name, static_shapes=static_shapes, **attrs)
    definition = OPS[type]
    unique = graph.op_name(name or type)
    types: dict[str, dtypes.DType] = {}
    flat: list[Tensor] = []
    if len(inputs) != len(definition.inputs):
        raise TypeError(f"{type} takes {len(definition.inputs)} inputs, {len(inputs)} were given")
    try:
        attrs = taken(definition, attrs)
        for arg, value in zip(definition.inputs, inputs):
            if arg.is_list:
                flat += _take_list(definition, arg, value, types, attrs, unique)
            else:
                flat.append(_take(definition, arg, value, types, unique, arg.name))
    except Exception:
        graph.root._names.pop(unique.lower(), None)
        raise
    _check_types(definition, attrs, types)
    attrs.update(types)
    return graph.create(definition, tuple(flat), _output_types(definition, attrs), unique, attrs, static_shapes)


def _check_types(definition: OpDef, attrs: dict, told: dict) -> None:
    """TypeError for a type that the caller gave, not the inputs, which the op does not have."""
    for name, allowed in definition.allowed.items():
        if name not in told and attrs.get(name) not in (None, *allowed):
            names = ", ".join(sorted(d.name for d in allowed))
            raise TypeError(f"attribute {name!r} of {definition.type} is {attrs[name].name}; it takes {names}")


def _take(definition: OpDef, arg: Arg, value, types: dict, scope: str, label: str, preferred=None) -> Tensor:
    """One argument as a tensor of a type that goes with those before it, which are in `types`."""
    expected = arg.fixed or types.get(arg.variable)
    tensor = value
    if type(value) is not Tensor:
        tensor = _from_value(definition, arg, value, expected or preferred, f"{scope}/{label}")
    base = tensor.dtype.base_dtype
    if arg.is_ref and not tensor.dtype.is_ref_dtype:
        raise TypeError(f"'{arg.name}' of {definition.type} has to be a variable, not {tensor.name}")
    if expected is not None:
        if base is not expected:
            raise _mismatch(definition, arg, tensor, expected)
    elif arg.variable:
        allowed = definition.allowed.get(arg.variable)
        if allowed is not None and base not in allowed:
            names = ", ".join(sorted(d.name for d in allowed))
            raise TypeError(f"'{arg.name}' of {definition.type} is {base.name} ({tensor.name}); it takes {names}")
        types[arg.variable] = base
    return tensor


def _take_list(definition: OpDef, arg: Arg, value, types: dict, attrs: dict, scope: str) -> list[Tensor]:
    """A list of tensors, of one type unless the argument is `**`."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"'{arg.name}' of {definition.type} is a list of tensors, not {value!r}")
    if not value and arg.variable and arg.variable not in types:
        raise ValueError(f"'{arg.name}' of {definition.type} is an empty list; it needs one tensor at least")
    common = _common(value) if arg.variable and arg.variable not in types else None
    found = [_take(definition, arg, v, types, scope, f"{arg.name}_{i}", common) for i, v in enumerate(value)]
    if arg.listed:
        attrs[arg.listed] = len(found) if arg.one_type else [t.dtype.base_dtype for t in found]
    return found


def _common(values):
    """The type of the first tensor of a list, which the Python numbers beside it take on."""
    return next((v.dtype.base_dtype for v in values if hasattr(v, "dtype") and isinstance(v.dtype, dtypes.DType)), None)


def _from_value(definition: OpDef, arg: Arg, value, dtype, name: str) -> Tensor:
    preferred = definition.attributes[arg.variable].default_type if dtype is None and arg.variable else None
    if hasattr(value, "_ref"):
        dtype = preferred = None  # a variable has its type, which the caller compares
    try:
        return convert_to_tensor(value, dtype, name + "/", preferred, as_ref=arg.is_ref)
    except (TypeError, ValueError) as error:
        wanted = f" as {dtype.name}" if dtype else ""
        raise type(error)(f"'{arg.name}' of {definition.type}{wanted}: {error}") from None


def _mismatch(definition: OpDef, arg: Arg, tensor: Tensor, dtype) -> TypeError:
    return TypeError(
        f"'{arg.name}' of {definition.type} is {tensor.dtype.base_dtype.name} ({tensor.name}), but {dtype.name} is "
        f"expected, the type of its other inputs; convert one with tf.cast (created {tensor.op.origin})"
    )


def _output_types(definition: OpDef, attrs: dict) -> list:
    result = []
    for arg in definition.outputs:
        if not arg.one_type:
            result.extend(attrs[arg.listed])
            continue
        dtype = arg.fixed or attrs[arg.variable]
        count = attrs[arg.listed] if arg.is_list else 1
        if count > _MOST_OUTPUTS:
            raise ValueError(f"{definition.type} cannot have {count} outputs: {_MOST_OUTPUTS} at most")
        result.extend([dtype.as_ref if arg.is_ref else dtype] * count)
    return result
