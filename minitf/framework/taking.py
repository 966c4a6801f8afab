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
    unset = {p.name: p.default for p in parameters if p is not OTHERS}
    required = [name for name, default in unset.items() if default is Parameter.empty]

    def deciding(function: Callable) -> Callable:
        result = inspect.signature(function).return_annotation
        signature = inspect.Signature(parameters, return_annotation=result)

        @functools.wraps(function)
        def call(*args, **kwargs):
            placed = dict(zip(unset, args))
            given = {**unset, **placed, **kwargs}
            if (
                len(args) > len(unset)
                or not placed.keys().isdisjoint(kwargs)
                or any([given[name] is Parameter.empty for name in required])
                or len(given) > len(unset)
                and OTHERS not in parameters
            ):
                _refuse(call, signature, args, kwargs)
            return function(**given)

        call.__signature__ = signature
        return call

    return deciding


def _refuse(function, signature, args, kwargs) -> None:
    """Raises what Python has to say of arguments that do not go with a signature."""
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{function.__qualname__}() {error}") from None


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


def with_defaults(parameters: Iterable[Parameter], **defaults) -> list[Parameter]:
    """The parameters, some with other defaults."""
    return [p.replace(default=defaults.get(p.name, p.default)) for p in parameters]


SELF = needed("self")
