"""Which parameter server a variable goes to: functions for `tf.train.replica_device_setter(ps_strategy=...)`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np

import minitf as tf


class RandomStrategy:
    """The number of a task that depends on nothing but an op's name and a seed."""

    def __init__(self, num_ps_tasks: int, seed: int = 0):
        self._tasks, self._seed = num_ps_tasks, seed

    def __call__(self, op) -> int:
        """The task of an op."""
        digest = hashlib.md5(f"{op.name}_{self._seed}".encode(), usedforsecurity=False).hexdigest()
        return int(digest, 16) % self._tasks


class GreedyLoadBalancingStrategy:
    """The number of the task that has least to carry so far; `load_fn(op)` says how much an op adds."""

    def __init__(self, num_tasks: int, load_fn: Callable):
        self._loads, self._load_of = np.zeros(num_tasks), load_fn

    def __call__(self, op) -> int:
        """The task of an op, which it carries from then on."""
        task = int(self._loads.argmin())
        self._loads[task] += self._load_of(op)
        return task


def byte_size_load_fn(op) -> int:
    """How many bytes a variable takes.

    Raises:
      ValueError: for an op of several outputs, or of unknown shape.
    """
    if len(op.outputs) != 1:
        raise ValueError(f"Op {op.name} must have a single output, not {len(op.outputs)}")
    [output] = op.outputs
    shape = output.shape if output.shape.is_fully_defined() else tf.TensorShape(op.get_attr("shape"))
    shape.assert_is_fully_defined()
    return shape.num_elements() * output.dtype.size
