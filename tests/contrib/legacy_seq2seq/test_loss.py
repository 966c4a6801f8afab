"""Losses of lists and buckets against TensorFlow."""

import pytest
import recorded_runs
from helpers import fails, run

import minitf as tf
from minitf.contrib import legacy_seq2seq


@pytest.mark.parametrize("id", recorded_runs.ids("seq2seq", "legacy_sequence_loss", "model_with_buckets"))
def test_recorded(id):
    recorded_runs.check("seq2seq", id)


def test_another_loss_function_and_losses_by_example():
    logits, targets, weights = [tf.ones([2, 3])] * 2, [tf.zeros([2], tf.int32)] * 2, [tf.ones([2])] * 2

    def loss(labels, logits):
        return tf.reduce_sum(logits, 1) + tf.cast(labels, tf.float32)

    assert run(
        legacy_seq2seq.sequence_loss_by_example(logits, targets, weights, softmax_loss_function=loss)
    ).tolist() == [3, 3]
    outputs, losses = legacy_seq2seq.model_with_buckets(
        logits, targets, targets, weights, [(1, 1), (2, 2)], lambda e, d: (e, None), loss, per_example_loss=True
    )
    assert [len(o) for o in outputs] == [1, 2]
    assert [run(t).tolist() for t in losses] == [[3, 3], [3, 3]]


def test_lists_of_different_lengths_are_refused():
    one = [tf.ones([2, 3])]
    with fails(ValueError, "1, 2 and 1"):
        legacy_seq2seq.sequence_loss(one, one * 2, one)
    with fails(ValueError, "targets has 1 steps", "(2, 2)"):
        legacy_seq2seq.model_with_buckets(one * 2, one, one, one * 2, [(2, 2)], tf.identity)
