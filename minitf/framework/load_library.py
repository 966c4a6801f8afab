"""Compiled extensions of TensorFlow, which minitf cannot load: asking for one is an error that says so."""

from __future__ import annotations

import os

from minitf.framework import errors


def load_op_library(library_filename: str):
    """Refused: there are no compiled ops for minitf; `tf.py_func` calls Python.

    Raises:
      tf.errors.NotFoundError: if there is no such file.
      tf.errors.UnimplementedError: if there is.
    """
    raise _refusal(library_filename)


def load_file_system_library(library_filename: str) -> None:
    """Refused as `load_op_library` is."""
    raise _refusal(library_filename)


def load_library(library_location: str) -> None:
    """Refused as `load_op_library` is."""
    raise _refusal(library_location)


def _refusal(path) -> errors.OpError:
    if not os.path.exists(path):
        return errors.NotFoundError(None, None, f"{path}: cannot open shared object file: No such file or directory")
    return errors.UnimplementedError(
        None,
        None,
        f"{path} is compiled for TensorFlow: minitf loads no compiled extensions. Build what it does out of "
        "other ops, or call Python by tf.py_func",
    )
