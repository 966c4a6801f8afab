"""tf.contrib.slim.model_analyzer: how large variables and ops are."""

from __future__ import annotations

import numpy as np


def tensor_description(var) -> str:
    """The type and shape, as in `(float32 2x3)`."""
    return f"({var.dtype.name} {'x'.join(map(str, var.shape.dims))})"


def analyze_ops(graph, print_info: bool = False) -> int:
    """The number of elements of all outputs of a graph's ops whose shapes are known."""
    if print_info:
        _print_title("Operations: name -> (type shapes) [size]")
    total = 0
    for op in graph.get_operations():
        sizes = [_size(t) for t in op.outputs]
        total += sum(sizes)
        if print_info:
            shapes = ", ".join(tensor_description(t) for t in op.outputs if t.shape.rank is not None)
            print(op.name, "->", f"{shapes} [{sum(sizes)}]")
    if print_info:
        _print_totals({"size": total})
    return total


def analyze_vars(variables, print_info: bool = False) -> tuple[int, int]:
    """The number of elements of variables, and of their bytes.

    >>> import minitf as tf
    >>> analyze_vars([tf.Variable(tf.zeros([2, 3]), name="w")], print_info=True)
    ---------
    Variables: name (type shape) [size]
    ---------
    w:0 (float32_ref 2x3) [6, bytes: 24]
    Total size of variables: 6
    Total bytes of variables: 24
    (6, 24)
    """
    if print_info:
        _print_title("Variables: name (type shape) [size]")
    total, total_bytes = 0, 0
    for var in variables:
        size = _size(var)
        size_bytes = size * var.dtype.base_dtype.size
        total, total_bytes = total + size, total_bytes + size_bytes
        if print_info:
            print(var.name, tensor_description(var), f"[{size}, bytes: {size_bytes}]")
    if print_info:
        _print_totals({"size": total, "bytes": total_bytes}, "variables")
    return total, total_bytes


def _size(value) -> int:
    return int(np.prod(value.shape.as_list(), dtype=np.int64)) if value.shape.is_fully_defined() else 0


def _print_title(text: str) -> None:
    print("---------", text, "---------", sep="\n")


def _print_totals(totals: dict, of: str = "operations") -> None:
    for what, number in totals.items():
        print(f"Total {what} of {of}: {number}")
