"""`distutils.version`, which Python 3.12 no longer has."""

from __future__ import annotations

import functools
import re


@functools.total_ordering
class LooseVersion:
    """A version, compared number by number.

    >>> LooseVersion("1.15.0") >= LooseVersion("1.2"), str(LooseVersion("1.0"))
    (True, '1.0')
    """

    def __init__(self, vstring: str = ""):
        self.vstring = vstring
        parts = [part for part in re.split(r"(\d+|[a-z]+|\.)", vstring) if part and part != "."]
        self.version = [int(part) if part.isdigit() else part for part in parts]

    def __str__(self):
        return self.vstring

    def __repr__(self):
        return f"LooseVersion ('{self.vstring}')"

    def _key(self) -> list:
        return [(0, part) if isinstance(part, int) else (-1, part) for part in self.version]

    def __eq__(self, other):
        return self._key() == _version(other)._key()

    def __lt__(self, other):
        return self._key() < _version(other)._key()

    def __hash__(self):
        return hash(self.vstring)


class StrictVersion(LooseVersion):
    """A version of two or three numbers."""


def _version(value) -> LooseVersion:
    return value if isinstance(value, LooseVersion) else LooseVersion(value)
