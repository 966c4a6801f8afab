"""minitf in the situations of `situations.py`."""

import minitf as tf
from benchmarks.situations import SITUATIONS, Model

VERSION = "minitf"


def modes(w):
    """The situations."""
    return list(SITUATIONS)


def build(w, mode, threads):
    """A situation, ready to step."""
    return Model(tf, w, mode, threads)
