"""The loss of batches of sequences against TensorFlow."""

import numpy as np
import pytest
import recorded_runs
from helpers import fails, run

import minitf as tf
from minitf.contrib.seq2seq import sequence_loss


@pytest.mark.parametrize("id", recorded_runs.ids("seq2seq", "sequence_loss"))
def test_recorded(id):
    recorded_runs.check("seq2seq", id)


LOSSES = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]], np.float32)
WEIGHTS = np.array([[2.0, 1.0, 0.0], [1.0, 0.0, 0.0]], np.float32)


@pytest.mark.parametrize(
    ("time", "batch", "wanted"), [(True, True, 12 / 3), (True, False, [2, 8]), (False, True, [5, 2, 0])]
)
def test_sums_count_the_weights_that_are_not_zero(time, batch, wanted):
    loss = sequence_loss(
        tf.zeros([2, 3, 5]),
        tf.zeros([2, 3], tf.int32),
        tf.constant(WEIGHTS),
        False,
        False,
        time,
        batch,
        softmax_loss_function=lambda labels, logits: tf.reshape(tf.constant(LOSSES), [-1]),
    )
    np.testing.assert_allclose(run(loss), wanted)


def test_refusals():
    logits, targets, weights = tf.zeros([2, 3, 4]), tf.zeros([2, 3], tf.int32), tf.ones([2, 3])
    with fails(ValueError, "targets has rank 2"):
        sequence_loss(logits, targets[0], weights)
    with fails(ValueError, "not both"):
        sequence_loss(logits, targets, weights, sum_over_batch=True)
