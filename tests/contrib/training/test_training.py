import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("train_ops", "train_until", "gradients_multiplied"))
def test_like_tensorflow(name):
    check(name)


def test_only_trainable_variables_are_trained():
    w = tf.Variable(1.0, name="w", trainable=False)
    with pytest.raises(ValueError, match="w:0 is to be trained, but it is not trainable"):
        tf.contrib.training.create_train_op(w * w, tf.train.AdamOptimizer(), variables_to_train=[w])


def test_a_loss_that_is_no_number_stops_the_step():
    w = tf.Variable(0.0)
    op = tf.contrib.training.create_train_op(tf.log(w), tf.train.GradientDescentOptimizer(0.1))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match="LossTensor is inf or nan"):
            sess.run(op)
