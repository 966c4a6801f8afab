"""Functions and arguments that somebody wants to be rid of."""

from __future__ import annotations

import functools
import inspect

import minitf as tf


def deprecated(date, instructions: str, warn_once: bool = True):
    """Decorator for a function that is going away; the log tells callers what to do instead."""

    def decorate(function):
        return _warning(function, lambda bound: [""], date, instructions, warn_once)

    return decorate


def deprecated_args(date, instructions: str, *deprecated_arg_names_or_tuples, **kwargs):
    """Decorator for a function some arguments of which are going away; names, or pairs of a name and a value
    that is fine.
    """
    named = dict(n if isinstance(n, tuple) else (n, _unset) for n in deprecated_arg_names_or_tuples)
    if not named:
        raise ValueError("Specify which argument is deprecated.")

    def used(bound):
        return [f" ({n})" for n, fine in named.items() if n in bound and (fine is _unset or bound[n] != fine)]

    def decorate(function):
        return _warning(function, used, date, instructions, kwargs.get("warn_once", True))

    return decorate


def deprecated_arg_values(date, instructions: str, warn_once: bool = True, **deprecated_kwargs):
    """Decorator for a function some values of whose arguments are going away."""
    if not deprecated_kwargs:
        raise ValueError("Specify which argument values are deprecated.")

    def used(bound):
        return [f" with {n}={v}" for n, v in deprecated_kwargs.items() if n in bound and bound[n] == v]

    def decorate(function):
        return _warning(function, used, date, instructions, warn_once)

    return decorate


_unset = object()


def _warning(function, used, date, instructions: str, warn_once: bool):
    """The function, which logs a warning for each use that `used(arguments)` finds."""
    if not instructions:
        raise ValueError("Don't deprecate things without conversion instructions!")
    signature, told = inspect.signature(function), set()

    @functools.wraps(function)
    def warned(*args, **kwargs):
        for what in used(signature.bind_partial(*args, **kwargs).arguments):
            if what not in told:
                when = "in a future version" if date is None else f"after {date}"
                tf.logging.warning(
                    "%s%s is deprecated and will be removed %s. Instructions for updating: %s",
                    function.__qualname__,
                    what,
                    when,
                    instructions,
                )
            if warn_once:
                told.add(what)
        return function(*args, **kwargs)

    return warned
