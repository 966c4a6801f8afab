"""tf.contrib.slim.summaries: summaries that are named after their tensors."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf


def _named(tensor, name: str | None, prefix: str | None, postfix: str | None = None) -> str:
    return "/".join(filter(None, [prefix, name or tensor.op.name, postfix]))


def _printed(make: Callable, tensor, name: str, printed: bool) -> tf.Tensor:
    """A summary, which is printed each time it is made, if asked for."""
    summary = make(name, tensor, collections=[] if printed else None)
    if printed:
        summary = tf.Print(summary, [tensor], name)
        tf.add_to_collection(tf.GraphKeys.SUMMARIES, summary)
    return summary


def add_histogram_summary(tensor, name: str | None = None, prefix: str | None = None) -> tf.Tensor:
    """A histogram, named after the tensor by default."""
    return tf.summary.histogram(_named(tensor, name, prefix), tensor)


def add_image_summary(
    tensor, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> tf.Tensor:
    """A summary of images, named after the tensor by default."""
    return _printed(tf.summary.image, tensor, _named(tensor, name, prefix), print_summary)


def add_scalar_summary(
    tensor, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> tf.Tensor:
    """A summary of a scalar, named after the tensor by default."""
    return _printed(tf.summary.scalar, tensor, _named(tensor, name, prefix), print_summary)


def add_zero_fraction_summary(
    tensor, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> tf.Tensor:
    """A summary of the share of zeros in a tensor."""
    name = _named(tensor, name, prefix, "Fraction_of_Zero_Values")
    return add_scalar_summary(tf.nn.zero_fraction(tensor), name, print_summary=print_summary)


def add_histogram_summaries(tensors, prefix: str | None = None) -> list:
    """`add_histogram_summary` of each tensor."""
    return [add_histogram_summary(tensor, prefix=prefix) for tensor in tensors]


def add_image_summaries(tensors, prefix: str | None = None) -> list:
    """`add_image_summary` of each tensor."""
    return [add_image_summary(tensor, prefix=prefix) for tensor in tensors]


def add_scalar_summaries(tensors, prefix: str | None = None, print_summary: bool = False) -> list:
    """`add_scalar_summary` of each tensor."""
    return [add_scalar_summary(tensor, prefix=prefix, print_summary=print_summary) for tensor in tensors]


def add_zero_fraction_summaries(tensors, prefix: str | None = None) -> list:
    """`add_zero_fraction_summary` of each tensor."""
    return [add_zero_fraction_summary(tensor, prefix=prefix) for tensor in tensors]
