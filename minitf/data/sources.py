"""The tensors for which datasets stand, and the parts of their elements."""

from __future__ import annotations

import minitf as tf
from minitf.data import structure
from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.shape import TensorShape, as_shape
from minitf.framework.sparse import SparseTensor
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ragged import variants
from minitf.ragged.tensor import RaggedTensor


def whole(tensors) -> tuple[Tensor, object]:
    """A dataset of one element."""
    values = structure.as_tensors(tensors)
    parts = structure.map_structure(structure.part_of, values)
    return apply("TensorDataset", structure.spread(parts, values), **structure.shapes_of(parts)), parts


def sliced(tensors) -> tuple[Tensor, object]:
    """The slices of tensors along their first axes."""
    values = structure.as_tensors(tensors)
    flat = structure.flatten(values)
    for tensor in flat:
        if tensor.shape.rank == 0:
            raise ValueError(f"Value {tensor} has insufficient rank for batching.")
    _check_lengths(flat)
    parts = structure.map_structure(lambda v: structure.part_of(v).row(), values)
    given = [_rows(v) for v in flat]
    return apply("TensorSliceDataset", given, **structure.shapes_of(parts)), parts


def _check_lengths(values: list) -> None:
    length = TensorShape([None])
    for value in values:
        rows = value.shape[:1] if value.shape.rank else TensorShape([None])
        if not rows.is_compatible_with(length):
            raise ValueError(f"Dimensions {length[0]} and {rows[0]} are not compatible")
        length = length.merge_with(rows)


def _rows(value) -> Tensor:
    if isinstance(value, SparseTensor):
        return apply("SerializeManySparse", *value._components(), out_type=dtypes.variant)
    if isinstance(value, RaggedTensor):
        return variants.encoded(value, batched=True)
    return value


def generated(generator, arguments: tuple, parts) -> tuple[Tensor, object]:
    """What a Python generator yields."""
    tensor = apply(
        "GeneratorDataset",
        list(arguments),
        generator=generator,
        flattened=lambda value: structure.flat_up_to(parts, value),
        **structure.carriers(parts),
    )
    return tensor, parts


def numbers(*args) -> tuple[Tensor, object]:
    """Numbers at equal distances."""
    if not 1 <= len(args) <= 3:
        raise ValueError(f"Invalid arguments to RangeDataset: {args!r}")
    start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
    given = [
        tf.convert_to_tensor(value, tf.int64, name=name)
        for name, value in (("start", start), ("stop", stop), ("step", step))
    ]
    part = structure.Part(tf.int64, TensorShape([]))
    return apply("RangeDataset", *given, **structure.carriers(part)), part


def file_names(pattern) -> tuple[Tensor, object]:
    """The names of the files that match; an error, when it runs, if there are none."""
    pattern = tf.convert_to_tensor(pattern, tf.string, name="file_pattern")
    names = apply("MatchingFiles", pattern)
    some = tf.greater(tf.shape(names)[0], 0, name="match_not_empty")
    message = tf.add("No files matched pattern: ", tf.reduce_join(pattern, separator=", "), name="message")
    check = tf.Assert(some, [message], summarize=1, name="assert_not_empty")
    with tf.control_dependencies([check]):
        names = tf.identity(names)
    part = structure.Part(tf.string, TensorShape([]))
    return apply("TensorSliceDataset", [names], **structure.shapes_of(part)), part


# ---- padded batches


def padded(dataset, batch_size, padded_shapes, padding_values, drop_remainder) -> tuple[Tensor, object]:
    """Batches of elements that are filled up."""
    parts = dataset._parts
    flat = structure.flatten(parts)
    if any(isinstance(p, (structure.SparsePart, structure.RaggedPart, structure.DatasetPart)) for p in flat):
        raise TypeError("Batching of padded sparse tensors is not currently supported")
    size = tf.convert_to_tensor(batch_size, tf.int64, name="batch_size")
    shapes = [_padded_shape(s, p.shape) for s, p in zip(structure.flat_up_to(parts, padded_shapes), flat)]
    fills = [None] * len(flat) if padding_values is None else structure.flat_up_to(parts, padding_values)
    fills = [_fill(value, part.dtype) for value, part in zip(fills, flat)]
    rest = tf.convert_to_tensor(drop_remainder, tf.bool, name="drop_remainder")
    first = constant_value(size) if constant_value(rest) else None
    found = structure.pack(parts, [p.with_shape(_static(s)).batched(first) for p, s in zip(flat, shapes)])
    tensor = apply(
        "PaddedBatchDatasetV2", dataset._variant_tensor, size, shapes, fills, rest, **structure.shapes_of(found)
    )
    return tensor, found


def _padded_shape(shape, of: TensorShape) -> Tensor:
    """A shape to fill up to as an int64 vector, with -1 for what is not known."""
    if isinstance(shape, Tensor):
        if shape.dtype is not tf.int64 or shape.shape.rank not in (None, 1):
            raise TypeError(f"Padded shape {shape} must be a 1-D tensor of tf.int64 values")
        return shape
    if not isinstance(shape, TensorShape):
        sizes = [shape] if isinstance(shape, int) else shape
        sizes = [None if n is None or n == -1 else n for n in sizes] if sizes is not None else None
        shape = as_shape(sizes)
    if shape.rank is None:
        raise ValueError(f"Padded shape {shape} must have a known rank")
    if of.rank is not None and of.rank != shape.rank:
        raise ValueError(
            f"The padded shape {shape} is not compatible with the corresponding input component shape {of}."
        )
    for wanted, given in zip(shape.as_list(), of.as_list() if of.rank is not None else []):
        if wanted is not None and given is not None and wanted < given:
            raise ValueError(
                f"The padded shape {shape} is not compatible with the corresponding input component shape {of}."
            )
    return tf.constant([-1 if n is None else n for n in shape.as_list()], tf.int64)


def _static(shape: Tensor) -> TensorShape:
    known = constant_value(shape)
    if known is None:
        return TensorShape([None] * shape.shape[0].value if shape.shape.is_fully_defined() else None)
    return TensorShape([None if n < 0 else int(n) for n in known])


def _fill(value, dtype: dtypes.DType) -> Tensor:
    if value is None:
        value = "" if dtype is tf.string else dtype.as_numpy_dtype(0)
    fill = tf.convert_to_tensor(value, name="padding_value")
    if fill.shape.rank not in (None, 0):
        raise ValueError(f"Padding value should be a scalar, not {fill}")
    if fill.dtype is not dtype:
        raise TypeError(f"Padding value type {fill.dtype.name} does not match output type {dtype.name}")
    return fill
