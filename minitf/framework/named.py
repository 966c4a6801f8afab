"""Public functions of a family, made by one function."""

from __future__ import annotations

import sys
from collections.abc import Callable


def named(name: str, doc: str) -> Callable:
    """A decorator: what a function is called, and what it says of itself, where `def` cannot."""

    def naming(function: Callable) -> Callable:
        function.__name__ = function.__qualname__ = name
        function.__module__, function.__doc__ = _module_being_read(), doc
        return function

    return naming


def _module_being_read() -> str:
    """The module that is imported at the moment: where the function will be found by its name."""
    frame = sys._getframe()
    while frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return frame.f_globals["__name__"]
