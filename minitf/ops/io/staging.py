"""Staging areas: values that one run puts aside for a later one."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.operation import Operation
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape, as_shape
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.control import control
from minitf.ops.io import staging_stores
from minitf.ops.patterns import STATEFUL, boxed


def _store(b, op, kind: type) -> staging_stores.Stage:
    """What the area of an op's shared_name holds in the session."""
    return b.data(b.state(op, lambda: boxed(kind(op))))[()]


# ---- in their order


def _stage(b, op) -> staging_stores.Stage:
    return _store(b, op, staging_stores.Stage)


_AREA = "capacity: int = 0, memory_limit: int = 0, container: string = '', shared_name: string = ''"
_AREA_OF = f"{_AREA}, dtypes: list(type)"
define(
    "Stage",
    f"values: **dtypes; {_AREA} ->",
    host=lambda b, op, *values: _stage(b, op).put(b, op, [b.data(v).copy() for v in values]),
    effect="adds",
    **STATEFUL,
)
define(
    "Unstage",
    f"; {_AREA} -> values: **dtypes",
    host=lambda b, op: [b.constant(a) for a in _stage(b, op).get(b, op)],
    effect="takes",
    **STATEFUL,
)
define(
    "StagePeek",
    f"index: int32~[]; {_AREA} -> values: **dtypes",
    host=lambda b, op, index: [b.constant(a) for a in _stage(b, op).peek(b, op, int(b.data(index)))],
    **STATEFUL,
)
define(
    "StageSize",
    f"; {_AREA_OF} -> size: int32",
    shape=patterns.scalar,
    host=lambda b, op: b.constant(np.asarray(_stage(b, op).size(), np.int32)),
    **STATEFUL,
)
define("StageClear", f"; {_AREA_OF} ->", host=lambda b, op: _stage(b, op).clear(b), **STATEFUL)

# ---- by keys


def _map(b, op) -> staging_stores.MapStage:
    return _store(b, op, staging_stores.MapStage)


def _put(b, op, key, indices, *values) -> None:
    arrays = [b.data(v).copy() for v in values]
    _map(b, op).put_parts(b, op, int(b.data(key)), b.data(indices).tolist(), arrays)


def _parts(take: bool):
    def host(b, op, key, indices):
        _, found = _map(b, op).peek_parts(b, op, int(b.data(key)), b.data(indices).tolist(), take)
        return [b.constant(array) for array in found]

    return host


def _any(b, op, indices):
    key, found = _map(b, op).peek_parts(b, op, None, b.data(indices).tolist(), True)
    return [b.constant(np.array(key, np.int64)), *[b.constant(array) for array in found]]


for _kind in ("Map", "OrderedMap"):
    define(
        f"{_kind}Stage",
        f"key: int64~[], indices: int32~[n], values: **fake_dtypes; {_AREA_OF} ->",
        host=_put,
        effect="adds",
        **STATEFUL,
    )
    define(
        f"{_kind}Unstage",
        f"key: int64~[], indices: int32~[n]; {_AREA} -> values: **dtypes",
        host=_parts(True),
        effect="takes",
        **STATEFUL,
    )
    define(
        f"{_kind}Peek",
        f"key: int64~[], indices: int32~[n]; {_AREA} -> values: **dtypes",
        host=_parts(False),
        **STATEFUL,
    )
    define(
        f"{_kind}UnstageNoKey",
        f"indices: int32~[n]; {_AREA} -> key: int64, values: **dtypes",
        host=_any,
        effect="takes",
        **STATEFUL,
    )
    define(f"{_kind}Clear", f"; {_AREA_OF} ->", host=lambda b, op: _map(b, op).clear(b), **STATEFUL)
    for _what, _count in (("Size", "size"), ("IncompleteSize", "incomplete")):
        define(
            f"{_kind}{_what}",
            f"; {_AREA_OF} -> size: int32",
            shape=patterns.scalar,
            host=lambda b, op, count=_count: b.constant(np.asarray(getattr(_map(b, op), count)(), np.int32)),
            **STATEFUL,
        )


class BaseStagingArea:
    """What both kinds of staging areas know: dtypes, shapes (default: any) and names of an element's parts;
    capacity and memory_limit (bytes): how much there may be, 0 for any.

    Raises:
      ValueError: if there are not as many shapes or names as dtypes.
    """

    def __init__(self, dtypes, shapes=None, names=None, shared_name=None, capacity: int = 0, memory_limit: int = 0):
        if shared_name is not None and not isinstance(shared_name, str):
            raise ValueError(f"shared_name must be a string, not {shared_name!r}")
        self._name = get_default_graph().unique_name(type(self).__name__) if shared_name is None else shared_name
        self._dtypes = _types(dtypes)
        for what, given in (("shapes", shapes), ("names", names)):
            if given is not None and len(given) != len(self._dtypes):
                raise ValueError(f"StagingArea {what} must be the same length as dtypes: {given}, {dtypes}")
        self._shapes = [as_shape(None) for _ in self._dtypes] if shapes is None else [TensorShape(s) for s in shapes]
        self._names, self._capacity, self._memory_limit = names, capacity, memory_limit
        with name_scope(f"{self._name}_root"):
            self._coloc_op = control.no_op()

    name = property(lambda self: self._name, doc="The name of the staging area.")
    dtypes = property(lambda self: self._dtypes, doc="The types of an element's parts.")
    shapes = property(lambda self: self._shapes, doc="The shapes of an element's parts.")
    names = property(lambda self: self._names, doc="The names of an element's parts, or None.")
    capacity = property(lambda self: self._capacity, doc="How many elements there may be.")
    memory_limit = property(lambda self: self._memory_limit, doc="How many bytes there may be.")

    def _attrs(self) -> dict:
        return {"shared_name": self._name, "capacity": self._capacity, "memory_limit": self._memory_limit}

    def _given(self, values, indices) -> tuple[list[Tensor], list[int]]:
        """The parts to be put, and their places."""
        if isinstance(values, dict):
            if not self._names or not set(values) <= set(self._names):
                raise ValueError(f"the staging area's names are {self._names}, those of the values {sorted(values)}")
            indices = [i for i, name in enumerate(self._names) if name in values]
            values = [values[self._names[i]] for i in indices]
        elif self._names:
            raise ValueError(f"You must enqueue a dictionary in a staging area with names ({self._names})")
        values = list(values) if isinstance(values, (list, tuple)) else [values]
        if indices is None or len(indices) != len(values) or len(values) > len(self._dtypes):
            raise ValueError(f"{len(values)} values were given for the indices {indices}, of {len(self._dtypes)} parts")
        return [self._part(value, i) for value, i in zip(values, indices)], list(indices)

    def _part(self, value, place: int) -> Tensor:
        value, dtype = convert_to_tensor(value, name=f"component_{place}"), self._dtypes[place]
        if value.dtype.base_dtype is not dtype:
            raise ValueError(f"Datatypes do not match: part {place} is {value.dtype.name}, not {dtype.name}")
        value.shape.assert_is_compatible_with(self._shapes[place])
        return value

    def _result(self, tensors, indices: list[int]):
        """Parts that were taken: a list, or a dict if they have names."""
        for tensor, place in zip(tensors, indices):
            tensor.set_shape(self._shapes[place])
        return {self._names[i]: t for t, i in zip(tensors, indices)} if self._names else list(tensors)


def _types(given) -> list[dtypes.DType]:
    return [dtypes.as_dtype(dtype) for dtype in given]


class StagingArea(BaseStagingArea):
    """Holds elements between runs, first in, first out: one run puts what the next one gets.

    >>> import minitf as tf
    >>> area = tf.contrib.staging.StagingArea([tf.int32])
    >>> put, got = area.put([tf.constant(3)]), area.get()
    >>> with tf.Session() as sess:
    ...     sess.run(put)
    ...     print(sess.run(got))
    [np.int32(3)]
    """

    def put(self, values, name: str | None = None) -> Operation:
        """An op that adds an element (a list of tensors, or a dict by names), and waits for room if there is none."""
        with name_scope(name, f"{self._name}_put") as scope:
            places = range(len(values)) if not isinstance(values, dict) else None
            parts, _ = self._given(values, places)
            if len(parts) < len(self._dtypes):
                raise ValueError(f"an element has {len(self._dtypes)} parts; {len(parts)} were given")
            return apply_op("Stage", parts, **self._attrs(), name=scope)

    def get(self, name: str | None = None):
        """The first element, which is taken away; a run waits for one."""
        return self._taken("Unstage", (), name or f"{self._name}_get")

    def peek(self, index, name: str | None = None):
        """The element at a place, which stays there; a run waits for it."""
        return self._taken("StagePeek", (index,), name or f"{self._name}_peek")

    def _taken(self, type: str, inputs: tuple, name: str):
        op = apply_op(type, *inputs, dtypes=self._dtypes, **self._attrs(), name=name)
        return self._result(op.outputs, list(range(len(self._dtypes))))

    def size(self, name: str | None = None) -> Tensor:
        """How many elements there are, an int32 scalar."""
        return apply("StageSize", dtypes=self._dtypes, **self._attrs(), name=name or f"{self._name}_size")

    def clear(self, name: str | None = None) -> Operation:
        """An op that takes all elements away."""
        return apply("StageClear", dtypes=self._dtypes, **self._attrs(), name=name or f"{self._name}_clear")


class MapStagingArea(BaseStagingArea):
    """Holds elements between runs by int64 keys; parts of one may come and go one by one.

    ordered: `get()` without a key gives the element of the smallest one.
    """

    def __init__(
        self,
        dtypes,
        shapes=None,
        names=None,
        shared_name=None,
        ordered: bool = False,
        capacity: int = 0,
        memory_limit: int = 0,
    ):
        super().__init__(dtypes, shapes, names, shared_name, capacity, memory_limit)
        self._kind = "OrderedMap" if ordered else "Map"

    def put(self, key, vals, indices=None, name: str | None = None) -> Operation:
        """An op that adds parts of the element `key`: a dict by names, or a list and the places `indices`."""
        with name_scope(name, f"{self._name}_put", [key, vals]) as scope:
            parts, places = self._given(vals, indices)
            attrs = {**self._attrs(), "dtypes": self._dtypes}
            return apply_op(f"{self._kind}Stage", key, np.int32(places), parts, **attrs, name=scope)

    def peek(self, key, indices=None, name: str | None = None):
        """The parts (default: all) of the element `key`, which stay there; a run waits for it."""
        return self._taken("Peek", key, indices, name or f"{self._name}_pop")

    def get(self, key=None, indices=None, name: str | None = None) -> tuple:
        """(key, parts) of the element `key`, or of any; the parts (default: all) are taken away."""
        if key is not None:
            return key, self._taken("Unstage", key, indices, name or f"{self._name}_get")
        places = self._places(indices)
        kinds = [self._dtypes[i] for i in places]
        name = name or f"{self._name}_get_nokey"
        op = apply_op(f"{self._kind}UnstageNoKey", np.int32(places), dtypes=kinds, **self._attrs(), name=name)
        op.outputs[0].set_shape([])
        return op.outputs[0], self._result(op.outputs[1:], places)

    def _taken(self, what: str, key, indices, name: str):
        places = self._places(indices)
        kinds = [self._dtypes[i] for i in places]
        op = apply_op(f"{self._kind}{what}", key, np.int32(places), dtypes=kinds, **self._attrs(), name=name)
        return self._result(op.outputs, places)

    def _places(self, indices) -> list[int]:
        """The places of parts that are given by places or names."""
        if indices is None:
            return list(range(len(self._dtypes)))
        if not isinstance(indices, (list, tuple)):
            raise TypeError(f"indices are a list of places or names, not {indices!r}")
        if not indices:
            raise ValueError("indices are empty: name one part at least")
        if all(isinstance(i, str) for i in indices):
            unknown = [i for i in indices if i not in (self._names or ())]
            if unknown:
                raise ValueError(f"{unknown} are no names of the staging area, which has {self._names}")
            return [self._names.index(i) for i in indices]
        if not all(isinstance(i, int) for i in indices):
            raise TypeError(f"indices are all places or all names, not {indices}")
        return list(indices)

    def size(self, name: str | None = None) -> Tensor:
        """How many elements are whole, an int32 scalar."""
        return self._counted("Size", name or f"{self._name}_size")

    def incomplete_size(self, name: str | None = None) -> Tensor:
        """How many elements lack a part, an int32 scalar."""
        return self._counted("IncompleteSize", name or f"{self._name}_incomplete_size")

    def _counted(self, what: str, name: str) -> Tensor:
        return apply(f"{self._kind}{what}", dtypes=self._dtypes, **self._attrs(), name=name)

    def clear(self, name: str | None = None) -> Operation:
        """An op that takes all elements away."""
        return apply(f"{self._kind}Clear", dtypes=self._dtypes, **self._attrs(), name=name or f"{self._name}_clear")
