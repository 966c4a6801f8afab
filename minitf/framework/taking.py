"""Functions whose arguments are said once for a whole family."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from inspect import Parameter

OTHERS = Parameter("kwargs", Parameter.VAR_KEYWORD)  # whatever else is named


def taking(parameters: Iterable[Parameter]) -> Callable:
    """A decorator: what the function takes, in order; it gets all of them by name.

    What it becomes is compiled, as if it had been written: a call costs what any call does, and Python says what is
    wrong with one.
    """
    parameters = list(parameters)
    named = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    others = [f"**{OTHERS.name}"] * (len(named) < len(parameters))
    taken = [p.name if p.default is p.empty else f"{p.name}=None" for p in named]
    text = (
        f"lambda {', '.join(taken + others)}: _decorated_({', '.join([f'{p.name}={p.name}' for p in named] + others)})"
    )

    def deciding(function: Callable) -> Callable:
        code = compile(text, f"{__file__}: {function.__qualname__}", "eval")
        call = functools.wraps(function)(eval(code, {"__name__": __name__, "_decorated_": function}))
        call.__defaults__ = tuple([p.default for p in named if p.default is not p.empty])
        result = inspect.signature(function).return_annotation
        call.__signature__ = inspect.Signature(parameters, return_annotation=result)
        return call

    return deciding


def taking_also(parameters: Iterable[Parameter]) -> Callable:
    """A decorator: what the function takes after the arguments that it names itself."""
    return lambda function: taking([*arguments(function), *parameters])(function)


def arguments(function: Callable) -> list[Parameter]:
    """What a function, or a class, takes by name."""
    return [p for p in inspect.signature(function).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]


def needed(name: str, annotation=Parameter.empty) -> Parameter:
    """An argument that has to be given."""
    return Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation)


def optional(name: str, default=None, annotation=Parameter.empty) -> Parameter:
    """An argument that may be left out."""
    return Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=annotation)


SELF = needed("self")
