"""minitf in the ops of `single_ops.py`."""

import minitf as tf
from benchmarks.single_ops import build as built

VERSION = "minitf"


def build(w, mode, threads):
    """An op, ready to step."""
    return built(tf, mode, threads)
