"""Resource variables: each read is an op, and sees what the variable holds at its place in the program."""

from __future__ import annotations

import contextlib

from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor, register_tensor_conversion_function
from minitf.framework.dtypes import DType
from minitf.framework.getter import getter
from minitf.framework.graph import colocate_with, control_dependencies, get_default_graph, name_scope
from minitf.framework.operation import Operation
from minitf.framework.shape import UNKNOWN, as_shape
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.ops.array.identity import identity
from minitf.ops.state import resources, state  # noqa: F401 - resources defines the ops
from minitf.ops.state.creation import KINDS
from minitf.ops.state.variables import Variable, convert_variable, guard_initial_value, initial_value_of


class ResourceVariable(Variable):
    """A variable that `tf.Variable(..., use_resource=True)` makes.

    Where ops read other variables whenever they run, each read of this one is an op of its own (`value`,
    `read_value`, a conversion to a tensor), ordered by control dependencies as all ops are. Changing it gives a
    variable, too: what is read of that is read after the change.

    >>> import minitf as tf
    >>> v = tf.Variable(1.0, use_resource=True)
    >>> before = v + 0.0
    >>> with tf.control_dependencies([before]):
    ...     after = v.assign_add(1.0)
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     print(*sess.run([before, after]))
    1.0 2.0
    """

    _is_resource = True

    def _build(self, initial_value, validate_shape: bool, name, dtype, shape) -> None:
        """Makes the ops, in TensorFlow's order: initial value, handle, what asks for it, assignment."""
        with name_scope(name, "Variable") as scope:
            with name_scope("Initializer"), get_default_graph().beside(scope[:-1]):
                initial = self._initial_value = initial_value_of(initial_value, dtype, scope)
            known = as_shape(shape) if shape is not None else initial.shape if validate_shape else UNKNOWN
            self._dtype = initial.dtype.base_dtype
            shared = {"dtype": self._dtype, "shape": known, "shared_name": scope[:-1]}
            self._op = apply_op("VarHandleOp", name=scope, **shared)
            self._op.groups = self._op.groups or (b"loc:@" + scope[:-1].encode(),)
            self._variable = self._op.outputs[0]
            with name_scope("IsInitialized"):
                state.is_variable_initialized(self._variable)
            guard_initial_value(initial)
            with colocate_with(None, ignore_existing=True):
                self._initializer = state.assign(self._variable, initial, known.is_fully_defined(), name="Assign").op

    def _read(self, caching_device) -> None:
        """Makes the read that stands for the variable among the graph's tensors."""
        self._cached = None
        with name_scope(f"{self._op.name}/Read/"):
            self._snapshot = self._read_op()
            if caching_device is not None:
                with colocate_with(None, ignore_existing=True), get_default_graph().device(caching_device):
                    self._cached = identity(self._snapshot)

    def _take_from(self, variable_def, import_scope: str | None) -> None:
        super()._take_from(variable_def, import_scope)
        self._dtype, self._cached = self._variable.dtype.base_dtype, None

    # ---- what it is

    dtype: DType = getter("_dtype", "The type of the elements.")
    handle: Tensor = getter("_variable", "The tensor by which ops find the memory.")
    create: Operation = getter("_initializer", "The op that initializes it.")

    def _as_graph_element(self) -> Tensor:
        return self._snapshot

    # ---- reading

    def _read_op(self) -> Tensor:
        return apply("ReadVariableOp", self._variable)

    def value(self) -> Tensor:
        """A new tensor: what the variable holds at this place of the program."""
        if self._cached is not None:
            return self._cached
        with colocate_with(None, ignore_existing=True):
            return self._read_op()

    def read_value(self) -> Tensor:
        """A new tensor: what the variable holds at this place of the program."""
        with name_scope("Read"):
            value = self._read_op()
        return identity(value)

    def sparse_read(self, indices, name: str | None = None) -> Tensor:
        """The rows of the variable that `indices` name, at this place of the program."""
        with name_scope("Gather" if name is None else name) as scope:
            value = apply("ResourceGather", self._variable, indices, name=scope)
        return identity(value)

    def gather_nd(self, indices, name: str | None = None) -> Tensor:
        """The parts of the variable at index vectors along the last axis of `indices`, at this place of the program."""
        with name_scope("GatherNd" if name is None else name) as scope:
            value = apply("ResourceGatherNd", self._variable, indices, name=scope)
        return identity(value)

    def is_initialized(self, name: str | None = None) -> Tensor:
        """A bool scalar: whether the variable has a value in the session that runs."""
        return state.is_variable_initialized(self._variable, name=name)

    # ---- writing

    def assign(self, value, use_locking: bool | None = None, name: str | None = None, read_value: bool = True):
        """Sets the variable; itself as it is after that, or the op if not read_value.

        Raises:
          ValueError: if the shape of `value` does not fit.
        """
        value = convert_to_tensor(value, self._dtype)
        known = self._variable.shape
        if not known.is_compatible_with(value.shape):
            raise ValueError(f"a value of shape {value.shape} was assigned to {self.name} of shape {known}")
        whole = known.is_fully_defined() and value.shape.is_fully_defined()  # else it is any shape, as in TensorFlow
        op = apply_op(self._kind("Assign"), self._variable, value, validate_shape=whole, name=name)
        return self._changed(op, read_value)

    def assign_add(self, delta, use_locking: bool | None = None, name: str | None = None, read_value: bool = True):
        """Adds to the variable; itself as it is after that, or the op if not read_value."""
        return self._moved("AssignAdd", delta, name, read_value)

    def assign_sub(self, delta, use_locking: bool | None = None, name: str | None = None, read_value: bool = True):
        """Subtracts from the variable; itself as it is after that, or the op if not read_value."""
        return self._moved("AssignSub", delta, name, read_value)

    def _moved(self, type: str, delta, name, read_value: bool):
        delta = convert_to_tensor(delta, self._dtype)
        return self._changed(apply_op(self._kind(type), self._variable, delta, name=name), read_value)

    def count_up_to(self, limit: int) -> Tensor:
        """See `tf.count_up_to`."""
        return state.count_up_to(self._variable, limit)

    def scatter_nd_update(self, indices, updates, name: str | None = None) -> Variable:
        """Sets the parts that indices name; the variable as it is after that."""
        return self._scattered("ScatterNdUpdate", indices, updates, name)

    def scatter_nd_add(self, indices, updates, name: str | None = None) -> Variable:
        """Adds to the parts that indices name; the variable as it is after that."""
        return self._scattered("ScatterNdAdd", indices, updates, name)

    def scatter_nd_sub(self, indices, updates, name: str | None = None) -> Variable:
        """Subtracts from the parts that indices name; the variable as it is after that."""
        return self._scattered("ScatterNdSub", indices, updates, name)

    def _scattered(self, type: str, indices, updates, name: str | None) -> Variable:
        updates = convert_to_tensor(updates, self._dtype)
        return self._changed(apply_op(self._kind(type), self._variable, indices, updates, name=name))

    def _strided_slice_assign(self, begin, end, strides, value, name: str | None, masks: dict) -> Variable:
        value = convert_to_tensor(value, self._dtype)
        type = self._kind("StridedSliceAssign")
        return self._changed(apply_op(type, self._variable, begin, end, strides, value, name=name, **masks))

    def _kind(self, type: str) -> str:
        return state.kind(type, self._variable)

    def _changed(self, op: Operation, read_value: bool = True):
        return Changed(self, op) if read_value else op


class Changed(ResourceVariable):
    """A resource variable as it is after one of its changes: all that is done to it waits for that."""

    def __init__(self, variable: ResourceVariable, change: Operation):
        self.__dict__.update(variable.__dict__)
        self._change, self._cached = change, None
        self._snapshot = self._read_op()

    name: str = getter("_change.name", "The name of the change.")
    op: Operation = getter("_change", "The change.")

    def _read_op(self) -> Tensor:
        with self._after():
            return super()._read_op()

    def value(self) -> Tensor:
        """A new tensor: what the variable holds after the change, at this place of the program."""
        return self._read_op()

    def read_value(self) -> Tensor:
        """A new tensor: what the variable holds after the change, at this place of the program."""
        with self._after():
            return super().read_value()

    def sparse_read(self, indices, name: str | None = None) -> Tensor:
        """The rows of the variable that `indices` name, after the change."""
        with self._after():
            return super().sparse_read(indices, name)

    def _after(self) -> contextlib.AbstractContextManager:
        return control_dependencies([self._change])


def _then(method: str):
    def change(self, *args, **kwargs):
        with self._after():
            return getattr(super(Changed, self), method)(*args, **kwargs)

    change.__name__, change.__doc__ = method, getattr(ResourceVariable, method).__doc__
    return change


for _name in ("gather_nd", "assign", "_moved", "count_up_to", "_scattered", "_strided_slice_assign"):
    setattr(Changed, _name, _then(_name))


def _scatters(type: str):
    def method(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Variable:
        if not isinstance(sparse_delta, IndexedSlices):
            raise TypeError(f"{method.__name__} takes tf.IndexedSlices, not {sparse_delta!r}")
        return self._scattered(type, sparse_delta.indices, sparse_delta.values, name)

    method.__name__ = f"scatter_{type.removeprefix('Scatter').lower()}"
    method.__doc__ = f"`tf.{method.__name__}` with the rows and places of IndexedSlices."
    return method


for _type in ("Add", "Div", "Max", "Min", "Mul", "Sub", "Update"):
    _method = _scatters(f"Scatter{_type}")
    setattr(ResourceVariable, _method.__name__, _method)


def _convert(value: ResourceVariable, dtype=None, name: str | None = None, as_ref: bool = False) -> Tensor:
    """The handle where a reference is wanted; else a read, in the scope of the op that takes it."""
    if as_ref or name is None or not name.endswith("/"):
        return convert_variable(value, dtype, name, as_ref)
    with name_scope(f"{name.rstrip('/').rpartition('/')[0]}/"):
        return convert_variable(value, dtype, name, as_ref)


KINDS[True] = ResourceVariable
register_tensor_conversion_function(ResourceVariable, _convert, priority=99)


def is_resource(variable) -> bool:
    """Whether a variable is a resource, whose slots are to be resources, too."""
    return isinstance(variable, ResourceVariable)
