"""Checkpoints during a training."""

from __future__ import annotations

import os

import minitf as tf
from minitf.framework.graph import get_default_graph
from minitf.train.global_step import read_global_step
from minitf.train.hooks.session_run_hook import SessionRunHook
from minitf.train.hooks.timer import SecondOrStepTimer
from minitf.train.saver import saver_of
from minitf.train.sessions import events


def required_step(user: str):
    """The tensor of the global step; RuntimeError if the graph has none."""
    step = read_global_step()
    if step is None:
        raise RuntimeError(
            f"Global step should be created to use {user}: call tf.train.get_or_create_global_step() and "
            "pass it to minimize(global_step=)"
        )
    return step


class CheckpointSaverListener:
    """What a CheckpointSaverHook tells of checkpoints; each method does nothing unless it is overridden."""

    def begin(self) -> None:
        """Called once before the session is made."""

    def before_save(self, session, global_step_value) -> None:
        """Called before a checkpoint is written."""

    def after_save(self, session, global_step_value):
        """Called after a checkpoint was written; True ends the training."""

    def end(self, session, global_step_value) -> None:
        """Called at the end, after the last checkpoint."""


class CheckpointSaverHook(SessionRunHook):
    """Writes a checkpoint at the beginning, every `save_secs` seconds or `save_steps` steps, and at the end.

    checkpoint_dir: the folder, checkpoints in which are called `checkpoint_basename`. saver: a tf.train.Saver (default:
    the scaffold's, or the one in the graph's collection of savers). listeners: a list of CheckpointSaverListener.

    Raises:
      ValueError: unless one of save_secs and save_steps is given, or if both saver and scaffold are.
      RuntimeError: at the beginning, without a global step; when it saves, without a saver.
    """

    def __init__(
        self,
        checkpoint_dir,
        save_secs: float | None = None,
        save_steps: int | None = None,
        saver=None,
        checkpoint_basename: str = "model.ckpt",
        scaffold=None,
        listeners=None,
    ):
        if saver is not None and scaffold is not None:
            raise ValueError("You cannot provide both saver and scaffold.")
        self._saver, self._scaffold, self._folder = saver, scaffold, os.fspath(checkpoint_dir)
        self._path = os.path.join(self._folder, checkpoint_basename)
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._listeners = list(listeners or [])

    def begin(self) -> None:
        """Opens the event file of the folder."""
        self._step = required_step("CheckpointSaverHook")
        self._writer = events.shared_writer(self._folder)
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session, coord) -> None:
        """Writes the graph and the first checkpoint."""
        step = session.run(self._step)
        os.makedirs(self._folder, exist_ok=True)
        events.write_graph(get_default_graph(), self._folder, self._writer)
        self.save_at(session, step)

    def save_at(self, session, step) -> None:
        """Writes a checkpoint of a step; the next one is due as long after it as they are apart."""
        self._save(session, step)
        self._timer.update_last_triggered_step(step)

    def after_run(self, run_context, run_values) -> None:
        """Writes a checkpoint if it is time."""
        step = run_context.session.run(self._step)
        if self._timer.should_trigger_for_step(step):
            self._timer.update_last_triggered_step(step)
            if self._save(run_context.session, step):
                run_context.request_stop()

    def end(self, session) -> None:
        """Writes the last checkpoint, unless there is one of this step."""
        step = session.run(self._step)
        if step != self._timer.last_triggered_step():
            self._save(session, step)
        for listener in self._listeners:
            listener.end(session, step)

    def _save(self, session, step) -> bool:
        """Writes a checkpoint; whether a listener wants the training to end."""
        tf.logging.info("Saving checkpoints for %d into %s.", step, self._path)
        for listener in self._listeners:
            listener.before_save(session, step)
        self._own_saver().save(session, self._path, global_step=step)
        events.log_status(self._writer, "CHECKPOINT", step, self._path)
        return any([listener.after_save(session, step) for listener in self._listeners])

    def _own_saver(self):
        if self._saver is None:
            scaffold = self._scaffold
            self._saver = saver_of(get_default_graph()) if scaffold is None else scaffold.saver
        if self._saver is None:
            raise RuntimeError(
                "CheckpointSaverHook has no saver: pass saver=tf.train.Saver() or a scaffold, or add one to "
                "the collection tf.GraphKeys.SAVERS"
            )
        return self._saver
