"""What shapes an op would give for other inputs than those it has in its graph."""

from __future__ import annotations

from minitf.framework.graph import Graph
from minitf.framework.registry import OPS
from minitf.framework.shape import TensorShape


def shapes_for(op, inputs: list) -> list[TensorShape]:
    """The shapes of an op's outputs, as far as its definition and the script tell them, for inputs of which each
    is a pair: its shape, and its value (an array) or None.

    Raises ValueError where the op cannot work with them.
    """
    graph = Graph()
    with graph.as_default():
        given = tuple([_stand_in(graph, t, *known) for t, known in zip(op.inputs, inputs, strict=True)])
        dtypes = [t.dtype for t in op.outputs]
        copy = graph.create(op.definition, given, dtypes, graph.op_name("op"), dict(op.attrs))
    return [there.shape.merge_with(t.shape) for there, t in zip(copy.outputs, op.outputs)]


def _stand_in(graph: Graph, tensor, shape: TensorShape, value):
    """A tensor of which so much is known."""
    dtype = tensor.dtype.base_dtype
    attrs = {"dtype": dtype, "shape": shape}
    (output,) = graph.create(OPS["Placeholder"], (), [dtype], graph.op_name("given"), attrs, [shape]).outputs
    if value is not None:
        output._value = value
    return output
