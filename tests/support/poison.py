"""Memory that holds no numbers before something is written there: who reads it too early is found out."""

from contextlib import contextmanager
from unittest import mock

import numpy as np

from minitf.kernels.machine import alloc
from minitf.runtime.execute import op_by_op
from minitf.runtime.memory import memory, storage


class Arena(storage.Arena):
    """The memory of a program, each byte of it 255, which makes NaN of floats."""

    def __init__(self, size):
        super().__init__(size)
        self.bytes[:] = 0xFF


def empty(shape, dtype):
    """A new array of what is no number."""
    array = alloc.empty(shape, dtype)
    if not array.dtype.hasobject:
        array.reshape(-1).view(np.uint8)[:] = 0xFF
    return array


@contextmanager
def poisoned():
    """Programs and ops get such memory while this lasts."""
    with mock.patch.object(memory, "Arena", Arena), mock.patch.object(op_by_op, "empty", empty):
        yield
