"""Arguments of other libraries' functions that have another name today."""

from __future__ import annotations

import inspect

# Functions that scripts call: what an argument was called, and what it is called today.
RENAMED = {"OneHotEncoder": {"sparse": "sparse_output"}, "TSNE": {"n_iter": "max_iter"}, "hist": {"normed": "density"}}


def renamed(function, *args, **kwargs):
    """The call of a function among RENAMED, by any name, with arguments as it has them today."""
    try:
        known = inspect.signature(function).parameters
    except (TypeError, ValueError):  # what is no function or says nothing of its arguments
        return function(*args, **kwargs)
    today = RENAMED.get(getattr(function, "__name__", ""), {})
    named = {new: kwargs.pop(old) for old, new in today.items() if old in kwargs and old not in known and new in known}
    return function(*args, **kwargs, **named)
