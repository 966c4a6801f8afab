"""tf.saved_model.utils: tensors in signatures."""

from __future__ import annotations

import minitf as tf
from minitf.framework import protos
from minitf.graphs.values import shape_proto

_PARTS = ("indices", "values", "dense_shape")


def build_tensor_info(tensor):
    """The name, type and shape of a tensor, variable or SparseTensor as a TensorInfo.

    Raises:
      TypeError: for anything else.
    """
    if isinstance(tensor, tf.SparseTensor):
        found = {"coo_sparse": {f"{part}_tensor_name": getattr(tensor, part).name for part in _PARTS}}
    elif isinstance(tensor, (tf.Tensor, tf.Variable)):
        found = {"name": tensor.name}
    else:
        raise TypeError(f"a TensorInfo describes a tensor, a variable or a SparseTensor, not {tensor!r}")
    dtype, shape = tensor.dtype.as_datatype_enum, shape_proto(tensor.shape)
    return protos.message("TensorInfo")(dtype=dtype, tensor_shape=shape, **found)


def get_tensor_from_tensor_info(tensor_info, graph=None, import_scope: str | None = None):
    """The tensor or SparseTensor of a graph (the default one if None) that a TensorInfo names, in the scope
    import_scope.

    Raises:
      KeyError: if the graph has none of that name. ValueError: if the TensorInfo names none.
    """
    graph = graph or tf.get_default_graph()

    def named(name: str) -> tf.Tensor:
        return graph.get_tensor_by_name(f"{import_scope}/{name}" if import_scope else name)

    encoding = tensor_info.WhichOneof("encoding")
    if encoding == "coo_sparse":
        return tf.SparseTensor(*[named(getattr(tensor_info.coo_sparse, f"{part}_tensor_name")) for part in _PARTS])
    if encoding != "name":
        raise ValueError(f"Invalid TensorInfo.encoding: {encoding}")
    return named(tensor_info.name)
