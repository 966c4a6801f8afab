"""Losses of logits against TensorFlow."""

import loss_facts
import pytest
from helpers import fails

import minitf as tf


@pytest.mark.parametrize("call", loss_facts.calls("cross_entropy"))
def test_recorded(call):
    loss_facts.check(call)


@pytest.mark.parametrize(
    ("name", "arguments", "missing"),
    [
        ("sigmoid_cross_entropy", (None, [1.0]), "multi_class_labels"),
        ("softmax_cross_entropy", ([1.0], None), "logits"),
        ("sparse_softmax_cross_entropy", (None, None), "labels and logits"),
    ],
)
def test_nothing_to_compare(name, arguments, missing):
    with fails(ValueError, missing):
        getattr(tf.losses, name)(*arguments)


def test_last_axes_are_left_out_where_ranks_are_unknown():
    labels, logits, weights = (
        [[1], [0], [2]],
        [[1.0, 2.0, 0.0], [0.0, 3.0, 1.0], [0.5, 0.0, 0.0]],
        [[1.0], [0.0], [2.0]],
    )
    wanted = tf.losses.sparse_softmax_cross_entropy(labels, logits, weights)
    holders = [tf.placeholder(dtype, None) for dtype in (tf.int32, tf.float32, tf.float32)]
    found = tf.losses.sparse_softmax_cross_entropy(*holders)
    with tf.Session() as session:
        first, second = session.run([wanted, found], dict(zip(holders, [labels, logits, weights])))
    assert first == second
