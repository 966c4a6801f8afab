"""tf.saved_model.utils: tensors in signatures."""

from __future__ import annotations

import minitf as tf
from minitf.framework import protos
from minitf.framework.convert import convert_to_tensor
from minitf.graphs.values import shape_proto


def build_tensor_info(tensor):
    """The name, type and shape of a tensor as a TensorInfo."""
    tensor = convert_to_tensor(tensor)
    return protos.message("TensorInfo")(
        name=tensor.name, dtype=tensor.dtype.base_dtype.as_datatype_enum, tensor_shape=shape_proto(tensor.shape)
    )


def get_tensor_from_tensor_info(tensor_info, graph=None, import_scope: str | None = None):
    """The tensor of a graph (the default one if None) that a TensorInfo names, in the scope import_scope."""
    graph = graph or tf.get_default_graph()
    return graph.get_tensor_by_name(f"{import_scope}/{tensor_info.name}" if import_scope else tensor_info.name)
