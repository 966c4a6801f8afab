"""Values that may not be there, such as the element behind the last one; how many elements there are."""

from __future__ import annotations

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR
from minitf.ops.datasets.iterators import Iterator, check_element
from minitf.ops.patterns import STATEFUL, boxed


class Optional(tuple):
    """The arrays of a value that is there."""

    __slots__ = ()


def _content(b, value) -> Optional | None:
    return b.data(value)[()]


def _next(b, op, handle):
    iterator: Iterator = b.data(handle)[()]
    try:
        return b.constant(boxed(Optional(iterator.next(b, op))))
    except errors.OutOfRangeError:
        return b.constant(boxed(None))


def _value(b, op, optional):
    found = _content(b, optional)
    if found is None:
        raise errors.InvalidArgumentError(None, op, "The given optional does not have a value.")
    check_element(op, found)
    return [b.constant(array) for array in found]


def _define(type: str, signature: str, host, shape=lambda op: [SCALAR] * len(op.outputs)) -> None:
    define(type, signature, shape=shape, host=host, **STATEFUL)


_define(
    "IteratorGetNextAsOptional",
    "iterator: resource; output_types: list(type), output_shapes: list(shape) -> optional: variant",
    _next,
)
_define(
    "OptionalFromValue",
    "components: **Toutput_types -> optional: variant",
    lambda b, op, *values: b.constant(boxed(Optional([b.data(v).copy() for v in values]))),
)
_define("OptionalNone", "-> optional: variant", lambda b, op: b.constant(boxed(None)))
_define(
    "OptionalHasValue",
    "optional: variant -> has_value: bool",
    lambda b, op, optional: b.constant(np.array(_content(b, optional) is not None)),
)
_define(
    "OptionalGetValue",
    "optional: variant; output_shapes: list(shape) -> components: **output_types",
    _value,
    lambda op: op.attrs["output_shapes"],
)
_define(
    "DatasetCardinality",
    "input_dataset: variant; cardinality_options: later[fixed[string]] = '' -> cardinality: int64",
    lambda b, op, dataset: b.constant(np.array(b.data(dataset)[()].count(), np.int64)),
)
