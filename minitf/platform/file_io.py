"""Files and folders under the names of tensorflow.python.lib.io.file_io."""

from __future__ import annotations

import os
import uuid

from minitf.platform.files import GFile as FileIO
from minitf.platform.gfile import Copy as copy
from minitf.platform.gfile import DeleteRecursively as delete_recursively
from minitf.platform.gfile import Exists as file_exists
from minitf.platform.gfile import Glob as get_matching_files
from minitf.platform.gfile import IsDirectory as is_directory
from minitf.platform.gfile import ListDirectory as list_directory
from minitf.platform.gfile import MakeDirs as recursive_create_dir
from minitf.platform.gfile import MkDir as create_dir
from minitf.platform.gfile import Remove as delete_file
from minitf.platform.gfile import Rename as rename
from minitf.platform.gfile import Stat as stat
from minitf.platform.gfile import Walk as walk

__all__ = [
    "FileIO",
    "atomic_write_string_to_file",
    "copy",
    "create_dir",
    "delete_file",
    "delete_recursively",
    "file_exists",
    "get_matching_files",
    "is_directory",
    "list_directory",
    "read_file_to_string",
    "recursive_create_dir",
    "rename",
    "stat",
    "walk",
    "write_string_to_file",
]


def read_file_to_string(filename, binary_mode: bool = False):
    """All of a file, as text or bytes."""
    with FileIO(filename, "rb" if binary_mode else "r") as file:
        return file.read()


def write_string_to_file(filename, file_content) -> None:
    """Makes a file of text or bytes."""
    with FileIO(filename, "w") as file:
        file.write(file_content)


def atomic_write_string_to_file(filename, contents, overwrite: bool = True) -> None:
    """Makes a file that is there whole or not at all."""
    temporary = f"{os.fsdecode(filename)}.tmp{uuid.uuid4().hex}"
    write_string_to_file(temporary, contents)
    try:
        rename(temporary, filename, overwrite)
    except Exception:
        delete_file(temporary)
        raise
