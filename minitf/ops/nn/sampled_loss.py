"""Losses over many classes that compare the true ones with a few sampled ones.

Arguments that the functions share: weights [num_classes, n] (or a list of parts) and biases [num_classes];
labels are integers [batch, num_true]; inputs [batch, n]; num_sampled classes of num_classes are drawn, by the
log-uniform sampler, unless sampled_values (what a sampler returned) are given; remove_accidental_hits: leave
out samples that are true; partition_strategy: how a list of weights holds the rows ("mod" or "div").
"""

from __future__ import annotations

from minitf.framework import dtypes, op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.taking import arguments, taking, with_defaults
from minitf.framework.tensor import Tensor
from minitf.ops.array import array, gather, identity, slicing
from minitf.ops.linalg.matmul import matmul
from minitf.ops.math import math
from minitf.ops.math.reduce import reduce_sum
from minitf.ops.nn import xent
from minitf.ops.nn.embedding import embedding_lookup
from minitf.ops.nn.sampling import compute_accidental_hits, log_uniform_candidate_sampler
from minitf.ops.state.partitioned_variable import parts_of


def logits_and_targets(
    weights,
    biases,
    labels,
    inputs,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values=None,
    remove_accidental_hits: bool = False,
    partition_strategy: str = "mod",
    name: str | None = "nce_loss",
    seed: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Logits and labels [batch, num_true + num_sampled]: first of the true classes, then of the samples."""
    weights = parts_of(weights)
    with name_scope(name, "computelogits_and_targets", [weights, labels, inputs]):
        inputs = convert_to_tensor(inputs)
        labels = math.cast(labels, dtypes.int64)
        if labels.shape.rank not in (None, 2):
            raise ValueError(
                f"labels are class numbers [batch, num_true]; {labels.name} has shape {labels.shape}: use "
                "tf.reshape(labels, [-1, 1])"
            )
        flat = array.reshape(labels, [-1])
        if sampled_values is None:
            sampled_values = log_uniform_candidate_sampler(labels, num_true, num_sampled, True, num_classes, seed)
        sampled, true_count, sampled_count = [identity.stop_gradient(t) for t in sampled_values]
        sampled = math.cast(sampled, dtypes.int64)
        split = array.size(flat)
        ids = array.concat([flat, sampled], 0)
        rows = math.cast(embedding_lookup(weights, ids, partition_strategy), inputs.dtype)
        offsets = math.cast(embedding_lookup(biases, ids, partition_strategy), inputs.dtype)
        true_w = array.reshape(slicing.slice(rows, [0, 0], [split, -1]), [-1, num_true, array.shape(rows)[1]])
        true_logits = reduce_sum(array.expand_dims(inputs, 1) * true_w, 2)
        true_logits += array.reshape(slicing.slice(offsets, [0], [split]), [-1, num_true])
        sampled_logits = matmul(inputs, slicing.slice(rows, [split, 0], [-1, -1]), transpose_b=True)
        sampled_logits += slicing.slice(offsets, [split], [-1])
        if remove_accidental_hits:
            sampled_logits += _exclusion(labels, sampled, num_true, num_sampled, sampled_logits)
        true_logits -= math.cast(math.log(true_count), inputs.dtype)
        sampled_logits -= math.cast(math.log(sampled_count), inputs.dtype)
        targets = [array.ones_like(true_logits) / num_true, array.zeros_like(sampled_logits)]
        both = array.concat([true_logits, sampled_logits], 1), array.concat(targets, 1)
        for matrix in both:
            matrix.set_shape([None, None])  # also where the rank of the inputs is not known
        return both


@taking(arguments(logits_and_targets)[:-1])
def nce_loss(**how) -> Tensor:
    """The noise-contrastive estimation loss of each row, [batch] (Gutmann and Hyvärinen 2010)."""
    logits, targets = logits_and_targets(**how)
    losses = xent.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits, name="sampled_losses")
    op_counts.skip(op_counts.CONTRASTED)
    return reduce_sum(losses, 1, name="Reshape")


@taking(with_defaults(arguments(logits_and_targets), remove_accidental_hits=True, name="sampled_softmax_loss"))
def sampled_softmax_loss(**how) -> Tensor:
    """The softmax cross entropy of each row over true and sampled classes, [batch] (Jean et al. 2014).

    It is for training only: it underestimates the loss over all classes.
    """
    logits, targets = logits_and_targets(**how)
    op_counts.skip(op_counts.SAMPLED)
    targets = identity.stop_gradient(targets, name="labels_stop_gradient")
    return xent.softmax_cross_entropy_with_logits_v2(labels=targets, logits=logits)


def _exclusion(labels, sampled, num_true: int, num_sampled: int, logits) -> Tensor:
    """What is to be added to the samples' logits so that those that are true do not count: [batch, num_sampled]."""
    rows, places, weights = compute_accidental_hits(labels, sampled, num_true)
    places = array.expand_dims(math.cast(places, dtypes.int32), 1)
    indices = array.concat([array.expand_dims(rows, 1), places], 1)
    shape = [array.shape(labels)[0], num_sampled]
    return gather.sparse_to_dense(
        indices, shape, math.cast(weights, logits.dtype), default_value=0.0, validate_indices=False
    )
