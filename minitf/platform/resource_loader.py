"""tf.resource_loader: files that lie beside a script."""

from __future__ import annotations

import inspect
import os

from minitf.framework import errors
from minitf.framework.files import translated
from minitf.platform.files import GFile


def get_data_files_path() -> str:
    """The folder of the module that asks."""
    return _folder(2)


def get_path_to_datafile(path: str) -> str:
    """A file beside the module that asks."""
    return os.path.join(_folder(2), path)


def get_root_dir_with_all_resources() -> str:
    """The folder of the module that asks."""
    return _folder(2)


def load_resource(path: str) -> bytes:
    """The contents of a file beside the module that asks, or of a path from the root.

    Raises:
      tf.errors.NotFoundError: if there is no such file.
    """
    name = path if os.path.isabs(path) else os.path.join(_folder(2), path)
    if not os.path.isfile(name):
        raise errors.NotFoundError(None, None, f"{name}; No such file or directory")
    with translated(name):
        return GFile(name, "rb").read()


def readahead_file_path(path: str, readahead: str = "128M") -> str:
    """The path itself: reading ahead is the system's business."""
    return path


def _folder(depth: int) -> str:
    frame = inspect.currentframe()
    for _ in range(depth):
        frame = frame.f_back
    return os.path.dirname(os.path.abspath(frame.f_code.co_filename))
