"""Losses of a batch and of regularizers as one number."""

from __future__ import annotations

from minitf.framework import op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.math.cast import cast
from minitf.ops.math.reduce import reduce_sum


def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size: int | None = None) -> Tensor:
    """The sum of losses [batch, ...], each times its weight, by the size of the batch (default: their first axis).

    sample_weight: [batch] or of the losses' shape. ValueError for one loss without an axis.
    """
    losses = convert_to_tensor(per_example_loss)
    losses.shape.with_rank_at_least(1)
    if sample_weight is not None:
        weights = cast(convert_to_tensor(sample_weight), losses.dtype)
        for _ in range(max((losses.shape.rank or 0) - (weights.shape.rank or 0), 0)):
            weights = array.expand_dims(weights, -1)
        losses = losses * weights
        op_counts.skip(op_counts.WEIGHTS_SPREAD)
    if global_batch_size is not None:
        return reduce_sum(losses) / global_batch_size
    op_counts.skip(op_counts.REPLICAS + op_counts.RANK_ASSERTED * (losses.shape.rank is None))
    return reduce_sum(losses) / cast(array.shape(losses)[0], losses.dtype)


def scale_regularization_loss(regularization_loss) -> Tensor:
    """The sum of the losses of regularizers, of which there is one part here."""
    loss = reduce_sum(convert_to_tensor(regularization_loss))
    return loss / 1
