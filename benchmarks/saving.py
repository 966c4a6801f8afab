"""Variables saved and restored with the API that minitf and TensorFlow share, and the same bytes as plain files."""

import contextlib
import glob
import os
import time
from pathlib import Path

import numpy as np

PIECE = 1 << 20  # bytes that a plain file is written and read by at once


def resident():
    """(the bytes of memory that this process has now, the most it has had since `forget_peak`)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return 1024 * int(sizes["VmRSS"]), 1024 * int(sizes["VmHWM"])


def forget_peak():
    """Lets the most that the process has had be what it has now."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def measured(work, base):
    """Wall-clock and processor seconds of some work, and the most memory meanwhile, above `base` bytes."""
    forget_peak()
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall, "cpu": cpu, "memory": resident()[1] - base}


class Variables:
    """`count` variables of `size` floats each in a session, saved to a new name each time."""

    def __init__(self, tf, config, folder, count, size):
        self._base, self._name, self._tf, self._config = resident()[0], os.path.join(folder, "m"), tf, config
        self._graph, self._saves, self._path = tf.Graph(), 0, None
        with self._graph.as_default():
            for i in range(count):
                tf.get_variable(f"v{i}", [size], initializer=tf.random_uniform_initializer())
            start = tf.global_variables_initializer()
            self._saver = tf.train.Saver(max_to_keep=0)
            self._session = tf.Session(config=config)
            self._session.run(start)

    def save(self):
        """One save; the checkpoint of before is deleted in no time that counts."""
        old, self._saves = self._path, self._saves + 1

        def work():
            self._path = self._saver.save(
                self._session, self._name, self._saves, write_meta_graph=False, write_state=False
            )

        found = measured(work, self._base)
        for name in glob.glob(f"{old}.*") if old else ():
            os.unlink(name)
        return found

    def restore(self):
        """All values from the last checkpoint, into the session that has some."""
        return measured(lambda: self._saver.restore(self._session, self._path), self._base)

    def begin(self):
        """The same into a new session, as a process does that goes on where another one ended."""
        self._session.close()
        with self._graph.as_default():
            self._session = self._tf.Session(config=self._config)
        return measured(lambda: self._saver.restore(self._session, self._path), self._base)


class Plain:
    """As many bytes in one file, written and synced; read into memory that is new or was there before."""

    def __init__(self, folder, count, size):
        self._base, self._folder, self._saves = resident()[0], folder, 0
        self._data = np.full(count * size, 0.5, np.float32).view(np.uint8)
        self._path = None

    def save(self):
        """Writes a new file."""
        old, self._saves = self._path, self._saves + 1
        self._path = os.path.join(self._folder, f"plain-{self._saves}")
        found = measured(self._write, self._base)
        if old:
            os.unlink(old)
        return found

    def _write(self):
        with open(self._path, "wb", buffering=0) as file:
            for i in range(0, self._data.size, PIECE):
                file.write(self._data[i : i + PIECE])
            os.fsync(file.fileno())

    def _read(self, data):
        with open(self._path, "rb", buffering=0) as file:
            for i in range(0, data.size, PIECE):
                file.readinto(data[i : i + PIECE])

    def restore(self):
        """Reads into memory beside what is there, which it replaces."""

        def work():
            data = np.empty_like(self._data)
            self._read(data)
            self._data = data

        return measured(work, self._base)

    def begin(self):
        """Reads into new memory."""
        size, self._data = self._data.size, None

        def work():
            self._data = np.empty(size, np.uint8)
            self._read(self._data)

        return measured(work, self._base)
