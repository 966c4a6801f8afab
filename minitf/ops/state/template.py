"""Templates: functions that make their variables in the first call and share them in the next ones."""

from __future__ import annotations

import functools
import threading

from minitf.framework.forks import renewed
from minitf.framework.getter import getter
from minitf.framework.graph import get_default_graph
from minitf.ops.state.variable_scope import VariableScope, variable_scope
from minitf.ops.state.variables import Variable, trainable_variables


def make_template(
    name_: str, func_, create_scope_now_: bool = False, unique_name_: str | None = None, custom_getter_=None, **kwargs
) -> Template:
    """`func_`, wrapped so that all calls share the variables that the first one makes with `get_variable`.

    name_: the variables' scope, made unique. kwargs: arguments fixed for all calls. create_scope_now_: choose the
    scope's name now, not in the first call. unique_name_: a scope name to take as it is, shared with other templates.

    >>> import minitf as tf
    >>> scale = tf.make_template("scale", lambda x: x * tf.get_variable("by", []))
    >>> y, z = scale(tf.constant(1.0)), scale(tf.constant(2.0))
    >>> [v.name for v in tf.global_variables()]
    ['scale/by:0']
    """
    return Template(
        name_, functools.partial(func_, **kwargs) if kwargs else func_, create_scope_now_, unique_name_, custom_getter_
    )


class Template:
    """A function with variables of its own."""

    def __init__(self, name: str, function, create_scope_now: bool, unique_name: str | None, custom_getter):
        if not name:
            raise ValueError("a template needs a name")
        self._name, self._function = name, function
        self._unique_name, self._custom_getter = unique_name, custom_getter
        self._scope: VariableScope | None = None
        self._called, self._lock = False, renewed(threading.RLock())
        if create_scope_now:
            with variable_scope(
                unique_name, name, custom_getter=custom_getter, auxiliary_name_scope=False
            ) as self._scope:
                pass

    def __call__(self, *args, **kwargs):
        """Calls the function inside the template's scope."""
        with self._lock, self._entered() as self._scope:
            before = len(trainable_variables())
            result = self._function(*args, **kwargs)
            self._check_shared(trainable_variables()[before:])
            self._called = True
            return result

    def _entered(self) -> variable_scope:
        """The scope of a call: the first one chooses it, if it was not chosen before."""
        if self._scope is None:
            return variable_scope(self._unique_name, self._name, custom_getter=self._custom_getter)
        return variable_scope(self._scope, reuse=self._called)

    def _check_shared(self, made: list) -> None:
        if made and self._called:
            raise ValueError(
                f"template '{self._name}' made trainable variables again ({', '.join(v.name for v in made)}) "
                "after its first call; make them with tf.get_variable(), which shares them"
            )

    name: str = getter("_name", "The name it was given.")
    func = getter("_function", "The function it wraps.")
    variable_scope: VariableScope | None = getter("_scope", "The scope of its variables, once there is one.")

    @property
    def variable_scope_name(self) -> str | None:
        """The name of the scope of its variables, with a slash, once there is one."""
        return self._scope and f"{self._scope.name}/"

    @property
    def variables(self) -> list[Variable]:
        """All its variables: global and local ones."""
        return self.global_variables + self.local_variables

    @property
    def trainable_variables(self) -> list[Variable]:
        """Its trainable variables."""
        return self._scope.trainable_variables() if self._scope else []

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """Its variables that are not trainable."""
        trainable = self.trainable_variables
        return [v for v in self.variables if all(v is not t for t in trainable)]

    @property
    def global_variables(self) -> list[Variable]:
        """Its global variables."""
        return self._scope.global_variables() if self._scope else []

    @property
    def local_variables(self) -> list[Variable]:
        """Its local variables."""
        return self._scope.local_variables() if self._scope else []

    weights, trainable_weights = variables, trainable_variables
    non_trainable_weights, var_scope = non_trainable_variables, variable_scope

    @property
    def graph(self):
        """The default graph."""
        return get_default_graph()
