"""Variables: tensors that a session remembers between runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from minitf.framework import dtypes, op_counts, protos
from minitf.framework.apply import apply, apply_op
from minitf.framework.collections import GraphKeys
from minitf.framework.convert import convert_to_tensor, register_tensor_conversion_function
from minitf.framework.getter import getter
from minitf.framework.graph import Graph, get_default_graph, name_scope
from minitf.framework.operation import Operation
from minitf.framework.placement import join
from minitf.framework.shape import UNKNOWN, TensorShape, as_shape
from minitf.framework.tensor import IndexedSlices, Tensor, session_for
from minitf.ops.array.identity import identity
from minitf.ops.array.joining import stack
from minitf.ops.array.slicing import getitem
from minitf.ops.control import control
from minitf.ops.state import batch_scatter, slice_assign, state  # noqa: F401 - slice_assign defines an op
from minitf.ops.state.creation import KINDS, Created
from minitf.ops.state.partitions import SaveSliceInfo
from minitf.ops.state.variable_modes import VariableAggregation, VariableSynchronization


def _check_known(initial: Tensor, validate_shape: bool, scope: str) -> None:
    if validate_shape and not initial.shape.is_fully_defined():
        raise ValueError(
            f"the initial value {initial.name} of variable '{scope[:-1]}' has shape {initial.shape}; "
            "it has to be fully known, or pass validate_shape=False"
        )


class Variable(metaclass=Created):
    """A tensor whose value lives in a session and changes only by assignment.

    initial_value: a number, array or tensor, or a function of no arguments that makes one. dtype: the type
    (default: the initial value's). validate_shape=False: the shape may change. collections: names of the
    graph's collections that list the variable (default: the global variables); trainable: list it in the
    trainable ones too. constraint: a function that optimizers apply to the value after each update.

    Raises:
      ValueError: without an initial value of known shape, or if that belongs to the body of a loop or branch.
      TypeError: if the initial value does not fit dtype.

    >>> import minitf as tf
    >>> steps = tf.Variable(0, name="steps")
    >>> more = steps.assign_add(2)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     print(sess.run(more), sess.run(steps * 10))
    2 20
    """

    __array_priority__ = 100  # numpy_array * variable asks the variable
    SaveSliceInfo, _is_resource, is_tensor_like = SaveSliceInfo, False, True
    _save_slice_info: SaveSliceInfo | None = None

    def __init__(
        self,
        initial_value=None,
        trainable: bool | str | None = None,  # many a script has the name in its place
        collections=None,
        validate_shape: bool = True,
        caching_device: str | Callable | None = None,
        name: str | None = None,
        variable_def=None,
        dtype=None,
        expected_shape=None,
        import_scope=None,
        constraint=None,
        use_resource: bool | None = None,
        synchronization=None,
        aggregation=None,
        shape=None,
    ):
        if variable_def is not None:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive: give one of them")
            self._take_from(variable_def, import_scope)
            return
        if initial_value is None:
            raise ValueError("a variable needs an initial_value: a number, array, tensor, or a function that makes one")
        if constraint is not None and not callable(constraint):
            raise ValueError(f"constraint is a function, not {constraint!r}")
        self.trainable, self.constraint = trainable is None or bool(trainable), constraint
        self.synchronization = VariableSynchronization(synchronization or VariableSynchronization.AUTO)
        self.aggregation = VariableAggregation(aggregation or VariableAggregation.NONE)
        dtype = None if dtype is None else dtypes.as_dtype(dtype).base_dtype
        with lifted():
            self._build(initial_value, validate_shape, name, dtype, shape)
            self._read(caching_device)
        self._collect(collections)

    def _build(self, initial_value, validate_shape: bool, name, dtype, shape) -> None:
        """Makes the ops, in TensorFlow's order: initial value, variable, assignment, read."""
        with name_scope(name, "Variable") as scope:
            initial = self._initial_value = _initial(initial_value, dtype, scope)
            known = as_shape(shape) if shape is not None else initial.shape if validate_shape else UNKNOWN
            _check_known(initial, validate_shape, scope)
            self._op = apply_op("VariableV2", name=scope, dtype=initial.dtype.base_dtype, shape=known)
            if callable(initial_value):
                self._op.groups = self._op.groups or (b"loc:@" + scope[:-1].encode(),)
            self._variable = self._op.outputs[0]
            guard_initial_value(initial)
            self._initializer = state.assign(self._variable, initial, validate_shape, name="Assign").op

    def _read(self, caching_device) -> None:
        """Makes the op that reads the variable, beside it or on a device of its own."""
        with name_scope(f"{self._op.name}/"), get_default_graph().device(caching_device):
            read = apply_op("Identity", self._variable, name="read", follows=True)
        if caching_device is None:
            join(read, [self._op])
        self._snapshot = read.outputs[0]

    def _take_from(self, variable_def, import_scope: str | None) -> None:
        """Takes the ops that a VariableDef names, in the default graph."""
        if not hasattr(variable_def, "snapshot_name"):
            raise ValueError(f"variable_def is a VariableDef, not {type(variable_def).__name__}")
        find, scope = get_default_graph().as_graph_element, f"{import_scope}/" if import_scope else ""
        self.trainable, self.constraint = variable_def.trainable, None
        self.synchronization = VariableSynchronization(variable_def.synchronization)
        self.aggregation = VariableAggregation(variable_def.aggregation)
        self._variable = find(scope + variable_def.variable_name, allow_operation=False)
        self._op = self._variable.op
        self._initializer = find(scope + variable_def.initializer_name, allow_tensor=False)
        self._snapshot = find(scope + variable_def.snapshot_name, allow_operation=False)
        initial = variable_def.initial_value_name
        self._initial_value = find(scope + initial, allow_operation=False) if initial else None
        if variable_def.HasField("save_slice_info_def"):
            part = variable_def.save_slice_info_def
            self._save_slice_info = SaveSliceInfo(save_slice_info_def=part, import_scope=import_scope)

    def _collect(self, collections) -> None:
        collections = [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(collections)
        if self.trainable and GraphKeys.TRAINABLE_VARIABLES not in collections:
            collections.append(GraphKeys.TRAINABLE_VARIABLES)
        self.graph.add_to_collections(collections, self)

    # ---- what it is

    name: str = getter("_variable.name", "`op_name:0`.")
    op: Operation = getter("_op", "The op that stands for the memory.")
    graph: Graph = getter("_op.graph", "The graph it belongs to.")
    device: str = getter("_op.device", "The device string of its op.")
    dtype: dtypes.DType = getter("_variable.dtype", "The type of its memory, such as float32_ref.")
    shape: TensorShape = getter("_variable.shape", "The static shape.")
    _shared_name: str = getter("_op.name", "The name under which its memory is shared.")

    def get_shape(self) -> TensorShape:
        """The static shape."""
        return self._variable.shape

    def set_shape(self, shape) -> None:
        """Adds what the caller knows of the shape."""
        self._variable.set_shape(shape)
        self._snapshot.set_shape(shape)

    initializer: Operation = getter("_initializer", "The op that assigns the initial value.")
    initial_value: Tensor = getter("_initial_value", "The tensor that `initializer` assigns.")

    def begin_with(self, initial_value: Tensor, initializer: Operation) -> None:
        """Makes another tensor, and the op that assigns it, what the variable is initialized with."""
        self._initial_value, self._initializer = initial_value, initializer

    def to_proto(self, export_scope: str | None = None):
        """The variable as a VariableDef; None if it is not in the scope `export_scope`."""
        scope = f"{export_scope}/" if export_scope else ""
        if not self.op.name.startswith(scope):
            return None
        names = {
            "variable_name": self.name,
            "initializer_name": self._initializer.name,
            "snapshot_name": self._snapshot.name,
        }
        if self._initial_value is not None:
            names["initial_value_name"] = self._initial_value.name
        names = {key: name.removeprefix(scope) for key, name in names.items()}
        part = self._save_slice_info and self._save_slice_info.to_proto(export_scope)
        names |= {"is_resource": True} if self._is_resource else {}
        copies = {"synchronization": self.synchronization.value, "aggregation": self.aggregation.value}
        return protos.message("VariableDef")(trainable=self.trainable, save_slice_info_def=part, **names, **copies)

    @classmethod
    def from_proto(cls, variable_def, import_scope: str | None = None) -> Variable:
        """The variable whose ops, in the default graph, a VariableDef names."""
        return KINDS[getattr(variable_def, "is_resource", False)](variable_def=variable_def, import_scope=import_scope)

    def _set_save_slice_info(self, save_slice_info: SaveSliceInfo) -> None:
        self._save_slice_info = save_slice_info

    def _get_save_slice_info(self) -> SaveSliceInfo | None:
        return self._save_slice_info

    def _ref(self) -> Tensor:
        return self._variable

    def _as_graph_element(self) -> Tensor:
        return self._variable

    def __repr__(self):
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    # ---- reading

    def value(self) -> Tensor:
        """The tensor by which ops read the variable: what it holds when they run."""
        return self._snapshot

    def read_value(self) -> Tensor:
        """A new tensor: what the variable holds at this place of the program, whatever is assigned later."""
        return identity(self._variable, name="read")

    def initialized_value(self) -> Tensor:
        """The variable's value, or its initial value while it has none."""
        with lifted():
            return state.initialized_value(self._variable, self._initial_value)

    def eval(self, session=None):
        """The value in `session` or the default one, as an array."""
        return self._snapshot.eval(session=session)

    def load(self, value, session=None) -> None:
        """Assigns `value` in `session` or the default one, without adding an op."""
        session_for(session, self.graph, "Variable.load()").run(self._initializer, {self._initializer.inputs[1]: value})

    # ---- writing

    def assign(self, value, use_locking: bool = False, name: str | None = None, read_value: bool = True):
        """Sets the variable; the new value as a tensor, or the op if not read_value."""
        return _read(state.assign(self._variable, value, name=name), read_value)

    def assign_add(self, delta, use_locking: bool = False, name: str | None = None, read_value: bool = True):
        """Adds to the variable; the new value as a tensor, or the op if not read_value."""
        return _read(state.assign_add(self._variable, delta, name=name), read_value)

    def assign_sub(self, delta, use_locking: bool = False, name: str | None = None, read_value: bool = True):
        """Subtracts from the variable; the new value as a tensor, or the op if not read_value."""
        return _read(state.assign_sub(self._variable, delta, name=name), read_value)

    def count_up_to(self, limit: int) -> Tensor:
        """See `tf.count_up_to`."""
        return state.count_up_to(self._variable, limit)

    def scatter_nd_update(self, indices, updates, name: str | None = None) -> Tensor:
        """See `tf.scatter_nd_update`."""
        return state.scatter_nd_update(self._variable, indices, updates, name=name)

    def scatter_nd_add(self, indices, updates, name: str | None = None) -> Tensor:
        """See `tf.scatter_nd_add`."""
        return state.scatter_nd_add(self._variable, indices, updates, name=name)

    def scatter_nd_sub(self, indices, updates, name: str | None = None) -> Tensor:
        """See `tf.scatter_nd_sub`."""
        return state.scatter_nd_sub(self._variable, indices, updates, name=name)

    def batch_scatter_update(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None):
        """See `tf.batch_scatter_update`."""
        return batch_scatter.batch_scatter_update(self, sparse_delta.indices, sparse_delta.values, use_locking, name)

    def _strided_slice_assign(self, begin, end, strides, value, name: str | None, masks: dict) -> Tensor:
        return apply("StridedSliceAssign", self._variable, begin, end, strides, value, name=name, **masks)

    def __getitem__(self, key) -> Tensor:
        """A part of its value; to the part itself a value is assigned by `v[key].assign(value)`."""
        return getitem(self.value(), key, self)

    def __iter__(self):
        raise TypeError(f"{self.name} cannot be iterated over: its value is not known yet; use tf.unstack or tf.map_fn")


KINDS[False] = Variable


def _scatters_slices(function, what: str):
    def method(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Tensor:
        if not isinstance(sparse_delta, IndexedSlices):
            raise TypeError(f"{what} takes tf.IndexedSlices, not {sparse_delta!r}")
        return function(self._variable, sparse_delta.indices, sparse_delta.values, name=name)

    method.__name__, method.__doc__ = what, f"`tf.{what}` with the rows and places of IndexedSlices."
    return method


for _name in (
    "scatter_update",
    "scatter_add",
    "scatter_sub",
    "scatter_mul",
    "scatter_div",
    "scatter_min",
    "scatter_max",
):
    setattr(Variable, _name, _scatters_slices(getattr(state, _name), _name))


def _delegates(operator: str):
    def call(self, *args):
        return getattr(Tensor, operator)(self.value(), *args)

    call.__name__ = operator
    return call


_BINARY = ["add", "sub", "mul", "div", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"]
for _name in [*_BINARY, *[f"r{n}" for n in _BINARY], "lt", "le", "gt", "ge", "abs", "neg", "invert"]:
    setattr(Variable, f"__{_name}__", _delegates(f"__{_name}__"))


def convert_variable(value: Variable, dtype=None, name=None, as_ref=False) -> Tensor:
    """A variable as a tensor: its memory where that is wanted, else its value."""
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(
            f"variable '{value.op.name}' is {value.dtype.base_dtype.name}, not {dtype.name}; use tf.cast to convert it"
        )
    return value._ref() if as_ref else value.value()


register_tensor_conversion_function(Variable, convert_variable)


def _read(assigned: Tensor, read_value: bool):
    return assigned if read_value else assigned.op


@contextlib.contextmanager
def lifted():
    """A context: ops are made outside of functions, loops and branches, and no control dependencies apply to them."""
    graph = get_default_graph()
    with contextlib.ExitStack() as stack:
        if graph.home is not graph:
            stack.enter_context(graph.home.as_default())
        stack.enter_context(graph.home.control_dependencies(None))
        yield


def _initial(value, dtype, scope: str) -> Tensor:
    """The initial value; what a function makes of it stands in a scope of its own."""
    if not callable(value):
        return initial_value_of(value, dtype, scope)
    with name_scope("Initializer"), get_default_graph().beside(scope[:-1]):
        return initial_value_of(value, dtype, scope)


def initial_value_of(value, dtype, scope: str) -> Tensor:
    """The tensor that a variable starts as; `value` may be a function that makes it.

    Raises:
      ValueError: if it belongs to the body of a loop or branch.
    """
    if callable(value):
        return convert_to_tensor(value(), dtype, name="initial_value")
    if isinstance(value, Tensor) and value.graph is not value.graph.root:
        raise ValueError(
            f"the initial value {value.name} of variable '{scope[:-1]}' is computed inside the body of a "
            f"loop or branch (created {value.op.origin}), but variables live outside; pass a function that "
            "makes it, as in tf.Variable(lambda: tf.zeros([3])), or make it before the loop"
        )
    return convert_to_tensor(value, dtype, name="initial_value")


def guard_initial_value(initial: Tensor) -> None:
    """Leaves the ids of the ops by which TensorFlow lets an initial value depend on variables without one.

    For each variable nine ops choose between its value and its initial value, and what depends on them is copied.
    """
    depends: dict[Operation, int] = {}
    stack = [initial.op]
    while stack:
        op = stack[-1]
        waiting = [t.op for t in op.inputs if t.op not in depends] if op.type not in _GUARDS else []
        stack.extend(waiting)
        if not waiting:
            depends[stack.pop()] = _guard_ids(op, depends)
    op_counts.skip(sum(depends.values()), initial.graph)


_GUARDS = {"VariableV2": 9, "IsVariableInitialized": 0}


def _guard_ids(op: Operation, depends: dict) -> int:
    if op.type in _GUARDS:
        return _GUARDS[op.type]
    copies = 3 if op.type == "InitializedValue" else 1
    return copies if any(depends[t.op] for t in op.inputs) else 0


# ---- lists of variables


def global_variables(scope: str | None = None) -> list[Variable]:
    """The variables that are not local to this process."""
    return get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def local_variables(scope: str | None = None) -> list[Variable]:
    """The variables that are not saved, such as counters."""
    return get_default_graph().get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list[Variable]:
    """The variables in the collection of those that inference needs."""
    return get_default_graph().get_collection(GraphKeys.MODEL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Variable]:
    """The variables that optimizers train."""
    return get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def moving_average_variables(scope: str | None = None) -> list[Variable]:
    """The variables that have a moving average."""
    return get_default_graph().get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def all_variables() -> list[Variable]:
    """The old name of `global_variables`."""
    return global_variables()


# ---- initialization


def variables_initializer(var_list, name: str | None = "init") -> Operation:
    """An op that runs the initializers of the variables."""
    return control.group(*[v.initializer for v in _checked(var_list or ())], name=name)


def _checked(var_list) -> list[Variable]:
    for v in var_list:
        if not isinstance(v, Variable):
            raise TypeError(f"a list of variables is expected, but {v!r} is none")
    return list(var_list)


def global_variables_initializer() -> Operation:
    """An op that initializes all global variables there are now."""
    return variables_initializer(global_variables())


def local_variables_initializer() -> Operation:
    """An op that initializes all local variables there are now."""
    return variables_initializer(local_variables())


initialize_variables = variables_initializer
initialize_all_variables = global_variables_initializer
initialize_local_variables = local_variables_initializer


def is_variable_initialized(variable) -> Tensor:
    """A bool scalar: whether the variable has a value in the session that runs."""
    return state.is_variable_initialized(variable)


def report_uninitialized_variables(var_list=None, name: str | None = "report_uninitialized_variables") -> Tensor:
    """The names of the variables (default: global and local ones) without a value: a 1-D string tensor."""
    var_list = global_variables() + local_variables() if var_list is None else var_list
    with name_scope(name):
        return state.uninitialized_names(list(var_list))


def assert_variables_initialized(var_list=None) -> Tensor | None:
    """A tensor whose evaluation fails if a variable (default: global and local ones) has no value."""
    var_list = global_variables() + local_variables() if var_list is None else var_list
    if not var_list:
        return None
    ranks = [apply_op("Rank", v.value(), name="Rank").outputs[0] for v in _checked(var_list)]
    return ranks[0] if len(ranks) == 1 else stack(ranks)
