"""What this process computes on, as `tensorflow.python.client.device_lib` tells it."""

from __future__ import annotations

from typing import NamedTuple


class DeviceAttributes(NamedTuple):
    """A device: its name, "CPU", and a limit of its memory in bytes (0: none)."""

    name: str
    device_type: str
    memory_limit: int = 0
    incarnation: int = 0
    physical_device_desc: str = ""


def list_local_devices(session_config=None) -> list[DeviceAttributes]:
    """The devices of this machine: its CPU."""
    return [DeviceAttributes("/device:CPU:0", "CPU")]
