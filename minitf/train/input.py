"""Producers: queues that go through some data, again and again.

Each adds a QueueRunner to the graph, whose threads `tf.train.start_queue_runners` starts, and most of them a
summary of how full the queue is.
"""

from __future__ import annotations

import contextlib

from minitf.framework import dtypes
from minitf.framework.collections import GraphKeys
from minitf.framework.convert import convert_n_to_tensor, convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.taking import arguments, needed, taking
from minitf.framework.tensor import Tensor
from minitf.ops.array.array import shape, size
from minitf.ops.array.constant import constant
from minitf.ops.array.gather import gather
from minitf.ops.array.identity import identity
from minitf.ops.array.ranges import range as range_
from minitf.ops.control.assert_and_print import Assert
from minitf.ops.io.file_ops import matching_files
from minitf.ops.io.queues import FIFOQueue, QueueBase
from minitf.ops.io.summary import scalar
from minitf.ops.math.cast import cast
from minitf.ops.math.compare import greater
from minitf.ops.random.random import random_shuffle
from minitf.ops.state.state import count_up_to
from minitf.ops.state.variables import Variable
from minitf.train.queue_runner import QueueRunner, add_queue_runner


def limit_epochs(tensor, num_epochs: int | None = None, name: str | None = None) -> Tensor:
    """`tensor`, in `num_epochs` runs (None: in any number), and then tf.errors.OutOfRangeError.

    The runs are counted in a local variable: tf.local_variables_initializer() sets it to zero.
    """
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs is a number of epochs above 0, not {num_epochs}")
    with name_scope(name, "limit_epochs", [tensor]) as scope:
        zero = constant(0, dtypes.int64)
        epochs = Variable(zero, name="epochs", trainable=False, collections=[GraphKeys.LOCAL_VARIABLES])
        with control_dependencies([count_up_to(epochs, num_epochs)]):
            return identity(tensor, name=scope)


def match_filenames_once(pattern, name: str | None = None) -> Variable:
    """A local variable with the files that match a pattern, found when it is initialized:
    `tf.local_variables_initializer()`.
    """
    with name_scope(name, "matching_filenames", [pattern]) as scope:
        return Variable(
            matching_files(pattern),
            trainable=False,
            validate_shape=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
            name=scope,
        )


def input_producer(
    input_tensor,
    element_shape=None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    summary_name: str | None = None,
    name: str | None = None,
    cancel_op=None,
) -> FIFOQueue:
    """A queue of the rows of `input_tensor` [n, ...]: in each epoch all of them.

    num_epochs: after so many epochs the queue is closed; None for any number. shuffle: whether each epoch is
    in an order of its own. element_shape: the shape of a row, where the tensor does not tell it.

    Raises:
      ValueError: if the shape of a row is not known.

    >>> import minitf as tf
    >>> queue = tf.train.input_producer([10, 20, 30], num_epochs=1, shuffle=False)
    >>> batch = queue.dequeue_many(3)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.local_variables_initializer())
    ...     coord = tf.train.Coordinator()
    ...     threads = tf.train.start_queue_runners(coord=coord)
    ...     print(sess.run(batch))
    ...     coord.request_stop()
    ...     coord.join(threads)
    [10 20 30]
    """
    with name_scope(name, "input_producer", [input_tensor]):
        rows = convert_to_tensor(input_tensor, name="input_tensor")
        element = rows.shape[1:].merge_with(element_shape)
        if not element.is_fully_defined():
            raise ValueError(f"the rows of {rows.name} are of shape {element}: pass their element_shape")
        if shuffle:
            rows = random_shuffle(rows, seed=seed)
        rows = limit_epochs(rows, num_epochs)
        queue = FIFOQueue(capacity, [rows.dtype.base_dtype], [element], shared_name=shared_name, name=name)
        keep_filled(queue, [queue.enqueue_many([rows])], cancel_op)
        if summary_name is not None:
            note(summary_name, queue.size(), capacity)
        return queue


# What producers take after their data.
_HOW = [argument for argument in arguments(input_producer)[2:] if argument.name != "summary_name"]


@taking([needed("string_tensor"), *_HOW])
def string_input_producer(string_tensor, name, **how) -> FIFOQueue:
    """A queue of strings, such as the names of files, from a list or 1-D tensor of them; the rest as of
    `input_producer`.

    Raises:
      ValueError: for an empty list. tf.errors.InvalidArgumentError: when it runs, for an empty tensor.
    """
    if hasattr(string_tensor, "__len__") and not isinstance(string_tensor, Tensor) and not len(string_tensor):
        raise ValueError("string_input_producer needs one string at least")
    with name_scope(name, "input_producer", [string_tensor]) as scope:
        strings = convert_to_tensor(string_tensor, dtypes.string)
        some = Assert(greater(size(strings), 0), ["string_input_producer needs one string at least"])
        with control_dependencies([some]):
            strings = identity(strings)
        return _noted(strings, scope, **how)


@taking([needed("limit"), *_HOW[:-1]])
def range_input_producer(limit, name, **how) -> FIFOQueue:
    """A queue of the integers from 0 to `limit` - 1; the rest as of `input_producer`."""
    with name_scope(name, "input_producer", [limit]) as scope:
        return _noted(range_(limit), scope, **how)


def _noted(rows, name: str, capacity: int, **how) -> FIFOQueue:
    """A queue of scalars, with a summary of how full it is."""
    summary = f"fraction_of_{capacity}_full"
    return input_producer(rows, [], capacity=capacity, summary_name=summary, name=name, **how)


@taking([needed("tensor_list"), *_HOW[:-1]])
def slice_input_producer(tensor_list, name, **how) -> list[Tensor]:
    """One row of each tensor [n, ...] of the list, the same one of all of them, another one in each run; the
    rest as of `input_producer`.
    """
    if not tensor_list:
        raise ValueError("slice_input_producer needs a list of one tensor at least")
    with name_scope(name, "input_producer", tensor_list):
        tensors = convert_n_to_tensor(tensor_list)
        rows = shape(tensors[0])[0]
        queue = range_input_producer(rows, **how)
        index = queue.dequeue()
        return [gather(t, index) for t in tensors]


def keep_filled(queue: QueueBase, enqueue_ops: list, cancel_op=None) -> None:
    """Adds a QueueRunner to the graph that runs these operations."""
    add_queue_runner(QueueRunner(queue, enqueue_ops, cancel_op=cancel_op))


def note(name: str, count: Tensor, capacity: int) -> None:
    """Adds a summary of how full a queue is, as a part of 1."""
    if capacity <= 0:
        raise ValueError(f"the capacity of a queue is a number of elements above 0 here, not {capacity}")
    with contextlib.suppress(ImportError):  # without TensorBoard there is nobody to look at it
        scalar(name, cast(count, dtypes.float32) * (1.0 / capacity))
