"""Parts of images: static shapes that TensorFlow 1.15.5 tells."""

import functools

import numpy as np
import pytest

import minitf as tf


def test_centers_tell_how_many_glimpses_there_are():
    images, centers = tf.placeholder(tf.float32, [None, 5, 5, 3]), [[0.0, 0.0], [0.5, 0.5]]
    assert tf.image.extract_glimpse(images, [3, 4], centers).shape.as_list() == [2, 3, 4, 3]
    fed = tf.placeholder(tf.float32, [None, 2])
    assert tf.image.extract_glimpse(images, [3, 4], fed).shape.as_list() == [None, 3, 4, 3]
    drawn = tf.image.draw_bounding_boxes(tf.placeholder(tf.float32), [[centers[0] + centers[1]]])
    assert drawn.shape.rank is None


@pytest.mark.parametrize("volumes", [False, True])
def test_gradients_of_patches_of_unknown_rank(volumes):
    x = np.random.RandomState(2).randn(*[2, 5, 4, 3, 2][: 4 + volumes]).astype(np.float32)
    sizes = [1, 2, 3, 1, 1] if volumes else [1, 2, 3, 1]
    cut = tf.extract_volume_patches if volumes else functools.partial(tf.extract_image_patches, rates=[1] * 4)

    def slopes(images):
        patches = cut(images, sizes, [1] * len(sizes), padding="SAME")
        return tf.gradients(tf.reduce_sum(patches**2), images)[0]

    known, unknown = tf.constant(x), tf.placeholder(tf.float32, None)
    with tf.Session() as session:
        first, second = session.run([slopes(known), slopes(unknown)], {unknown: x})
    np.testing.assert_array_equal(first, second)
