"""Long sequences in segments: each batch holds the next segments of sequences and the states that the segments before
them left, kept by a barrier under keys such as `00001_of_00003:name`.
"""

from __future__ import annotations

import minitf as tf
from minitf.framework import errors
from minitf.framework.getter import getter
from minitf.ops.io.barriers import Barrier

_FIRST = ("length", "total_length", "next_key", "sequence", "sequence_count")
_ENDS = (errors.OutOfRangeError, errors.CancelledError)


def _named(what: str, values: dict, some: bool = False) -> dict:
    """Tensors by their names, in the order of these."""
    if not isinstance(values, dict):
        raise TypeError(f"{what} must be a dict of tensors, not {values!r}")
    if some and not values:
        raise ValueError(f"{what} must hold at least one tensor")
    for name in values:
        if not isinstance(name, str):
            raise TypeError(f"{what} key must be string: {name!r}")
        if ":" in name:
            raise ValueError(f"{what} key may not have a colon: {name!r}")
    return {name: tf.convert_to_tensor(values[name], name=f"{what}_{name}") for name in sorted(values)}


def _known(what: str, values: dict, after: int) -> dict:
    for name, value in values.items():
        if value.shape.rank is None or not value.shape[after:].is_fully_defined():
            beyond = " beyond the first axis" if after else ""
            raise ValueError(f"Shape for {what} {name} is not fully defined{beyond}: {value.shape}")
    return values


def _scalar(value, name: str, dtype):
    value = tf.convert_to_tensor(value, name=name)
    if value.dtype.base_dtype is not dtype:
        raise TypeError(f"{name} dtype must be {dtype.name}, but received: {value.dtype.name}")
    return tf.ensure_shape(value, [])


def _whole(length, num_unroll, name: str):
    """The length, which has to be a multiple of num_unroll and not 0."""
    fits = tf.logical_and(tf.equal(length % num_unroll, 0), tf.not_equal(length, 0))
    text = f"Tensor {name} should be a multiple of {num_unroll}; consider setting pad=True. Its length is"
    with tf.control_dependencies([tf.Assert(fits, [text, length])]):
        return tf.identity(length)


class NextQueuedSequenceBatch:
    """A batch of segments, as `SequenceQueueingStateSaver.next_batch` gives it; it can be the `state_saver` of
    `tf.nn.static_state_saving_rnn`. The first axis of all tensors is the batch.
    """

    def __init__(self, state_saver: SequenceQueueingStateSaver):
        self._saver = state_saver
        index, key, values = state_saver.barrier.take_many(
            state_saver.batch_size, state_saver._allow_small_batch, name="BarrierTakeMany"
        )
        parts = dict(zip(state_saver._places, values))
        self._plain = {**{name: parts["", name] for name in _FIRST}, "index": index, "key": key}
        self._context, self._sequences = (
            {name: parts[kind, name] for kind, name in parts if kind == wanted} for wanted in ("context", "sequence")
        )
        self._done = self.sequence + 1 >= self.sequence_count
        self._batch_size = tf.squeeze(tf.shape(self.length))
        finished = tf.reduce_sum(tf.cast(self._done, tf.int32))
        with tf.control_dependencies([state_saver._capacity_queue.dequeue_many(finished)]):
            self._states = {name: tf.identity(parts["state", name]) for kind, name in parts if kind == "state"}

    length = property(lambda self: self._plain["length"], doc="How much of each segment is no padding, int32.")
    total_length = property(lambda self: self._plain["total_length"], doc="How long each sequence is, int32.")
    insertion_index = property(lambda self: self._plain["index"], doc="When each segment came in, int64.")
    key = property(lambda self: self._plain["key"], doc="The keys of the segments, strings.")
    next_key = property(lambda self: self._plain["next_key"], doc="The keys of those that follow, or `STOP:name`.")
    sequence = property(lambda self: self._plain["sequence"], doc="Which segment of its sequence each is, int32.")
    sequence_count = property(lambda self: self._plain["sequence_count"], doc="How many each sequence has, int32.")
    batch_size = getter("_batch_size", "How many segments there are, an int32 scalar.")
    context: dict = getter("_context", "What belongs to whole sequences, by names.")
    sequences: dict = getter("_sequences", "The segments [batch, num_unroll, ...], by names.")

    def state(self, state_name: str):
        """The state before the segments; KeyError for a name that has none."""
        return self._states[self._declared(state_name)]

    def _declared(self, state_name: str) -> str:
        if state_name not in self._states:
            raise KeyError(f"state was not declared: {state_name}; there are {sorted(self._states)}")
        return state_name

    def save_state(self, state_name: str, value, name: str | None = None):
        """The op that keeps the state for the segments that follow; KeyError for a name that has none."""
        before = self.state(state_name)
        with tf.name_scope(name, "InputQueueingStateSaver_SaveState", [value]):
            left = tf.reshape(tf.where(tf.logical_not(self._done)), [-1])
            value = tf.convert_to_tensor(value)
            value.shape.assert_is_compatible_with(before.shape)
            keys, kept = tf.gather(self.next_key, left), tf.gather(value, left)
            return self._saver._insert("state", state_name, keys, kept, f"BarrierInsertState_{state_name}")


class SequenceQueueingStateSaver:
    """Cuts sequences into segments and keeps states between these.

    batch_size: how many segments `next_batch` holds; num_unroll: how long they are. Of one sequence: input_length, an
    int32 scalar; input_key, its name, a string that no other has; input_sequences: its tensors [time, ...] by names,
    time a multiple of num_unroll; input_context: tensors of the whole sequence by names; initial_states: states before
    the first segment by names. capacity: how many sequences may be open at a time. allow_small_batch: at the end.

    Raises:
      ValueError: for a capacity below batch_size, no sequences or states, names with colons, shapes that are not known.
      TypeError: for what is no dict of tensors by strings, or a length or key of another type.
      InvalidArgumentError: when it runs, for lengths that do not fit.
    """

    def __init__(
        self,
        batch_size,
        num_unroll,
        input_length,
        input_key,
        input_sequences,
        input_context,
        initial_states,
        capacity=None,
        allow_small_batch=False,
        name=None,
    ):
        if isinstance(capacity, int) and isinstance(batch_size, int) and capacity < batch_size:
            raise ValueError(f"capacity {capacity} needs to be >= batch_size {batch_size}")
        self._capacity_queue = tf.FIFOQueue(capacity or -1, [tf.int32], [[]])
        with tf.name_scope(name, "InputQueueingStateSaver") as self._name:
            self._states = _known("state", _named("state", initial_states, True), 0)
            self._sequences = _known("sequence", _named("sequence", input_sequences, True), 1)
            self._context = _known("context", _named("context", input_context), 0)
            self._key = _scalar(input_key, "key", tf.string)
            length, first = _scalar(input_length, "length", tf.int32), next(iter(self._sequences))
            self._padded_length = _whole(tf.shape(self._sequences[first])[0], num_unroll, first)
            fits = tf.less_equal(length, self._padded_length)
            text = "Input length should be <= than length from sequences:"
            with tf.control_dependencies([tf.Assert(fits, [text, length, " vs. ", self._padded_length])]):
                self._length = tf.identity(length)
            self._batch_size, self._num_unroll = batch_size, num_unroll
            self._create_barrier()
        self._allow_small_batch = allow_small_batch
        self._prefetch_op = self._next_batch = None

    name: str = getter("_name", "The scope of its ops.")
    barrier: Barrier = getter("_barrier", "What holds the segments.")
    batch_size = getter("_batch_size", "How many segments a batch holds.")
    num_unroll = getter("_num_unroll", "How long a segment is.")

    def _create_barrier(self) -> None:
        parts = [("", name, tf.string if name == "next_key" else tf.int32, ()) for name in _FIRST]
        unrolled = [self._num_unroll]
        parts += [("sequence", n, t.dtype, unrolled + t.shape.as_list()[1:]) for n, t in self._sequences.items()]
        parts += [("context", n, t.dtype, t.shape) for n, t in self._context.items()]
        parts += [("state", n, t.dtype, t.shape) for n, t in self._states.items()]
        self._places = [(kind, name) for kind, name, _, _ in parts]
        self._barrier = Barrier([p[2].base_dtype for p in parts], [p[3] for p in parts])

    def _insert(self, kind: str, part: str, keys, values, name: str | None = None):
        return self._barrier.insert_many(self._places.index((kind, part)), keys, values, name=name)

    @property
    def prefetch_op(self):
        """The op that takes in one sequence."""
        if self._prefetch_op is None:
            with tf.name_scope(None), tf.name_scope(self._name):
                self._prefetch_op = self._create_prefetch_op()
        return self._prefetch_op

    def _create_prefetch_op(self):
        unroll, count = self._num_unroll, tf.div(self._padded_length, self._num_unroll)
        number = tf.range(count)
        ones = tf.ones_like(number)
        places = [tf.as_string(n, width=5, fill="0") for n in (number, count)]
        keys = tf.string_join([places[0], "_of_", places[1], ":", self._key], name="StringJoinCurrentKeys")
        stop = tf.expand_dims(tf.string_join(["STOP:", self._key], name="StringJoinStop"), 0)
        own = {
            "length": tf.minimum(unroll, tf.maximum(0, self._length - unroll * number)),
            "total_length": self._length * ones,
            "next_key": tf.concat([keys[1:], stop], 0, name="concat_next_keys"),
            "sequence": number,
            "sequence_count": count * ones,
        }
        inserts = [self._insert("", name, keys, value) for name, value in own.items()]
        for name, value in self._sequences.items():
            cut = tf.reshape(value, tf.concat([[count, unroll], value.shape.as_list()[1:]], 0))
            inserts.append(self._insert("sequence", name, keys, cut))
        for name, value in self._context.items():
            repeated = tf.tile(tf.expand_dims(value, 0), tf.concat([[count], [1] * value.shape.rank], 0))
            inserts.append(self._insert("context", name, keys, repeated))
        token = self._capacity_queue.enqueue([0])
        with tf.control_dependencies([*inserts, token]):  # with its state, the first segment is whole
            begun = [self._insert("state", name, keys[:1], [value]) for name, value in self._states.items()]
        return tf.group(token, *inserts, *begun, name="StateSaverPrefetchGroup")

    @property
    def next_batch(self) -> NextQueuedSequenceBatch:
        """The next segments of batch_size sequences; every state has to be saved in the same run."""
        _ = self.prefetch_op
        if self._next_batch is None:
            with tf.name_scope(None), tf.name_scope(self._name):
                self._next_batch = NextQueuedSequenceBatch(self)
        return self._next_batch

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None):
        """The op after which no sequences are taken in."""
        with tf.name_scope(name, "SQSSClose") as scope:
            parts = (self._barrier, self._capacity_queue)
            return tf.group(*[part.close(cancel_pending_enqueues) for part in parts], name=scope)


def batch_sequences_with_states(
    input_key,
    input_sequences,
    input_context,
    input_length,
    initial_states,
    num_unroll,
    batch_size,
    num_threads=3,
    capacity=1000,
    allow_small_batch=True,
    pad=True,
    make_keys_unique=False,
    make_keys_unique_seed=None,
    name=None,
) -> NextQueuedSequenceBatch:
    """Batches of segments of sequences and their states, filled by threads; see `SequenceQueueingStateSaver`.

    input_sequences and input_context may hold SparseTensors. input_length: None for that of the sequences; pad: fill
    sequences up with zeros to a multiple of num_unroll; make_keys_unique: add a random number to each key.

    Raises:
      ValueError, TypeError: as `SequenceQueueingStateSaver` does; for a num_unroll that is no number.
    """
    with tf.name_scope(name, "batch_sequences_with_states"):
        sequences, context = _sorted("sequences", input_sequences), _sorted("context", input_context)
        if pad:
            length, sequences = _padded(sequences, num_unroll)
            input_length = length if input_length is None else input_length
        else:
            sequences = {key: _checked(key, value, num_unroll) for key, value in sequences.items()}
        if make_keys_unique:
            number = tf.random_uniform((), 0, 100000000, tf.int32, seed=make_keys_unique_seed)
            input_key = tf.string_join([input_key, tf.as_string(number)])
        saver = SequenceQueueingStateSaver(
            batch_size,
            num_unroll,
            input_length,
            input_key,
            {key: tf.serialize_many_sparse(v) if _is_sparse(v) else v for key, v in sequences.items()},
            {key: tf.serialize_sparse(v) if _is_sparse(v) else v for key, v in context.items()},
            initial_states,
            capacity,
            allow_small_batch,
        )
        ready = tf.cast(saver.barrier.ready_size(), tf.float32)
        tf.summary.scalar(f"queue/{saver.barrier.name}/ready_segment_batches_", ready)
        tf.train.add_queue_runner(tf.train.QueueRunner(saver, [saver.prefetch_op] * num_threads, None, None, _ENDS))
        return _with_sparse(saver.next_batch, sequences, context)


def _is_sparse(value) -> bool:
    return isinstance(value, (tf.SparseTensor, tf.SparseTensorValue))


def _sorted(what: str, values: dict) -> dict:
    if not isinstance(values, dict):
        raise TypeError(f"Unsupported {what} expected dict, got: {values!r}")
    for key in values:
        if not isinstance(key, str):
            raise TypeError(f"Unsupported {what} key expected string, got: {key!r}")
    return {key: tf.convert_to_tensor_or_sparse_tensor(values[key]) for key in sorted(values)}


def _length(value):
    return tf.cast(value.dense_shape[0], tf.int32) if _is_sparse(value) else tf.shape(value)[0]


def _checked(key: str, value, num_unroll):
    with tf.control_dependencies([_whole(_length(value), num_unroll, key)]):
        return tf.identity(value)


def _padded(sequences: dict, num_unroll) -> tuple:
    """The length, and sequences filled up with zeros to a multiple of num_unroll."""
    if not isinstance(num_unroll, int):
        raise ValueError(f"Unsupported num_unroll expected int, got: {num_unroll!r}")
    if not sequences:
        return 0, {}
    dense = [_length(value) for value in sequences.values() if not _is_sparse(value)]
    if dense:
        text = "All sequence lengths must match, but received lengths:"
        with tf.control_dependencies([tf.Assert(tf.reduce_all(tf.equal(dense, dense[0])), [text, tf.stack(dense)])]):
            length = tf.identity(dense[0])
    else:
        length = tf.reduce_max([_length(value) for value in sequences.values()])
    whole = length + (num_unroll - length % num_unroll) % num_unroll
    return length, {key: _filled_up(value, whole) for key, value in sequences.items()}


def _filled_up(value, length):
    if _is_sparse(value):
        shape = tf.concat([[tf.cast(length, tf.int64)], value.dense_shape[1:]], 0)
        return tf.SparseTensor(value.indices, value.values, shape)
    sizes = tf.concat([[length - tf.shape(value)[0]], tf.shape(value)[1:]], 0)
    empty = tf.constant("" if value.dtype == tf.string else 0, value.dtype)
    return tf.concat([value, tf.fill(sizes, empty)], 0)


def _with_sparse(batch: NextQueuedSequenceBatch, sequences: dict, context: dict) -> NextQueuedSequenceBatch:
    """The batch, with SparseTensors where they were given."""
    for key, value in context.items():
        if _is_sparse(value):
            batch.context[key] = tf.deserialize_many_sparse(batch.context[key], value.dtype)
    for key, value in sequences.items():
        if _is_sparse(value):
            shape = tf.cast(tf.shape(batch.sequences[key])[:2], tf.int64)
            rows = tf.deserialize_many_sparse(tf.reshape(batch.sequences[key], [-1, 3]), value.dtype)
            batch.sequences[key] = tf.sparse_reshape(rows, tf.concat([shape, rows.dense_shape[1:]], 0))
    return batch
