"""Making variables, and finding them again."""

from __future__ import annotations

import functools
import re

import numpy as np

import minitf as tf
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.framework import op_counts
from minitf.framework.taking import arguments, optional, taking
from minitf.ops.state.partitioned_variable import PartitionedVariable
from minitf.ops.state.variable_scope import VariableScope
from minitf.train.checkpoints import NewCheckpointReader


@add_arg_scope
def variable(
    name: str,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable: bool = True,
    collections=None,
    caching_device=None,
    device=None,
    partitioner=None,
    custom_getter=None,
    use_resource=None,
    synchronization=None,
    aggregation=None,
):
    """The variable `name` of the scope, as `tf.get_variable` makes or finds it; custom_getter: instead of that."""
    collections = list(dict.fromkeys([tf.GraphKeys.GLOBAL_VARIABLES] if collections is None else collections))
    getter = tf.get_variable
    if custom_getter is not None:
        getter = functools.partial(custom_getter, reuse=tf.get_variable_scope().reuse)
    with tf.device(device or ""):
        return getter(
            name,
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
            collections=collections,
            caching_device=caching_device,
            partitioner=partitioner,
            use_resource=use_resource,
        )


@add_arg_scope
@taking([optional("dtype", tf.float32) if a.name == "dtype" else a for a in arguments(variable)])
def model_variable(collections, **how):
    """Like `variable`, for one that inference needs: it is in the collection of model variables too."""
    kept = [*(collections or []), tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.MODEL_VARIABLES]
    return variable(collections=kept, **how)


def _untrained(collection: str, initial_value, validate_shape, name, use_resource):
    how = {"validate_shape": validate_shape, "name": name, "use_resource": use_resource}
    return tf.Variable(initial_value, trainable=False, collections=[collection], **how)


def local_variable(initial_value, validate_shape: bool = True, name: str | None = None, use_resource=None):
    """A variable that is neither trained nor saved."""
    return _untrained(tf.GraphKeys.LOCAL_VARIABLES, initial_value, validate_shape, name, use_resource)


def global_variable(initial_value, validate_shape: bool = True, name: str | None = None, use_resource=None):
    """A variable that is saved, but not trained."""
    return _untrained(tf.GraphKeys.GLOBAL_VARIABLES, initial_value, validate_shape, name, use_resource)


def add_model_variable(var) -> None:
    """Adds a variable to the model variables, unless it is one."""
    listed = tf.get_collection_ref(tf.GraphKeys.MODEL_VARIABLES)
    if not any(var is other for other in listed):
        listed.append(var)


# ---- finding them


def get_variables(scope=None, suffix: str | None = None, collection: str = tf.GraphKeys.GLOBAL_VARIABLES) -> list:
    """The variables of a collection whose names start with `scope` (a name or scope) and contain `suffix`."""
    if isinstance(scope, VariableScope):
        scope = scope.name
    if suffix is not None:
        scope = f"{scope or ''}(.*){suffix}"
    return tf.get_collection(collection, scope)


def get_model_variables(scope=None, suffix: str | None = None) -> list:
    """The model variables whose names start with `scope` and contain `suffix`."""
    return get_variables(scope, suffix, tf.GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope=None, suffix: str | None = None) -> list:
    """The local variables whose names start with `scope` and contain `suffix`."""
    return get_variables(scope, suffix, tf.GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope=None, suffix: str | None = None) -> list:
    """The trainable variables whose names start with `scope` and contain `suffix`."""
    return get_variables(scope, suffix, tf.GraphKeys.TRAINABLE_VARIABLES)


def get_variables_by_suffix(suffix: str, scope=None) -> list:
    """The variables whose names contain `suffix`."""
    return get_variables(scope, suffix)


def get_variables_by_name(given_name: str, scope=None) -> list:
    """The variables whose names are `given_name`, or end with it after a slash."""
    return get_variables(scope, f"/{given_name}:|^{given_name}:")


def get_unique_variable(var_op_name: str):
    """The variable of a full name; ValueError if there is none."""
    found = get_variables(re.escape(var_op_name)) if isinstance(var_op_name, str) else []
    if not found:
        raise ValueError(f"Variable {var_op_name} wasn't found")
    exact = [v for v in found if v.op.name == var_op_name]
    if not exact:
        raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable")
    return exact[0]


def get_variable_full_name(var) -> str:
    """The name of a variable in checkpoints, which for a part is that of the whole."""
    if isinstance(var, PartitionedVariable):
        return var.name
    part = var._save_slice_info
    return var.op.name if part is None else part.full_name


def get_variables_to_restore(include=None, exclude=None) -> list:
    """The global variables, or those in the scopes of the list `include`, without those of `exclude`.

    Raises:
      TypeError: if one of both is no list.
    """
    for name, scopes in (("include", include), ("exclude", exclude)):
        if scopes is not None and not isinstance(scopes, (list, tuple)):
            raise TypeError(f"{name} is provided but is not a list or a tuple.")
    found = get_variables() if include is None else [v for scope in include for v in get_variables(scope)]
    left_out = {v.name for scope in exclude or () for v in get_variables(scope)}
    return [v for v in found if v.name not in left_out]


def filter_variables(var_list, include_patterns=None, exclude_patterns=None, reg_search: bool = True) -> list:
    """The variables whose names fit one of the patterns to include (default: all), and none to exclude.

    reg_search: patterns are looked for anywhere in names, not only at their beginning.
    """
    fits = re.search if reg_search else re.match

    def any_fits(patterns, v):
        return any(fits(pattern, v.op.name) for pattern in patterns)

    found = [v for v in var_list if not include_patterns or any_fits(include_patterns, v)]
    return [v for v in found if not any_fits(exclude_patterns or (), v)]


# ---- giving them values


def assign_from_values(var_names_to_values: dict) -> tuple:
    """An op that gives variables values, and what to feed to it: arrays by the variables' full names.

    Raises:
      ValueError: if there is no such variable, or its value has another size.
    """
    return _assignments([(get_unique_variable(n), n, v) for n, v in var_names_to_values.items()])


def assign_from_values_fn(var_names_to_values: dict):
    """A function of a session that gives variables values."""
    op, feeds = assign_from_values(var_names_to_values)
    return lambda session: session.run(op, feeds)


def _assignments(rows: list) -> tuple:
    ops, feeds = [], {}
    for var, name, value in rows:
        shape = var.shape.as_list()
        if np.size(value) != np.prod(shape, dtype=int):
            raise ValueError(
                f"Total size of new array must be unchanged for {name} lh_shape: [{np.shape(value)}], "
                f"rh_shape: [{tuple(shape)}]"
            )
        given = tf.placeholder(var.dtype.base_dtype, shape, name=f"placeholder/{var.op.name}")
        ops.append(var.assign(given).op)
        feeds[given] = np.reshape(value, shape)
    return tf.group(*ops), feeds


def _by_name(var_list) -> dict[str, list]:
    """Variables, as lists of their parts, by their names in a checkpoint."""
    if not isinstance(var_list, (dict, list, tuple)):
        raise TypeError(f"var_list is a list of variables, or a dict of them by name; not {var_list!r}")
    rows = var_list.items() if isinstance(var_list, dict) else [(get_variable_full_name(v), v) for v in var_list]
    found: dict[str, list] = {}
    for name, value in rows:
        parts = isinstance(value, (list, tuple, PartitionedVariable))
        found.setdefault(name, []).extend(value if parts else [value])
    return found


def _part_of(whole: np.ndarray, var, name: str) -> np.ndarray:
    """That of a tensor in a checkpoint which a variable holds: all of it, or a part."""
    info = var._save_slice_info
    full, window = (var.shape.as_list(), ()) if info is None else (list(info.full_shape), _window(info))
    if list(whole.shape) != full:
        raise ValueError(f"{name} has shape {list(whole.shape)} in the checkpoint, {var.name} needs {full}")
    return whole[window]


def _window(info) -> tuple[slice, ...]:
    return tuple(slice(start, start + size) for start, size in zip(info.var_offset, info.var_shape))


def assign_from_checkpoint(model_path, var_list, ignore_missing_vars: bool = False) -> tuple:
    """An op that gives variables the values that they have in a checkpoint, and what to feed to it.

    var_list: a list of variables, or a dict of them by their names in the checkpoint; whole, in parts, or parts.

    Raises:
      ValueError: if one is not there (unless ignore_missing_vars), or has another shape.
    """
    reader, rows = NewCheckpointReader(model_path), []
    for name, parts in _by_name(var_list).items():
        if reader.has_tensor(name):
            whole = reader.get_tensor(name)
            rows += [(var, name, _part_of(whole, var, name)) for var in parts]
        elif not ignore_missing_vars:
            raise ValueError(f"Checkpoint is missing variable [{name}]")
        else:
            tf.logging.warning("Checkpoint is missing variable [%s]", name)
    return _assignments(rows)


def assign_from_checkpoint_fn(model_path, var_list, ignore_missing_vars: bool = False, reshape_variables: bool = False):
    """A function of a session that restores variables from a checkpoint.

    ignore_missing_vars: those that are not there are left alone; if none is there, the function is None.

    Raises:
      ValueError: without variables.
    """
    if not var_list:
        raise ValueError("var_list cannot be empty")
    if ignore_missing_vars:
        reader = NewCheckpointReader(model_path)
        named = _by_name(var_list)
        var_list = {name: parts for name, parts in named.items() if reader.has_tensor(name)}
        var_list = {n: parts if parts[0]._save_slice_info else parts[0] for n, parts in var_list.items()}
        for name in named.keys() - var_list.keys():
            tf.logging.warning("Variable %s missing in checkpoint %s", name, model_path)
        if not var_list:
            return None
    saver = tf.train.Saver(var_list, reshape=reshape_variables)
    return lambda session: saver.restore(session, model_path)


def zero_initializer(ref, use_locking: bool = True, name: str = "zero_initializer") -> tf.Tensor:
    """An op that makes a variable zeros; its value is the variable's."""
    since = op_counts.Since()
    with tf.name_scope(name) as scope:
        made = tf.assign(ref, tf.zeros_like(ref), validate_shape=False, use_locking=use_locking, name=scope)
    since.count_as(op_counts.ZEROED)
    return made
