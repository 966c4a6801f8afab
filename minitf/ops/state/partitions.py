"""How variables are cut into parts along one axis, and where each part lies in the whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from minitf.framework import dtypes, protos
from minitf.framework.getter import getter
from minitf.framework.shape import TensorShape

_WIDTH_OF_STRINGS = 16


@dataclass
class SaveSliceInfo:
    """Where a variable lies in the larger one that it is a part of, as checkpoints have to know.

    full_name, full_shape: of the whole; var_offset, var_shape: of the part.
    """

    full_name: str | None = None
    full_shape: list[int] | None = None
    var_offset: list[int] | None = None
    var_shape: list[int] | None = None
    save_slice_info_def: object = field(default=None, repr=False, compare=False)
    import_scope: str | None = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        if self.save_slice_info_def is not None:
            given = self.save_slice_info_def
            self.full_name = f"{self.import_scope}/{given.full_name}" if self.import_scope else given.full_name
            for key in ("full_shape", "var_offset", "var_shape"):
                setattr(self, key, list(getattr(given, key)))

    @property
    def spec(self) -> str:
        """The part as SaveV2 and RestoreV2 want it: `10 4 0,3:0,4` is the first 3 rows of [10, 4]."""
        extents = ":".join(f"{start},{size}" for start, size in zip(self.var_offset, self.var_shape))
        return f"{' '.join(map(str, self.full_shape))} {extents}"

    def to_proto(self, export_scope: str | None = None):
        """The same as a SaveSliceInfoDef; None if it is not in the scope `export_scope`."""
        if export_scope and not self.full_name.startswith(export_scope):
            return None
        name = self.full_name.removeprefix(f"{export_scope}/" if export_scope else "")
        return protos.message("SaveSliceInfoDef")(
            full_name=name, full_shape=self.full_shape, var_offset=self.var_offset, var_shape=self.var_shape
        )


class PartitionInfo:
    """What an initializer is told of the part that it fills: `full_shape` and `var_offset`.

    Raises:
      TypeError: if one of them is no sequence. ValueError: if the offset does not lie in the shape.
    """

    def __init__(self, full_shape: Sequence[int], var_offset: Sequence[int]):
        _check_listed("full_shape", full_shape)
        _check_listed("var_offset", var_offset)
        if len(full_shape) != len(var_offset):
            raise ValueError(f"expected equal length: full_shape is {full_shape}, but var_offset {var_offset}")
        if any(not 0 <= offset < size for offset, size in zip(var_offset, full_shape)):
            raise ValueError(f"expected 0 <= offset < shape: var_offset is {var_offset}, full_shape {full_shape}")
        self._full_shape, self._var_offset = full_shape, var_offset

    full_shape: Sequence[int] = getter("_full_shape", "The shape of the whole variable.")
    var_offset: Sequence[int] = getter("_var_offset", "Where the part begins, along each axis.")

    def single_offset(self, shape: Sequence[int]) -> int:
        """Where a part of this shape begins along the axis that is cut; 0 if none is."""
        axis = self.single_slice_dim(shape)
        return 0 if axis is None else self._var_offset[axis]

    def single_slice_dim(self, shape: Sequence[int]) -> int | None:
        """The axis that is cut if parts are of this shape; None if none is.

        Raises:
          ValueError: if it is more than one, or the part does not lie in the whole.
        """
        _check_listed("shape", shape)
        if len(shape) != len(self._full_shape):
            raise ValueError(f"expected equal length: a part of shape {shape} of a whole of {self._full_shape}")
        if any(o + n > whole for o, n, whole in zip(self._var_offset, shape, self._full_shape)):
            raise ValueError(f"a part of shape {shape} at {self._var_offset} would exceed {self._full_shape}")
        cut = [axis for axis, (n, whole) in enumerate(zip(shape, self._full_shape)) if n != whole]
        if len(cut) > 1:
            raise ValueError(f"a part of shape {shape} is cut out of {self._full_shape} along more than one axis")
        return cut[0] if cut else None


def _check_listed(what: str, value) -> None:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(f"{what} is a list or tuple, not {value!r}")


# ---- what says into how many parts


def fixed_size_partitioner(num_shards: int, axis: int = 0) -> Callable:
    """A partitioner that cuts variables into `num_shards` parts along an axis (as many as it is long, at most).

    >>> import minitf as tf
    >>> cut = tf.fixed_size_partitioner(3)
    >>> cut(shape=tf.TensorShape([10, 4]), dtype=tf.float32)
    [3, 1]
    """

    def partitioner(shape, **_):
        return _along(axis, shape, min(num_shards, shape.as_list()[axis]))

    return partitioner


def variable_axis_size_partitioner(
    max_shard_bytes: int,
    axis: int = 0,
    bytes_per_string_element: int = _WIDTH_OF_STRINGS,
    max_shards: int | None = None,
) -> Callable:
    """A partitioner that makes parts of at most `max_shard_bytes` along an axis, where one slice is not larger.

    max_shards: there are no more parts than that, however large they get.

    Raises:
      ValueError: if a number is not positive.
    """
    if max_shard_bytes < 1 or bytes_per_string_element < 1:
        raise ValueError("Both max_shard_bytes and bytes_per_string_element must be positive")
    if max_shards and max_shards < 1:
        raise ValueError("max_shards must be positive")

    def partitioner(shape, dtype):
        _check_whole(shape, dtype)
        length = shape.as_list()[axis]
        slice_bytes = shape.num_elements() / length * _width(dtype, bytes_per_string_element)
        count = math.ceil(length / max(1, max_shard_bytes // slice_bytes))
        return _along(axis, shape, min(max_shards, count) if max_shards else count)

    return partitioner


def min_max_variable_partitioner(
    max_partitions: int = 1,
    axis: int = 0,
    min_slice_size: int = 256 << 10,
    bytes_per_string_element: int = _WIDTH_OF_STRINGS,
) -> Callable:
    """A partitioner that makes at most `max_partitions` parts along an axis, of at least `min_slice_size` bytes.

    The partitioner raises ValueError for variables without that axis.
    """

    def partitioner(shape, dtype):
        if axis >= len(shape):
            raise ValueError(f"a variable of shape {shape} cannot be partitioned along axis {axis}")
        size = shape.num_elements() * _width(dtype, bytes_per_string_element)
        wanted = min(shape.as_list()[axis], max_partitions, math.ceil(size / min_slice_size))
        return _along(axis, shape, max(1, wanted))

    return partitioner


def _along(axis: int, shape: TensorShape, count: int) -> list[int]:
    parts = [1] * shape.rank
    parts[axis] = count
    return parts


def _width(dtype: dtypes.DType, of_strings: int) -> int:
    return of_strings if dtype.base_dtype is dtypes.string else dtype.size


def _check_whole(shape, dtype) -> None:
    if not isinstance(shape, TensorShape) or not shape.is_fully_defined():
        raise ValueError(f"a partitioner takes a fully defined TensorShape, not {shape}")
    if not isinstance(dtype, dtypes.DType):
        raise ValueError(f"a partitioner takes a DType, not {dtype!r}")


# ---- the parts


def partitions_of(name: str, shape: TensorShape, dtype: dtypes.DType, partitioner: Callable) -> Sequence[int]:
    """The numbers of parts along each axis, as a partitioner wants them; ValueError unless they make sense."""
    if not shape.is_fully_defined():
        raise ValueError(f"variable {name}: the shape of one with a partitioner must be fully defined, not {shape}")
    if shape.rank < 1:
        raise ValueError(f"variable {name}: a partitioned variable must have rank at least 1, not shape {shape}")
    found = partitioner(shape=shape, dtype=dtype)
    if not isinstance(found, Sequence):
        raise ValueError(f"variable {name}: a partitioner returns a list with a number for each axis, not {found!r}")
    if len(found) != shape.rank or any(count < 1 for count in found):
        raise ValueError(
            f"variable {name}: the partitioner has to return a positive number for each axis of shape {shape}, "
            f"not {found}"
        )
    if sum(count > 1 for count in found) > 1:
        raise ValueError(f"variable {name} of shape {shape} can only be cut along one dimension, not by {found}")
    return found


def places_of(shape: list[int], partitions: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """The offset and the shape of each part; the first ones are longer by 1 where the length does not divide."""
    axis = next((i for i, count in enumerate(partitions) if count > 1), 0)
    count, start, places = partitions[axis], 0, []
    for i in range(count):
        size = shape[axis] // count + (i < shape[axis] % count)
        offset, part = [0] * len(shape), list(shape)
        offset[axis], part[axis] = start, size
        places.append((offset, part))
        start += size
    return places
