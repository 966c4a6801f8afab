"""Losses of distances against TensorFlow."""

import loss_facts
import pytest
from helpers import fails

import minitf as tf

NAMES = ("absolute_difference", "mean_squared", "huber", "log_loss", "hinge_loss(y, x", "cosine", "pairwise")


@pytest.mark.parametrize("call", loss_facts.calls(*NAMES))
def test_recorded(call):
    loss_facts.check(call)


def test_refusals():
    with fails(ValueError, "mean_squared_error", "labels"):
        tf.losses.mean_squared_error(None, [1.0])
    with fails(ValueError, "hinge_loss", "logits"):
        tf.losses.hinge_loss([1.0], None)
    with fails(ValueError, "pairwise", "predictions"):
        tf.losses.mean_pairwise_squared_error([[1.0]], None)
    with fails(ValueError, "axis"):
        tf.losses.cosine_distance([1.0], [1.0])
    with pytest.raises(ValueError):
        tf.losses.huber_loss([1.0], [1.0, 2.0])
