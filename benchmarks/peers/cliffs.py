"""minitf in the situations of `situations.py`."""

import minitf as tf
from benchmarks.situations import SITUATIONS
from benchmarks.situations import build as built

VERSION = "minitf"


def modes(w):
    """The situations."""
    return list(SITUATIONS)


def build(w, mode, threads):
    """A situation, ready to step."""
    return built(tf, w, mode, threads)
