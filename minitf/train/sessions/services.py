"""What a Supervisor does beside the training, each in a thread of its own."""

from __future__ import annotations

import time

from minitf.train.coordinator import LooperThread
from minitf.train.global_step import global_step as step_in
from minitf.train.sessions import events


class SummaryThread(LooperThread):
    """Runs the summaries and writes them."""

    def __init__(self, sv, sess):
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv, self._sess = sv, sess

    def run_loop(self) -> None:
        """Writes them once."""
        sv = self._sv
        if sv.global_step is None:
            summary, step = self._sess.run(sv.summary_op), None
        else:
            summary, step = self._sess.run([sv.summary_op, sv.global_step])
        sv.summary_writer.add_summary(summary, step)


class StepCounterThread(LooperThread):
    """Writes how many steps are made per second."""

    def __init__(self, sv, sess):
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv, self._sess = sv, sess
        self._tag = f"{sv.global_step.op.name}/sec"

    def start_loop(self) -> None:
        """Notes when and where the counting begins."""
        self._time, self._step = time.time(), step_in(self._sess, self._sv.global_step)

    def run_loop(self) -> None:
        """Writes the number since the last time."""
        now, step = time.time(), step_in(self._sess, self._sv.global_step)
        passed, made = now - self._time, step - self._step
        self._time, self._step = now, step
        per_second = made / passed if passed > 0 else float("inf")
        events.log_number(self._sv.summary_writer, self._tag, per_second, step)


class CheckpointThread(LooperThread):
    """Writes checkpoints."""

    def __init__(self, sv, sess):
        super().__init__(sv.coord, sv.save_model_secs)
        self._sv, self._sess = sv, sess

    def run_loop(self) -> None:
        """Writes one."""
        sv = self._sv
        sv.saver.save(self._sess, sv.save_path, global_step=sv.global_step)
        if sv.global_step is not None:
            step = step_in(self._sess, sv.global_step)
            events.log_status(sv.summary_writer, "CHECKPOINT", step, sv.save_path)
