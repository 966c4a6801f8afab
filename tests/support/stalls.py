"""A kernel that now and then stops the thread that calls it."""

import functools

import numpy as np

from minitf.kernels.compile.abi import i64p, kernel
from minitf.kernels.machine.pool import watch
from minitf.runtime.lower.ir import Call

_NEVER = 1 << 62


@functools.cache  # made when it is asked for: pytest imports this file a second time to look for doctests
def stall():
    """The kernel: it stops one of so many times, for less than a microsecond or up to so many nanoseconds."""

    @kernel
    def stall(state: i64p.inout, rare, longest):
        state[0] = state[0] * 6364136223846793005 + 1442695040888963407
        drawn = (state[0] >> 33) & 0x3FFFFFFF
        if drawn % rare == 0:
            watch(state, 2, _NEVER, drawn % 50, longest >> (drawn // rare % 16))
        return 0

    return stall


class Stalls:
    """Calls that stop threads at random points, each for another time, up to so many milliseconds."""

    def __init__(self, seed, rare=40, longest=4.0):
        self._draw, self._states, self._rare, self._longest = np.random.RandomState(seed), [], rare, int(longest * 1e6)

    def call(self):
        """A call that may stop its thread."""
        state = np.zeros(4, np.int64)
        state[0] = self._draw.randint(1 << 62)
        self._states.append(state)  # it has to be there as long as programs are
        return Call(stall()[()], (state.ctypes.data, self._rare, self._longest), None, None)
