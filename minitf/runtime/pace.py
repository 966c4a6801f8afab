"""Which of two ways to run is the faster one: found out by trying, and tried again now and then."""

from __future__ import annotations

import statistics
from collections import deque

_TRIAL = 5  # runs of each way, in turns, before one of the two is chosen
_SOONEST = {False: 16, True: 64}  # runs to the next trial: what harms the other way mostly passes soon
_LATEST = 4096  # runs to the next trial at most: twice as many whenever one was in vain
_SLOWER = 1.2  # so much more than what the chosen way once took makes a trial due at once
_APART = 32  # runs from one trial to the next at least
_EVEN = 1.05  # so much slower the other way may be: where two cores share a program, a slow one harms it less


class Pace:
    """Chooses between a plain way (False), at first, and another (True)."""

    def __init__(self):
        self.best = False
        self._times = {way: deque(maxlen=_TRIAL) for way in (False, True)}
        self._trial, self._due, self._interval = 0, _TRIAL, _SOONEST[False]
        self._usual = float("inf")

    def choose(self) -> bool:
        """The way for the next run."""
        if self._due <= 0 and not self._trial:
            self._trial = 2 * _TRIAL
        return self.best ^ (self._trial % 2 == 0 < self._trial)

    def took(self, way: bool, seconds: float) -> None:
        """Notes how long a run took."""
        times = self._times[way]
        times.append(seconds)
        if self._trial:
            self._trial -= 1
            if self._trial == 0:
                self._decide()
            return
        self._due -= 1
        changed = len(times) == _TRIAL and min(times) > _SLOWER * self._usual
        if changed and self._interval - self._due >= _APART:
            self._due, self._interval = 0, _SOONEST[self.best]

    def _decide(self) -> None:
        medians = {way: statistics.median(times) for way, times in self._times.items()}
        better = self.best ^ (medians[True] < _EVEN * medians[False])
        self.best ^= better
        self._interval = _SOONEST[self.best] if better else min(2 * self._interval, _LATEST)
        self._due, self._usual = self._interval, medians[self.best]
