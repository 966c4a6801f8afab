"""The names that variables of RNN cells had before TensorFlow 1.2, in old checkpoints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_tell: list[Callable] = []  # what is to be called for each checkpoint in which such names were taken
_WORDS = {"weights": "kernel", "matrix": "kernel", "biases": "bias"}
_LEFT_OUT = frozenset(["linear"])
_NUMBERED = re.compile(r"^([a-z_]+?)(\d+)$")


def old_key(name: str, keys: Iterable[str]) -> str | None:
    """The one of `keys` that an older version would have given the variable `name`; None if it is not sure.

    >>> old_key("rnn/gru_cell/gates/kernel", ["RNN/GRUCell/Gates/Linear/Matrix", "step"])
    'RNN/GRUCell/Gates/Linear/Matrix'
    """
    wanted = _plain(name)
    found = [key for key in keys if key != name and _plain(key) == wanted]
    return found[0] if len(found) == 1 else None


def _plain(name: str) -> str:
    """A name with what changed from version to version made alike."""
    parts = [_snake(part) for part in name.split("/")]
    return "/".join(_WORDS.get(part, part) for part in parts if part not in _LEFT_OUT)


def _snake(part: str) -> str:
    """`BasicLSTMCell` as `basic_lstm_cell`, `Cell0` as `cell_0`."""
    if part[:1].isupper():
        part = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", part).lower()
        part = _NUMBERED.sub(r"\1_\2", part)
    return part


def take(say: Callable) -> None:
    """Takes older names from now on wherever those of today are missing.

    say: called with the checkpoint and a dict of names to the older ones that were taken.
    """
    _tell[:] = [say]


def are_taken() -> bool:
    """Whether `take` was called."""
    return bool(_tell)


def tell(checkpoint: str, taken: dict[str, str]) -> None:
    """Says which names were taken, if there are any."""
    if taken:
        _tell[0](checkpoint, taken)
