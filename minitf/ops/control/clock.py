"""The time at which a graph runs."""

from __future__ import annotations

import time

import numpy as np

from minitf.framework.registry import define
from minitf.ops import patterns

define(
    "Timestamp",
    "-> ts: float64",
    shape=patterns.scalar,
    host=lambda b, op: b.constant(np.array(time.time())),
    **patterns.STATEFUL,
)


timestamp = patterns.of_inputs("Timestamp", "The seconds since 1970 at the time when it runs, float64.", "timestamp")
