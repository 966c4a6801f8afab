"""Files of events: records of them, one after the other."""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time

from minitf.formats.records import TFRecordWriter
from minitf.framework import protos

_VERSION = "brain.Event:2"  # by which TensorBoard knows a file of events
_numbers = itertools.count()


class EventFile:
    """A new file of events in a folder, which is made if there is none; several threads may add to it.

    What is added is with the operating system when the call returns: it outlives the process.

    suffix: the end of the file's name.

    Raises:
      ImportError: if the package tensorboard is not installed; no folder is made then.
    """

    def __init__(self, folder: str, suffix: str = ""):
        version = protos.message("Event")(wall_time=time.time(), file_version=_VERSION)
        os.makedirs(folder, exist_ok=True)
        parts = f"{int(time.time()):010d}", socket.gethostname(), str(os.getpid()), str(next(_numbers))
        self._writer = TFRecordWriter(os.path.join(folder, f"events.out.tfevents.{'.'.join(parts)}{suffix}"))
        self._turn = threading.Lock()
        self.add(version)

    def add(self, event) -> None:
        """Writes a `tf.Event`; FailedPreconditionError if the file is closed."""
        record = event.SerializeToString()
        with self._turn:
            self._writer.write(record)
            self._writer.flush()

    def close(self) -> None:
        """Ends the file."""
        with self._turn:
            self._writer.close()
