"""Pausing the garbage collector while very many objects are made, none of which is garbage."""

from __future__ import annotations

import functools
import gc


def uncollected(function):
    """The function, during which the collector is paused: it would look through all the new objects again and again.

    No context manager, which an interrupt may keep from setting the collector going again.
    """

    @functools.wraps(function)
    def paused(*args, **kwargs):
        if not gc.isenabled():
            return function(*args, **kwargs)
        try:
            gc.disable()
            return function(*args, **kwargs)
        finally:
            gc.enable()

    return paused
