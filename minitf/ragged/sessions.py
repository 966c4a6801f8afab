"""Ragged tensors as fetches and feeds."""

from __future__ import annotations

from minitf.ragged.tensor import RaggedTensor
from minitf.ragged.value import RaggedTensorValue
from minitf.runtime.session.feed import register_feed
from minitf.runtime.session.fetch import register_fetch


def _value(ragged: RaggedTensor, results: list) -> RaggedTensorValue:
    made = results[0]
    for splits in reversed(results[1:]):
        made = RaggedTensorValue(made, splits)
    return made


def _pairs(ragged: RaggedTensor, value) -> list:
    if not isinstance(value, RaggedTensorValue) or value.ragged_rank != ragged.ragged_rank:
        raise TypeError(
            f"what is fed for a RaggedTensor of ragged_rank {ragged.ragged_rank} is a RaggedTensorValue of that rank, "
            f"not {value!r}; tf.ragged.constant_value makes one of nested lists"
        )
    return list(zip(ragged._components(), [value.flat_values, *value.nested_row_splits]))


register_fetch(RaggedTensor, RaggedTensor._components, _value)
register_feed(RaggedTensor, _pairs)
