"""minitf in the networks of `networks.py`."""

import minitf as tf
from benchmarks.networks import NETWORKS
from benchmarks.networks import build as built
from minitf.runtime import inspect

VERSION = "minitf"


def modes(w):
    """The networks."""
    return list(NETWORKS)


def build(w, mode, threads):
    """A network, ready to step."""
    return built(tf, w, mode, threads)


def lowered(model):
    """How often programs were made for its steps."""
    return max(sum(step.lowered for steps in plan.ways for step in steps) for plan in inspect(model.session).plans)
