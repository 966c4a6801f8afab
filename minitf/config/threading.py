"""tf.config.threading: numbers of threads, noted for scripts that ask for them; a session takes its own from its
`tf.ConfigProto`.
"""

from __future__ import annotations

_NUMBERS = {"inter": 0, "intra": 0}


def _noted(which: str, num_threads: int) -> None:
    if num_threads < 0:
        raise ValueError(f"a number of threads is 0 (as many as fit) or more, not {num_threads}")
    _NUMBERS[which] = num_threads


def get_inter_op_parallelism_threads() -> int:
    """What was set; 0: as many as fit."""
    return _NUMBERS["inter"]


def get_intra_op_parallelism_threads() -> int:
    """What was set; 0: as many as fit."""
    return _NUMBERS["intra"]


def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """Notes how many ops may run at the same time."""
    _noted("inter", num_threads)


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Notes how many threads one op may use."""
    _noted("intra", num_threads)
