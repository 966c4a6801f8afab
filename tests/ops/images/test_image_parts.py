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


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("dtype", [tf.float32, tf.uint8])
def test_native_patches_are_those_of_numpy(padding, dtype):
    x = tf.placeholder(dtype, [None, None, None, 2])
    patches = tf.extract_image_patches(x, [1, 3, 2, 1], [1, 2, 3, 1], [1, 2, 1, 1], padding)
    native, alone = tf.Session(), tf.Session(config=tf.ConfigProto(executor="op_by_op"))
    with native, alone:
        for sizes in ((2, 7, 9), (1, 5, 2), (3, 6, 6)):
            images = np.random.RandomState(0).randint(0, 200, (*sizes, 2))
            np.testing.assert_array_equal(native.run(patches, {x: images}), alone.run(patches, {x: images}))
