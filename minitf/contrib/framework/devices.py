"""Devices for variables."""

from __future__ import annotations

import minitf as tf


class VariableDeviceChooser:
    """A device function that gives each op the device of the next task of a job, in turn.

    num_tasks: how many tasks there are; 0: the job is left out, and all ops are on one device.

    >>> choose = VariableDeviceChooser(2)
    >>> choose(None), choose(None), choose(None)
    ('/job:ps/task:0/device:CPU:0', '/job:ps/task:1/device:CPU:0', '/job:ps/task:0/device:CPU:0')
    """

    def __init__(
        self,
        num_tasks: int = 0,
        job_name: str = "ps",
        device_type: str = "CPU",
        device_index: int = 0,
        replica: int | None = None,
    ):
        self._job_name, self._replica = job_name, replica
        self._device_type, self._device_index = device_type, device_index
        self._num_tasks, self._next_task = num_tasks, 0

    def __call__(self, op) -> str:
        """The device for an op."""
        spec = tf.DeviceSpec(replica=self._replica, device_type=self._device_type, device_index=self._device_index)
        if self._num_tasks > 0:
            spec.job, spec.task = self._job_name, self._next_task
            self._next_task = (self._next_task + 1) % self._num_tasks
        return spec.to_string()
