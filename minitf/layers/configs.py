"""Options of layers as plain values, of which layers like them are made."""

from __future__ import annotations


def plain(layer, key: str):
    """One of a layer's options: a function by its name, an initializer as the name of its class and its options."""
    value = getattr(layer, key) if hasattr(layer, key) else getattr(layer, f"_{key}")
    if key == "activation":
        return "linear" if value is None else _named(value)
    if not key.endswith(("initializer", "_regularizer", "_constraint")) or value is None:
        return value
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    return _named(value)


def _named(function) -> str:
    name = getattr(function, "__name__", None)
    if name is None:
        raise ValueError(f"Cannot serialize {function!r}: it has neither a name nor get_config()")
    return name
