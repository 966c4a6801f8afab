"""What `tf.Variable(...)` makes: a reference variable or a resource, through the creators of the scopes around."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable

from minitf.framework.graph import get_default_graph

_COLLECTION = ("__variable_creators",)
_DEFAULTS = {
    "initial_value": None,
    "trainable": None,
    "collections": None,
    "validate_shape": True,
    "caching_device": None,
    "name": None,
    "variable_def": None,
    "dtype": None,
    "expected_shape": None,
    "import_scope": None,
    "constraint": None,
    "use_resource": None,
    "synchronization": None,
    "aggregation": None,
    "shape": None,
}

KINDS: dict[bool, type] = {}  # the classes of variables, by whether they are resources
SCOPES: list[Callable] = []  # functions that say whether the scope around makes resources; None: it does not say
_enabled = [False]


class Created(type):
    """The type of classes of variables: a call of the first of them makes the kind that is asked for."""

    def __call__(cls, *args, **kwargs):
        """A variable."""
        if cls is not KINDS.get(False) or len(args) > len(_DEFAULTS):
            return super().__call__(*args, **kwargs)
        creators = get_default_graph().root.get_collection_ref(_COLLECTION)
        if not creators:
            return _made(*args, **kwargs)
        make = _made
        for creator in creators:
            make = functools.partial(creator, make)
        return make(**{**_DEFAULTS, **dict(zip(_DEFAULTS, args)), **kwargs})


def _made(*args, **kwargs):
    wanted = {**dict(zip(_DEFAULTS, args)), **kwargs}.get("use_resource")
    for said in (*SCOPES, resource_variables_enabled):
        wanted = said() if wanted is None else wanted
    return type.__call__(KINDS[bool(wanted)], *args, **kwargs)


@contextlib.contextmanager
def variable_creator_scope(variable_creator: Callable):
    """A context in which variables are made by `variable_creator(next_creator, **kwargs)`.

    kwargs: the arguments of `tf.Variable` by name, all of them. The function returns a variable, usually what
    `next_creator(**kwargs)`, the creator of the scope around or the usual one, makes of changed arguments.

    >>> import minitf as tf
    >>> def frozen(next_creator, **kwargs):
    ...     return next_creator(**{**kwargs, "trainable": False})
    >>> with tf.variable_creator_scope(frozen):
    ...     v = tf.get_variable("v", [2])
    >>> tf.trainable_variables()
    []
    """
    creators = get_default_graph().root.get_collection_ref(_COLLECTION)
    creators.append(variable_creator)
    try:
        yield
    finally:
        creators.remove(variable_creator)


def enable_resource_variables() -> None:
    """From now on `tf.Variable` and `tf.get_variable` make resource variables unless told otherwise."""
    _enabled[0] = True


def disable_resource_variables() -> None:
    """Takes `enable_resource_variables` back."""
    _enabled[0] = False


def resource_variables_enabled() -> bool:
    """Whether variables are resources unless told otherwise."""
    return _enabled[0]
