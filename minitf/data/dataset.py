"""tf.data.Dataset: elements one after the other, as an iterator gives them."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.data import iterators, sources, structure
from minitf.data.functions import traced
from minitf.data.options import Options
from minitf.data.seeds import seeds
from minitf.framework.apply import apply
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor


class Dataset(structure.Structured):
    """Elements that an iterator gives one after the other: tensors, or tuples, namedtuples or dicts of them.

    >>> import minitf as tf
    >>> squares = tf.data.Dataset.range(4).map(lambda x: x * x).batch(2)
    >>> x = squares.make_one_shot_iterator().get_next()
    >>> with tf.Session() as sess:
    ...     print(sess.run(x), sess.run(x))
    [0 1] [4 9]
    """

    _variant_tensor: Tensor
    _parts = None

    @classmethod
    def _of(cls, tensor: Tensor, parts, sources=()) -> Dataset:
        """The dataset for which a tensor stands, made of others."""
        made = Dataset.__new__(Dataset)
        made._begin(tensor, parts, sources)
        return made

    def _begin(self, tensor: Tensor, parts, sources=()) -> None:
        self._variant_tensor, self._parts, self._sources = tensor, parts, tuple(sources)

    # ---- where elements come from

    @staticmethod
    def from_tensors(tensors) -> Dataset:
        """A dataset of one element: `tensors`, a tensor or a structure of them."""
        return Dataset._of(*sources.whole(tensors))

    @staticmethod
    def from_tensor_slices(tensors) -> Dataset:
        """The slices of tensors along their first axes, which are of one size.

        Raises:
          ValueError: for scalars, or sizes that differ.
        """
        return Dataset._of(*sources.sliced(tensors))

    @staticmethod
    def from_sparse_tensor_slices(sparse_tensor) -> Dataset:
        """The rows of a sparse tensor, as `from_tensor_slices` has them, each as a tuple of indices, values
        and dense_shape.
        """
        rows = Dataset.from_tensor_slices(sparse_tensor)
        return rows.map(lambda row: (row.indices, row.values, row.dense_shape))

    @staticmethod
    def from_generator(generator: Callable, output_types, output_shapes=None, args=None) -> Dataset:
        """What the iterators yield that `generator(*args)` returns, called anew by each way through.

        output_types, output_shapes: of the elements, in their structure; args: tensors, whose values the
        generator is given as NumPy arrays.

        Raises:
          TypeError: if `generator` is no function.
          InvalidArgumentError: at a run, for an element of another type or shape.
        """
        if not callable(generator):
            raise TypeError("`generator` must be callable.")
        given = tuple([tf.convert_to_tensor(a, name=f"args_{i}") for i, a in enumerate(args or ())])
        parts = structure.made_of(output_types, output_shapes)
        once = Dataset.from_tensors(0)
        return once.flat_map(lambda _: Dataset._of(*sources.generated(generator, given, parts)))

    @staticmethod
    def range(*args) -> Dataset:
        """The numbers of Python's range, int64 scalars."""
        return Dataset._of(*sources.numbers(*args))

    @staticmethod
    def list_files(file_pattern, shuffle: bool | None = None, seed=None) -> Dataset:
        """The names of the files that match a pattern or several, in random order unless `shuffle` is false.

        Raises:
          InvalidArgumentError: at a run, if there are none.
        """
        with tf.name_scope("list_files"):
            names = Dataset._of(*sources.file_names(file_pattern))
            if shuffle is not None and not shuffle:
                return names
            count = tf.shape(names._variant_tensor.op.inputs[0], out_type=tf.int64)[0]
            return names.shuffle(tf.maximum(count, 1), seed=seed)

    @staticmethod
    def zip(datasets) -> Dataset:
        """Elements of several datasets side by side, in the structure of `datasets` (a tuple, a dict), until
        one of them ends.
        """
        if isinstance(datasets, list):
            raise TypeError(
                "The argument to `Dataset.zip()` must be a nested structure of `Dataset` objects. Nested "
                "structures do not support Python lists; please use a tuple instead."
            )
        flat = structure.flatten(datasets)
        for each in flat:
            _check_dataset(each, "Dataset.zip()")
        tensor = apply(
            "ZipDataset", [d._variant_tensor for d in flat], **structure.carriers(tuple([d._parts for d in flat]))
        )
        return Dataset._of(tensor, structure.map_structure(lambda d: d._parts, datasets), flat)

    # ---- element by element

    def map(self, map_func: Callable, num_parallel_calls=None) -> Dataset:
        """What `map_func` gives for each element; of a tuple, each part is an argument of its own.

        num_parallel_calls: how many threads compute elements ahead (`tf.data.experimental.AUTOTUNE` too);
        their order stays.

        Raises:
          TypeError: if it returns what are no tensors.
        """
        if num_parallel_calls is None:
            return self._through("MapDataset", map_func, "Dataset.map()")
        threads = tf.convert_to_tensor(num_parallel_calls, tf.int32, name="num_parallel_calls")
        return self._through("ParallelMapDataset", map_func, "Dataset.map()", threads)

    map_with_legacy_function = map

    def filter(self, predicate: Callable) -> Dataset:
        """The elements for which `predicate` gives true.

        Raises:
          ValueError: if it gives something else than a bool scalar.
        """
        return self._where("FilterDataset", predicate, "Dataset.filter()")

    filter_with_legacy_function = filter

    def flat_map(self, map_func: Callable) -> Dataset:
        """The elements of the datasets that `map_func` gives for each element, one after the other."""
        return self._nested("FlatMapDataset", map_func, "Dataset.flat_map()")

    def interleave(self, map_func: Callable, cycle_length=-1, block_length=1, num_parallel_calls=None) -> Dataset:
        """Elements of datasets that `map_func` gives: `block_length` of each of `cycle_length` in turn."""
        cycle = _number(cycle_length, "cycle_length")
        block = _number(block_length, "block_length")
        if num_parallel_calls is None:
            return self._nested("InterleaveDataset", map_func, "Dataset.interleave()", cycle, block)
        calls = _number(num_parallel_calls, "num_parallel_calls")
        return self._nested("ParallelInterleaveDatasetV2", map_func, "Dataset.interleave()", cycle, block, calls)

    def enumerate(self, start=0) -> Dataset:
        """Elements with their numbers, from `start` on: tuples of an int64 scalar and the element."""
        return Dataset.zip((Dataset.range(start, 2**63 - 1), self))

    def reduce(self, initial_state, reduce_func: Callable):
        """The last state: of `state = reduce_func(state, element)` for each element, from the first one on.

        Raises:
          TypeError: if the function's result is not of the structure and types of the state.
        """
        state = structure.as_tensors(initial_state, "initial_state/normalize_element")
        parts = structure.map_structure(structure.part_of, state)
        found = _traced_state(reduce_func, parts, self, "Dataset.reduce()")
        given = structure.spread(parts, state)
        results = apply(
            "ReduceDataset",
            self._variant_tensor,
            given,
            found.captured_tensors,
            f=found,
            states=len(given),
            **structure.carriers(parts),
        )
        tensors = [results] if isinstance(results, Tensor) else results
        return structure.gathered(parts, tensors)

    # ---- several at once

    def batch(self, batch_size, drop_remainder: bool = False) -> Dataset:
        """`batch_size` elements as one, along a new first axis; the last may be fewer unless drop_remainder.

        Raises:
          InvalidArgumentError: at a run, for elements of different shapes.
        """
        size = _number(batch_size, "batch_size")
        rest = tf.convert_to_tensor(drop_remainder, tf.bool, name="drop_remainder")
        parts = structure.map_structure(lambda p: p.batched(_whole(size, rest)), self._parts)
        return self._made("BatchDatasetV2", parts, size, rest)

    def padded_batch(self, batch_size, padded_shapes, padding_values=None, drop_remainder: bool = False) -> Dataset:
        """Like `batch`, with elements filled up to `padded_shapes`, of which None (or -1) is the size of the
        largest element in the batch. padding_values: what they are filled with, by default 0 or "".

        Raises:
          DataLossError: at a run, for an element that is larger.
        """
        return Dataset._of(*sources.padded(self, batch_size, padded_shapes, padding_values, drop_remainder), [self])

    def unbatch(self) -> Dataset:
        """The rows of elements, one by one.

        Raises:
          ValueError: if components are known to be scalars, or of different numbers of rows.
        """
        flat = structure.flatten(self._parts)
        dense = [p.shape for p in flat if p.kind is tf.Tensor or isinstance(p, structure.DatasetPart)]
        if any(shape.rank == 0 for shape in dense):
            raise ValueError(f"unbatch takes elements of rows: scalars have insufficient rank for batching {self!r}")
        if len({shape[0].value for shape in dense if shape.rank and shape[0].value is not None}) > 1:
            raise ValueError(f"Cannot unbatch an input whose components have different batch sizes: {self!r}")
        parts = structure.map_structure(lambda p: p.row(), self._parts)
        same = self._through(
            "MapDataset", lambda *element: element[0] if len(element) == 1 else element, "Dataset.unbatch()"
        )
        return same._made("UnbatchDataset", parts)

    def window(self, size, shift=None, stride=1, drop_remainder: bool = False) -> Dataset:
        """Datasets of `size` elements, `stride` apart, each `shift` (default: size) behind the one before."""
        shift = size if shift is None else shift
        numbers = [_number(size, "size"), _number(shift, "shift"), _number(stride, "stride")]
        rest = tf.convert_to_tensor(drop_remainder, tf.bool, name="drop_remainder")
        parts = structure.map_structure(lambda p: structure.DatasetPart(p, Dataset), self._parts)
        return self._made("WindowDataset", parts, *numbers, rest)

    # ---- in another order, again, fewer

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration: bool | None = None) -> Dataset:
        """Elements in random order: each is one of the next `buffer_size`. It is TensorFlow's order for the
        same seeds; each time through another one unless reshuffle_each_iteration is false.
        """
        size = _number(buffer_size, "buffer_size")
        again = True if reshuffle_each_iteration is None else bool(reshuffle_each_iteration)
        return self._made("ShuffleDataset", self._parts, size, *seeds(seed), reshuffle_each_iteration=again)

    def repeat(self, count=None) -> Dataset:
        """All elements `count` times, for ever for None or -1."""
        return self._made("RepeatDataset", self._parts, _number(-1 if count is None else count, "count"))

    def take(self, count) -> Dataset:
        """The first `count` elements, all for -1."""
        return self._made("TakeDataset", self._parts, _number(count, "count"))

    def skip(self, count) -> Dataset:
        """All but the first `count` elements; none for -1."""
        return self._made("SkipDataset", self._parts, _number(count, "count"))

    def shard(self, num_shards, index) -> Dataset:
        """Each `num_shards`-th element, from number `index` on."""
        numbers = _number(num_shards, "num_shards"), _number(index, "index")
        return self._made("ShardDataset", self._parts, *numbers)

    def concatenate(self, dataset: Dataset) -> Dataset:
        """The elements, then those of another dataset.

        Raises:
          TypeError: if they are of other types or structure.
        """
        _check_dataset(dataset, "Dataset.concatenate()")
        mine, others = structure.types(self._parts), structure.types(dataset._parts)
        if mine != others:
            raise TypeError(f"Two datasets to concatenate have different types {mine} and {others}")
        mine, others = [structure.map_structure(lambda p: p.kind, d._parts) for d in (self, dataset)]
        if mine != others:
            raise TypeError(f"Two datasets to concatenate have different classes {mine} and {others}")
        parts = structure.map_structure(
            lambda a, b: a.with_shape(a.shape.most_specific_compatible_shape(b.shape)), self._parts, dataset._parts
        )
        tensor = apply("ConcatenateDataset", self._variant_tensor, dataset._variant_tensor, **structure.carriers(parts))
        return Dataset._of(tensor, parts, (self, dataset))

    # ---- kept, computed ahead

    def cache(self, filename="") -> Dataset:
        """The same elements, kept from the first time through, if that went to their end, to the next: in memory, or
        in files whose names begin with `filename`, which other sessions and TensorFlow read too.

        Raises (at run time):
          AlreadyExistsError: while another iterator writes these files.
        """
        name = tf.convert_to_tensor(filename, tf.string, name="filename")
        return self._made("CacheDataset", self._parts, name)

    def prefetch(self, buffer_size) -> Dataset:
        """The same elements, up to `buffer_size` of which a thread computes before they are asked for."""
        size = -1 if buffer_size is None else buffer_size
        return self._made("PrefetchDataset", self._parts, _number(size, "buffer_size"))

    def apply(self, transformation_func: Callable) -> Dataset:
        """`transformation_func(self)`; TypeError if that is no dataset."""
        made = transformation_func(self)
        _check_dataset(made, "the function passed to Dataset.apply()", TypeError)
        return made

    def options(self) -> Options:
        """The options of the datasets of which this one is made, and what `with_options` added.

        Raises:
          ValueError: where they say different things.
        """
        merged = Options()
        for source in self._sources:
            merged = merged.merge(source.options())
        return merged

    def with_options(self, options: Options) -> Dataset:
        """The same dataset, run as `options` say, too.

        Raises:
          ValueError: where they say something else than options that it has.
        """
        return _WithOptions(self, options)

    # ---- iterators

    def make_one_shot_iterator(self) -> iterators.Iterator:
        """An iterator that goes through the elements once, and needs no initializer.

        Raises:
          ValueError: if they depend on placeholders or variables.
        """
        return iterators.one_shot(self)

    def make_initializable_iterator(self, shared_name: str | None = None) -> iterators.Iterator:
        """An iterator whose `initializer` starts it, anew each time it runs."""
        return iterators.initializable(self, shared_name)

    # ---- what elements are

    @property
    def _graph(self):
        return self._variant_tensor.graph

    def __iter__(self):
        raise RuntimeError(
            "dataset.__iter__() is only supported when eager execution is enabled: make an iterator, and run "
            "what its get_next() gives"
        )

    def __repr__(self):
        return f"<{type(self).__name__} {structure.shown(self._parts)}>"

    # ---- making others

    def _made(self, type: str, parts, *inputs, **attrs) -> Dataset:
        """A dataset made of this one by an op."""
        tensor = apply(type, self._variant_tensor, *inputs, **attrs, **structure.carriers(parts))
        return Dataset._of(tensor, parts, [self])

    def _through(self, type: str, function: Callable, caller: str, *inputs) -> Dataset:
        graph, parts = traced(function, self._parts, caller, [self._variant_tensor])
        return self._made(type, parts, graph.captured_tensors, *inputs, f=graph)

    def _where(self, type: str, predicate: Callable, caller: str) -> Dataset:
        graph, parts = traced(predicate, self._parts, caller, [self._variant_tensor])
        if structure.is_nested(parts) or parts.dtype is not tf.bool or not parts.shape.is_compatible_with([]):
            raise ValueError(
                f"`predicate` return type must be convertible to a scalar boolean tensor. Was {structure.shown(parts)}."
            )
        return self._made(type, self._parts, graph.captured_tensors, predicate=graph)

    def _nested(self, type: str, function: Callable, caller: str, *inputs) -> Dataset:
        graph, part = traced(function, self._parts, caller, [self._variant_tensor])
        if not isinstance(part, structure.DatasetPart):
            raise TypeError(
                f"`map_func` must return a `Dataset` object, in {caller}; it returned {structure.shown(part)}."
            )
        return self._made(type, part.inner, graph.captured_tensors, *inputs, f=graph)


class _WithOptions(Dataset):
    """A dataset and options."""

    def __init__(self, dataset: Dataset, options: Options):
        self._begin(dataset._variant_tensor, dataset._parts)
        self._all = dataset.options().merge(options)

    def options(self):
        """All options."""
        return self._all


structure.DatasetSpec.value_type = Dataset


def _number(value, name: str) -> Tensor:
    return tf.convert_to_tensor(value, tf.int64, name=name)


def _whole(size: Tensor, rest: Tensor) -> int | None:
    """The size of every batch, if that is known."""
    return constant_value(size) if constant_value(rest) else None


def _check_dataset(value, caller: str, kind: type = TypeError) -> None:
    if not isinstance(value, Dataset):
        raise kind(f"{caller} takes (or returns) a Dataset, not {value!r}")


def _traced_state(function: Callable, parts, dataset: Dataset, caller: str):
    """The graph of a function of a state and an element that returns such a state."""
    graph, found = traced(function, (parts, dataset._parts), caller, [dataset._variant_tensor])
    check_state(parts, found, caller)
    return graph


def check_state(parts, found, caller: str) -> None:
    """TypeError unless a state that a function returns is like the one that it is given."""
    if structure.types(parts) != structure.types(found):
        raise TypeError(
            f"The element types for the new state must match the initial state in {caller}. "
            f"Expected {structure.types(parts)}; got {structure.types(found)}."
        )
