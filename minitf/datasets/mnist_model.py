"""tensorflow.examples.tutorials.mnist.mnist: the network of the tutorial, two hidden layers of relus."""

from __future__ import annotations

import math

import minitf as tf

NUM_CLASSES = 10
IMAGE_SIZE = 28
IMAGE_PIXELS = IMAGE_SIZE * IMAGE_SIZE


def inference(images, hidden1_units: int, hidden2_units: int):
    """The logits, [batch, 10], of images [batch, 784]."""
    x = _layer("hidden1", images, IMAGE_PIXELS, hidden1_units, tf.nn.relu)
    x = _layer("hidden2", x, hidden1_units, hidden2_units, tf.nn.relu)
    return _layer("softmax_linear", x, hidden2_units, NUM_CLASSES, lambda y: y)


def _layer(name: str, x, inputs: int, units: int, activation):
    with tf.name_scope(name):
        start = tf.truncated_normal([inputs, units], stddev=1.0 / math.sqrt(float(inputs)))
        weights = tf.Variable(start, name="weights")
        biases = tf.Variable(tf.zeros([units]), name="biases")
        return activation(tf.matmul(x, weights) + biases)


def loss(logits, labels):
    """The mean cross entropy of logits with digits."""
    return tf.losses.sparse_softmax_cross_entropy(labels=tf.to_int64(labels), logits=logits)


def training(loss, learning_rate: float):
    """A step of gradient descent that counts the steps, with a summary of the loss."""
    tf.summary.scalar("loss", loss)
    optimizer = tf.train.GradientDescentOptimizer(learning_rate)
    global_step = tf.Variable(0, name="global_step", trainable=False)
    return optimizer.minimize(loss, global_step=global_step)


def evaluation(logits, labels):
    """How many digits of a batch the logits have right."""
    return tf.reduce_sum(tf.cast(tf.nn.in_top_k(logits, labels, 1), tf.int32))
