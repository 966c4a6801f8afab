"""When it is time again."""

from __future__ import annotations

import time


class SecondOrStepTimer:
    """Says when to do something every `every_secs` seconds, or every `every_steps` steps.

    Raises:
      ValueError: unless exactly one of both is given.
    """

    def __init__(self, every_secs: float | None = None, every_steps: int | None = None):
        self._every_secs, self._every_steps = every_secs, every_steps
        self.reset()
        if every_secs is None and every_steps is None:
            raise ValueError("Either every_secs or every_steps should be provided.")
        if every_secs is not None and every_steps is not None:
            raise ValueError("Can only provide one of every_secs and every_steps.")

    def reset(self) -> None:
        """Forgets when it was time last: it is time at once."""
        self._step, self._time = None, None

    def should_trigger_for_step(self, step: int) -> bool:
        """Whether it is time at this step."""
        if self._step is None:
            return True
        if step == self._step:
            return False
        if self._every_secs is not None:
            return time.time() >= self._time + self._every_secs
        return step >= self._step + self._every_steps

    def update_last_triggered_step(self, step: int) -> tuple:
        """Notes that it was done at this step; the seconds and steps since the last time, or twice None."""
        before, now = (self._time, self._step), time.time()
        self._time, self._step = now, step
        return (None, None) if before[1] is None else (now - before[0], step - before[1])

    def last_triggered_step(self) -> int | None:
        """The step at which it was done last, or None."""
        return self._step
