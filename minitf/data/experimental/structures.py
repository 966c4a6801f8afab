"""Structures of elements by the functions and names that they have had, and the tensors for which datasets stand."""

from __future__ import annotations

from minitf.data import structure as parts
from minitf.data.dataset import Dataset
from minitf.data.iterators import Iterator
from minitf.framework.composite_specs import SparseTensorSpec
from minitf.framework.tensor import Tensor
from minitf.framework.tensor_spec import TensorSpec
from minitf.ops.control.tensor_array_spec import TensorArraySpec
from minitf.ragged.spec import RaggedTensorSpec


def get_structure(dataset_or_iterator):
    """What elements are, in their structure, `element_spec`; TypeError for what is no dataset or iterator."""
    if not isinstance(dataset_or_iterator, (Dataset, Iterator)):
        kind = type(dataset_or_iterator)
        raise TypeError(f"`dataset_or_iterator` must be a Dataset or Iterator object, but got {kind}.")
    return dataset_or_iterator.element_spec


def from_variant(variant: Tensor, structure) -> Dataset:
    """The dataset for which a tensor stands; structure: what its elements are."""
    return Dataset._of(variant, parts.parts_of(structure))


def to_variant(dataset: Dataset) -> Tensor:
    """The tensor that stands for a dataset, a variant scalar."""
    return dataset._variant_tensor


def TensorStructure(dtype, shape) -> TensorSpec:  # noqa: N802 - they were classes
    """`tf.TensorSpec`."""
    return TensorSpec(shape, dtype)


def SparseTensorStructure(dtype, shape) -> SparseTensorSpec:  # noqa: N802
    """`tf.SparseTensorSpec`."""
    return SparseTensorSpec(shape, dtype)


def RaggedTensorStructure(dtype, shape, ragged_rank: int) -> RaggedTensorSpec:  # noqa: N802
    """`tf.RaggedTensorSpec`."""
    return RaggedTensorSpec(shape, dtype, ragged_rank)


def TensorArrayStructure(dtype, element_shape, dynamic_size: bool, infer_shape: bool) -> TensorArraySpec:  # noqa: N802
    """`tf.TensorArraySpec`."""
    return TensorArraySpec(element_shape, dtype, dynamic_size, infer_shape)
