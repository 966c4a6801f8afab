"""Layers, metrics, losses and images of tf.contrib, crossed features: what TensorFlow gives (contrib_scenarios.py),
and what only a run shows.
"""

import numpy as np
import pytest
import session_scenarios
from helpers import fails
from oracle import facts
from session_facts import assert_like, check

import minitf as tf


@pytest.mark.parametrize("name", ["contrib_losses", "contrib_calls", "contrib_metrics"])
def test_like_tensorflow(name):
    assert_like(session_scenarios.run(tf, name), facts("sessions")[name])


@pytest.mark.parametrize("name", ["contrib_summaries", "contrib_specs"])
def test_exactly_like_tensorflow(name):
    check(name)


def test_crossed_features_have_as_many_rows():
    s = tf.SparseTensor([[0, 0]], ["a"], [3, 2])
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "different numbers of rows"):
        session.run(tf.sparse.cross([s, tf.constant([["x"]])]))


def test_open_shapes():
    images, angles = tf.placeholder(tf.float32, [None, None, None, None]), tf.placeholder(tf.float32, [None])
    turned = tf.contrib.image.rotate(images, angles)
    with tf.Session() as session:
        feed = {images: np.ones([2, 3, 4, 1]), angles: [0.0, np.pi]}
        np.testing.assert_array_equal(session.run(turned, feed), np.ones([2, 3, 4, 1]))
        with fails(tf.errors.InvalidArgumentError, "num_images x 8"):
            session.run(turned, {images: np.ones([2, 3, 4, 1]), angles: [0.0] * 3})


def test_transforms_that_go_nowhere_are_empty():
    image = tf.ones([3, 3])
    with tf.Session() as session:
        far = tf.contrib.image.transform(image, [np.nan, 0, 0, 0, 1, 0, 0, 0])
        assert not session.run(far).any()
        behind = tf.contrib.image.transform(image, [1, 0, 0, 0, 1, 0, -1, 0])
        assert session.run(behind)[:, 1].tolist() == [0, 0, 0]
    with fails(ValueError, "NEAREST or BILINEAR"):
        tf.contrib.image.transform(image, [1, 0, 0, 0, 1, 0, 0, 0], "CUBIC")


def test_signal_has_its_old_name():
    assert tf.contrib.signal.stft(tf.zeros([16]), 4, 2).shape.as_list() == [7, 3]
