"""What datasets and iterators are asked for as functions."""

from __future__ import annotations

from minitf.data.dataset import Dataset
from minitf.data.iterators import Iterator


def get_output_types(dataset_or_iterator):
    """The types of elements, in their structure."""
    return dataset_or_iterator.output_types


def get_output_shapes(dataset_or_iterator):
    """The static shapes of elements, in their structure."""
    return dataset_or_iterator.output_shapes


def get_output_classes(dataset_or_iterator):
    """The classes of elements' parts, in their structure."""
    return dataset_or_iterator.output_classes


def make_one_shot_iterator(dataset: Dataset) -> Iterator:
    """An iterator that goes through a dataset once, and needs no initializer.

    Raises:
      ValueError: if the dataset depends on placeholders or variables.
    """
    return dataset.make_one_shot_iterator()


def make_initializable_iterator(dataset: Dataset, shared_name: str | None = None) -> Iterator:
    """An iterator whose `initializer` starts it, anew each time it runs."""
    return dataset.make_initializable_iterator(shared_name)
