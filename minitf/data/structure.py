"""The structure of a dataset's elements: what is in them, and in which tensors that goes through ops.

Tuples, namedtuples and dicts are structures; a list is a tensor.
"""

from __future__ import annotations

from collections.abc import Mapping

from minitf.framework import dtypes, nest
from minitf.framework.apply import apply
from minitf.framework.composite_specs import SparseTensorSpec
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape, as_shape
from minitf.framework.sparse import SparseTensor, SparseTensorValue
from minitf.framework.tensor import Tensor
from minitf.framework.tensor_spec import TensorSpec
from minitf.framework.type_spec import TypeSpec
from minitf.ragged import variants
from minitf.ragged.conversion import convert_to_tensor_or_ragged_tensor
from minitf.ragged.spec import RaggedTensorSpec
from minitf.ragged.tensor import RaggedTensor
from minitf.ragged.value import RaggedTensorValue


class Part:
    """One leaf of a structure: a tensor."""

    kind = Tensor

    def __init__(self, dtype: dtypes.DType, shape: TensorShape):
        self.dtype, self.shape = dtype, shape

    def spread(self, value) -> Tensor:
        """What goes through ops."""
        return value

    def gathered(self, tensor: Tensor):
        """What users see of that."""
        return tensor

    @property
    def carrier(self) -> tuple[dtypes.DType, TensorShape]:
        """The type and shape of what goes through ops."""
        return self.dtype, self.shape

    @property
    def spec(self) -> TypeSpec:
        """What users are told of it."""
        return TensorSpec(self.shape, self.dtype)

    def with_shape(self, shape: TensorShape) -> Part:
        """The same with another shape."""
        return type(self)(self.dtype, shape)

    def batched(self, size: int | None) -> Part:
        """Several at once."""
        return self.with_shape(TensorShape([size]).concatenate(self.shape))

    def row(self) -> Part:
        """One of those that are at once here."""
        return self.with_shape(self.shape[1:] if self.shape.rank is None or self.shape.rank else self.shape)


class SparsePart(Part):
    """A sparse tensor, which goes through ops as its three parts in one tensor."""

    kind = SparseTensor

    def spread(self, value):
        """The three parts as one tensor."""
        return apply("SerializeSparse", *value._components(), out_type=dtypes.variant)

    def gathered(self, tensor):
        """The sparse tensor that is in it."""
        made = apply("DeserializeSparse", tensor, dtype=self.dtype)
        rank = self.shape.rank
        made.sparse_indices.set_shape([None, rank])
        made.sparse_shape.set_shape([rank])
        return SparseTensor(*made)

    @property
    def spec(self):
        """What users are told of it."""
        return SparseTensorSpec(self.shape, self.dtype)

    @property
    def carrier(self):
        """Of that one tensor."""
        return dtypes.variant, UNKNOWN


class RaggedPart(Part):
    """A ragged tensor, which goes through ops as one value; `ragged_rank` 0 for a row of one that is no deeper."""

    def __init__(self, dtype: dtypes.DType, shape: TensorShape, ragged_rank: int, splits_type: dtypes.DType):
        super().__init__(dtype, shape)
        self.ragged_rank, self.splits_type = ragged_rank, splits_type

    @property
    def kind(self):
        """What users see."""
        return RaggedTensor if self.ragged_rank else Tensor

    def spread(self, value):
        """All its parts in one tensor."""
        return variants.encoded(value)

    def gathered(self, tensor):
        """The ragged tensor that is in it."""
        return variants.decoded(tensor, self.dtype, self.shape, self.ragged_rank, self.splits_type)

    @property
    def carrier(self):
        """Of that one tensor."""
        return dtypes.variant, UNKNOWN

    @property
    def spec(self):
        """What users are told of it."""
        if not self.ragged_rank:
            return TensorSpec(self.shape, self.dtype)
        return RaggedTensorSpec(self.shape, self.dtype, self.ragged_rank, self.splits_type)

    def with_shape(self, shape: TensorShape) -> RaggedPart:
        """The same with another shape of the same rank."""
        return RaggedPart(self.dtype, shape, self.ragged_rank, self.splits_type)

    def batched(self, size: int | None) -> RaggedPart:
        """Several at once: the rows of a deeper one."""
        shape = TensorShape([size]).concatenate(self.shape)
        return RaggedPart(self.dtype, shape, self.ragged_rank + 1, self.splits_type)

    def row(self) -> RaggedPart:
        """One of its rows."""
        return RaggedPart(self.dtype, self.shape[1:], self.ragged_rank - 1, self.splits_type)


class DatasetPart(Part):
    """A dataset, of the structure `inner`."""

    def __init__(self, inner, kind: type):
        super().__init__(dtypes.variant, SCALAR)
        self.inner, self.kind = inner, kind

    def spread(self, value):
        """The tensor for which the dataset stands."""
        return value._variant_tensor

    def gathered(self, tensor):
        """The dataset that stands for a tensor."""
        return self.kind._of(tensor, self.inner)

    @property
    def spec(self):
        """What users are told of it."""
        return DatasetSpec(specs(self.inner))

    def with_shape(self, shape):
        """Itself: several datasets at once are no tensor."""
        return self

    def __repr__(self):
        return f"DatasetSpec({shown(self.inner)})"


class DatasetSpec(TypeSpec):
    """What a dataset is: the structure of specs of its elements, and its own shape."""

    def __init__(self, element_spec, dataset_shape=()):
        self._element_spec, self._shape = element_spec, as_shape(dataset_shape)

    def _serialize(self) -> tuple:
        return self._element_spec, self._shape

    @classmethod
    def _of(cls, value) -> DatasetSpec | None:
        return cls(value.element_spec) if isinstance(value, cls.value_type) else None


# ---- structures


def is_nested(value) -> bool:
    """Whether a value is a structure."""
    return isinstance(value, (tuple, Mapping)) and not isinstance(value, SparseTensorValue)


def flatten(structure) -> list:
    """The leaves of a structure, left to right; of dicts, by their sorted keys."""
    if not is_nested(structure):
        return [structure]
    return [leaf for part in nest.children(structure) for leaf in flatten(part)]


def map_structure(function, structure, *others):
    """A structure of what a function gives for the leaves of structures of one form."""
    if not is_nested(structure):
        return function(structure, *others)
    for other in others:
        _check_alike(structure, other)
    rows = zip(*[nest.children(s) for s in (structure, *others)])
    return nest.rebuild(structure, [map_structure(function, *row) for row in rows])


def pack(structure, leaves):
    """Leaves in a structure."""
    leaves = iter(leaves)
    return map_structure(lambda _: next(leaves), structure)


def _check_alike(structure, other) -> None:
    alike = is_nested(other) and isinstance(structure, Mapping) == isinstance(other, Mapping)
    if isinstance(structure, Mapping) and alike:
        alike = set(structure) == set(other)
    if not alike or len(structure) != len(other):
        raise ValueError(f"the two structures don't have the same nested structure: {structure!r}, {other!r}")


def flat_up_to(structure, value) -> list:
    """The parts of a value at the leaves of a structure, whatever they are themselves."""
    if not is_nested(structure):
        return [value]
    if isinstance(value, list):
        value = tuple(value)
    _check_alike(structure, value)
    rows = zip(nest.children(structure), nest.children(value))
    return [leaf for part, given in rows for leaf in flat_up_to(part, given)]


# ---- of parts


def types(parts):
    """The types in a structure of parts."""
    return map_structure(lambda p: p if isinstance(p, DatasetPart) else p.dtype, parts)


def shapes(parts):
    """The shapes in a structure of parts."""
    return map_structure(lambda p: p if isinstance(p, DatasetPart) else p.shape, parts)


def classes(parts):
    """The classes of tensors in a structure of parts."""
    return map_structure(lambda p: p if isinstance(p, DatasetPart) else p.kind, parts)


def specs(parts):
    """The specs of a structure of parts."""
    return map_structure(lambda p: p.spec, parts)


def parts_of(given):
    """A structure of parts, of one of specs; TypeError for what is none."""
    return map_structure(_part_of_spec, given)


def _part_of_spec(spec) -> Part:
    if isinstance(spec, DatasetSpec):
        return DatasetPart(parts_of(spec._element_spec), spec.value_type)
    if isinstance(spec, SparseTensorSpec):
        return SparsePart(spec.dtype, spec.shape)
    if isinstance(spec, RaggedTensorSpec):
        shape, dtype, rank, splits = spec._serialize()
        return RaggedPart(dtype, shape, rank, splits)
    if isinstance(spec, TensorSpec):
        return Part(spec.dtype, spec.shape)
    raise TypeError(f"a structure of specs holds tf.TensorSpec and its like, not {spec!r}")


def shown(parts) -> str:
    """A structure of parts in a few words."""
    return f"shapes: {map_structure(_Word, shapes(parts))}, types: {types(parts)!r}"


class _Word:
    """A shape that is shown as TensorFlow does."""

    def __init__(self, value):
        self._value = value

    def __repr__(self):
        return str(self._value)


def carriers(parts) -> dict:
    """The attributes of ops that say what they give."""
    return {"output_types": [p.carrier[0] for p in flatten(parts)], **shapes_of(parts)}


def shapes_of(parts) -> dict:
    """The attribute of ops whose inputs tell the types of what they give."""
    return {"output_shapes": [p.carrier[1] for p in flatten(parts)]}


def spread(parts, values) -> list[Tensor]:
    """What goes through ops of values in the structure of their parts."""
    return [p.spread(v) for p, v in zip(flatten(parts), flat_up_to(parts, values))]


def gathered(parts, tensors):
    """The values of which this goes through ops."""
    tensors = iter(tensors)
    return map_structure(lambda p: p.gathered(next(tensors)), parts)


def part_of(value) -> Part:
    """What kind of leaf a tensor, a sparse one or a dataset is."""
    if isinstance(value, SparseTensor):
        return SparsePart(value.dtype, value.get_shape())
    if isinstance(value, RaggedTensor):
        return RaggedPart(value.dtype, value.shape, value.ragged_rank, value.row_splits.dtype)
    if hasattr(value, "_variant_tensor"):
        return DatasetPart(value._parts, type(value))
    return Part(value.dtype.base_dtype, value.shape)


def as_tensors(values, scope: str | None = "normalize_element"):
    """A structure with everything in it as tensors."""
    count = iter(range(len(flatten(values))))

    def convert(value):
        number = next(count)
        if isinstance(value, SparseTensorValue):
            return SparseTensor.from_value(value)
        if isinstance(value, RaggedTensorValue):
            return convert_to_tensor_or_ragged_tensor(value)
        if isinstance(value, (SparseTensor, RaggedTensor)) or hasattr(value, "_variant_tensor"):
            return value
        return convert_to_tensor(value, name=f"component_{number}")

    if scope is None:
        return map_structure(convert, values)
    with name_scope(scope):
        return map_structure(convert, values)


def made_of(output_types, output_shapes=None, output_classes=None):
    """A structure of parts, of types, and of shapes and classes of the same form; those may be left out."""
    output_types = _tuples(output_types)
    kinds = map_structure(dtypes.as_dtype, output_types)
    given = [None] * len(flatten(kinds)) if output_shapes is None else flat_up_to(kinds, output_shapes)
    found = [Tensor] * len(given) if output_classes is None else flat_up_to(kinds, output_classes)
    leaves = [
        (SparsePart if c is SparseTensor else Part)(t.base_dtype, as_shape(s))
        for t, s, c in zip(flatten(kinds), given, found)
    ]
    return pack(kinds, leaves)


def _tuples(value):
    """Lists in a structure of types as tuples."""
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return tuple([_tuples(v) for v in value])
    return nest.rebuild(value, [_tuples(v) for v in nest.children(value)]) if is_nested(value) else value


def check_compatible(wanted, given) -> None:
    """TypeError or ValueError unless elements of one structure can be in the place of another's."""
    nest.assert_same_structure(types(wanted), types(given))
    if types(wanted) != types(given) or classes(wanted) != classes(given):
        raise TypeError(f"Expected output types {types(wanted)} but got dataset with output types {types(given)}.")
    for a, b in zip(flatten(wanted), flatten(given)):
        if not a.shape.is_compatible_with(b.shape):
            raise TypeError(
                f"Expected output shapes compatible with {shapes(wanted)} but got dataset with output shapes "
                f"{shapes(given)}."
            )


class Structured:
    """What has elements that are structures of parts."""

    @property
    def element_spec(self):
        """What elements are, in their structure: `tf.TensorSpec` and its like."""
        return specs(self._parts)

    @property
    def output_types(self):
        """The types of elements, in their structure."""
        return types(self._parts)

    @property
    def output_shapes(self):
        """The static shapes of elements, in their structure."""
        return shapes(self._parts)

    @property
    def output_classes(self):
        """The classes of elements' parts, in their structure: tf.Tensor, tf.SparseTensor."""
        return classes(self._parts)
