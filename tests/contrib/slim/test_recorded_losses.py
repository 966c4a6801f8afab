"""tf.contrib.losses as TensorFlow 1.15.5 has them: ops, names, collections, values, gradients."""

import pytest
from recorded_calls import calls, check

import minitf as tf


@pytest.mark.parametrize("call", calls("contrib_losses"))
def test_recorded_calls(call):
    check(call, "contrib_losses", graph="softmax" not in call)  # of cross entropies, ours are one op


def test_labels_are_needed():
    with pytest.raises(ValueError, match="labels are needed"):
        tf.contrib.losses.log_loss(tf.zeros([2, 3]))


def test_add_loss_takes_its_collection_from_a_scope():
    with tf.contrib.slim.arg_scope([tf.contrib.losses.add_loss], loss_collection="mine"):
        tf.contrib.losses.add_loss(tf.constant(1.0))
    assert [loss.op.name for loss in tf.get_collection("mine")] == ["Const"]
