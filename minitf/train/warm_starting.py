"""Training that begins with the values of an earlier model, whose vocabulary may have been another one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import minitf as tf
from minitf.framework.apply import apply_op
from minitf.framework.collections import GraphKeys
from minitf.framework.graph import get_default_graph
from minitf.ops.array.array import zeros
from minitf.ops.array.constant import constant
from minitf.ops.array.gather import gather
from minitf.ops.math.compare import where_v2
from minitf.ops.state import state
from minitf.train.checkpoints import load_checkpoint
from minitf.train.initial_values import init_from_checkpoint


class VocabInfo(NamedTuple):
    """How the rows (axis 0) or columns (axis 1) of a variable follow vocabularies, files of a word a line.

    new_vocab, old_vocab: the files; new_vocab_size, old_vocab_size: how many lines of them count (-1: all);
    num_oov_buckets: how many more rows there are; backup_initializer: for what the old model has not (default: zeros).
    """

    new_vocab: str
    new_vocab_size: int
    num_oov_buckets: int
    old_vocab: str
    old_vocab_size: int = -1
    backup_initializer: object = None
    axis: int = 0


def warm_start(
    ckpt_to_initialize_from,
    vars_to_warm_start=".*",
    var_name_to_vocab_info: dict | None = None,
    var_name_to_prev_var_name: dict | None = None,
) -> None:
    """Makes what variables are initialized with the values that they have in a checkpoint.

    vars_to_warm_start: a pattern for the names of trainable variables, a list of patterns for those of all, a list of
    variables, or None for those with vocabularies only. var_name_to_vocab_info: VocabInfos by the variables' names;
    var_name_to_prev_var_name: the names in the checkpoint, where they differ.

    Raises:
      ValueError: if the checkpoint lacks a variable or has it in another shape, or a name in the dicts is not used.

    >>> import minitf as tf, tempfile
    >>> v = tf.get_variable("v", initializer=3.0)
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     path = tf.train.Saver().save(sess, tempfile.mkdtemp() + "/m")
    >>> tf.reset_default_graph()
    >>> v = tf.get_variable("v", initializer=0.0)
    >>> tf.train.warm_start(path)
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     print(sess.run(v))
    3.0
    """
    meant, infos, names = _meant(vars_to_warm_start), var_name_to_vocab_info or {}, var_name_to_prev_var_name or {}
    for what, given in (("var_name_to_prev_var_name", names), ("var_name_to_vocab_info", infos)):
        unused = sorted(given.keys() - meant.keys())
        if unused:
            raise ValueError(f"{what} has {unused}, which are not used; the variables are {sorted(meant)}")
    plain = {} if vars_to_warm_start is None else {n: v for n, v in meant.items() if n not in infos}
    for name, info in infos.items():
        _follow(meant[name], info, ckpt_to_initialize_from, names.get(name, name))
    init_from_checkpoint(ckpt_to_initialize_from, {names.get(name, name): v for name, v in plain.items()})


def _meant(variables) -> dict:
    """The variables by their names."""
    graph = get_default_graph()
    if variables is None or isinstance(variables, str):
        found = graph.get_collection(GraphKeys.TRAINABLE_VARIABLES, ".*" if variables is None else variables)
    elif isinstance(variables, list) and all(isinstance(v, str) for v in variables):
        found = [v for pattern in variables for v in graph.get_collection(GraphKeys.GLOBAL_VARIABLES, pattern)]
    elif isinstance(variables, list) and all(hasattr(v, "_ref") for v in variables):
        found = variables
    else:
        raise ValueError(f"vars_to_warm_start is a pattern, or a list of patterns or variables, not {variables!r}")
    return {v.op.name: v for v in found}


def _words(path: str, size: int) -> list[str]:
    with tf.gfile.GFile(path) as file:
        words = file.read().splitlines()
    return words[:size] if size >= 0 else words


def _follow(variable, info: VocabInfo, checkpoint, source: str) -> None:
    """Initializes a variable with the old rows of the words that it has."""
    if info.axis not in (0, 1):
        raise ValueError(f"the axis of a VocabInfo is 0 or 1, not {info.axis}")
    places = {word: i for i, word in enumerate(_words(info.old_vocab, info.old_vocab_size))}
    words = _words(info.new_vocab, info.new_vocab_size)
    rows = np.array([places.get(word, -1) for word in words] + [-1] * info.num_oov_buckets, np.int64)
    if variable.shape.sizes[info.axis] != len(rows):
        raise ValueError(
            f"variable '{variable.op.name}' of shape {variable.shape} does not have the {len(rows)} words of "
            f"{info.new_vocab} along axis {info.axis}"
        )
    old = load_checkpoint(checkpoint).get_variable_to_shape_map()
    if source not in old:
        raise ValueError(f"Tensor {source} is not found in checkpoint {checkpoint}, which has {sorted(old)[:9]}")
    with variable.graph.as_default(), variable.graph.control_dependencies(None):
        value = _remapped(variable, rows, info, checkpoint, source, old[source])
        variable.begin_with(value, state.assign(variable, value).op)


def _remapped(variable, rows: np.ndarray, info: VocabInfo, checkpoint, source: str, shape: list):
    dtype = variable.dtype.base_dtype
    restored = apply_op("RestoreV2", checkpoint, [source], [""], dtypes=[dtype], name="checkpoint_initializer").outputs[
        0
    ]
    restored.set_shape(shape)
    sizes = variable.shape.as_list()
    backup = zeros(sizes, dtype) if info.backup_initializer is None else info.backup_initializer(sizes, dtype=dtype)
    known = np.expand_dims(rows >= 0, [axis for axis in range(len(sizes)) if axis != info.axis])
    return where_v2(constant(known), gather(restored, np.maximum(rows, 0), axis=info.axis), backup)
