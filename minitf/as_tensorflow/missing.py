"""What to say of names that TensorFlow had and minitf has not."""

from __future__ import annotations

import difflib
import functools
from importlib import resources

# Paths that minitf does not mean to have, and why.
OUT_OF_SCOPE = {
    "keras": "Keras has an engine of its own, outside of graphs and sessions",
    "estimator": "estimators are out of scope: build the graph and run it in a session",
    "contrib.learn": "estimators are out of scope: build the graph and run it in a session",
    "contrib.skflow": "estimators are out of scope: build the graph and run it in a session",
    "contrib.estimator": "estimators are out of scope: build the graph and run it in a session",
    "contrib.tpu": "there are no TPUs",
    "tpu": "there are no TPUs",
    "contrib.eager": "minitf runs graphs; eager execution is out of scope",
    "enable_eager_execution": "minitf runs graphs; eager execution is out of scope",
    "GradientTape": "minitf runs graphs: use tf.gradients",
    "function": "minitf runs graphs; functions traced by TensorFlow 2 are out of scope",
    "contrib.eager.python": "minitf runs graphs; eager execution is out of scope",
    "python.eager": "minitf runs graphs; eager execution is out of scope",
    "python.keras": "Keras has an engine of its own, outside of graphs and sessions",
    "distribute": "a session runs on one machine",
    "contrib.distribute": "a session runs on one machine",
    "contrib.cudnn_rnn": "there are no GPUs: tf.contrib.rnn has the same cells",
    "contrib.tensorrt": "there are no GPUs",
    "contrib.lite": "minitf writes no TensorFlow Lite",
    "lite": "minitf writes no TensorFlow Lite",
    "enable_v2_behavior": "minitf is TensorFlow 1: use tf.disable_v2_behavior()",
    "enable_v2_tensorshape": "minitf is TensorFlow 1: the sizes of shapes are Dimensions",
    "enable_tensor_equality": "minitf is TensorFlow 1: use tf.equal",
    "enable_control_flow_v2": "minitf has loops and branches of its own",
    "compat.v2": "minitf is TensorFlow 1",
    "contrib.tensor_forest": "forests are out of scope",
    "contrib.timeseries": "estimators are out of scope: build the graph and run it in a session",
    "contrib.boosted_trees": "estimators are out of scope: build the graph and run it in a session",
    "feature_column": "estimators are out of scope: build the graph and run it in a session",
}
_FOLDED = {"tensorflow.compat.v1": "tensorflow"}


@functools.cache
def _known() -> dict[str, frozenset]:
    """The modules of TensorFlow 1.15 and their names."""
    text = resources.files(__package__).joinpath("tensorflow_names.txt").read_text("utf-8")
    lines = text.replace("\n    ", " ").splitlines()
    return {path: frozenset(names.split()) for path, _, names in (line.partition(":") for line in lines)}


@functools.cache
def _inner() -> frozenset:
    """All names, for the modules below tensorflow.python, of which only the paths are known."""
    return frozenset().union(*_known().values())


def is_module(path: str) -> bool:
    """Whether TensorFlow 1.15 has a module of this path."""
    return _folded(path) in _known()


def was_there(path: str) -> bool:
    """Whether TensorFlow had this module or name."""
    path = _folded(path)
    above, _, name = path.rpartition(".")
    inner = above.startswith("tensorflow.python.") and above in _known() and name in _inner()
    return path in _known() or inner or name in _known().get(above, ()) or reason(path) is not None


def _folded(path: str) -> str:
    for old, new in _FOLDED.items():
        if path.startswith(old):
            return new + path[len(old) :]
    return path


def reason(path: str) -> str | None:
    """Why minitf does not mean to have the module or name at a path, or anything below it."""
    parts = _folded(path).split(".")[1:]
    for count in range(len(parts), 0, -1):
        found = OUT_OF_SCOPE.get(".".join(parts[:count]))
        if found is not None:
            return found
    return None


def message(path: str, names: list[str]) -> str:
    """What to say of a name that is missing; `names` are those of its module."""
    above, _, name = path.rpartition(".")
    if not was_there(path):
        return f"module {above!r} has no attribute {name!r}{_nearest(name, names)}"
    if reason(path) is not None:
        return f"minitf has no {path}: {reason(path)}"
    return f"minitf does not have {path} yet{_nearest(name, names)}"


def _nearest(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, 2)
    return f"; the nearest names are {', '.join(near)}" if near else ""
