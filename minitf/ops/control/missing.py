"""The place of an op that minitf has not, in a graph that was read: all is well unless it is to run."""

from __future__ import annotations

from minitf.framework import errors
from minitf.framework.registry import define
from minitf.ops.patterns import STATEFUL


def _refuse(b, op, *values):
    raise errors.UnimplementedError(None, op, "; ".join(op.attrs["reasons"]))


define(
    "Missing",
    "inputs: **; stands_for_op: object, reasons: object, given: object -> outputs: **dtypes",
    host=_refuse,
    **STATEFUL,
)
