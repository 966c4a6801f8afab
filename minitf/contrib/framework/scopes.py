"""Default arguments for the functions that are called in a scope."""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading


class _Scopes(threading.local):
    """The scopes that are open in a thread, innermost last: arguments by function."""

    def __init__(self):
        self.open: list[dict] = [{}]


_scopes = _Scopes()
_decorated: dict = {}  # the optional arguments of each function that takes part


def arg_scope_func_key(op):
    """What a function is called in scopes."""
    return getattr(op, "_key_op", str(op))


def current_arg_scope() -> dict:
    """The scope that is open now."""
    return _scopes.open[-1]


def has_arg_scope(func) -> bool:
    """Whether a function takes arguments from scopes."""
    return arg_scope_func_key(func) in _decorated


def arg_scoped_arguments(func) -> tuple:
    """The arguments of a function that scopes may give; ValueError if it takes none from them."""
    if not has_arg_scope(func):
        raise ValueError(f"{_name(func)} is not decorated with @add_arg_scope")
    return _decorated[arg_scope_func_key(func)]


def add_arg_scope(func):
    """Decorator for a function that takes arguments from the scopes it is called in.

    >>> import minitf as tf
    >>> @tf.contrib.framework.add_arg_scope
    ... def scaled(x, by=1):
    ...     return x * by
    >>> with tf.contrib.framework.arg_scope([scaled], by=10):
    ...     print(scaled(2), scaled(2, by=3))
    20 6
    """
    key = (func.__module__, func.__qualname__, id(func))

    @functools.wraps(func)
    def scoped(*args, **kwargs):
        given = current_arg_scope().get(key)
        return func(*args, **({**given, **kwargs} if given else kwargs))

    parameters = inspect.signature(func).parameters.values()
    _decorated[key] = tuple(p.name for p in parameters if p.default is not p.empty)
    scoped._key_op = key
    return scoped


@contextlib.contextmanager
def arg_scope(list_ops_or_scope, **kwargs):
    """A context in which functions have other defaults.

    list_ops_or_scope: a list of functions decorated by `add_arg_scope`, whose defaults `kwargs` are; or what
    another `with arg_scope(...) as scope` gave, to open that again.

    Raises:
      TypeError: if it is neither. ValueError: for functions that are not decorated, or a scope with kwargs.
    """
    if isinstance(list_ops_or_scope, dict):
        if kwargs:
            raise ValueError("When attempting to re-use a scope by suppling a dictionary, kwargs must be empty.")
        entered = list_ops_or_scope.copy()
    elif isinstance(list_ops_or_scope, (list, tuple)):
        entered = _extended(current_arg_scope(), list_ops_or_scope, kwargs)
    else:
        raise TypeError(
            "list_ops_or_scope must either be a list/tuple of functions or a reused scope (i.e. dict), not "
            f"{list_ops_or_scope!r}"
        )
    _scopes.open.append(entered)
    try:
        yield entered
    finally:
        _scopes.open.pop()


def _extended(scope: dict, functions, arguments: dict) -> dict:
    scope = scope.copy()
    for function in functions:
        key = arg_scope_func_key(function)
        if not has_arg_scope(function):
            raise ValueError(f"{_name(function)} is not decorated with @add_arg_scope")
        scope[key] = {**scope.get(key, {}), **arguments}
    return scope


def _name(function) -> str:
    return getattr(function, "__qualname__", str(function))
