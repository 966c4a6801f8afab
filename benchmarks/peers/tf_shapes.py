"""TensorFlow 1 with its contrib in the networks of `networks.py`."""

import tensorflow

from benchmarks.networks import NETWORKS
from benchmarks.networks import build as built
from benchmarks.peers.tf import VERSION

__all__ = ["VERSION", "build", "modes"]


def modes(w):
    """The networks."""
    return list(NETWORKS)


def build(w, mode, threads):
    """A network, ready to step."""
    return built(tensorflow, w, mode, threads)
