"""TensorFlow's ops that are other ops of minitf's: what they take, and which ops they become."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from minitf.framework.apply import apply_op
from minitf.framework.operation import Operation
from minitf.framework.registry import OpDef, described
from minitf.framework.tensor import Tensor


class Form(NamedTuple):
    """An op type: its inputs and attributes, and the function of the name, attributes (with the type as "_type") and
    inputs that makes the op of that name, or a tuple of it and the tensors that it gives.
    """

    definition: OpDef
    rule: Callable


FORMS: dict[str, Form] = {}


def form(type: str, signature: str, rule: Callable) -> None:
    """Notes what an op type of TensorFlow's becomes; signature: as of `define`."""
    FORMS[type] = Form(described(type, signature), rule)


def named(name: str, *tensors: Tensor) -> Operation:
    """The op of this name that gives tensors out."""
    if len(tensors) == 1:
        return apply_op("Identity", tensors[0], name=f"{name}/")
    return apply_op("IdentityN", list(tensors), name=f"{name}/")
