"""Which of two ways to run is the faster one: found out by trying, and tried again now and then."""

from __future__ import annotations

import statistics
from collections import deque

_TRIAL = 5  # runs of the other way, in a row: each finds its data in the caches where the last one left it
_SOONEST, _LATEST = 64, 4096  # runs from one trial to the next: twice as many whenever one was in vain
_SPELL, _FEWEST = 0.5, 8  # seconds, but so many runs, after which what has harmed the other way may be over
_SLOWER = 1.2  # so much more than what the chosen way once took makes a trial due at once
_SPARED = 20  # runs for each one in the time of a trial that was in vain, until the next, where it was fast once
_APART = 32  # runs from one trial to the next at least
_EVEN = 1.05  # so much slower the other way may be: where two cores share a program, a slow one harms it less


class Pace:
    """Chooses between a plain way (False), at first, and another (True), for which it takes some seconds to get ready:
    it is not tried before plain runs have taken as long, for there may be no more of them.
    """

    def __init__(self, ready: float = 0.0):
        self.best = False
        self._before = ready  # seconds of plain runs until another one may be tried
        self._times = {way: deque(maxlen=_TRIAL) for way in (False, True)}
        self._trial, self._due, self._interval = 0, _TRIAL, _SOONEST
        self._usual = float("inf")

    def choose(self) -> bool:
        """The way for the next run."""
        if self._due <= 0 and self._before <= 0:
            self._due, self._trial = 1, _TRIAL
            self._times[not self.best].clear()
        return self.best ^ (self._trial > 0)

    @property
    def begins(self) -> bool:
        """Whether the next run is the first one of a trial."""
        return self._trial == _TRIAL

    def took(self, way: bool, seconds: float, load: float = 1.0) -> None:
        """Notes how long a run took that did so much of the work there may be."""
        times = self._times[way]
        times.append(seconds / load)
        self._before -= seconds
        if way == self.best:
            self._due -= 1
            changed = len(times) == _TRIAL and min(times) > _SLOWER * self._usual
            if changed and self._interval - self._due >= _APART:
                self._due, self._interval = 0, self._soonest()
        elif self._trial:
            self._trial -= 1
            if self._trial == 0:
                self._decide()

    def _decide(self) -> None:
        medians, tried = (
            {way: statistics.median(times) for way, times in self._times.items()},
            self._times[not self.best],
        )
        better = self.best ^ (medians[True] < _EVEN * medians[False])
        first, self.best = self._usual == float("inf"), self.best ^ better
        self._usual = medians[self.best]
        self._interval = self._soonest() if better or first else min(2 * self._interval, _LATEST)
        if not better and min(tried) < self._usual:  # something else may have been in its way
            self._interval = min(self._interval, max(self._soonest(), int(_SPARED * sum(tried) / self._usual)))
        self._due = self._interval

    def _soonest(self) -> int:
        """Runs to the next trial once something has changed."""
        return _SOONEST if self.best else max(_FEWEST, min(_SOONEST, int(_SPELL / self._usual)))
