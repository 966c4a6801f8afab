"""Examples as tensors: what features there are is said by a dict of their kinds."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.errors import WrongArgument
from minitf.framework.graph import name_scope
from minitf.framework.shape import as_shape
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import Tensor
from minitf.ops.array.array import reshape
from minitf.ops.array.constant import constant
from minitf.ops.io.parsing import KINDS
from minitf.ops.sparse.ids import sparse_merge


class VarLenFeature(NamedTuple):
    """A feature of any number of values of a type, read as a SparseTensor."""

    dtype: object


class FixedLenFeature(NamedTuple):
    """A feature of a shape and type, read as a dense tensor; required without a default_value."""

    shape: object
    dtype: object
    default_value: object = None


class FixedLenSequenceFeature(NamedTuple):
    """A feature of any number of items of a shape and type, read as a dense tensor with one more axis in
    front; shorter ones are filled up with default_value (0 or ""). allow_missing: it may be missing.
    """

    shape: object
    dtype: object
    allow_missing: bool = False
    default_value: object = None


class SparseFeature(NamedTuple):
    """A SparseTensor of the values of one feature at the places of another, or several, of int64 each.

    index_key: its name, or a list; size: of the axes; already_sorted: the places are in order.
    """

    index_key: object
    value_key: str
    dtype: object
    size: object
    already_sorted: bool = False


class _Wanted:
    """The features that an op is to read, in the order of their keys."""

    def __init__(self, features: dict, kinds: tuple):
        if not isinstance(features, dict):
            raise WrongArgument(f"features is a dict of names and kinds, not {features!r}")
        if not features:
            raise ValueError("features is an empty dict; it names one feature at least")
        self.features, self.sparse, self.dense = features, {}, {}
        for key in sorted(features):
            feature = features[key]
            if not isinstance(feature, kinds):
                names = ", ".join(kind.__name__ for kind in kinds)
                raise ValueError(f"feature {key!r} is a {names}, not {feature!r}")
            if isinstance(feature, VarLenFeature):
                self._add_sparse(key, feature.dtype)
            elif isinstance(feature, SparseFeature):
                self._add_parts(feature)
            else:
                shape = as_shape(feature.shape)
                open_first = isinstance(feature, FixedLenSequenceFeature)
                if shape.rank is None or None in shape.sizes:
                    raise ValueError(f"the shape of feature {key!r} has to be fully known, not {shape}")
                self.dense[key] = _type(feature.dtype, key), tuple(shape.sizes), open_first, feature

    def _add_sparse(self, key: str, dtype) -> None:
        dtype = _type(dtype, key)
        if self.sparse.setdefault(key, dtype) is not dtype:
            raise ValueError(f"feature {key!r} is read as {dtype.name} and as {self.sparse[key].name}")

    def _add_parts(self, feature: SparseFeature) -> None:
        for key in _indices(feature):
            self._add_sparse(key, dtypes.int64)
        self._add_sparse(feature.value_key, feature.dtype)

    def sorted_sparse(self) -> dict:
        """Keys and types of the sparse ones."""
        return {key: self.sparse[key] for key in sorted(self.sparse)}

    def results(self, sparse: list, dense: list) -> dict:
        """What was read, by the names of the features."""
        found = dict(zip(self.sorted_sparse(), sparse))
        found |= dict(zip(self.dense, dense))
        return {
            key: _merged(feature, found) if isinstance(feature, SparseFeature) else found[key]
            for key, feature in sorted(self.features.items())
        }


def _type(dtype, key: str) -> dtypes.DType:
    dtype = dtypes.as_dtype(dtype)
    if dtype not in KINDS:
        raise TypeError(f"feature {key!r} is float32, int64 or string, not {dtype.name}")
    return dtype


def _indices(feature: SparseFeature) -> list:
    return feature.index_key if isinstance(feature.index_key, list) else [feature.index_key]


def _merged(feature: SparseFeature, found: dict) -> SparseTensor:
    ids, size = [found[key] for key in _indices(feature)], feature.size
    if isinstance(feature.index_key, list):
        return sparse_merge(ids, found[feature.value_key], list(size), already_sorted=feature.already_sorted)
    return sparse_merge(ids[0], found[feature.value_key], size, already_sorted=feature.already_sorted)


def _default(key: str, dtype: dtypes.DType, shape: tuple, open_first: bool, value) -> Tensor:
    """What stands in for a feature that is missing: nothing if it is required."""
    zero = b"" if dtype is dtypes.string else 0
    if open_first:
        return constant(np.array(zero if value is None else value, dtype.numpy), dtype)
    if value is None:
        return constant(np.zeros(0, dtype.numpy), dtype)
    name = "key_" + re.sub(r"[^A-Za-z0-9_.\-/]", "_", key)
    return reshape(convert_to_tensor(value, dtype, name=name), list(shape))


def _defaults(wanted: _Wanted) -> list[Tensor]:
    return [
        _default(key, dtype, shape, first, feature.default_value)
        for key, (dtype, shape, first, feature) in wanted.dense.items()
    ]


def _attributes(wanted: _Wanted) -> dict:
    sparse = wanted.sorted_sparse()
    shapes = [(None, *shape) if first else shape for _, shape, first, _ in wanted.dense.values()]
    return {
        "sparse_keys": list(sparse),
        "sparse_types": list(sparse.values()),
        "dense_keys": list(wanted.dense),
        "Tdense": [part[0] for part in wanted.dense.values()],
        "dense_shapes": shapes,
    }


def _types(sparse: list, dense: list) -> list:
    many = [dtypes.int64] * len(sparse)
    return [*many, *sparse, *many, *dense]


def _without_types(attrs: dict) -> dict:
    """Attributes without the types of the dense features, which their defaults tell."""
    return {name: value for name, value in attrs.items() if name != "Tdense"}


def _assembled(outputs: list, count: int) -> tuple[list, list]:
    """The sparse tensors, and the dense ones behind their parts."""
    sparse = [SparseTensor(*outputs[i : 3 * count : count]) for i in range(count)]
    return sparse, outputs[3 * count :]


_OF_EXAMPLES = (VarLenFeature, FixedLenFeature, FixedLenSequenceFeature, SparseFeature)


def parse_example(serialized, features: dict, name: str | None = None, example_names=None) -> dict:
    """The features of serialized tf.train.Example messages, by their names.

    serialized: a vector of strings; features: a dict of the kinds of features: VarLenFeature gives a
    SparseTensor [batch, most values], FixedLenFeature a tensor [batch, *shape], FixedLenSequenceFeature (with
    allow_missing) [batch, most items, *shape], SparseFeature a SparseTensor. example_names: for messages.

    Raises:
      ValueError: for features of another kind.
      InvalidArgumentError: when it runs, for messages that lack a required feature, have it of another type
        or shape, or are none.
    """
    wanted = _Wanted(features, _OF_EXAMPLES)
    for key, (*_, first, feature) in wanted.dense.items():
        if first and not feature.allow_missing:
            raise ValueError(f"the FixedLenSequenceFeature {key!r} of an Example needs allow_missing=True")
    with name_scope(name, "ParseExample", [serialized, example_names]):
        defaults = _defaults(wanted)
        if example_names is None:
            names = constant(np.array([], object), dtypes.string, name=f"{name or 'ParseExample'}/names")
        else:
            names = convert_to_tensor(example_names, dtypes.string, name="names")
        attrs = _attributes(wanted)
        op_counts.skip(op_counts.keys(len(wanted.sparse), len(wanted.dense)))
        op = apply_op(
            "ParseExample",
            serialized,
            names,
            defaults,
            **_without_types(attrs),
            Nsparse=len(wanted.sparse),
            Ndense=len(wanted.dense),
            name=name or "ParseExample",
        )
        parts = _assembled(op.outputs, len(wanted.sparse))
    return wanted.results(*parts)


def parse_single_example(serialized, features: dict, name: str | None = None, example_names=None) -> dict:
    """The features of one serialized tf.train.Example, by their names; as `parse_example`, without the axis
    of the batch.

    >>> import minitf as tf
    >>> example = tf.train.Example()
    >>> example.features.feature["age"].int64_list.value.append(7)
    >>> found = tf.parse_single_example(
    ...     example.SerializeToString(), {"age": tf.FixedLenFeature([], tf.int64)})
    >>> with tf.Session() as sess:
    ...     print(sess.run(found)["age"])
    7
    """
    if example_names is not None:
        found = parse_example([serialized], features, name, [example_names])
        return {key: _first(value) for key, value in found.items()}
    wanted = _Wanted(features, _OF_EXAMPLES)
    with name_scope(name, "ParseSingleExample", [serialized]):
        serialized = convert_to_tensor(serialized, dtypes.string, name="serialized")
        defaults, attrs = _defaults(wanted), _attributes(wanted)
        op = apply_op(
            "ParseSingleExample", serialized, defaults, **_without_types(attrs), num_sparse=len(wanted.sparse)
        )
        parts = _assembled(op.outputs, len(wanted.sparse))
    return wanted.results(*parts)


def _first(batch):
    """The only one of a batch."""
    if not isinstance(batch, SparseTensor):
        return batch[0]
    return SparseTensor(batch.indices[:, 1:], batch.values, batch.dense_shape[1:])


def parse_single_sequence_example(
    serialized,
    context_features: dict | None = None,
    sequence_features: dict | None = None,
    example_name: str | None = None,
    name: str | None = None,
) -> tuple[dict, dict]:
    """(context, sequences): the features of one serialized tf.train.SequenceExample, by their names.

    context_features: kinds as for `parse_single_example`; sequence_features: VarLenFeature gives a
    SparseTensor [time, most values], FixedLenSequenceFeature a tensor [time, *shape].
    """
    with name_scope(name, "ParseSingleSequenceExample", [serialized]):
        features = _Sequences(context_features, sequence_features)
        return features.results(features.op("ParseSingleSequenceExample", serialized, example_name or ""))


def parse_sequence_example(
    serialized,
    context_features: dict | None = None,
    sequence_features: dict | None = None,
    example_names=None,
    name: str | None = None,
) -> tuple[dict, dict, dict]:
    """(context, sequences, lengths): the features of serialized tf.train.SequenceExample messages, by their names.

    serialized: a vector of strings; the kinds of features are those of `parse_single_sequence_example`, of which the
    results have an axis for the batch in front. Sequences that are shorter than others end in zeros; lengths: how many
    steps each FixedLenSequenceFeature has, [batch] int64.
    """
    with name_scope(name, "ParseSequenceExample", [serialized, example_names]):
        features = _Sequences(context_features, sequence_features)
        lengths = [dtypes.int64] * features.lengths
        names = constant(np.array([], object), dtypes.string) if example_names is None else example_names
        outputs = features.op("ParseSequenceExample", serialized, names, lengths)
        cut = len(outputs) - features.lengths
        dense = features.lists.dense if features.lists else ()
        return (*features.results(outputs[:cut]), dict(zip(dense, outputs[cut:])))


class _Sequences:
    """What is to be read of SequenceExamples: the features of their contexts, and of their lists."""

    def __init__(self, context_features: dict | None, sequence_features: dict | None):
        if not context_features and not sequence_features:
            raise ValueError("parsing sequence examples needs context_features or sequence_features")
        self.context = _Wanted(context_features, (VarLenFeature, FixedLenFeature)) if context_features else None
        self.lists = _Wanted(sequence_features, (VarLenFeature, FixedLenSequenceFeature)) if sequence_features else None

    @property
    def lengths(self) -> int:
        """How many sequences have a length."""
        return len(self.lists.dense) if self.lists else 0

    def op(self, type: str, serialized, names, more: list | None = None) -> list:
        """The outputs of an op that reads them; `more` are the types of its last outputs."""
        attrs, kinds = {}, []
        for prefix, wanted in (("context", self.context), ("list", self.lists)):
            own = _attributes(wanted) if wanted else dict.fromkeys(_EMPTY, [])
            attrs |= {
                f"{prefix}_sparse_keys": own["sparse_keys"],
                f"{prefix}_sparse_types": own["sparse_types"],
                f"{prefix}_dense_keys": own["dense_keys"],
                f"T{prefix}_dense": own["Tdense"],
                f"{prefix}_dense_shapes": [s[1:] if prefix == "list" else s for s in own["dense_shapes"]],
            }
            kinds += _types(own["sparse_types"], own["Tdense"])
        defaults = _defaults(self.context) if self.context else []
        missing = [k for k, (*_, f) in self.lists.dense.items() if f.allow_missing] if self.lists else []
        kinds += more or []
        return apply_op(type, serialized, names, defaults, **attrs, may_be_missing=missing, dtypes=kinds).outputs

    def results(self, outputs: list) -> tuple[dict, dict]:
        """The outputs by the names of the features."""
        counts = [len(w.sparse) if w else 0 for w in (self.context, self.lists)]
        cut = 3 * counts[0] + (len(self.context.dense) if self.context else 0)
        parts = [_assembled(outputs[:cut], counts[0]), _assembled(outputs[cut:], counts[1])]
        return tuple([w.results(*p) if w else {} for w, p in zip((self.context, self.lists), parts)])


_EMPTY = ("sparse_keys", "sparse_types", "dense_keys", "Tdense", "dense_shapes")
