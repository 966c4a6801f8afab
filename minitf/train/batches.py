"""Batches of what a graph computes: threads run it again and again and put the results into a queue.

What the functions have in common. tensors: a list or dict of tensors, one example in each run of the graph,
or with enqueue_many several along the first axis. Result: tensors in the same order or dict, each with one
more axis in front, of `batch_size`, or fewer in the last batch with allow_smaller_final_batch. num_threads:
how many threads run the graph. shapes: of the tensors of one example, where the graph does not tell them.
keep_input: a bool scalar, whether to use an example, or with enqueue_many a bool vector. A function that
joins takes a list of such lists, each of which has a thread of its own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.framework.shape import TensorShape
from minitf.framework.sparse import SparseTensor, convert_to_tensor_or_sparse_tensor
from minitf.framework.static import constant_value
from minitf.framework.taking import arguments, needed, optional, taking
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.array.gather import gather
from minitf.ops.array.sets import dynamic_partition
from minitf.ops.control.cond import cond
from minitf.ops.control.control import no_op
from minitf.ops.io.queues import FIFOQueue, PaddingFIFOQueue, QueueBase, RandomShuffleQueue
from minitf.ops.math.cast import cast
from minitf.ops.math.math import maximum
from minitf.ops.sparse import serial
from minitf.ops.sparse.sparse import sparse_retain
from minitf.train.input import keep_filled, note

_THREADS, _SEED = optional("num_threads", 1, "int"), optional("seed", None, "int | None")
_SMALLER, _PADDED = optional("allow_smaller_final_batch", False, "bool"), optional("dynamic_pad", False, "bool")
_NAMES = [optional("shared_name", None, "str | None"), optional("name", None, "str | None")]
_EXAMPLES = [optional("enqueue_many", False, "bool"), optional("shapes")]
_CAPACITY = optional("capacity", 32, "int")
_LEAST = [needed("capacity", "int"), needed("min_after_dequeue", "int")]
_IN_ORDER = [needed("keep_input"), needed("batch_size"), _THREADS, _CAPACITY, *_EXAMPLES, _PADDED, _SMALLER, *_NAMES]
_SHUFFLED = [needed("batch_size"), *_LEAST, needed("keep_input"), _THREADS, _SEED, *_EXAMPLES, _SMALLER, *_NAMES]


def _maybe(kind: str, make_queue: Callable, taken: list) -> Callable:
    """The public function of examples for which `keep_input` is true; a join has a thread for each source."""
    joins = kind.endswith("join")
    source = "tensors_list" if joins else "tensors"

    @named(f"maybe_{kind}", f"Like `{kind}`, but only of examples for which `keep_input` is true.")
    @taking([needed(source), *[argument for argument in taken if not (joins and argument is _THREADS)]])
    def function(**how):
        given = how.pop(source)
        return _batches(kind, given if joins else [given], make_queue, **how)

    return function


def _of_all(name: str, maybe: Callable, doc: str) -> Callable:
    """The public function like `maybe` without the argument `keep_input`: it keeps all."""

    @named(name, doc)
    @taking([argument for argument in arguments(maybe) if argument.name != "keep_input"])
    def function(**how):
        return maybe(keep_input=True, **how)

    return function


# ---- queues


def _in_order(types, shapes, capacity: int, dynamic_pad: bool, shared_name):
    """The queue, after a note of how full it is."""
    queue = (PaddingFIFOQueue if dynamic_pad else FIFOQueue)(capacity, types, shapes, shared_name=shared_name)
    return queue, lambda: note(f"fraction_of_{capacity}_full", queue.size(), capacity)


def _shuffled(types, shapes, capacity: int, min_after_dequeue: int, seed, shared_name):
    least, room = min_after_dequeue, capacity - min_after_dequeue
    if room <= 0:
        raise ValueError(f"capacity ({capacity}) has to be more than min_after_dequeue ({least})")
    queue = RandomShuffleQueue(capacity, least, types, shapes, seed=seed, shared_name=shared_name)
    return queue, lambda: note(f"fraction_over_{least}_of_{room}_full", maximum(0, queue.size() - least), room)


# ---- the functions

maybe_batch = _maybe("batch", _in_order, _IN_ORDER)
maybe_batch_join = _maybe("batch_join", _in_order, _IN_ORDER)
maybe_shuffle_batch = _maybe("shuffle_batch", _shuffled, _SHUFFLED)
maybe_shuffle_batch_join = _maybe("shuffle_batch_join", _shuffled, _SHUFFLED)
batch = _of_all(
    "batch",
    maybe_batch,
    """Batches of examples in the order in which they come; with dynamic_pad, what is smaller than others of
    its batch is filled up with zeros.

    Raises:
      ValueError: if there are no tensors, or their shapes are not known.

    >>> import minitf as tf
    >>> x = tf.train.range_input_producer(6, shuffle=False).dequeue()
    >>> squares = tf.train.batch([x * x], batch_size=4)
    >>> with tf.Session() as sess:
    ...     coord = tf.train.Coordinator()
    ...     threads = tf.train.start_queue_runners(coord=coord)
    ...     print(sess.run(squares), sess.run(squares))
    ...     coord.request_stop()
    ...     coord.join(threads)
    [0 1 4 9] [16 25 0 1]
    """,
)
batch_join = _of_all(
    "batch_join", maybe_batch_join, """Like `batch`, with examples from several sources, each in a thread of its own."""
)
shuffle_batch = _of_all(
    "shuffle_batch",
    maybe_shuffle_batch,
    """Batches of examples in random order, drawn while more than `min_after_dequeue` are waiting.

    Raises:
      ValueError: as `batch`, or if capacity is not more than min_after_dequeue.
    """,
)
shuffle_batch_join = _of_all(
    "shuffle_batch_join",
    maybe_shuffle_batch_join,
    """Like `shuffle_batch`, with examples from several sources, each in a thread of its own.""",
)

# ---- what they share


def _batches(
    kind: str,
    sources,
    make_queue: Callable,
    keep_input,
    batch_size,
    enqueue_many: bool,
    shapes,
    allow_smaller_final_batch: bool,
    name,
    num_threads: int = 1,
    **of_queue,
):
    """Batches from a queue; make_queue(dtypes, shapes, **of_queue): it, and a function that adds its summary."""
    if not sources or not isinstance(sources, (list, tuple)):
        raise ValueError(f"tf.train.{kind} needs a list of lists of tensors, not {sources!r}")
    rows = [listed(source, kind) for source in sources]
    with name_scope(name, kind, rows[0]) as scope:
        rows = [[convert_to_tensor_or_sparse_tensor(t) for t in row] for row in rows]
        keep = checked_keep(convert_to_tensor(keep_input), enqueue_many)
        given = rows[0]
        rows, stores = stored(rows, keep, enqueue_many)
        queue, summarize = make_queue(types_of(rows), shapes_of(rows, shapes, enqueue_many), **of_queue)
        adding = [op for row in rows for op in [_added(queue, row, keep, enqueue_many)] * num_threads]
        keep_filled(queue, adding)
        summarize()
        taken = (queue.dequeue_up_to if allow_smaller_final_batch else queue.dequeue_many)(batch_size, name=scope)
        if any(stores):
            taken = restored(taken, given, stores, enqueue_many)
    if isinstance(sources[0], dict):
        return dict(zip(sorted(sources[0]), taken if isinstance(taken, list) else [taken]))
    return taken


def stored(rows: list[list], keep: Tensor, many: bool) -> tuple[list[list[Tensor]], list[str]]:
    """The examples with a number for each sparse tensor, under which the session keeps it; and the names of
    the stores.
    """
    stores = [""] * len(rows[0])
    found = []
    for row in rows:
        found.append(list(row))
        for i, value in enumerate(row):
            if isinstance(value, SparseTensor):
                number, name = _number(value, keep, many, stores[i])
                stores[i] = stores[i] or name
                found[-1][i] = array.expand_dims(number, [-1])
    return found, stores


def _number(sparse: SparseTensor, keep: Tensor, many: bool, store: str) -> tuple[Tensor, str]:
    if keep.shape.rank == 1:
        sparse = sparse_retain(sparse, gather(keep, sparse.indices[:, 0]))
    if keep.shape.rank == 1 or constant_value(keep):
        number = serial.keep(sparse, many, store)
        return number, number.op.name
    made = []

    def kept() -> Tensor:
        made.append(serial.keep(sparse, many, store))
        return made[0]

    none = constant(-1, dtypes.int64)
    number = cond(keep, kept, lambda: array.fill([0], none) if many else none)
    return number, made[0].op.name


def restored(taken, given: list, stores: list[str], many: bool):
    """What was taken from the queue, with sparse tensors for their numbers."""
    parts = taken if isinstance(taken, list) else [taken]
    found = []
    for part, like, store in zip(parts, given, stores):
        if store:
            rank = like.dense_shape.shape.dims[0].value
            rank = None if rank is None else rank + (not many)
            part = serial.take(array.squeeze(part, [1]), like.dtype.base_dtype, rank, store)
        found.append(part)
    return found if isinstance(taken, list) else found[0]


def listed(source, kind: str) -> list:
    """The tensors of one source; those of a dict in the order of their keys."""
    if not isinstance(source, (list, tuple, dict)) or not source:
        raise ValueError(f"tf.train.{kind} needs a list or dict of one tensor at least, not {source!r}")
    return [source[k] for k in sorted(source)] if isinstance(source, dict) else list(source)


def checked_keep(keep: Tensor, many: bool) -> Tensor:
    """The scalar, or for many examples vector, that says which are kept; ValueError for another rank."""
    rank = keep.shape.rank
    if rank is None or rank > many:
        raise ValueError(
            f"keep_input is a scalar{', or a vector' if many else ' without enqueue_many'}, not of shape {keep.shape}"
        )
    return keep


def types_of(rows: list[list[Tensor]]) -> list:
    """The types of the parts of one example; TypeError where sources differ."""
    found = [[t.dtype.base_dtype for t in row] for row in rows]
    if any(types != found[0] for types in found):
        names = [[d.name for d in types] for types in found]
        raise TypeError(f"the examples of all sources have to be of the same types, not {names}")
    return found[0]


def shapes_of(rows: list[list[Tensor]], shapes, many: bool) -> list[TensorShape]:
    """The shapes of the parts of one example."""
    if shapes is not None:
        return shapes
    found = [[t.shape.with_rank_at_least(1)[1:] if many else t.shape for t in row] for row in rows]
    common = [functools.reduce(TensorShape.most_specific_compatible_shape, parts) for parts in zip(*found)]
    for i, shape in enumerate(common):
        if shape.rank is None:
            names = ", ".join(row[i].name for row in rows)
            raise ValueError(f"the rank of {names} has to be known and the same: pass shapes= of one example")
    return common


def _added(queue: QueueBase, row: list[Tensor], keep: Tensor, many: bool):
    """An operation that adds the example, or the examples, that are to be kept."""
    add = queue.enqueue_many if many else queue.enqueue
    if keep.shape.rank == 1:
        chosen = cast(keep, dtypes.int32)
        return add([dynamic_partition(t, chosen, 2)[1] for t in row])
    always = constant_value(keep)
    if always is None:
        return cond(keep, lambda: add(row), no_op)
    return add(row) if always else no_op()
