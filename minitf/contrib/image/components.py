"""Connected components: neighbouring pixels of one value."""

from __future__ import annotations

import minitf as tf
from minitf.ops.images.components import component_numbers


def connected_components(images) -> tf.Tensor:
    """Of each pixel of images [batch, height, width], or of one, the number of the component that it is part of, int32:
    1 and up in the order of their first pixels, 0 for pixels that are 0, False or "".

    Pixels of one value that are above, below, or beside each other are of one component.

    Raises:
      TypeError: for images of another rank, a ValueError for unknown ones.

    >>> import minitf as tf
    >>> print(tf.Session().run(tf.contrib.image.connected_components([[1, 1, 0], [0, 0, 2], [1, 0, 2]])))
    [[1 1 0]
     [0 0 2]
     [3 0 2]]
    """
    with tf.name_scope("connected_components"):
        images = tf.convert_to_tensor(images, name="images")
        if images.shape.rank not in (2, 3):
            kind = ValueError if images.shape.rank is None else TypeError  # as TensorFlow
            raise kind(f"images should have rank 2 (HW) or 3 (NHW). Static shape is {images.shape}")
        one = images.shape.rank == 2
        numbers = tf.cast(component_numbers(images[None, :, :] if one else images), tf.int32)
        return numbers[0, :, :] if one else numbers
