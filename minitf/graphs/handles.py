"""TensorArrays as TensorFlow has them: a handle, which all ops read, and a flow."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.graph import Graph
from minitf.framework.operation import Operation
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.graphs.edits import text_of
from minitf.graphs.nodes import source_of
from minitf.graphs.spelling import attributes_of
from minitf.graphs.values import attribute, shape_proto

_PASSING = ("Enter", "Exit", "Identity", "Merge", "NextIteration", "Switch")
_WRITES = ("TensorArrayWriteV3", "TensorArrayScatterV3", "TensorArraySplitV3")


def with_handles(graph: Graph, definition):
    """A GraphDef in which ops on TensorArrays have TensorFlow's inputs, a handle and a flow."""
    arrays = _Arrays(graph, definition)
    for node in list(definition.node):
        arrays.rewrite(node)
    return definition


class _Arrays:
    """The TensorArrays of a graph."""

    def __init__(self, graph: Graph, definition):
        self.graph, self.definition = graph, definition
        self.paths: dict[Tensor, list | None] = {}  # flow -> its array, and the frames entered and left since
        self.handles: dict[tuple, str] = {}  # array and frames -> the node of the handle there

    def path(self, flow: Tensor) -> tuple | None:
        """The array of a flow, and the Enters and Exits that it went through; None if it is no flow."""
        frames, seen = [], set()
        while flow.op.type != "TensorArrayV3":
            op = flow.op
            if op in seen or op.type not in (*_PASSING, *_WRITES):
                return None
            seen.add(op)
            if op.type in ("Enter", "Exit"):
                frames.append(op)
            flow = op.inputs[0]
        return flow.op, frames[::-1]

    def handle(self, flow: Tensor) -> str:
        """The name of the handle of a flow's array, where the flow is."""
        found, frames = self.path(flow)
        entered: list[Operation] = []
        for op in frames:
            if op.type == "Enter":
                entered.append(op)
            elif entered:
                entered.pop()
        name, key = found.name, (found.name,)
        for op in entered:
            key = (*key, op.attrs["frame_name"])
            if key not in self.handles:
                self.handles[key] = self.enter(name, op)
            name = self.handles[key]
        return name

    def enter(self, name: str, like: Operation) -> str:
        """A node that brings a handle into a frame."""
        made = f"{like.name}/{name.rpartition('/')[2]}/Enter_{len(self.handles)}"
        node = self.definition.node.add(name=made, op="Enter", input=[name])
        values = {
            "T": dtypes.resource,
            "frame_name": like.attrs["frame_name"],
            "is_constant": True,
            "parallel_iterations": 10,
        }
        for key, value in values.items():
            node.attr[key].CopyFrom(attribute(value))
        return made

    def rewrite(self, node) -> None:
        """Gives a node TensorFlow's inputs and attributes."""
        op = self.graph._by_name.get(node.name)
        if op is None:
            return
        flows = [t for t in op.inputs if t.dtype is not dtypes.resource and self.path(t) is not None]
        for i, text in enumerate(node.input):
            source = source_of(text)
            if source[1] == 0 and self.graph._by_name[source[0]].type == "TensorArrayV3":
                node.input[i] = text_of((source[0], 1))
        if op.type == "TensorArrayV3":
            del node.attr["_flow"]
            if not op.attrs["dynamic_size"]:  # or what was not written could not be read as zeros
                node.attr["identical_element_shapes"].b = True
        elif op.type.startswith("TensorArray"):
            if not flows or op.attrs.get("overwrites"):
                raise ValueError(f"TensorFlow has no such TensorArray as that of '{op.name}'")
            self.with_handle(node, op, self.handle(op.inputs[0]))
        elif flows and op.type in _PASSING:
            node.attr["T"].type = dtypes.float32.as_datatype_enum
        self.say_shapes(node, op)

    def say_shapes(self, node, op: Operation) -> None:
        """Says that flows are scalars and handles have two parts, if a node tells shapes."""
        if "_output_shapes" not in node.attr:
            return
        shapes = node.attr["_output_shapes"].list.shape
        for said, tensor in zip(shapes, op.outputs):
            if tensor.dtype is not dtypes.resource and self.path(tensor) is not None:
                said.CopyFrom(shape_proto(TensorShape([])))
        if op.type == "TensorArrayV3":
            shapes.insert(0, shape_proto(TensorShape([2])))

    def with_handle(self, node, op: Operation, handle: str) -> None:
        """Puts the handle before the inputs of a node, and the flow behind them."""
        data = [text for text in node.input if not text.startswith("^")]
        waits = [text for text in node.input if text.startswith("^")]
        node.ClearField("input")
        node.input.extend([handle, *data[1:], data[0], *waits])
        said, known = dict(node.attr), attributes_of(op.type)
        node.ClearField("attr")
        if "dtype" in known:
            said["dtype"] = attribute(op.outputs[0].dtype.base_dtype)
        if "element_shape_except0" in known:
            shape = op.attrs["element_shape"]
            said["element_shape_except0"] = attribute(shape if shape.rank is None else shape[1:])
        for key in known.keys() & said.keys():
            node.attr[key].CopyFrom(said[key])
