"""Functions whose arguments are said once for a whole family."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from inspect import Parameter

OTHERS = Parameter("kwargs", Parameter.VAR_KEYWORD)  # whatever else is named


def taking(parameters: Iterable[Parameter]) -> Callable:
    """A decorator: what the function takes, in order; it gets all of them by name."""
    parameters = list(parameters)

    def deciding(function: Callable) -> Callable:
        result = inspect.signature(function).return_annotation
        signature = inspect.Signature(parameters, return_annotation=result)

        @functools.wraps(function)
        def call(*args, **kwargs):
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"{call.__qualname__}() {error}") from None
            bound.apply_defaults()
            others = bound.arguments.pop(OTHERS.name, {})
            return function(**bound.arguments, **others)

        call.__signature__ = signature
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
