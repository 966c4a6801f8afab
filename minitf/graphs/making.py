"""The op of a node: its attributes as minitf has them, and what is made of them and the inputs."""

from __future__ import annotations

import numpy as np

from minitf.framework import errors, protos
from minitf.framework.apply import apply_op
from minitf.framework.graph import get_default_graph, set_op_maker
from minitf.framework.operation import Operation
from minitf.framework.registry import OPS, OpDef
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.graphs import block_cells, foreign, optionals, tensor_arrays, tensor_lists
from minitf.graphs.spelling import FLOW, HANDLED, attributes_of, check_fixed, has_functions
from minitf.graphs.values import value_of
from minitf.ops.control import handled_arrays, stacks  # noqa: F401 - they define what frames run
from minitf.ops.nn.sampling import unigrams_of

RULES = {**block_cells.RULES, **foreign.RULES, **optionals.RULES, **tensor_arrays.RULES, **tensor_lists.RULES}
_OURS = ("Arg", "Dead", "If", "Loop", "Missing")  # what nothing but minitf makes
_OPAQUE, _PASSED = (20, 21), "_passed"  # DataTypes of handles and lists; says that a node is one of these
_OF_LISTS = {"AddN": "SumOfTensorLists", "ZerosLike": "ZerosLikeTensorList"}
_HANDING_ON = ("PreventGradient", "Snapshot", "StopGradient")  # what is an Identity for lists
_DEBUGGING = "debug_name"  # what only messages of TensorFlow 2 show, and TensorFlow 1.15 does not read
_KEPT = ("_gradient_op_type", "_grows")  # of the attributes that are not the op type's
_SAID = ("_body", "_class", "_const", "_flow", "_incomplete", "_inputs", "_output_shapes")  # in other ways
_OF_CALLS = ("_lower_using_switch_merge", "_num_original_outputs", "_read_only_resource_inputs")  # which are none here


def is_known(type: str, plain: bool = False) -> bool:
    """Whether nodes of a type can become ops; plain: such on stacks, arrays and lists as TensorFlow has them."""
    known = type in OPS or type in foreign.RENAMED or type in RULES or plain and HANDLED + type in OPS
    return known and not has_functions(type)


def attributes(node) -> dict:
    """The attributes of a node as minitf's op has them.

    Raises:
      Unsupported: if they ask for what minitf cannot do. ValueError: if the node contradicts itself.
    """
    known, found = None if FLOW in node.attr else attributes_of(node.op), {}
    for name, message in node.attr.items():
        if known is not None and name not in known and not name.startswith("_"):
            raise ValueError(f"{node.op} has no attribute {name!r}")
        if name in ("_class", "_output_shapes", _DEBUGGING):
            continue
        if name == "T" and message.type in _OPAQUE:
            found[_PASSED] = True
            continue
        try:
            found[name] = value_of(message, known[name].kind if known and name in known else None)
        except ValueError as error:
            raise type(error)(f"attribute {name!r}: {error}") from None
    for name, attribute in (known or {}).items():
        if name not in found and attribute.has_default:
            found[name] = attribute.default
        elif name not in found and not attribute.told:
            raise ValueError(f"it lacks attribute {name!r}")
    check_fixed(node.op, known or {}, found)
    return found


def notes_on(node) -> dict:
    """The attributes of a node that are no op type's: what somebody noted, which stays on the op."""
    names = [name for name in node.attr if name[:1] == "_" and name not in (*_KEPT, *_SAID, *_OF_CALLS)]
    return {name: value_of(node.attr[name]) for name in names if node.op not in _OURS}


def made(node, attrs: dict, inputs: list, name: str, plain: bool = False) -> tuple[Operation, list]:
    """The op called `name` of a node, and the tensors that are the node's outputs.

    plain: TensorArrays have handles, and lists are values of their own.
    """
    own = {key: v for key, v in attrs.items() if not key.startswith("_") or key in _KEPT}
    if plain and FLOW not in attrs and (type := _plain_type(node, attrs)):
        op = _op(type, own, inputs, name)
        return op, list(op.outputs)
    if node.op in RULES and FLOW not in attrs:
        with get_default_graph().name_scope(f"{name}/"):
            found = RULES[node.op](name, {**own, "_type": node.op}, *inputs)
        return found if isinstance(found, tuple) else (found, list(found.outputs))
    if node.op in ("Identity", "ZerosLike") and not inputs:
        raise ValueError("it takes 1 input, none is given")
    if _PASSED in attrs and node.op == "Identity" and inputs[0].dtype.is_ref_dtype:
        return apply_op("NoOp", name=f"{name}/"), inputs  # the handle of a variable is the variable
    if _PASSED in attrs and f"Ref{node.op}" in OPS and inputs and inputs[0].dtype.is_ref_dtype:
        op = _op(f"Ref{node.op}", own, inputs, name)
        return op, list(op.outputs)
    if _PASSED in attrs and node.op in _HANDING_ON:
        op = apply_op("Identity", *inputs, name=f"{name}/")
        return op, list(op.outputs)
    if _PASSED in attrs and node.op == "ZerosLike" and tensor_arrays.array_of(inputs[0]) is not None:
        op = tensor_lists.zeros(name, inputs[0])
        return op, list(op.outputs)
    if node.op in ("Add", "AddV2", "AddN") and any(map(tensor_arrays.array_of, inputs)):
        if _PASSED in attrs and (op := tensor_lists.added(name, inputs)):
            return op, list(op.outputs)
        op = apply_op("AddN", tensor_arrays.summands(inputs), name=f"{name}/")
        return op, list(op.outputs)
    op = _op(foreign.RENAMED.get(node.op, node.op), own, inputs, name)
    return op, list(op.outputs)


def _plain_type(node, attrs: dict) -> str | None:
    """The type of an op on an array or list as TensorFlow has it; None for others."""
    if node.op.startswith("TensorArray"):
        return HANDLED + node.op
    if node.op.startswith(("EmptyTensorList", "TensorList")):
        return node.op
    return _OF_LISTS.get(node.op) if _PASSED in attrs else None


def _op(type: str, attrs: dict, inputs: list, name: str) -> Operation:
    """An op of minitf's, given all its input tensors in a row."""
    definition = OPS[type]
    lists = sum(arg.is_list for arg in definition.inputs)
    more = len(inputs) - len(definition.inputs) + lists
    if more < 0 or (more % lists if lists else more):
        raise ValueError(f"it takes {len(definition.inputs)} inputs, {len(inputs)} are given")
    rest, grouped = iter(inputs), []
    for arg in definition.inputs:
        grouped.append([next(rest) for _ in range(more // lists)] if arg.is_list else next(rest))
    _check_types(definition, grouped, attrs)
    known = definition.attributes
    given = {key: v for key, v in attrs.items() if key[0] == "_" or key in known and not known[key].told}
    if type == "FixedUnigramCandidateSampler":
        given |= unigrams_of(np.asarray(attrs["unigrams"], np.float32), attrs["range_max"])
    shapes = [_shape_of_constant(given)] if type == "Const" else None
    return apply_op(type, *grouped, name=f"{name}/", static_shapes=shapes, **given)


def _check_types(definition: OpDef, grouped: list, attrs: dict) -> None:
    """ValueError unless inputs are of the types that the attributes say."""
    for arg, value in zip(definition.inputs, grouped):
        said = attrs.get(arg.variable)
        for tensor in () if said is None else value if arg.is_list else [value]:
            if tensor.dtype.base_dtype is not said.base_dtype and tensor_arrays.array_of(tensor) is None:
                found = tensor.dtype.base_dtype.name
                raise ValueError(f"its {arg.variable} is {said.name}, but its inputs are {found}")


def _shape_of_constant(attrs: dict) -> TensorShape:
    """The shape of a constant; ValueError if its value is not of the type that it says."""
    value, dtype = attrs["value"], attrs["dtype"]
    if value.dtype != dtype.numpy:
        raise ValueError(f"its value is {value.dtype}, not {dtype.name}")
    return TensorShape(value.shape)


# ---- one op by its type


def created(type: str, inputs: list, name: str | None, attrs: dict) -> Operation:
    """Adds an op of a type of TensorFlow's to the default graph; see `Graph.create_op`."""
    if not is_known(type) or type in _OURS:
        raise errors.NotFoundError(None, None, f"Op type not registered: minitf has no {type!r}")
    for i, value in enumerate(inputs):
        if not isinstance(value, Tensor):
            raise TypeError(f"Input #{i} is not a tensor: {value!r}; make one by tf.convert_to_tensor")
    graph, kind = get_default_graph(), protos.message("AttrValue")
    wrong = next((key for key, value in attrs.items() if not isinstance(value, kind)), None)
    if wrong is not None:
        raise TypeError(f"attribute {wrong!r} of {type} is a tf.AttrValue, not {attrs[wrong]!r}")
    name = graph.op_name(type if name is None else name)
    if name in graph.root._by_name:
        raise ValueError(f"Duplicate node name in graph: {name!r}")
    node = protos.message("NodeDef")(name=name, op=type, attr=attrs)
    try:
        return made(node, attributes(node), inputs, name)[0]
    except KeyError as error:
        raise ValueError(f"{type} '{name}' lacks attribute {error}") from None


set_op_maker(created)
