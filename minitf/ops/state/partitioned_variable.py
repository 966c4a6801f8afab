"""Variables that are kept in parts and read as one tensor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from minitf.framework.convert import register_tensor_conversion_function
from minitf.framework.getter import getter
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape, as_shape
from minitf.framework.tensor import Tensor
from minitf.ops.array.array import concat
from minitf.ops.array.identity import identity
from minitf.ops.array.joining import split
from minitf.ops.state.variables import Variable, lifted


class PartitionedVariable:
    """A variable in parts, as `get_variable` makes it where there is a partitioner: iterate over it for the
    parts, or give it to an op as one tensor.

    variable_list: its parts, which know where they lie (`_get_save_slice_info`); partitions: how many of them
    there are along each axis.

    Raises:
      TypeError: if variable_list or partitions is no list.
      ValueError: if the parts do not fit, or do not know where they lie.

    >>> import minitf as tf
    >>> w = tf.get_variable("w", [4, 2], partitioner=tf.fixed_size_partitioner(2))
    >>> [(part.op.name, part.shape.as_list()) for part in w], tf.identity(w).shape.as_list()
    ([('w/part_0', [2, 2]), ('w/part_1', [2, 2])], [4, 2])
    """

    def __init__(self, name: str, shape, dtype, variable_list: list[Variable], partitions: Sequence[int]):
        _check(variable_list, partitions)
        infos = [v._get_save_slice_info() for v in variable_list]
        if None in infos:
            names = ", ".join(v.name for v in variable_list)
            raise ValueError(f"the parts of a partitioned variable must have save_slice_info available: {names}")
        if len(as_shape(shape)) != len(partitions):
            raise ValueError(f"partitions {partitions} have a number for each axis of shape {shape}")
        for info in infos:
            if TensorShape(info.full_shape) != as_shape(shape):
                raise ValueError(f"the parts' full shapes must match shape {shape}; one has {info.full_shape}")
        self._variable_list = sorted(variable_list, key=lambda v: v._get_save_slice_info().var_offset)
        self._name, self._shape, self._dtype, self._partitions = name, as_shape(shape), dtype, partitions

    name: str = getter("_name", "The name of the whole.")
    dtype = getter("_dtype", "The type of the elements.")
    shape: TensorShape = getter("_shape", "The shape of the whole.")

    def get_shape(self) -> TensorShape:
        """The shape of the whole."""
        return self._shape

    def _get_variable_list(self) -> list[Variable]:
        return self._variable_list

    def _get_partitions(self) -> Sequence[int]:
        return self._partitions

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._variable_list)

    def __len__(self) -> int:
        self._axis(ValueError)
        return len(self._variable_list)

    def __repr__(self):
        return f"<tf.PartitionedVariable '{self._name}' shape={self._shape} in {len(self._variable_list)} parts>"

    def _axis(self, error=NotImplementedError) -> int:
        """The axis that is cut; `error` if there are several."""
        cut = [axis for axis, count in enumerate(self._partitions) if count > 1]
        if len(cut) > 1:
            raise error(f"variable {self._name} is cut along more than one axis: {self._partitions}")
        return cut[0] if cut else 0

    # ---- reading

    def as_tensor(self) -> Tensor:
        """The parts put together; no control dependencies of the place where it is made apply."""
        with lifted():
            return self._concat()

    def _concat(self) -> Tensor:
        """The parts put together here, after what the place depends on."""
        whole = self._variable_list[0]
        if len(self._variable_list) > 1:
            with name_scope(f"{self._name}/ConcatPartitions/"):
                whole = concat(self._variable_list, self._axis())
        with name_scope(None):
            return identity(whole, name=self._name)

    # ---- writing

    def assign(self, value, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> list:
        """Sets the parts to those of `value` (a whole, or a list of parts); what `Variable.assign` returns of each."""
        return self._each("assign", value, name, read_value)

    def assign_add(self, value, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> list:
        """Adds the parts of `value` to the parts; what `Variable.assign_add` returns of each."""
        return self._each("assign_add", value, name, read_value)

    def assign_sub(self, value, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> list:
        """Subtracts the parts of `value` from the parts; what `Variable.assign_sub` returns of each."""
        return self._each("assign_sub", value, name, read_value)

    def _each(self, method: str, value, name, read_value: bool) -> list:
        changes = [getattr(part, method) for part in self._variable_list]
        return [change(v, name=name, read_value=read_value) for change, v in zip(changes, self._cut(value))]

    def _cut(self, value) -> list:
        """The parts of a value."""
        axis, parts = self._axis(), self._variable_list
        if not isinstance(value, (list, PartitionedVariable)):
            return split(value, [part.shape.as_list()[axis] for part in parts], axis)
        if len(value) != len(parts):
            raise ValueError(f"variable {self._name} has {len(parts)} parts; given are {len(value)}")
        return list(value)


def _check(variable_list, partitions) -> None:
    for what, value in (("variable_list", variable_list), ("partitions", partitions)):
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"{what} is a list or tuple, not {value!r}")
    if not variable_list:
        raise ValueError("variable_list may not be empty")
    if any(count < 1 for count in partitions):
        raise ValueError(f"partition values must be positive: {partitions}")


def _convert(value: PartitionedVariable, dtype=None, name: str | None = None, as_ref: bool = False) -> Tensor:
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(f"variable '{value.name}' is {value.dtype.name}, not {dtype.name}; use tf.cast to convert it")
    if as_ref:
        raise NotImplementedError(f"variable '{value.name}' is in parts: assign to them, or use its assign()")
    return value.as_tensor()


register_tensor_conversion_function(PartitionedVariable, _convert)


def parts_of(variables) -> list:
    """A variable, or a list of them, as a list in which those in parts are replaced by these."""
    if isinstance(variables, PartitionedVariable):
        return list(variables)
    return list(variables) if isinstance(variables, (list, tuple)) else [variables]
