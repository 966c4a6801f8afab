"""Pickles of Python 2: in files opened as text, and with strings that are bytes."""

from __future__ import annotations

import io


def pickled(function, *args, **kwargs):
    """`pickle.load`, `loads`, `dump` or `dumps` (by any name) called with these arguments."""
    name = getattr(function, "__name__", "")
    if not str(getattr(function, "__module__", "")).endswith("pickle") or name not in _OURS or not args:
        return function(*args, **kwargs)
    return _OURS[name](function, *args, **kwargs)


def _load(load, file, **kwargs):
    file = _bytes(file)
    start = file.tell() if hasattr(file, "seekable") and file.seekable() else None
    try:
        return load(file, **kwargs)
    except UnicodeDecodeError:
        if kwargs or start is None:
            raise
        file.seek(start)
        return load(file, encoding="latin1")


def _loads(loads, data, **kwargs):
    data = data.encode("latin1") if isinstance(data, str) else data
    try:
        return loads(data, **kwargs)
    except UnicodeDecodeError:
        if kwargs:
            raise
        return loads(data, encoding="latin1")


def _dump(dump, what, file, *args, **kwargs):
    return dump(what, _bytes(file), *args, **kwargs)


def _bytes(file):
    """The file below one that was opened as text."""
    return file.buffer if isinstance(file, io.TextIOWrapper) else file


_OURS = {"load": _load, "loads": _loads, "dump": _dump}
