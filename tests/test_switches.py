"""What TensorFlow 2 turns off is off; devices; logging."""

import logging

import pytest

import minitf as tf
from minitf import switches


def test_graphs_are_all_there_is():
    for turn_off in (
        tf.disable_v2_behavior,
        tf.disable_eager_execution,
        tf.disable_v2_tensorshape,
        tf.disable_control_flow_v2,
        tf.disable_tensor_equality,
    ):
        assert turn_off() is None
    assert not tf.executing_eagerly() and not tf.control_flow_v2_enabled()
    assert tf.get_logger() is logging.getLogger("tensorflow")


def test_what_is_noted(monkeypatch):
    monkeypatch.setattr(switches, "_on", dict(switches._on))
    assert not tf.resource_variables_enabled()
    tf.enable_resource_variables()
    assert tf.resource_variables_enabled()
    tf.disable_resource_variables()
    assert not tf.resource_variables_enabled() and tf.debugging.get_log_device_placement() is False
    tf.debugging.set_log_device_placement(True)
    assert tf.debugging.get_log_device_placement() is True


def test_the_one_device():
    devices = tf.config.experimental
    (cpu,) = devices.list_physical_devices()
    assert cpu == ("/physical_device:CPU:0", "CPU") and cpu.device_type == "CPU"
    assert tf.config.list_physical_devices("GPU") == [] == devices.list_logical_devices("GPU")
    assert devices.list_logical_devices()[0].name == "/job:localhost/replica:0/task:0/device:CPU:0"
    devices.set_visible_devices([], "GPU")
    devices.set_visible_devices(cpu if isinstance(cpu, list) else [cpu], "CPU")
    assert devices.get_visible_devices() == [cpu]
    for wrong in (
        lambda: devices.set_visible_devices([]),
        lambda: devices.set_visible_devices(["x"]),
        lambda: devices.set_memory_growth(cpu, True),
    ):
        with pytest.raises(ValueError, match="CPU|there is none"):
            wrong()
