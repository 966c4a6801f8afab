"""Batches of examples that are like each other: each bucket has a queue, and its full batches go to one for all.

What the functions have in common: tensors, num_threads, shapes, keep_input as in `tf.train.maybe_batch`. batch_size: a
number, or one for each bucket; capacity: of the queue of batches; bucket_capacities: of those of the buckets, by
default the same; dynamic_pad: what is smaller than others of its batch is filled up with zeros.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

import minitf as tf
from minitf.framework import errors
from minitf.framework.static import constant_value
from minitf.ops.control.cond import smart_cond
from minitf.train.batches import checked_keep, listed, restored, shapes_of, stored, types_of
from minitf.train.input import note

_INT32 = np.iinfo(np.int32)
_ENDS = (errors.OutOfRangeError, errors.CancelledError)


def bucket(
    tensors,
    which_bucket,
    batch_size,
    num_buckets: int,
    num_threads: int = 1,
    capacity: int = 32,
    bucket_capacities: list[int] | None = None,
    shapes=None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    keep_input=True,
    shared_name: str | None = None,
    name: str | None = None,
) -> tuple:
    """A bucket, an int32 scalar, and a batch of examples of it, as `tensors` are; see the module.

    which_bucket: in which of num_buckets an example is, an int32 scalar.

    Raises:
      ValueError: if there are no tensors, their shapes are not known, or batch sizes or capacities are not as many as
        buckets.
    """
    sizes = list(batch_size) if isinstance(batch_size, (list, tuple)) else [batch_size] * num_buckets
    capacities = [capacity] * num_buckets if bucket_capacities is None else bucket_capacities
    for what, each in (("batch_size", sizes), ("bucket_capacities", capacities)):
        if len(each) != num_buckets:
            raise ValueError(f"{what} must have exactly num_buckets ({num_buckets}) elements, not {len(each)}")
    given = listed(tensors, "bucket")
    with tf.name_scope(name, "bucket", given):
        given = [tf.convert_to_tensor_or_sparse_tensor(t) for t in given]
        keep = checked_keep(tf.convert_to_tensor(keep_input), False)
        [row], stores = stored([given], keep, False)
        sizes = [_static(size) for size in sizes]
        which_bucket = tf.convert_to_tensor(which_bucket, tf.int32, name="which_bucket")
        one_size = not allow_smaller_final_batch and not isinstance(batch_size, (list, tuple))
        queues = _queues(row, shapes, capacities, dynamic_pad, shared_name)
        batches = _batches_of(queues[0], sizes[0] if one_size else None, capacity, shared_name)
        _fill(queues, row, which_bucket, keep, batches, num_threads)
        _move(queues, sizes, batches, allow_smaller_final_batch)
        for queue in queues:
            tf.summary.scalar(f"bucket/{queue.name}/size", tf.cast(batches.size(), tf.float32))
        note(f"bucket/{batches.name}/fraction_of_{capacity}_full", batches.size(), capacity)
        which, *taken = batches.dequeue(name="dequeue_top")
        if any(stores):
            taken = restored(taken, given, stores, False)
    if isinstance(tensors, dict):
        return which, dict(zip(sorted(tensors), taken))
    return which, taken[0] if len(taken) == 1 else taken


def _static(size):
    known = constant_value(tf.convert_to_tensor(size, tf.int32, name="batch_size"))
    return size if known is None else int(known)


def _queues(row: list, shapes, capacities: list[int], dynamic_pad: bool, shared_name: str | None) -> list:
    make = tf.PaddingFIFOQueue if dynamic_pad else tf.FIFOQueue
    types, shapes = types_of([row]), shapes_of([row], shapes, False)
    names = [None if shared_name is None else f"{shared_name}_{i}" for i in range(len(capacities))]
    return [
        make(room, types, shapes, shared_name=shared, name=f"bucket_queue_{i}")
        for i, (room, shared) in enumerate(zip(capacities, names))
    ]


def _batches_of(queue, size, capacity: int, shared_name: str | None):
    """The queue of buckets and batches of them."""
    size = size if isinstance(size, int) else None
    shapes = [tf.TensorShape([size]).concatenate(shape) for shape in queue.shapes]
    types = [tf.int32, *queue.dtypes]
    return tf.PaddingFIFOQueue(capacity, types, [[], *shapes], shared_name=shared_name, name="top_queue")


def _fill(queues: list, row: list, which_bucket, keep, batches, num_threads: int) -> None:
    """Examples go to the queue of their bucket."""

    def add():
        added = [
            tf.cond(tf.equal(which_bucket, i), lambda queue=queue: queue.enqueue(row), tf.no_op)
            for i, queue in enumerate(queues)
        ]
        return tf.group(*added, name="group_enqueues")

    runner = tf.train.QueueRunner(
        batches,
        [smart_cond(keep, add, tf.no_op)] * num_threads,
        close_op=tf.group(*[queue.close() for queue in queues]),
        cancel_op=tf.group(*[queue.close(cancel_pending_enqueues=True) for queue in queues]),
        queue_closed_exception_types=_ENDS,
    )
    tf.train.add_queue_runner(runner)


def _move(queues: list, sizes: list, batches, smaller: bool) -> None:
    """Batches of a bucket go to the queue of all."""
    moved = []
    for i, (queue, size) in enumerate(zip(queues, sizes)):
        taken = (queue.dequeue_up_to if smaller else queue.dequeue_many)(size, name=f"read_bucket_{i}")
        taken = taken if isinstance(taken, list) else [taken]
        moved.append(batches.enqueue([tf.constant(i), *taken], name=f"enqueue_from_bucket_{i}"))
    runner = tf.train.QueueRunner(
        queues[0],
        moved,
        close_op=batches.close(),
        cancel_op=batches.close(cancel_pending_enqueues=True),
        queue_closed_exception_types=_ENDS,
    )
    tf.train.add_queue_runner(runner)


def bucket_by_sequence_length(
    input_length,
    tensors,
    batch_size,
    bucket_boundaries: list[int],
    num_threads: int = 1,
    capacity: int = 32,
    bucket_capacities: list[int] | None = None,
    shapes=None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    keep_input=True,
    shared_name: str | None = None,
    name: str | None = None,
) -> tuple:
    """The lengths of a batch, int32, and its examples, as `tensors` are; see the module.

    input_length: of an example, an int32 scalar. bucket_boundaries: the rising lengths at which the next bucket begins.

    Raises:
      TypeError: for boundaries that are no list of integers.
      ValueError: for boundaries that do not rise, and as `bucket`.
    """
    _check(bucket_boundaries)
    given = listed(tensors, "bucket_by_sequence_length")
    with tf.name_scope(name, "bucket_by_sequence_length", [input_length, *given]):
        length = tf.convert_to_tensor(input_length, tf.int32, name="input_length")
        least, most = [_INT32.min, *bucket_boundaries], [*bucket_boundaries, _INT32.max]
        inside = tf.logical_and(tf.less_equal(least, length), tf.less(length, most))
        _, [lengths, *taken] = bucket(
            [length, *given],
            tf.cast(tf.reduce_min(tf.where(inside)), tf.int32),
            batch_size,
            len(bucket_boundaries) + 1,
            num_threads=num_threads,
            capacity=capacity,
            bucket_capacities=bucket_capacities,
            shapes=None if shapes is None else [tf.TensorShape([]), *shapes],
            dynamic_pad=dynamic_pad,
            allow_smaller_final_batch=allow_smaller_final_batch,
            keep_input=keep_input,
            shared_name=shared_name,
        )
    return lengths, dict(zip(sorted(tensors), taken)) if isinstance(tensors, dict) else taken


def _check(boundaries) -> None:
    if not isinstance(boundaries, (list, tuple)):
        raise TypeError(f"bucket_boundaries must be a list or tuple, but received: {boundaries!r}")
    if not boundaries:
        raise ValueError("bucket_boundaries must not be empty")
    for one, other in pairwise(boundaries):
        if not isinstance(one, int) or not isinstance(other, int):
            raise TypeError(f"bucket boundaries must be integers, but saw: {one} and {other}")
        if one >= other:
            raise ValueError(f"Buckets must contain sequential increasing lengths, but saw: {one} before {other}")
