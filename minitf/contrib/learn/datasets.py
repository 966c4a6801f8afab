"""tf.contrib.learn.datasets."""

from minitf.datasets import base as base
from minitf.datasets import mnist as mnist
from minitf.datasets.mnist import Datasets as Datasets

DATASETS = {"mnist": mnist.load_mnist}


def load_dataset(name: str, size: str = "small", test_with_fake_data: bool = False):
    """A data set by its name; ValueError if there is none of that name."""
    if name not in DATASETS:
        raise ValueError(f"Name of dataset is not found: {name!r}; there is {', '.join(DATASETS)}")
    return DATASETS[name]()
