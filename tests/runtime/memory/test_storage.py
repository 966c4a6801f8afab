import os
import sys

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.runtime.memory.storage import Arena, Swap


@pytest.mark.parametrize("size", [0, 1, 5000])
@pytest.mark.parametrize("kind", [Arena, Swap])
def test_memory_is_read_as_it_was_written(kind, size):
    memory = kind(size)
    assert memory.size == size == len(memory.bytes)
    memory.bytes[:] = np.arange(size) % 251
    if kind is Swap:
        memory.release()
    np.testing.assert_array_equal(memory.bytes, np.arange(size) % 251)
    assert memory.address % 64 == 0 or size == 0


def _resident() -> int:
    """The bytes of this process that are in RAM."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_released_memory_does_not_count():
    swap = Swap(1 << 25)
    swap.bytes[:] = 1
    before = _resident()
    swap.release()
    assert before - _resident() > 1 << 24
    assert swap.bytes.sum(dtype=np.int64) == 1 << 25


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="needs file space to be reserved")
def test_a_full_disk_is_an_error(monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with fails(tf.errors.ResourceExhaustedError, "swap_memory=True", "4096", "No space left", "TMPDIR"):
        Swap(4096)
