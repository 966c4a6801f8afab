"""Networks of images of all sizes take a few programs, which are right for others, too, and for tiny ones."""

import numpy as np
import pytest
from resized import watched

import minitf as tf
from minitf.runtime.plan import region

TARGET = 12


def conv(x, size, stride):
    return tf.layers.conv2d(x, 2, size, stride, "same", kernel_initializer=tf.constant_initializer(0.1))


def pool(x):
    return tf.layers.max_pooling2d(x, 3, 2, "same")


def levels(x):
    found = [conv(x, 3, 2), pool(x), pool(pool(x))]
    return tf.concat([tf.reshape(each, [tf.shape(x)[0], -1, 2]) for each in found], 1)


KINDS = {  # and in how many lowerings there are programs
    "cropped or padded": (lambda x: tf.image.resize_image_with_crop_or_pad(x, TARGET, TARGET), 10),
    "all levels": (levels, 12),
}


@pytest.mark.parametrize("name", KINDS)
def test_images_of_any_size(name, monkeypatch):
    lowered, real, (network, most) = [], region.Region._lowered, KINDS[name]
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: lowered.append(1) or real(self, *given))
    x, random = tf.placeholder(tf.float32, [None, None, None, 2]), np.random.RandomState(1)
    scale = tf.get_variable("scale", [2], initializer=tf.ones_initializer())
    found = network(x * scale)
    fetches = [found, tf.gradients(tf.reduce_sum(tf.square(found)), scale)[0]]
    feeds = [random.rand(random.randint(2, 5), *random.randint(8, 20, 2), 2) for _ in range(6)]
    feeds += [random.rand(2, 2, 3, 2), random.rand(1, 1, 2, 2), random.rand(3, 45, 39, 2)]
    with tf.Session(config=tf.ConfigProto(executor="op_by_op")) as session:
        session.run(tf.global_variables_initializer())
        expected = [session.run(fetches, {x: feed}) for feed in feeds[5:]]
    with watched() as watch, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        lowered.clear()
        values = [session.run(fetches, {x: feed}) for feed in feeds[:6]]
        assert len(lowered) - watch.counts.total() <= most  # the watch lowers each program, too
        values += [session.run(fetches, {x: feed}) for feed in feeds[6:]]
    assert not watch.wrong
    for ours, theirs in zip(values[5:], expected, strict=True):
        for value, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(value, other, rtol=1e-4, atol=1e-4)
