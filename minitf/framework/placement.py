"""Where ops are placed: device strings and colocation, the part of `Graph` that says it of new ops."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from minitf.framework.devices import DeviceSpec, merged
from minitf.framework.operation import Operation


class Placement:
    """What a graph knows of devices. They are descriptions, except where a session runs in a cluster."""

    root: Placement
    _devices: list
    _colocations: list

    @contextlib.contextmanager
    def device(self, device_name_or_function):
        """Ops made inside carry this device string, as far as inner ones say nothing else.

        A function is called with each new op and gives its whole device string; None clears what is around.

        Raises:
          ValueError: for a string that is none of a device.
          TypeError: for anything but a string, `tf.DeviceSpec`, function or None.
        """
        given = device_name_or_function
        if isinstance(given, DeviceSpec):
            given = given.to_string()
        elif isinstance(given, (str, bytes)):
            given = merged("", given if isinstance(given, str) else given.decode())
        elif given is not None and not callable(given):
            raise TypeError(f"a device is a string, a tf.DeviceSpec, a function or None, not {given!r}")
        with self._with("_devices", [*self.root._devices, given]):
            yield

    @contextlib.contextmanager
    def colocate_with(self, op, ignore_existing: bool = False):
        """Ops made inside are placed where `op` is (an op, tensor or variable), whatever the device around.

        With ignore_existing colocations around do not count; None, with it, ends colocation.

        Raises:
          ValueError: for None without ignore_existing.
        """
        if op is None and not ignore_existing:
            raise ValueError("Trying to reset colocation (op is None): that needs ignore_existing=True")
        kept = [] if ignore_existing else self.root._colocations
        found = kept if op is None else [*kept, _op_of(self, op)]
        devices = self.root._devices if op is None else []
        with self._with("_colocations", found), self._with("_devices", devices):
            yield

    @contextlib.contextmanager
    def _with(self, name: str, value):
        """A context in which the root's `name` has another value."""
        root = self.root
        before = getattr(root, name)
        setattr(root, name, value)
        try:
            yield
        finally:
            setattr(root, name, before)

    @contextlib.contextmanager
    def beside(self, name: str):
        """Ops made inside are placed where an op called `name` will be, whatever device is around."""
        place = _Place("", [b"loc:@" + name.encode()])
        with self._with("_colocations", self.root._colocations or [place]), self._with("_devices", []):
            yield

    def _place(self, op: Operation) -> None:
        """Gives a new op its device and the groups of the ops with which it is."""
        others = [op.inputs[i].op for i in op.definition.refs]
        for given in () if others else reversed(self.root._devices):
            if given is None:
                break
            op.device = merged(given, op.device) if isinstance(given, str) else _said(given, op)
        if others and op.definition.by_handle:
            op.device = next((other.device for other in others if other.device), op.device)
            others = []
        if others or self.root._colocations:
            join(op, [*self.root._colocations, *others])


class _Place(NamedTuple):
    """A place where no op is yet."""

    device: str
    groups: list

    def colocation_groups(self) -> list:
        """The names of the groups of those that will be there."""
        return self.groups


def join(op: Operation, others: list) -> None:
    """Places an op where others are, the device of the first one that has any."""
    op.device = next((other.device for other in others if other.device), op.device)
    op.groups = tuple(sorted({group for other in others for group in other.colocation_groups()}))


def _op_of(graph, value) -> Operation:
    if hasattr(value, "values") and hasattr(value, "indices"):
        value = value.values  # IndexedSlices and sparse tensors
    value = getattr(value, "handle", value)  # of a variable that is a resource
    return graph.as_graph_element(value).op


def _said(function, op: Operation) -> str:
    said = function(op)
    if isinstance(said, DeviceSpec):
        return said.to_string()
    if not isinstance(said, str):
        raise TypeError(
            f"a device function returns a device string ('' for none), not {said!r}, which "
            f"{getattr(function, '__name__', function)} gave for {op.type} '{op.name}'"
        )
    return said
