"""Checking all there is for NaN and infinity."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.graph import control_dependencies, get_default_graph
from minitf.framework.operation import Operation
from minitf.framework.traversal import inside
from minitf.ops.control.check import check_numerics
from minitf.ops.control.control import group

_CHECKED = (dtypes.float16, dtypes.float32, dtypes.float64)


def add_check_numerics_ops() -> Operation:
    """An op that fails with InvalidArgumentError if any floating point tensor holds NaN or infinity.

    It checks the tensors there are now, in the order in which they were made, and names the first one.

    Raises:
      ValueError: if a loop or branch computes with floating point numbers.
    """
    checks: list = []
    for op in get_default_graph().get_operations():
        if op.type in ("Loop", "If") and _computes_floats(op):
            raise ValueError(
                "add_check_numerics_ops is not compatible with control flow: tensors of the "
                f"{'loop' if op.type == 'Loop' else 'branch'} '{op.name}' (created {op.origin}) can only be "
                "checked in its body; use tf.check_numerics there"
            )
        for output in op.outputs:
            if output.dtype in _CHECKED:
                message = f"{op.name}:{output.value_index}"
                with control_dependencies(checks):
                    checks = [check_numerics(output, message=message).op]
    return group(*checks)


def _computes_floats(op) -> bool:
    """Whether an op with bodies gives, or has in its bodies, floating point tensors."""
    inner = [t for other in inside([op]) for t in other.outputs if other.definition.role != "argument"]
    return any(t.dtype.base_dtype in _CHECKED for t in inner)
