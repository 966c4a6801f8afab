"""Queues: tensors that one run leaves for another, which waits for them."""

from __future__ import annotations

import functools
import hashlib

import numpy as np

from minitf.framework import dtypes as types
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.getter import getter
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops.array.gather import gather
from minitf.ops.array.joining import stack
from minitf.ops.io.queue_stores import STORES
from minitf.ops.patterns import STATEFUL, boxed
from minitf.ops.random.random import get_seed, seeds


def _open(b, op):
    """The queue that the op, or all that share its name, has in this session."""
    handle = b.state(op, lambda: boxed(STORES[op.type](op)))
    store_of(b, handle).check_shared(op)
    return handle


def store_of(b, handle):
    """What a queue holds in the session."""
    return b.data(handle)[()]


def _enqueue(b, op, handle, *components):
    store_of(b, handle).add(b, op, [tuple(b.data(c).copy() for c in components)])


def _enqueue_many(b, op, handle, *components):
    arrays = [b.data(c).copy() for c in components]
    lengths = [a.shape[:1] for a in arrays]
    if not lengths[0] or any(length != lengths[0] for length in lengths):
        shapes = ", ".join(str(a.shape) for a in arrays)
        raise ValueError(f"the rows of what is added are the elements, and have to be as many each: {shapes}")
    rows = [tuple(a[i, ...] for a in arrays) for i in range(lengths[0][0])]
    store_of(b, handle).add(b, op, rows)


def _dequeue(b, op, handle):
    [element] = store_of(b, handle).take(b, op, 1)
    return [b.constant(a) for a in element]


def _dequeue_many(b, op, handle, n, fewer: bool = False):
    store, count = store_of(b, handle), int(b.data(n))
    if count < 0:
        raise ValueError(f"{count} elements cannot be taken from queue '{store.name}'")
    store.check_shapes_known(op)
    return [b.constant(a) for a in store.joined(store.take(b, op, count, fewer))]


def _close(b, op, handle):
    store_of(b, handle).close(b, op, op.attrs["cancel_pending_enqueues"])


def _parts(op) -> list[TensorShape]:
    """The shapes of the components of what is taken, as far as the queue tells."""
    types, known = op.attrs["component_types"], op.attrs["parts"] or op.inputs[0].op.attrs.get("shapes")
    if known and len(known) != len(types):
        raise ValueError(f"the queue's elements have {len(known)} parts, not {len(types)}")
    return known or [UNKNOWN] * len(types)


def _batches(op) -> list[TensorShape]:
    """The shapes of `n` elements at once, which has to be a scalar that is not negative."""
    n = op.inputs[1]
    n.shape.assert_has_rank(0)
    count = constant_value(n)
    if count is not None and count < 0:
        raise ValueError(f"{count} elements cannot be taken from a queue")
    return [TensorShape([None if count is None else int(count)]).concatenate(s) for s in _parts(op)]


_SHARED = "capacity: int = -1, container: string = '', shared_name: string = ''"
_QUEUE = f"component_types: list(type), shapes: list(shape) = [], {_SHARED}"
for _type, _attributes in {
    "FIFOQueueV2": _QUEUE,
    "PaddingFIFOQueueV2": _QUEUE,
    "PriorityQueueV2": f"component_types: list(type) = [], shapes: list(shape), {_SHARED}",
    "RandomShuffleQueueV2": f"{_QUEUE}, min_after_dequeue: int = 0, seed: int = 0, seed2: int = 0",
}.items():
    define(_type, f"; {_attributes} -> handle: resource", shape=lambda op: SCALAR, host=_open, **STATEFUL)
for _type, _rule in (("QueueEnqueueV2", _enqueue), ("QueueEnqueueManyV2", _enqueue_many)):
    define(
        _type,
        "handle: resource, components: **Tcomponents; timeout_ms: fixed[int] = -1 ->",
        host=_rule,
        effect="adds",
        **STATEFUL,
    )
_TAKEN = "timeout_ms: fixed[int] = -1, parts: object = None -> components: **component_types"
define("QueueDequeueV2", f"handle: resource; {_TAKEN}", shape=_parts, host=_dequeue, effect="takes", **STATEFUL)
define(
    "QueueDequeueManyV2",
    f"handle: resource, n: int32~[]; {_TAKEN}",
    shape=_batches,
    host=_dequeue_many,
    effect="takes",
    **STATEFUL,
)
define(
    "QueueDequeueUpToV2",
    f"handle: resource, n: int32~[]; {_TAKEN}",
    shape=lambda op: [TensorShape([None]).concatenate(s[1:]) for s in _batches(op)],
    host=functools.partial(_dequeue_many, fewer=True),
    effect="takes",
    **STATEFUL,
)
define("QueueCloseV2", "handle: resource; cancel_pending_enqueues: bool = False ->", host=_close, **STATEFUL)
define(
    "QueueIsClosedV2",
    "handle: resource -> is_closed: bool",
    shape=lambda op: SCALAR,
    host=lambda b, op, handle: b.constant(np.asarray(store_of(b, handle).closed)),
    **STATEFUL,
)
define(
    "QueueSizeV2",
    "handle: resource -> size: int32",
    shape=lambda op: SCALAR,
    host=lambda b, op, handle: b.constant(np.asarray(len(store_of(b, handle)), np.int32)),
    **STATEFUL,
)


class QueueBase:
    """What all queues can do. An element is a list of tensors, the components; a queue of one component
    takes and gives the tensor itself, a queue with names dicts.

    dtypes: of the components; shapes: theirs, or None where they may vary; names: theirs, or None;
    queue_ref: the tensor that stands for the queue.
    """

    def __init__(self, dtypes, shapes, names, queue_ref: Tensor):
        self._dtypes = _dtype_list(dtypes)
        shapes = _shape_list(shapes, len(self._dtypes))
        self._shapes = [UNKNOWN] * len(self._dtypes) if shapes is None else shapes
        self._names = _name_list(names, len(self._dtypes))
        self._queue_ref, self._name = queue_ref, queue_ref.op.name.rpartition("/")[2]

    @staticmethod
    def from_list(index, queues) -> QueueBase:
        """The queue `queues[index]`, chosen when it is used; index: int32 scalar.

        Raises:
          TypeError: if these are not queues with components of the same types and names.
        """
        if not queues or not isinstance(queues, (list, tuple)) or not all(isinstance(q, QueueBase) for q in queues):
            raise TypeError(f"from_list chooses from a list of queues, not from {queues!r}")
        first = queues[0]
        if any(q.dtypes != first.dtypes or q.names != first.names for q in queues):
            raise TypeError(
                "these queues have components of different types or names: "
                + ", ".join(f"{q.name} {[d.name for d in q.dtypes]}" for q in queues)
            )
        shapes = [
            functools.reduce(TensorShape.most_specific_compatible_shape, parts)
            for parts in zip(*[q.shapes for q in queues])
        ]
        chosen = gather(stack([q.queue_ref for q in queues]), index)
        return QueueBase(first.dtypes, shapes, first.names, chosen)

    queue_ref: Tensor = getter("_queue_ref", "The tensor that stands for the queue.")
    name: str = getter("_queue_ref.op.name", "The name of the op that makes the queue.")
    dtypes: list = getter("_dtypes", "The types of the components.")
    shapes: list[TensorShape] = getter("_shapes", "The shapes of the components, as far as they are known.")
    names: list[str] | None = getter("_names", "The names of the components, if they have names.")

    def enqueue(self, vals, name: str | None = None):
        """An operation that adds one element and waits while the queue is full.

        vals: a tensor, a list of tensors, or a dict for a queue with names.

        Raises:
          ValueError: if these are not as many tensors as the queue has components, or of other shapes.
          tf.errors.CancelledError: when it runs, if the queue is closed.
        """
        with name_scope(name, f"{self._name}_enqueue") as scope:
            tensors = self._components(vals)
            for tensor, shape in zip(tensors, self._shapes):
                tensor.shape.assert_is_compatible_with(shape)
            return apply_op("QueueEnqueueV2", self._queue_ref, tensors, name=scope)

    def enqueue_many(self, vals, name: str | None = None):
        """An operation that adds the rows of `vals` as elements, waiting for room where it has to.

        vals: as of `enqueue`, each with one more axis in front, of the same size.
        """
        with name_scope(name, f"{self._name}_EnqueueMany") as scope:
            tensors = self._components(vals)
            rows = tensors[0].shape.with_rank_at_least(1)[0]
            for tensor, shape in zip(tensors, self._shapes):
                rows = rows.merge_with(tensor.shape.with_rank_at_least(1)[0])
                tensor.shape[1:].assert_is_compatible_with(shape)
            return apply_op("QueueEnqueueManyV2", self._queue_ref, tensors, name=scope)

    def dequeue(self, name: str | None = None):
        """The next element, taken from the queue in each run that needs it; the run waits for it.

        Raises (when it runs):
          tf.errors.OutOfRangeError: if the queue is closed and empty.
        """
        return self._taken("QueueDequeueV2", name or f"{self._name}_Dequeue")

    def dequeue_many(self, n, name: str | None = None):
        """The next `n` elements (int32 scalar), component by component along a new first axis.

        Raises (when it runs):
          tf.errors.OutOfRangeError: if the queue is closed and has fewer elements, which stay in it.
          tf.errors.InvalidArgumentError: if the queue was made without shapes.
        """
        return self._taken("QueueDequeueManyV2", name or f"{self._name}_DequeueMany", n)

    def dequeue_up_to(self, n, name: str | None = None):
        """Like `dequeue_many`, but gives the elements that are left when the queue is closed, if any."""
        return self._taken("QueueDequeueUpToV2", name or f"{self._name}_DequeueUpTo", n)

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None):
        """An operation that lets nothing more be added, once those who wait to add have done so; with
        `cancel_pending_enqueues` they get a CancelledError instead.
        """
        return apply(
            "QueueCloseV2",
            self._queue_ref,
            cancel_pending_enqueues=cancel_pending_enqueues,
            name=name or f"{self._name}_Close",
        )

    def is_closed(self, name: str | None = None) -> Tensor:
        """Whether the queue is closed, a bool scalar."""
        return apply("QueueIsClosedV2", self._queue_ref, name=name or f"{self._name}_Is_Closed")

    def size(self, name: str | None = None) -> Tensor:
        """How many elements are in the queue, an int32 scalar."""
        return apply("QueueSizeV2", self._queue_ref, name=name or f"{self._name}_Size")

    def _components(self, vals) -> list[Tensor]:
        """What is to be added as one tensor per component."""
        if isinstance(vals, dict) != (self._names is not None):
            wanted = f"a dict with the keys {self._names}" if self._names else "a list of tensors, not a dict"
            raise ValueError(f"queue '{self.name}' takes {wanted}; given: {vals!r}")
        if self._names is not None:
            if sorted(vals) != sorted(self._names):
                raise ValueError(f"queue '{self.name}' has the names {self._names}, not {list(vals)}")
            vals = [vals[k] for k in self._names]
        vals = vals if isinstance(vals, (list, tuple)) else [vals]
        if len(vals) != len(self._dtypes):
            raise ValueError(
                f"queue '{self.name}' has {len(self._dtypes)} components, but {len(vals)} values were given; "
                "a tensor that is written as a list goes into a list of its own: [[1, 2]]"
            )
        return [convert_to_tensor(v, d, f"component_{i}") for i, (v, d) in enumerate(zip(vals, self._dtypes))]

    def _taken(self, type: str, name: str, *n):
        op = apply_op(type, self._queue_ref, *n, component_types=self._dtypes, parts=self._shapes, name=name)
        if self._names is not None:
            return dict(zip(self._names, op.outputs))
        return op.outputs[0] if len(op.outputs) == 1 else op.outputs


def queue_of(queue_ref: Tensor) -> QueueBase:
    """The queue for which a tensor stands.

    Raises:
      ValueError: if it stands for none.
    """
    attrs = queue_ref.op.attrs
    if queue_ref.op.type not in STORES:
        raise ValueError(f"{queue_ref.name} is the output of a {queue_ref.op.type}, not a queue")
    return QueueBase(attrs["component_types"], attrs["shapes"], None, queue_ref)


class FIFOQueue(QueueBase):
    """A queue whose elements leave in the order in which they came.

    capacity: how many elements it has room for, -1 for any number. dtypes: the type of its elements, or a
    list of types of their components; shapes: accordingly, all known, needed for `dequeue_many`. Queues of
    one session that have the same shared_name are one.

    >>> import minitf as tf
    >>> q = tf.FIFOQueue(3, tf.float32)
    >>> add, x = q.enqueue(2.0), q.dequeue()
    >>> with tf.Session() as sess:
    ...     _ = sess.run(add)
    ...     print(sess.run(x))
    2.0

    Raises:
      ValueError: if shapes or names are not as many as dtypes, or a size is not known.
    """

    def __init__(
        self,
        capacity: int,
        dtypes,
        shapes=None,
        names=None,
        shared_name: str | None = None,
        name: str | None = "fifo_queue",
    ):
        dtypes, shapes = _known(dtypes, shapes)
        super().__init__(dtypes, shapes, names, _made("FIFOQueueV2", capacity, dtypes, shapes, shared_name, name))


class RandomShuffleQueue(QueueBase):
    """A queue whose elements leave in random order, and only while more than `min_after_dequeue` are there.

    The rest of the arguments as of FIFOQueue; the order is that of TensorFlow for the same seeds.
    """

    def __init__(
        self,
        capacity: int,
        min_after_dequeue: int,
        dtypes,
        shapes=None,
        names=None,
        seed: int | None = None,
        shared_name: str | None = None,
        name: str | None = "random_shuffle_queue",
    ):
        dtypes, shapes = _known(dtypes, shapes)
        settings = _shared_seeds(shared_name) if seed is None and shared_name else seeds(seed)
        settings["min_after_dequeue"] = int(min_after_dequeue)
        ref = _made("RandomShuffleQueueV2", capacity, dtypes, shapes, shared_name, name, **settings)
        super().__init__(dtypes, shapes, names, ref)


class PaddingFIFOQueue(QueueBase):
    """A FIFOQueue whose components may vary in size: `shapes` are lists with None for such sizes, and
    `dequeue_many` fills up what is smaller with zeros (or empty strings).
    """

    def __init__(
        self,
        capacity: int,
        dtypes,
        shapes,
        names=None,
        shared_name: str | None = None,
        name: str | None = "padding_fifo_queue",
    ):
        dtypes, given = _dtype_list(dtypes), shapes
        if not isinstance(given, (list, tuple)) or not all(isinstance(s, (list, tuple, TensorShape)) for s in given):
            raise ValueError(f"the shapes of a PaddingFIFOQueue are a list like [[None]], not {given!r}")
        shapes = _shape_list(given, len(dtypes))
        if any(s.rank is None for s in shapes):
            raise ValueError(f"the shapes of a PaddingFIFOQueue have to be of known rank, not {given!r}")
        ref = _made("PaddingFIFOQueueV2", capacity, dtypes, shapes, shared_name, name)
        super().__init__(dtypes, shapes, names, ref)


class PriorityQueue(QueueBase):
    """A queue whose first component is a priority (int64 scalar): the least one leaves first.

    types, shapes: of the other components, as of FIFOQueue.
    """

    def __init__(
        self,
        capacity: int,
        types,
        shapes=None,
        names=None,
        shared_name: str | None = None,
        name: str | None = "priority_queue",
    ):
        dtypes, shapes = _known(types, shapes, least=0)
        dtypes, shapes = [_PRIORITY, *dtypes], None if shapes is None else [SCALAR, *shapes]
        ref = _made("PriorityQueueV2", capacity, dtypes, shapes, shared_name, name)
        super().__init__(dtypes, shapes, names, ref)


_PRIORITY = types.int64


def _made(type: str, capacity, dtypes: list, shapes, shared_name, name: str, **settings) -> Tensor:
    return apply(
        type,
        capacity=int(capacity),
        component_types=dtypes,
        shapes=shapes or [],
        shared_name=shared_name or "",
        name=name,
        **settings,
    )


def _shared_seeds(shared_name: str) -> dict:
    """Seeds that do not depend on which of the queues that share a name was made when."""
    seed, seed2 = get_seed(None)
    if seed is None:
        return {"seed": 0, "seed2": 0}
    digest = hashlib.md5(f"{seed}{shared_name}".encode(), usedforsecurity=False).hexdigest()
    return {"seed": seed, "seed2": int(digest[:8], 16) & 0x7FFFFFFF}


def _known(dtypes, shapes, least: int = 1) -> tuple[list, list | None]:
    """Types of components, and shapes that have to be known."""
    dtypes = _dtype_list(dtypes, least)
    shapes = _shape_list(shapes, len(dtypes))
    if shapes is not None and not all(s.is_fully_defined() for s in shapes):
        given = [str(s) for s in shapes]
        raise ValueError(f"the shapes of this queue have to be known, not {given}; see PaddingFIFOQueue")
    return dtypes, shapes


def _dtype_list(dtypes, least: int = 1) -> list:
    found = [types.as_dtype(d) for d in (dtypes if isinstance(dtypes, (list, tuple)) else [dtypes])]
    if len(found) < least:
        raise ValueError("a queue needs the type of one component at least")
    return found


def _shape_list(shapes, count: int) -> list[TensorShape] | None:
    if shapes is None:
        return None
    if isinstance(shapes, TensorShape):
        shapes = [shapes]
    if not isinstance(shapes, (list, tuple)):
        raise TypeError(f"the shapes of a queue are a list of shapes, not {shapes!r}")
    if all(s is None or isinstance(s, int) for s in shapes) and (shapes or count):
        shapes = [shapes]  # one shape
    if len(shapes) != count:
        raise ValueError(f"{len(shapes)} shapes were given for {count} components of a queue")
    return [TensorShape(s) for s in shapes]


def _name_list(names, count: int) -> list[str] | None:
    if names is None:
        return None
    names = list(names) if isinstance(names, (list, tuple)) else [names]
    if len(names) != count:
        raise ValueError(f"{len(names)} names were given for {count} components of a queue")
    return names
