"""What elements are, and what values are without values: what TensorFlow gives (spec_scenarios.py)."""

import pytest
from helpers import fails
from session_facts import check

import minitf as tf


def test_like_tensorflow():
    check("specs_of_values")


@pytest.mark.parametrize(
    "element",
    [
        lambda: (tf.constant([1, 2]), {"k": tf.constant("a")}),
        lambda: tf.SparseTensor([[0, 1]], [3.0], [2, 3]),
        lambda: tf.ragged.constant([[1], [2, 3]]),
        lambda: tf.data.Dataset.range(3),
    ],
)
def test_a_dataset_comes_back_from_its_tensor(element):
    dataset = tf.data.Dataset.from_tensors(element())
    tensor = tf.data.experimental.to_variant(dataset)
    again = tf.data.experimental.from_variant(tensor, dataset.element_spec)
    assert again.element_spec == dataset.element_spec
    assert str(again.output_classes) == str(dataset.output_classes)


def test_a_structure_of_something_else():
    tensor = tf.data.experimental.to_variant(tf.data.Dataset.range(2))
    with fails(TypeError, "tf.TensorSpec", "3"):
        tf.data.experimental.from_variant(tensor, 3)
