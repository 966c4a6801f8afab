"""TensorFlow's protocol buffer messages, from the package tensorboard, imported when one is needed."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable

_HOMES = {
    "AttrValue": "attr_value",
    "DataType": "types",
    "Event": "event",
    "GraphDef": "graph",
    "HistogramProto": "histogram",
    "MetaGraphDef": "meta_graph",
    "NodeDef": "node_def",
    "RunMetadata": "config",
    "SaverDef": "saver",
    "SessionLog": "event",
    "SignatureDef": "meta_graph",
    "Summary": "summary",
    "SummaryDescription": "summary",
    "SummaryMetadata": "summary",
    "TaggedRunMetadata": "event",
    "TensorInfo": "meta_graph",
    "TensorProto": "tensor",
    "TensorShapeProto": "tensor_shape",
    "VariableDef": "variable",
}


_DO_WITHOUT = "tensorboard.compat.notf"  # if there is this module, TensorBoard does not look for TensorFlow


def tensorboard(module: str):
    """The module `tensorboard.<module>`; ImportError that says what to install if there is no TensorBoard.

    It would import TensorFlow, which takes seconds, and take minitf for it in a script that says
    `sys.modules["tensorflow"] = minitf`.
    """
    sys.modules.setdefault(_DO_WITHOUT, types.ModuleType(_DO_WITHOUT))
    try:
        return importlib.import_module(f"tensorboard.{module}")
    except ImportError as error:
        raise ImportError(
            "summaries, event files and GraphDefs need the package tensorboard: "
            f"pip install 'minitf-engine[tensorboard]' ({error})",
            name="tensorboard",
        ) from error


def message(name: str) -> type:
    """The class of the messages called `name`."""
    return getattr(tensorboard(f"compat.proto.{_HOMES[name]}_pb2"), name)


def resolver(module: str, names: tuple[str, ...]) -> Callable[[str], type]:
    """The `__getattr__` of a module with which the messages `names` are found in it."""

    def __getattr__(name: str):  # noqa: N807 - it is a module's
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return message(name)

    return __getattr__
