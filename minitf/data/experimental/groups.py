"""Elements in groups."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.data import structure
from minitf.data.dataset import Dataset, check_state
from minitf.data.functions import traced
from minitf.framework.shape import TensorShape


def group_by_window(
    key_func: Callable, reduce_func: Callable, window_size=None, window_size_func: Callable | None = None
) -> Callable:
    """The elements of `reduce_func(key, group)`, datasets made of groups of elements with the same key.

    key_func: gives the key of an element, int64; window_size: how large a group is, or window_size_func,
    which says it for a key. What is left at the end makes smaller groups.

    Raises:
      ValueError: unless one of both sizes is given, or for a key that is no int64 scalar.
    """
    if (window_size is None) == (window_size_func is None):
        raise ValueError("Must pass either window_size or window_size_func.")
    if window_size is not None:

        def window_size_func(_):
            return tf.convert_to_tensor(window_size, tf.int64)

    return lambda dataset: _grouped(dataset, key_func, reduce_func, window_size_func)


def _grouped(dataset: Dataset, key_func, reduce_func, window_size_func) -> Dataset:
    home = [dataset._variant_tensor]
    number = structure.Part(tf.int64, TensorShape([]))
    key, found = traced(lambda *e: tf.cast(key_func(*e), tf.int64), dataset._parts, "group_by_window()", home)
    _check_number(found, "`key_func` must return a single tf.int64 tensor")
    parts = (number, structure.DatasetPart(dataset._parts, Dataset))
    reduced, made = traced(reduce_func, parts, "group_by_window()", home)
    if not isinstance(made, structure.DatasetPart):
        raise TypeError("`reduce_func` must return a `Dataset` object.")
    size, found = traced(lambda key: tf.cast(window_size_func(key), tf.int64), number, "group_by_window()", home)
    _check_number(found, "`window_size_func` must return a single tf.int64 tensor")
    captured = [t for graph in (key, reduced, size) for t in graph.captured_tensors]
    return dataset._made(
        "GroupByWindowDataset", made.inner, captured, key_func=key, reduce_func=reduced, window_size_func=size
    )


def _check_number(part, message: str) -> None:
    if structure.is_nested(part) or part.dtype is not tf.int64 or not part.shape.is_compatible_with([]):
        raise ValueError(f"{message}, not {structure.shown(part)}.")


class Reducer:
    """How the elements of a group become one: `init_func(key)` gives the first state, `reduce_func(state, element)`
    the next one, `finalize_func(state)` what the last one becomes.
    """

    def __init__(self, init_func: Callable, reduce_func: Callable, finalize_func: Callable):
        self._functions = init_func, reduce_func, finalize_func

    @property
    def init_func(self) -> Callable:
        """What gives the first state."""
        return self._functions[0]

    @property
    def reduce_func(self) -> Callable:
        """What gives the next state."""
        return self._functions[1]

    @property
    def finalize_func(self) -> Callable:
        """What the last state becomes."""
        return self._functions[2]


def group_by_reducer(key_func: Callable, reducer: Reducer) -> Callable:
    """One element for each group of elements with the same key, by rising keys: what `reducer` makes of it.

    key_func: gives the key of an element, an int64 scalar.

    Raises:
      ValueError: for a key that is none. TypeError: for states of different types.
    """

    def transformation(dataset: Dataset) -> Dataset:
        home, number = [dataset._variant_tensor], structure.Part(tf.int64, TensorShape([]))
        key, found = traced(key_func, dataset._parts, "group_by_reducer()", home)
        _check_number(found, "`key_func` must return a single tf.int64 tensor")
        first, state = traced(reducer.init_func, number, "group_by_reducer()", home)
        following, state = _settled(reducer.reduce_func, state, dataset)
        last, parts = traced(reducer.finalize_func, state, "group_by_reducer()", home)
        graphs = {"key_func": key, "init_func": first, "reduce_func": following, "finalize_func": last}
        captured = [t for graph in graphs.values() for t in graph.captured_tensors]
        return dataset._made("GroupByReducerDataset", parts, captured, **graphs)

    return transformation


def _settled(function: Callable, state, dataset: Dataset):
    """The graph of a function of a state and an element, and the state's parts, their shapes such that both what
    it begins with and what the function gives fit.
    """
    while True:
        graph, found = traced(function, (state, dataset._parts), "group_by_reducer()", [dataset._variant_tensor])
        check_state(state, found, "group_by_reducer()")
        wider = structure.map_structure(
            lambda a, b: a.with_shape(a.shape.most_specific_compatible_shape(b.shape)), state, found
        )
        if structure.flatten(structure.shapes(wider)) == structure.flatten(structure.shapes(state)):
            return graph, state
        state = wider


def bucket_by_sequence_length(
    element_length_func: Callable,
    bucket_boundaries,
    bucket_batch_sizes,
    padded_shapes=None,
    padding_values=None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
) -> Callable:
    """Padded batches of elements of similar lengths.

    element_length_func: gives the length of an element, int32; bucket_boundaries: upper bounds of the
    lengths in each bucket but the last; bucket_batch_sizes: of batches in each bucket, one more. Elements are
    filled up to the longest of a batch, or, with pad_to_bucket_boundary, to one less than the bound.

    Raises:
      ValueError: if there are not as many sizes as buckets.
    """
    if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
        raise ValueError("len(bucket_batch_sizes) must equal len(bucket_boundaries) + 1")
    bounds = list(bucket_boundaries)
    with tf.name_scope("bucket_by_seq_length"):
        sizes = tf.constant(bucket_batch_sizes, tf.int64)

    def bucket_of(*element):
        length = element_length_func(*element)
        lower, upper = [-(2**31), *bounds], [*bounds, 2**31 - 1]
        inside = tf.logical_and(tf.less_equal(lower, length), tf.less(length, upper))
        return tf.reduce_min(tf.where(inside))

    def batched(bucket, group: Dataset) -> Dataset:
        size = sizes[bucket]
        if no_padding:
            return group.batch(size, drop_remainder=drop_remainder)
        shapes = group.output_shapes if padded_shapes is None else padded_shapes
        if pad_to_bucket_boundary:
            inside = tf.less(bucket, tf.constant(len(bounds), tf.int64))
            known = tf.Assert(inside, ["Requested pad_to_bucket_boundary, but an element is too long"])
            with tf.control_dependencies([known]):
                longest = tf.constant([*bounds, 0], tf.int64)[bucket] - 1
            shapes = structure.map_structure(lambda shape: _filled(shape, longest), shapes)
        return group.padded_batch(size, shapes, padding_values, drop_remainder=drop_remainder)

    return group_by_window(bucket_of, batched, window_size_func=lambda bucket: sizes[bucket])


def _filled(shape, longest):
    """A shape, of whose sizes the unknown ones are given."""
    sizes = TensorShape(shape).as_list()
    found = [longest if n is None else tf.constant(n, tf.int64) for n in sizes]
    return tf.stack(found) if found else tf.zeros([0], tf.int64)
