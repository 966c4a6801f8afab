"""The data files of checkpoints: bytes that are read where they are wanted, and summed up on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from minitf.formats import transfer
from minitf.formats.checksum import crc32c, masked, masked_each
from minitf.formats.entries import Entry
from minitf.formats.wire import Malformed

_PIECE = 1 << 20  # bytes
_PASSING = 1 << 19  # bytes of what is only summed up: so many stay in a core's own cache
_AT_ONCE = 512  # arrays: systems take at least as many


def pieces(data: np.ndarray) -> Iterator[np.ndarray]:
    """Bytes piece by piece: what was just read or is written next is summed up while it is in the cache."""
    return (data[i : i + _PIECE] for i in range(0, data.size, _PIECE))


class DataFile:
    """A data file that is open for as long as this is there."""

    def __init__(self, name: str):
        self._name, self._file = name, -1
        self._file = os.open(name, os.O_RDONLY)
        self._size = os.fstat(self._file).st_size

    def __del__(self):
        if self._file >= 0:
            os.close(self._file)

    def check_end(self, entry: Entry) -> None:
        """Malformed if the file ends before an entry does."""
        if self._size < entry.offset + entry.size:
            raise Malformed(f"{self._name} is cut off")

    def bytes(self, entry: Entry) -> bytes:
        """The bytes of an entry as they are."""
        self.check_end(entry)
        return self._read(entry.offset, np.empty(entry.size, np.uint8)).tobytes()

    def fill(self, entry: Entry, data: np.ndarray, moves: bool = True) -> None:
        """Reads the bytes of an entry to where `data` is; Malformed if its checksum is wrong."""
        self._read_pieces(entry, pieces(data), moves)

    def fill_all(self, rows: list) -> None:
        """Reads the bytes of each (entry, array) of rising offsets to the array; Malformed if a checksum is wrong.

        Those that follow each other are read at once, as many as are still in the cache when they are summed up.
        """
        for run in _runs(rows):
            data, size = [data for _, data in run], run[-1][0].offset + run[-1][0].size - run[0][0].offset
            if os.preadv(self._file, data, run[0][0].offset) == size:
                transfer.move(size)
                self._check_sums(run)
            else:  # a system may give less than was asked for
                for entry, room in run:
                    self.fill(entry, room)

    def _check_sums(self, run: list) -> None:
        if masked_each([data for _, data in run]) != [entry.crc for entry, _ in run]:
            raise Malformed(f"a checksum in {self._name} is wrong")

    def check(self, entry: Entry) -> None:
        """Malformed if the checksum of an entry is wrong."""
        piece = np.empty(min(entry.size, _PASSING), np.uint8)
        sizes = (min(_PASSING, entry.size - start) for start in range(0, entry.size, _PASSING))
        self._read_pieces(entry, (piece[:size] for size in sizes))

    def _read_pieces(self, entry: Entry, pieces, moves: bool = True) -> None:
        self.check_end(entry)
        place, crc = entry.offset, 0
        for piece in pieces:
            crc = crc32c(self._read(place, piece, moves), crc)
            place += piece.size
        if masked(crc) != entry.crc:
            raise Malformed(f"a checksum in {self._name} is wrong")

    def _read(self, place: int, data: np.ndarray, moves: bool = True) -> np.ndarray:
        done = 0
        while done < data.size:
            count = os.preadv(self._file, [data[done:]], place + done)
            if count == 0:
                raise Malformed(f"{self._name} is cut off")
            done += count
        if moves:
            transfer.move(done)
        return data


def _runs(rows: list) -> Iterator[list]:
    """The rows of a file cut where there is a gap, or enough to be read at once."""
    run, place, size = [], 0, 0
    for entry, data in rows:
        if run and (entry.offset != place or size + entry.size > _PIECE or len(run) == _AT_ONCE):
            yield run
            run, size = [], 0
        run.append((entry, data))
        place, size = entry.offset + entry.size, size + entry.size
    if run:
        yield run
