"""Hooks that say how a training goes: in the log, in event files, as timelines."""

from __future__ import annotations

import os

import numpy as np

import minitf as tf
from minitf.framework.graph import get_default_graph
from minitf.train.global_step import get_global_step
from minitf.train.hooks.checkpoint_saver import required_step
from minitf.train.hooks.session_run_hook import SessionRunArgs, SessionRunHook
from minitf.train.hooks.timer import SecondOrStepTimer
from minitf.train.sessions import events


class LoggingTensorHook(SessionRunHook):
    """Logs the values of tensors every `every_n_iter` runs or `every_n_secs` seconds, or at the end.

    tensors: a list of tensors or their names, or a dict of them by the words that the log has for them.
    formatter: a function of the dict of values that gives the line. tf.logging.set_verbosity(tf.logging.INFO) shows it.

    Raises:
      ValueError: unless one of every_n_iter (more than 0) and every_n_secs is given, or at_end alone.
    """

    def __init__(
        self,
        tensors,
        every_n_iter: int | None = None,
        every_n_secs: float | None = None,
        at_end: bool = False,
        formatter=None,
    ):
        only_at_end = at_end and every_n_iter is None and every_n_secs is None
        if not only_at_end and (every_n_iter is None) == (every_n_secs is None):
            raise ValueError("either at_end and/or exactly one of every_n_iter and every_n_secs must be provided.")
        if every_n_iter is not None and every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}: it is 1 or more")
        self._named = isinstance(tensors, dict)
        self._tensors = tensors if self._named else {item: item for item in tensors}
        self._order = sorted(tensors) if self._named else list(tensors)
        self._timer = None if only_at_end else SecondOrStepTimer(every_n_secs, every_n_iter)
        self._formatter, self._at_end = formatter, at_end

    def begin(self) -> None:
        """Looks the tensors up."""
        if self._timer is not None:
            self._timer.reset()
        self._count, graph = 0, get_default_graph()
        self._found = [graph.as_graph_element(self._tensors[tag]) for tag in self._order]

    def before_run(self, run_context) -> SessionRunArgs | None:
        """Fetches the tensors if it is time."""
        self._due = self._timer is not None and self._timer.should_trigger_for_step(self._count)
        return SessionRunArgs(self._found) if self._due else None

    def after_run(self, run_context, run_values) -> None:
        """Logs them."""
        if self._due:
            self._log(run_values.results)
        self._count += 1

    def end(self, session) -> None:
        """Logs them a last time if at_end."""
        if self._at_end:
            self._log(session.run(self._found))

    def _log(self, values: list) -> None:
        secs = self._timer.update_last_triggered_step(self._count)[0] if self._timer else None
        if self._formatter:
            tf.logging.info(self._formatter(dict(zip(self._order, values))))
            return
        with np.printoptions(suppress=True):
            pairs = [f"{_tag(tag)} = {value}" for tag, value in zip(self._order, values)]
        line = ", ".join(pairs)
        tf.logging.info(line if secs is None else f"{line} ({secs:.3f} sec)")


def _tag(tag) -> str:
    return getattr(tag, "name", tag) if not isinstance(tag, str) else tag


class StepCounterHook(SessionRunHook):
    """Logs and writes how many steps are made per second, every so many steps or seconds.

    output_dir: the folder of the event file, or summary_writer: its FileWriter.

    Raises:
      ValueError: unless exactly one of every_n_steps and every_n_secs is given.
      RuntimeError: at the beginning, without a global step.
    """

    def __init__(
        self, every_n_steps: int | None = 100, every_n_secs: float | None = None, output_dir=None, summary_writer=None
    ):
        if (every_n_steps is None) == (every_n_secs is None):
            raise ValueError("exactly one of every_n_steps and every_n_secs should be provided.")
        self._timer = SecondOrStepTimer(every_n_secs, every_n_steps)
        self._writer, self._folder = summary_writer, output_dir

    def begin(self) -> None:
        """Opens the event file."""
        self._step = required_step("StepCounterHook")
        if self._writer is None and self._folder:
            self._writer = events.shared_writer(self._folder)
        self._tag = f"{get_global_step().op.name}/sec"

    def after_run(self, run_context, run_values) -> None:
        """Counts."""
        step = run_context.session.run(self._step)
        if self._timer.should_trigger_for_step(step):
            secs, steps = self._timer.update_last_triggered_step(step)
            if secs is not None:
                self._report(steps / secs if secs else 0.0, step)

    def _report(self, per_second: float, step) -> None:
        events.log_number(self._writer, self._tag, per_second, step)
        tf.logging.info("%s: %g", self._tag, per_second)


class SummarySaverHook(SessionRunHook):
    """Writes summaries at the first run, and then every `save_steps` steps or `save_secs` seconds.

    output_dir: the folder of the event file, or summary_writer: its FileWriter. summary_op: a tensor of
    summaries or a list of some, or scaffold: the tf.train.Scaffold whose summary_op is taken.

    Raises:
      ValueError: unless one of scaffold and summary_op, and one of save_steps and save_secs, is given.
      RuntimeError: at the beginning, without a global step.
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir=None,
        summary_writer=None,
        scaffold=None,
        summary_op=None,
    ):
        if (scaffold is None) == (summary_op is None):
            raise ValueError("Exactly one of scaffold or summary_op must be provided.")
        self._summary_op, self._scaffold = summary_op, scaffold
        self._writer, self._folder = summary_writer, output_dir
        self._timer = SecondOrStepTimer(save_secs, save_steps)

    def begin(self) -> None:
        """Opens the event file."""
        self._step = required_step("SummarySaverHook")
        if self._writer is None and self._folder:
            self._writer = events.shared_writer(self._folder)
        self._next_step = None

    def before_run(self, run_context) -> SessionRunArgs | None:
        """Fetches the summaries if it is time."""
        self._due = self._next_step is None or self._timer.should_trigger_for_step(self._next_step)
        wanted = self._summaries() if self._due and self._writer is not None else None
        return None if wanted is None else SessionRunArgs(wanted)

    def after_run(self, run_context, run_values) -> None:
        """Writes them."""
        step = run_context.session.run(self._step)
        if self._next_step is None:
            events.log_status(self._writer, "START", step)
        if self._due:
            self._timer.update_last_triggered_step(step)
            for summary in run_values.results or ():
                self._writer.add_summary(summary, step)
        self._next_step = step + 1

    def end(self, session) -> None:
        """Makes sure that all is on disk."""
        if self._writer is not None:
            self._writer.flush()

    def _summaries(self) -> list | None:
        found = self._scaffold.summary_op if self._summary_op is None else self._summary_op
        return found if found is None or isinstance(found, list) else [found]


class ProfilerHook(SessionRunHook):
    """Writes a timeline of one run every `save_steps` steps or `save_secs` seconds, but not of the first run.

    The files are called `timeline-STEP.json`, in `output_dir`; chrome://tracing shows them.

    Raises:
      ValueError: unless exactly one of save_steps and save_secs is given.
      RuntimeError: at the beginning, without a global step.
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir="",
        show_dataflow: bool = True,
        show_memory: bool = False,
    ):
        self._timer, self._folder = SecondOrStepTimer(save_secs, save_steps), os.fspath(output_dir)
        self._shows = show_dataflow, show_memory

    def begin(self) -> None:
        """Opens the event file."""
        self._step = required_step("ProfilerHook")
        self._writer = events.shared_writer(self._folder)
        self._next_step = None

    def before_run(self, run_context) -> SessionRunArgs:
        """Asks for a trace if it is time."""
        self._due = self._next_step is not None and self._timer.should_trigger_for_step(self._next_step)
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE) if self._due else None
        return SessionRunArgs(None, options=options)

    def after_run(self, run_context, run_values) -> None:
        """Writes the trace."""
        step = run_context.session.run(self._step)
        if self._next_step is None or self._due:
            self._timer.update_last_triggered_step(step)
        if self._due:
            self._write(step, run_values.run_metadata)
        self._next_step = step + 1

    def _write(self, step, metadata) -> None:
        timeline = tf.timeline.Timeline(metadata.step_stats)
        path = os.path.join(self._folder, f"timeline-{step}.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(timeline.generate_chrome_trace_format(*self._shows))
        tf.logging.info("Saving timeline for %d into '%s'.", step, path)
        if self._writer is not None:
            self._writer.add_run_metadata(metadata, f"step_{step}", step)
