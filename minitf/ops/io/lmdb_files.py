"""Databases of LMDB: files of keys and values, read by the package lmdb."""

from __future__ import annotations

import os
from collections.abc import Iterator

from minitf.framework import errors


def _package():
    """The module `lmdb`."""
    try:
        import lmdb
    except ImportError as error:
        raise ImportError(
            "reading LMDB databases needs the package lmdb: pip install 'minitf-engine[lmdb]'", name="lmdb"
        ) from error
    return lmdb


def pairs(path: str) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values of a database, a file or a folder, in the order of the keys.

    Raises:
      InvalidArgumentError: if there is none.
    """
    lmdb = _package()
    try:
        with (
            lmdb.open(path, subdir=os.path.isdir(path), readonly=True, lock=False, create=False) as environment,
            environment.begin(buffers=False) as transaction,
            transaction.cursor() as cursor,
        ):
            yield from cursor
    except lmdb.Error as error:
        raise errors.InvalidArgumentError(None, None, f"{path}: {error}") from None
