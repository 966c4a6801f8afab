"""TensorFlow in the ops of `single_ops.py`."""

from benchmarks.peers.tf import VERSION, tf
from benchmarks.single_ops import build as built

__all__ = ["VERSION", "build"]


def build(w, mode, threads):
    """An op, ready to step."""
    return built(tf, mode, threads)
