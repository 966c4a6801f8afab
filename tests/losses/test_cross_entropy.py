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
