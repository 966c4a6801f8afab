"""Index vectors that each are meant for one item of a batch."""

from __future__ import annotations

from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.ops.array import array


def gather_nd_in_batches(params, indices, batch_dims: int, name: str | None) -> Tensor:
    """The elements (or slices) of each item of a batch at the index vectors for it.

    Raises:
      ValueError: for a negative batch_dims, or one that leaves params or indices no axis.
    """
    with name_scope(name, "BatchGatherND", [params, indices]):
        indices, params = convert_to_tensor(indices, name="indices"), convert_to_tensor(params, name="params")
        if batch_dims < 0:
            raise ValueError(f"tf.gather_nd does not allow negative batch_dims: {batch_dims}")
        for x in (indices, params):
            if x.shape.rank is not None and batch_dims >= x.shape.rank:
                raise ValueError(f"batch_dims = {batch_dims} must be less than the rank of {x.name}, {x.shape.rank}")
        batch, sizes = array.shape(params)[:batch_dims], array.shape(indices)
        count = apply("Prod", batch, [0])
        vectors = array.reshape(indices, array.concat([[count], sizes[batch_dims:]], 0))
        items = array.reshape(params, array.concat([[count], array.shape(params)[batch_dims:]], 0))
        ones = array.ones([array.rank(vectors) - 1], sizes.dtype)
        rows = apply(
            "Cast", array.reshape(apply("Range", 0, count, 1), array.concat([[count], ones], 0)), DstT=indices.dtype
        )
        found = apply("GatherNd", items, array.concat([rows + array.zeros_like(vectors[..., :1]), vectors], -1))
        found = array.reshape(found, array.concat([batch, array.shape(found)[1:]], 0))
        if None not in (params.shape.rank, indices.shape.rank) and indices.shape.sizes[-1] is not None:
            inner = indices.shape[batch_dims:-1].concatenate(params.shape[batch_dims + indices.shape.sizes[-1] :])
            found.set_shape(params.shape[:batch_dims].concatenate(inner))
        return found
