"""The collections of losses."""

import pytest
from helpers import run

import minitf as tf


def test_losses_by_scope_and_in_all():
    with tf.name_scope("a"):
        first = tf.losses.mean_squared_error([1.0], [3.0])
    second = tf.losses.mean_squared_error([1.0], [2.0], loss_collection=None)
    tf.losses.add_loss(second)
    tf.losses.add_loss(second, None)
    tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, tf.constant(10.0, name="penalty"))
    assert tf.losses.get_losses() == [first, second]
    assert tf.losses.get_losses("a") == [first]
    assert run(tf.losses.get_total_loss()) == 15
    assert run(tf.losses.get_total_loss(add_regularization_losses=False)) == 5
    assert run(tf.losses.get_regularization_loss()) == 10
    assert run(tf.losses.get_regularization_loss("elsewhere")) == 0


def test_no_losses_to_add_up():
    with pytest.raises(ValueError, match="no loss"):
        tf.losses.get_total_loss()
