"""Gradients have the names that they have in TensorFlow 1.15.5."""

import gradient_names
import pytest
from oracle import facts

import minitf as tf

SPLIT_AT_ONCE = ("tf.concat([a, b], 0)",)  # TensorFlow slices for each part; the parts of one op are called otherwise


@pytest.mark.parametrize("loss", gradient_names.LOSSES)
def test_gradients_are_called_as_in_tensorflow(loss):
    expected, found = facts("gradient_names")[loss], gradient_names.names(tf, loss)
    assert found["optimizer"] == expected["optimizer"]
    if loss not in SPLIT_AT_ONCE:
        assert found["plain"] == expected["plain"]
