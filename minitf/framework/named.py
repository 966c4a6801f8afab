"""Public functions of a family, made by one function."""

from __future__ import annotations

from collections.abc import Callable


def named(name: str, doc: str) -> Callable:
    """A decorator: what a function is called, and what it says of itself, where `def` cannot."""

    def naming(function: Callable) -> Callable:
        function.__name__ = function.__qualname__ = name
        function.__doc__ = doc
        return function

    return naming
