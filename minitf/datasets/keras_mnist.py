"""tf.keras.datasets.mnist."""

from __future__ import annotations

from minitf.datasets import mnist


def load_data(path: str = "mnist.npz"):
    """((images, digits), (images, digits)) for training and testing: bytes [n, 28, 28] and [n].

    They are looked for in `$MINITF_DATA` and in the user's cache, and fetched if they are in neither.

    Raises:
      FileNotFoundError: if they are nowhere and cannot be fetched; it says where to put which files.
    """
    found = mnist.load()
    return (found.train_images, found.train_labels), (found.test_images, found.test_labels)
