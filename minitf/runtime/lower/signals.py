"""What stops a lowering, or a run of what was lowered: something is other than it was taken for."""

from __future__ import annotations

import numpy as np

from minitf.runtime.lower.ir import Ref


class NotNative(Exception):
    """An op that has to run on the host: it has no kernel for its types, or its shapes depend on data. lists: the ops
    that made lists which Python has to keep.
    """

    def __init__(self, op, demanded: Ref | None = None, lists=frozenset()):
        super().__init__(op.name)
        self.op, self.demanded, self.lists = op, demanded, set(lists)


class Open(Exception):
    """Loop variables have other shapes than at first. axes: of each, by number, the axes along which it changes, and by
    how much it grows in a trip as far as that is known; None if it can only be on the host.
    """

    def __init__(self, op, axes: dict[int, dict | None]):
        super().__init__(op.name)
        self.op, self.axes = op, axes


class OtherValue(Exception):
    """A value on which shapes depend is not what it was assumed to be, by the key of the assumption."""

    def __init__(self, key: tuple, found: np.ndarray):
        super().__init__(key[0].name)
        self.key, self.found = key, found


class InDoubt(Exception):
    """A value on which shapes depend may be equal to one size or follow another: it has to be found out first."""
