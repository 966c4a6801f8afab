"""tf.print: what is printed when an op runs, in the form in which Python prints it."""

from __future__ import annotations

import builtins
import functools
import logging
import os
import pprint
import sys

from minitf.framework import dtypes, nest
from minitf.framework.apply import apply
from minitf.framework.operation import Operation
from minitf.framework.registry import define
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import Tensor
from minitf.ops.patterns import STATEFUL
from minitf.ops.strings.string_parts import string_format

_FILE = "file://"
_LEVELS = {"log(info)": logging.INFO, "log(warning)": logging.WARNING, "log(error)": logging.ERROR}
_CALLED = {"info": "log(info)", "warn": "log(warning)", "warning": "log(warning)", "error": "log(error)"}


def _print(b, op, text):
    b.outside(functools.partial(_write, b.data(text).item(), op.attrs["output_stream"], op.attrs["end"]))
    return ()


def _write(text: bytes, stream: str, end: str) -> None:
    shown = text.decode("utf-8", "replace") + end
    if stream.startswith(_FILE):
        with open(stream.removeprefix(_FILE), "a", encoding="utf-8", newline="") as file:
            file.write(shown)
    elif stream in _LEVELS:
        logging.getLogger("tensorflow").log(_LEVELS[stream], "%s", shown.removesuffix("\n"))
    else:
        builtins.print(shown, end="", file=getattr(sys, stream), flush=True)


define(
    "PrintV2",
    "input: string[]; output_stream: string = 'stderr', end: string = '\\n' ->",
    host=_print,
    effect="prints",
    **STATEFUL,
)


def _stream(output) -> str:
    """The name of an output: a stream, a level or function of logging, or the path of a file."""
    if isinstance(output, str) and output.startswith(_FILE):
        return output
    if output is sys.stdout or output is sys.stderr:
        return "stdout" if output is sys.stdout else "stderr"
    level = {number: name for name, number in _LEVELS.items()}.get(output) if isinstance(output, int) else None
    if callable(output) and getattr(output, "__module__", "").endswith("logging"):
        level = _CALLED.get(getattr(output, "__name__", ""))
    if level is not None:
        return level
    raise ValueError(
        f"Unsupported output stream, logging level, or file: {output!r}. Supported streams are sys.stdout, sys.stderr, "
        "tf.logging.info, tf.logging.warning, tf.logging.error and 'file://<filepath>'"
    )


def print(  # noqa: A001 - TensorFlow's own name
    *inputs, output_stream=None, summarize: int = 3, sep: str = " ", end: str = os.linesep, name: str | None = None
) -> Operation:
    """An op that prints the inputs when it runs: tensors, Python values, and structures of both.

    output_stream: sys.stderr (default), sys.stdout, a function or level of tf.logging, or "file://<path>" to add to a
    file. summarize: how many of the first and last elements of each axis are shown, -1 for all. sep, end: what stands
    between the inputs and behind them. The op has to be run, or depended on: `with tf.control_dependencies([op])`.

    Raises:
      ValueError: for another output_stream.

    >>> import minitf as tf
    >>> said = tf.print("x is", tf.range(5), {"a": tf.constant(1.5)}, output_stream=sys.stdout)
    >>> with tf.Session() as sess:
    ...     sess.run(said)
    x is [0 1 2 3 4] {'a': 1.5}
    """
    stream = _stream(sys.stderr if output_stream is None else output_stream)
    return apply("PrintV2", _text(inputs, summarize, sep, name), output_stream=stream, end=end, name=name)


def _text(inputs: tuple, summarize: int, sep: str, name: str | None) -> Tensor:
    """The inputs as one string."""
    if len(inputs) == 1 and _is_tensor(inputs[0]) and inputs[0].shape.rank == 0 and inputs[0].dtype is dtypes.string:
        return inputs[0]
    mark, tensors, shown = _mark(inputs), [], []
    for given in inputs:
        leaves = [_shown(leaf, mark, tensors) for leaf in nest.flatten(given)]
        shown.append(given if isinstance(given, str) else pprint.pformat(nest.pack_sequence_as(given, leaves)))
    template = sep.join(shown).replace(f"'{mark}'", mark)
    return string_format(template, tensors, mark, summarize, f"{name}_format" if name else None)


def _mark(inputs: tuple) -> str:
    """What stands for a tensor: something that does not stand for itself."""
    rest = " ".join(pprint.pformat(nest.map_structure(lambda x: "" if _is_tensor(x) else x, given)) for given in inputs)
    mark = "{}"
    while mark in rest:
        mark = f"{{{mark}}}"
    return mark


def _shown(leaf, mark: str, tensors: list):
    """What is printed of a leaf: a mark for a tensor, which is noted."""
    if isinstance(leaf, SparseTensor):
        tensors += [leaf.indices, leaf.values, leaf.dense_shape]
        return f"SparseTensor(indices={mark}, values={mark}, shape={mark})"
    if not _is_tensor(leaf):
        return leaf
    tensors.append(leaf)
    return mark


def _is_tensor(value) -> bool:
    return isinstance(value, (Tensor, SparseTensor)) or hasattr(value, "_as_graph_element") and hasattr(value, "dtype")
