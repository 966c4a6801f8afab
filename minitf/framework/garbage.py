"""Pausing the garbage collector while very many objects are made, none of which is garbage."""

from __future__ import annotations

import contextlib
import gc


@contextlib.contextmanager
def uncollected():
    """Pauses the collector, which would look through all the new objects again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
