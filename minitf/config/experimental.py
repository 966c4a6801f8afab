"""tf.config.experimental: the one device there is, a CPU."""

from __future__ import annotations

from typing import NamedTuple


class PhysicalDevice(NamedTuple):
    """A device of the machine."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device as ops see it."""

    name: str
    device_type: str


_PHYSICAL = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
_LOGICAL = [LogicalDevice("/job:localhost/replica:0/task:0/device:CPU:0", "CPU")]


def _of(devices: list, device_type: str | None) -> list:
    return [device for device in devices if device_type in (None, device.device_type)]


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of the machine, or those of a type; there are no GPUs.

    >>> list_physical_devices("GPU")
    []
    """
    return _of(_PHYSICAL, device_type)


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices as ops see them, or those of a type."""
    return _of(_LOGICAL, device_type)


def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices that are used, or those of a type."""
    return _of(_PHYSICAL, device_type)


def set_visible_devices(devices, device_type: str | None = None) -> None:
    """Takes note that only `devices` are to be used.

    Raises:
      ValueError: for anything but devices of `list_physical_devices`, or if the CPU is to go.
    """
    chosen = list(devices) if isinstance(devices, (list, tuple)) else [devices]
    if any(device not in _PHYSICAL for device in chosen):
        raise ValueError(f"only {_PHYSICAL} can be made visible, not {devices!r}")
    if not chosen and device_type in (None, "CPU"):
        raise ValueError("ops run on the CPU, which has to stay visible")


def set_memory_growth(device, enable: bool) -> None:
    """Says whether a GPU takes its memory little by little: ValueError, for there is none."""
    raise ValueError(f"memory growth is a matter of GPUs, and there is none: {device!r}")
