"""Parts of images: static shapes that TensorFlow 1.15.5 tells."""

import minitf as tf


def test_centers_tell_how_many_glimpses_there_are():
    images, centers = tf.placeholder(tf.float32, [None, 5, 5, 3]), [[0.0, 0.0], [0.5, 0.5]]
    assert tf.image.extract_glimpse(images, [3, 4], centers).shape.as_list() == [2, 3, 4, 3]
    fed = tf.placeholder(tf.float32, [None, 2])
    assert tf.image.extract_glimpse(images, [3, 4], fed).shape.as_list() == [None, 3, 4, 3]
    drawn = tf.image.draw_bounding_boxes(tf.placeholder(tf.float32), [[centers[0] + centers[1]]])
    assert drawn.shape.rank is None
