"""TensorFlow's messages, and the numbers of its types, by their names."""

from minitf.framework import protos


def __getattr__(name: str):  # noqa: N807 - it is a module's
    if name.startswith("DT_"):
        return protos.message("DataType").Value(name)
    if not protos.has(name):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return protos.message(name)
