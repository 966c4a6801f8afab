"""Scopes for variables: name prefixes, sharing, and defaults for what is made inside."""

from __future__ import annotations

import contextlib
import copy
import functools
import itertools
import threading
from collections.abc import Callable

from minitf.framework import dtypes
from minitf.framework.collections import GraphKeys
from minitf.framework.convert import convert_to_tensor
from minitf.framework.getter import getter
from minitf.framework.graph import Graph, get_default_graph, name_scope
from minitf.framework.named import named
from minitf.framework.taking import arguments, needed, taking, with_defaults
from minitf.ops.state import resource_variable  # noqa: F401 - a kind of variables
from minitf.ops.state.creation import SCOPES
from minitf.ops.state.variable_store import AUTO_REUSE, VariableStore, store_of
from minitf.ops.state.variables import Variable

_COLLECTION = ("__varscope",)
_SETTINGS = ("initializer", "regularizer", "caching_device", "partitioner", "dtype", "use_resource", "constraint")
_SELF, *_GOT = arguments(VariableStore.get_variable)
_GOT = with_defaults(_GOT, dtype=None)  # the scope's by default


def no_regularizer(_):
    """A regularizer that says: none, whatever the scope's default is."""
    return None


class VariableScope:
    """A place in the tree of variable names, with the defaults of the variables made there.

    reuse: False makes variables (or inherits), True finds them, tf.AUTO_REUSE does either.
    """

    def __init__(
        self,
        reuse,
        name: str | None = "",
        initializer=None,
        regularizer: Callable | None = None,
        caching_device: str | Callable | None = None,
        partitioner=None,
        custom_getter=None,
        name_scope: str = "",
        dtype=dtypes.float32,
        use_resource: bool | None = None,
        constraint: Callable | None = None,
    ):
        self._name, self._reuse, self._name_scope = name, reuse, name_scope
        self._initializer, self._regularizer, self._constraint = initializer, regularizer, constraint
        self._caching_device, self._partitioner, self._custom_getter = (caching_device, partitioner, custom_getter)
        self._dtype, self._use_resource = dtypes.type_or(dtype, dtypes.float32), use_resource

    name: str = getter("_name", "The prefix of the variables' names, without a slash at the end.")
    original_name_scope: str = getter(
        "_name_scope", "The name scope that was opened with the scope, with a slash at the end."
    )
    reuse = getter("_reuse", "Whether variables are found (True), made (False) or either (tf.AUTO_REUSE).")

    def reuse_variables(self) -> None:
        """From now on, variables are found, not made."""
        self._reuse = True

    def set_custom_getter(self, custom_getter) -> None:
        """Sets the function that variables are got through."""
        self._custom_getter = custom_getter

    custom_getter = getter("_custom_getter", "The function that variables are got through, or None.")

    def get_collection(self, name: str) -> list:
        """The items of a collection whose names are in this scope."""
        return get_default_graph().get_collection(name, f"{self._name}/" if self._name else "")

    def trainable_variables(self) -> list[Variable]:
        """The trainable variables in this scope."""
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self) -> list[Variable]:
        """The global variables in this scope."""
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list[Variable]:
        """The local variables in this scope."""
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    @taking([_SELF, needed("var_store"), *_GOT])
    def get_variable(self, var_store, name, dtype, initializer, reuse, **how) -> Variable:
        """The variable `name` of this scope in `var_store`; see `tf.get_variable`."""
        full_name = f"{self._name}/{name}" if self._name else name
        with name_scope(None):  # a variable's name depends on variable scopes alone
            _check_value_type(full_name, dtype, initializer)
            how |= {"dtype": dtype, "initializer": initializer, "reuse": self._reuse if reuse is None else reuse}
            how |= {s: self._or_mine(s, how[s]) for s in (*_SETTINGS, "custom_getter")}
            return var_store.get_variable(full_name, **how)

    def _or_mine(self, setting: str, given):
        return getattr(self, f"_{setting}") if given is None else given

    def _entered(self, reuse, custom_getter, **settings) -> VariableScope:
        """A copy for one `with` block, with the settings that were given."""
        scope = copy.copy(self)
        scope._reuse = reuse or self._reuse
        scope._custom_getter = _nested(self._custom_getter, custom_getter)
        for name, value in settings.items():
            if value is not None:
                setattr(scope, f"_{name}", dtypes.as_dtype(value) if name == "dtype" else value)
        return scope


def _add_setting(name: str) -> None:
    setattr(
        VariableScope, name, property(lambda self: getattr(self, f"_{name}"), doc=f"The default {name} of variables.")
    )

    @named(f"set_{name}", f"Sets the default {name} of variables.")
    @taking([needed("self"), needed(name)])
    def set_default(self, **given) -> None:
        setattr(self, f"_{name}", given[name])

    setattr(VariableScope, f"set_{name}", set_default)


for _setting in _SETTINGS:
    _add_setting(_setting)


def _nested(outer, inner):
    """A getter that goes through the inner one, then the outer one."""
    if outer is None or inner is None:
        return inner or outer

    def getter(true_getter, *args, **kwargs):
        return inner(functools.partial(outer, true_getter), *args, **kwargs)

    return getter


def _check_value_type(name: str, dtype, initializer) -> None:
    if dtype is None or initializer is None or callable(initializer):
        return
    found = convert_to_tensor(initializer).dtype.base_dtype
    if found is not dtypes.as_dtype(dtype).base_dtype:
        raise ValueError(
            f"variable {name} is to be {dtypes.as_dtype(dtype).name}, but its initializer is a {found.name} value"
        )


# ---- the scope that is open


class _Open(threading.local):
    """The open scope of a thread, and the names of those that were opened (for unique default names)."""

    def __init__(self):
        self.scope = VariableScope(False)
        self.opened: set[str] = set()

    def unique(self, prefix: str) -> str:
        """`prefix`, or `prefix_1`, ... if a scope of that name was opened in the current one."""
        base = f"{self.scope.name}/{prefix}" if self.scope.name else prefix
        if base not in self.opened:
            return prefix
        return f"{prefix}_{next(n for n in itertools.count(1) if f'{base}_{n}' not in self.opened)}"

    def close_inside(self, name: str) -> None:
        """Forgets the scopes opened in `name`."""
        inside = f"{name}/" if name else ""
        self.opened = {other for other in self.opened if not other.startswith(inside)}


def _open(graph: Graph) -> _Open:
    kept = graph.home.get_collection_ref(_COLLECTION)
    if not kept:
        kept.append(_Open())
    return kept[0]


def get_variable_scope() -> VariableScope:
    """The variable scope that is open now."""
    return _open(get_default_graph()).scope


SCOPES.append(lambda: get_variable_scope().use_resource)


class variable_scope:  # noqa: N801 - TensorFlow's own name
    """A context in which `get_variable` makes or finds variables named `scope/...`, and ops are named likewise.

    name_or_scope: a name inside the current scope, or a VariableScope to open again; with None, a unique name is made
    from default_name. reuse: True to find variables, tf.AUTO_REUSE to make those that are missing; None or False
    inherits. The other arguments are defaults for the variables inside. auxiliary_name_scope=False: ops' names are left
    alone.

    Raises:
      ValueError: if both names are None, or reuse is asked for a default_name.
      TypeError: for a name_or_scope or default_name that is neither.

    >>> import minitf as tf
    >>> with tf.variable_scope("layer"):
    ...     w = tf.get_variable("w", [2])
    >>> with tf.variable_scope("layer", reuse=True):
    ...     print(w.name, tf.get_variable("w") is w)
    layer/w:0 True
    """

    def __init__(
        self,
        name_or_scope,
        default_name: str | None = None,
        values=None,
        initializer=None,
        regularizer: Callable | None = None,
        caching_device: str | Callable | None = None,
        partitioner=None,
        custom_getter=None,
        reuse=None,
        dtype=None,
        use_resource=None,
        constraint: Callable | None = None,
        auxiliary_name_scope: bool = True,
    ):
        if name_or_scope is None and default_name is None:
            raise ValueError("a variable scope needs a name, a scope, or a default_name")
        if not isinstance(name_or_scope, (str, VariableScope, type(None))):
            raise TypeError(f"a variable scope is named by a string or a VariableScope, not {name_or_scope!r}")
        if not isinstance(default_name, (str, type(None))):
            raise TypeError(f"default_name is a string, not {default_name!r}; values go into values=")
        if name_or_scope is None and reuse is True:
            raise ValueError("reuse=True needs a name: a default_name is always a new one")
        if reuse not in (None, False, True, AUTO_REUSE):
            raise ValueError(f"reuse is True, False, None or tf.AUTO_REUSE, not {reuse!r}")
        self._name_or_scope, self._default_name, self._reuse = name_or_scope, default_name, reuse
        self._custom_getter, self._named = custom_getter, auxiliary_name_scope
        self._settings = {
            "initializer": initializer,
            "regularizer": regularizer,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "dtype": dtype,
            "use_resource": use_resource,
            "constraint": constraint,
        }
        self._stacks: list[contextlib.ExitStack] = []

    def __enter__(self) -> VariableScope:
        with contextlib.ExitStack() as stack:
            scope = self._enter(stack)
            self._stacks.append(stack.pop_all())
        return scope

    def __exit__(self, *exc):
        return self._stacks.pop().__exit__(*exc)

    def _enter(self, stack: contextlib.ExitStack) -> VariableScope:
        graph, again = get_default_graph(), isinstance(self._name_or_scope, VariableScope)
        state = _open(graph)
        if again:
            name, scope = self._name_or_scope.name, self._name_or_scope
        else:
            own = self._name_or_scope if self._name_or_scope is not None else state.unique(self._default_name)
            name, scope = (f"{state.scope.name}/{own}" if state.scope.name else own), state.scope
        opened = self._name_scope(graph, stack)
        scope = scope._entered(self._reuse, self._custom_getter, name=name, **self._settings)
        if not again:
            scope._name_scope = opened
        state.opened.add(name)
        stack.callback(_leave, state, state.scope, state.opened.copy() if again else None, name)
        state.scope = scope
        return scope

    def _name_scope(self, graph: Graph, stack: contextlib.ExitStack) -> str:
        """Opens the name scope of the same name; returns its full name, with a slash."""
        if not self._named:
            return f"{graph.get_name_scope()}/" if graph.get_name_scope() else ""
        given = self._name_or_scope
        last = given.name.split("/")[-1] if isinstance(given, VariableScope) else given
        if last or given is None:
            return stack.enter_context(name_scope(last, self._default_name))
        return f"{graph.get_name_scope()}/" if graph.get_name_scope() else ""


def _leave(state: _Open, scope: VariableScope, opened: set | None, name: str) -> None:
    state.scope = scope
    if opened is None:
        state.close_inside(name)
    else:
        state.opened = opened


_SCOPE, _DEFAULT_NAME, _, *_DEFAULTS, _ = arguments(variable_scope)


@taking([needed("values"), _SCOPE, _DEFAULT_NAME, *_DEFAULTS])
def variable_op_scope(**how) -> variable_scope:
    """The old form of `variable_scope`, with values first."""
    return variable_scope(**how)


# ---- variables of the open scope


@taking([p for p in _GOT if p.name != "reuse"])
def get_variable(**how) -> Variable:
    """The variable `name` in the current variable scope, made or, if the scope reuses variables, found.

    shape: its shape (left out with an initializer that is a value). dtype: float32 unless the scope says otherwise.
    initializer: a value, or a function of (shape, dtype) like `tf.zeros_initializer()`; default: the scope's, or else
    glorot_uniform, and zeros for integers. regularizer: a function of the variable whose result is collected in the
    regularization losses. trainable, collections, validate_shape, constraint: as for `tf.Variable`.

    Raises:
      ValueError: if it exists and is not to be reused or has another shape or type; if it has to exist and
        does not; if its shape is not known.
    """
    return get_variable_scope().get_variable(store_of(get_default_graph()), **how)


@taking(with_defaults(arguments(get_variable), trainable=False))
def get_local_variable(collections, trainable, **how) -> Variable:
    """Like `get_variable`, for a variable that is not trained and not saved: it is a local one."""
    return get_variable(collections=[*(collections or ()), GraphKeys.LOCAL_VARIABLES], trainable=False, **how)


def create_partitioned_variables(
    shape,
    slicing: list[int],
    initializer,
    dtype=dtypes.float32,
    trainable: bool = True,
    collections=None,
    name: str | None = None,
    reuse=None,
) -> list[Variable]:
    """A variable of the given shape in parts, as a list; the old form of `get_variable` with a partitioner.

    slicing: how many parts there are along each axis, of which one may be more than 1. initializer: a function of
    (shape, dtype) that is called for each part, or a tensor of which each gets its own. name: the scope of the parts
    `part_0`, `part_1`, ... (default: a new PartitionedVariable).

    Raises:
      ValueError: if slicing does not fit the shape, or has more than one number above 1.

    >>> import minitf as tf
    >>> parts = tf.create_partitioned_variables([5, 2], [2, 1], tf.zeros_initializer(), name="table")
    >>> [(part.name, part.shape.as_list()) for part in parts]
    [('table/part_0:0', [3, 2]), ('table/part_1:0', [2, 2])]
    """
    if len(shape) != len(slicing):
        raise ValueError(f"'shape' and 'slicing' must have the same length: {shape} and {slicing}")
    if not len(shape):
        raise ValueError(f"a partitioned variable must have rank at least 1, not shape {shape}")
    with variable_scope(name, "PartitionedVariable", reuse=reuse) as scope, name_scope(None):
        store = store_of(get_default_graph())
        options = {"trainable": trainable, "collections": collections, "reuse": scope.reuse}
        partitioner = functools.partial(_always, slicing)
        found = store.get_variable(scope.name, shape, dtype, initializer, partitioner=partitioner, **options)
        return list(found)


def _always(slicing: list[int], shape, dtype) -> list[int]:
    return slicing
