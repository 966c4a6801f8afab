"""TensorFlow in the situations of `situations.py`."""

from benchmarks.peers.tf import VERSION, tf
from benchmarks.situations import SITUATIONS
from benchmarks.situations import build as built

__all__ = ["VERSION", "build", "modes"]


def modes(w):
    """The situations."""
    return list(SITUATIONS)


def build(w, mode, threads):
    """A situation, ready to step."""
    return built(tf, w, mode, threads)
