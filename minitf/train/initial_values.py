"""Variables whose initial values are those of a checkpoint."""

from __future__ import annotations

import os

from minitf.framework.apply import apply_op
from minitf.framework.graph import device, get_default_graph
from minitf.framework.shape import TensorShape
from minitf.ops.array.array import identity
from minitf.ops.state import checkpoint  # noqa: F401 - defines RestoreV2
from minitf.ops.state.partitioned_variable import PartitionedVariable
from minitf.ops.state.resource_variable import is_resource
from minitf.ops.state.variable_store import store_of
from minitf.train.checkpoint_state import latest_checkpoint
from minitf.train.checkpoints import load_checkpoint


def init_from_checkpoint(ckpt_dir_or_file, assignment_map: dict) -> None:
    """Makes what variables are initialized with the values that they have in a checkpoint.

    assignment_map: variables (whole, in parts, or the names of some that `tf.get_variable` made) by their names in
    the checkpoint, or scopes by scopes: `{"old/": "new/"}` is for all variables in `new`. The values are read when the
    variables' initializers are run.

    Raises:
      ValueError: if the checkpoint lacks a name, has another shape, or a scope's name does not end with "/".

    >>> import minitf as tf, tempfile
    >>> v = tf.get_variable("old/v", initializer=3.0)
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     path = tf.train.Saver().save(sess, tempfile.mkdtemp() + "/m")
    >>> w = tf.get_variable("new/v", initializer=0.0)
    >>> tf.train.init_from_checkpoint(path, {"old/": "new/"})
    >>> with tf.Session() as sess:
    ...     sess.run(w.initializer)
    ...     print(sess.run(w))
    3.0
    """
    path = os.fsdecode(ckpt_dir_or_file)
    path = latest_checkpoint(path) or path if os.path.isdir(path) else path
    shapes = load_checkpoint(path).get_variable_to_shape_map()
    for name in sorted(assignment_map):
        for source, whole in _meant(name, assignment_map[name]):
            _check(source, whole[0], shapes, path)
            for variable in whole:
                _initialize(variable, source, path)


def _meant(name: str, target) -> list[tuple[str, list]]:
    """Pairs of a name in the checkpoint and a variable, as the list of its parts."""
    if hasattr(target, "_ref"):
        return [(name, [target])]
    if isinstance(target, (list, PartitionedVariable)) and all(hasattr(part, "_ref") for part in target):
        return [(name, list(target))]
    if not isinstance(target, str):
        raise TypeError(f"assignment_map has variables, names or scopes as values, not {target!r}")
    made = _made()
    if target in made:
        return [(name, made[target])]
    if not (name.endswith("/") and target.endswith("/")):
        raise ValueError(
            f"there is no variable {target!r}. Assignment map with scope only name {name!r} should map to "
            "scope only, as in 'scope/': 'other_scope/'"
        )
    scope, source = target.lstrip("/"), "" if name == "/" else name
    inside = sorted(full for full in made if full.startswith(scope))
    return [(source + full[len(scope) :], made[full]) for full in inside]


def _made() -> dict[str, list]:
    """The variables that `tf.get_variable` made, by name, as the lists of their parts."""
    found: dict[str, list] = {}
    for name, variable in store_of(get_default_graph()).variables.items():
        part = variable._save_slice_info
        found.setdefault(name if part is None else part.full_name, []).append(variable)
    return found


def _check(source: str, variable, shapes: dict, path: str) -> None:
    """Raises ValueError unless the checkpoint has a tensor for a variable, of which this is all or a part."""
    if source not in shapes:
        raise ValueError(
            f"Tensor {source} (for variable {variable.op.name}) is not found in {path} checkpoint {shapes}"
        )
    part = variable._save_slice_info
    shape = variable.shape if part is None else TensorShape(part.full_shape)
    if not shape.is_compatible_with(shapes[source]):
        raise ValueError(
            f"Shape of variable {variable.name} ({shape}) doesn't match with shape of tensor "
            f"{source} ({shapes[source]}) from checkpoint reader."
        )


def _initialize(variable, source: str, path: str) -> None:
    part, dtypes = variable._save_slice_info, [variable.dtype.base_dtype]
    spec = "" if part is None else part.spec
    with variable.graph.as_default(), variable.graph.control_dependencies(None):
        with device("/cpu:0"):
            op = apply_op("RestoreV2", path, [source], [spec], dtypes=dtypes, name="checkpoint_initializer")
        found = op.outputs[0]
        found.set_shape(variable.shape)
        if is_resource(variable):
            found = identity(found)
        variable.begin_with(found, variable.assign(found, read_value=False))
