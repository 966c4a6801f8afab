"""What scripts written since TensorFlow 2 turn off (or on) first: graphs are all there is here."""

from __future__ import annotations

_on = {"log_device_placement": False, "soft_device_placement": False}


def disable_v2_behavior() -> None:
    """Graphs, sessions and the rest of TensorFlow 1, which is what minitf has anyway."""


def disable_eager_execution() -> None:
    """Ops are put into graphs, as they are anyway."""


def disable_v2_tensorshape() -> None:
    """The sizes of a static shape are `Dimension`s, as they are anyway."""


def disable_control_flow_v2() -> None:
    """Loops and branches are as in TensorFlow 1, as they are anyway."""


def disable_tensor_equality() -> None:
    """Tensors are equal if they are the same tensor, as they are anyway."""


def executing_eagerly() -> bool:
    """Whether ops run when they are made: never."""
    return False


def control_flow_v2_enabled() -> bool:
    """Whether loops and branches are those of TensorFlow 2: never."""
    return False


def set_log_device_placement(enabled: bool) -> None:
    """Notes whether the devices of ops are to be logged; there is one, so nothing is."""
    _on["log_device_placement"] = bool(enabled)


def get_log_device_placement() -> bool:
    """What was given to `set_log_device_placement`."""
    return _on["log_device_placement"]


def set_soft_device_placement(enabled: bool) -> None:
    """Notes whether ops may be placed elsewhere than asked for; there is one place, so they are."""
    _on["soft_device_placement"] = bool(enabled)


def get_soft_device_placement() -> bool:
    """What was given to `set_soft_device_placement`."""
    return _on["soft_device_placement"]
