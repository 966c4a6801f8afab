"""Assert and Print: ops that show values."""

from __future__ import annotations

import functools
import sys

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Operation
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.math.check import copy_if_false, true
from minitf.ops import patterns

_ESCAPED = {ord(c): f"\\{e}" for c, e in zip("\n\r\t\"'\\", "nrt\"'\\")}  # the characters of strings that C escapes


def summarized(value: np.ndarray, limit: int | None) -> str:
    """The first `limit` elements (all if negative, 3 if None) in TensorFlow's way: `[1 2][3...]...`."""
    limit = 3 if limit is None else value.size if limit < 0 else limit
    shown = [_text(v) for v in value.reshape(-1)[:limit]]
    text = _nested(shown, value.shape) if value.ndim > 1 else " ".join(shown)
    return text + "..." * (value.size > limit)


def _text(item) -> str:
    if isinstance(item, bytes):
        return "".join([_ESCAPED.get(c) or (chr(c) if 32 <= c < 127 else f"\\{c:03o}") for c in item])
    if isinstance(item, np.floating):
        return patterns.shortest(item)
    return str(int(item)) if isinstance(item, np.bool_) else str(item)


def _nested(items: list, shape: tuple) -> str:
    if len(shape) == 1:
        return " ".join(items) + "..." * (0 < len(items) < shape[0])
    step = int(np.prod(shape[1:]))
    rows = [items[i : i + step] for i in range(0, len(items), step or 1)]
    return "".join(f"[{_nested(row, shape[1:])}]" for row in rows)


def _assert(b, op, condition, *data):
    """What the message shows is put aside if the condition is false; strings have to be known before."""
    if condition.shape != ():
        raise ValueError(f"the condition of an assertion is a scalar, not of shape {condition.shape}")
    limit = op.attrs["summarize"]
    sizes = [_bytes_shown(v, limit) for v in data]
    report, start, arrays = b.new((sum(sizes),), np.uint8), 0, []
    for value, size in zip(data, sizes):
        shown = b.view(report, (size,), start)
        if size:
            b.call(copy_if_false[()], condition, b.view(value, (size,), 0, np.uint8), shown, size)
        arrays.append(_reported(b, value, shown))
        start += size
    b.call(true[()], condition, report, error=lambda _: _failed_assertion(arrays, limit))
    return ()


def _bytes_shown(value, limit: int | None) -> int:
    """The size of the elements that the message shows; strings are not copied."""
    count = min(value.size, 3 if limit is None else value.size if limit < 0 else limit)
    return 0 if value.dtype.hasobject else count * value.dtype.itemsize


def _reported(b, value, shown):
    """A function that gives an array like the value, right as far as it is shown."""
    known = b.data(value) if value.dtype.hasobject else None

    def whole() -> np.ndarray:
        if known is not None:
            return known
        array = np.zeros(value.shape, value.dtype)
        array.reshape(-1).view(np.uint8)[: shown.size] = b.data(shown)
        return array

    return whole


def _failed_assertion(arrays: list, limit: int | None) -> str:
    return "assertion failed: " + " ".join(f"[{summarized(whole(), limit)}]" for whole in arrays)


def _print(b, op, x, *data):
    count = b.data(b.state(op, lambda: np.zeros((), np.int64)))
    if op.attrs["first_n"] < 0 or count < op.attrs["first_n"]:
        count += 1
        parts = "".join(f"[{summarized(b.data(v), op.attrs['summarize'])}]" for v in data)
        b.outside(functools.partial(print, op.attrs["message"] + parts, file=sys.stderr, flush=True))
    return x


define(
    "Assert",
    "condition: bool~[], data: **T; summarize: int = 3 ->",
    kernel=_assert,
    any_type=True,
    effect="checks",
    **patterns.STATEFUL,
)
define(
    "Print",
    "input: T, data: **U; message: string = '', first_n: int = -1, summarize: int = 3 -> output: T",
    shape=patterns.same,
    host=_print,
    stateful=True,
    effect="prints",
    passes_slices=True,
    grad=lambda op, g: [g] + [None] * (len(op.inputs) - 1),
)


def Assert(condition, data: list, summarize: int | None = None, name: str | None = None) -> Operation:  # noqa: N802
    """An op that fails with InvalidArgumentError, showing `data`, unless `condition` (a bool scalar) is true.

    It has to be run, or depended on, to check anything. summarize: elements shown of each tensor (3).
    """
    with name_scope(name, "Assert", [condition]):
        condition = convert_to_tensor(condition, dtype=dtypes.bool, name="Condition")
        op = apply_op("Assert", condition, list(data), summarize=summarize, name="Assert")
    _reserve_guard_ids(op)
    return op


def _reserve_guard_ids(op: Operation) -> None:
    """Leaves the ids of what TensorFlow adds: constants for the data once more, and around all but strings
    and int32 a cond that lets the data through only if the assertion fails.
    """
    own = [t for t in op.inputs[1:] if t.op.type == "Const" and t.op.name.startswith(f"{op.name}/data")]
    guarded = any(t.dtype.base_dtype not in (dtypes.string, dtypes.int32) for t in op.inputs[1:])
    switched = len(set(op.inputs) - set(own))
    op_counts.skip(op_counts.asserted(len(own), guarded, switched))


def Print(
    input_,
    data,
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Tensor:  # noqa: N802
    """`input_` itself; when it is computed, `message` and the tensors `data` are printed to standard error.

    first_n: print only in the first n runs of a session; summarize: elements shown of each tensor (3).
    """
    return apply(
        "Print",
        input_,
        list(data),
        message=message or "",
        first_n=-1 if first_n is None else first_n,
        summarize=summarize,
        name=name or "Print",
    )
