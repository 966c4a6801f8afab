"""Images under their names of before TensorFlow 1.0."""

from __future__ import annotations

import minitf as tf
from minitf.as_tensorflow.zero.notes import note


def per_image_whitening(image):
    """`tf.image.per_image_standardization`."""
    note("tf.image.per_image_whitening")
    return tf.image.per_image_standardization(image)
