"""Values that may not be there."""

from __future__ import annotations

import minitf as tf
from minitf.data import structure
from minitf.data.iterators import Iterator
from minitf.framework.apply import apply, apply_op
from minitf.framework.tensor import Tensor
from minitf.framework.type_spec import TypeSpec


class Optional:
    """A value, a tensor or a structure of them, or none: what `get_next_as_optional` gives."""

    _variant_tensor: Tensor

    @classmethod
    def _of(cls, tensor: Tensor, parts) -> Optional:
        made = cls.__new__(cls)
        made._variant_tensor, made._parts = tensor, parts
        return made

    @staticmethod
    def from_value(value) -> Optional:
        """An optional with a value."""
        with tf.name_scope("optional") as scope:
            with tf.name_scope("value"):
                values = structure.as_tensors(value, None)
                parts = structure.map_structure(structure.part_of, values)
                given = structure.spread(parts, values)
            return Optional._of(apply("OptionalFromValue", given, name=scope), parts)

    @staticmethod
    def none_from_structure(value_structure) -> Optional:
        """An optional without a value; value_structure: that of another one, such as its `value_structure`."""
        return Optional._of(apply("OptionalNone"), structure.parts_of(value_structure))

    @property
    def value_structure(self):
        """What the value is, in its structure: `tf.TensorSpec` and its like."""
        return structure.specs(self._parts)

    def has_value(self, name: str | None = None) -> Tensor:
        """Whether there is a value, a bool scalar."""
        return apply("OptionalHasValue", self._variant_tensor, name=name)

    def get_value(self, name: str | None = None):
        """The value.

        Raises (at run time):
          InvalidArgumentError: if there is none.
        """
        with tf.name_scope(name, "OptionalGetValue", [self._variant_tensor]) as scope:
            said = structure.carriers(self._parts)
            op = apply_op("OptionalGetValue", self._variant_tensor, name=scope, **said)
            return structure.gathered(self._parts, op.outputs)


class OptionalSpec(TypeSpec):
    """What an `Optional` is: the structure of specs of its value."""

    value_type = Optional

    def __init__(self, value_structure):
        self._value_structure = value_structure

    def _serialize(self) -> tuple:
        return (self._value_structure,)

    @classmethod
    def _of(cls, value) -> OptionalSpec | None:
        return cls(value.value_structure) if isinstance(value, Optional) else None


def get_next_as_optional(iterator: Iterator) -> Optional:
    """The next element of an iterator, or none behind the last: no OutOfRangeError ends a run.

    >>> import minitf as tf
    >>> it = tf.data.Dataset.range(1).make_one_shot_iterator()
    >>> there = tf.data.experimental.get_next_as_optional(it).has_value()
    >>> with tf.Session() as sess:
    ...     print(sess.run(there), sess.run(there))
    True False
    """
    attrs = structure.carriers(iterator._parts)
    tensor = apply("IteratorGetNextAsOptional", iterator._iterator_resource, **attrs)
    return Optional._of(tensor, iterator._parts)
