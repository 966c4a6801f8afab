"""Plans of which every other run has to be lowered: they run one op at a time for a while, if that costs less."""

from __future__ import annotations

from collections import deque

from minitf.framework.traversal import inside

_OFTEN, _OF = 12, 24  # runs for which was lowered, of the last ones
_FIRST = 48  # runs before which no plan is relieved: programs for all sizes are still being made
_SPELL, _LONGEST = 24, 1536  # runs one op at a time, twice as many each time
_LOWERING = 4  # runs of an op that take as long as lowering it


class Relief:
    """Says which way a plan's next run is made. What that depends on are counts and no times: the two ways round sums
    in different orders, and a script shall give the same numbers whenever it is run.
    """

    def __init__(self, ops: list):
        self._ops = sum([1 for _ in inside(ops)])
        self._runs, self._lowered = 0, 0  # how many there were, and how often was lowered in all of them
        self._last: deque = deque(maxlen=_OFTEN)  # (run, how often in it) of the last ones for which was
        self._from, self._spell, self._left = _FIRST, _SPELL, 0

    @property
    def due(self) -> bool:
        """Whether the next run is made one op at a time."""
        return self._left > 0

    def note(self, lowered: int) -> None:
        """Takes note of how often was lowered in all runs until the last one."""
        self._runs += 1
        if lowered == self._lowered:
            return
        self._last.append((self._runs, abs(lowered - self._lowered)))  # regions cut anew count from the start
        self._lowered = lowered
        if len(self._last) == _OFTEN and self._last[0][0] > self._runs - _OF and self._runs >= self._from:
            self._left = self._spell

    def note_relieved(self, ran: int) -> None:
        """Takes note of a run in which so many ops ran by themselves."""
        self._left -= 1
        if ran > _LOWERING * self._ops * sum([often for _, often in self._last]) / _OF:
            self._left, self._from = 0, 2 * self._runs  # not worth while, nor soon
        elif not self._left:
            self._spell = min(2 * self._spell, _LONGEST)
        if not self._left:
            self._last.clear()
