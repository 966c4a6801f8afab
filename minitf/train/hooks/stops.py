"""Hooks that end a training, or keep it from beginning."""

from __future__ import annotations

import time

import numpy as np

import minitf as tf
from minitf.framework.getter import getter
from minitf.train.hooks.checkpoint_saver import required_step
from minitf.train.hooks.session_run_hook import SessionRunArgs, SessionRunHook

_LOOK = 0.5  # seconds between two looks at the global step


class NanLossDuringTrainingError(RuntimeError):
    """The loss is not a number any more."""

    def __str__(self):
        return "NaN loss during training."


class StopAtStepHook(SessionRunHook):
    """Ends a training after `num_steps` steps from its start, or at step `last_step`.

    Raises:
      ValueError: unless exactly one of both is given.
      RuntimeError: at the beginning, without a global step.
    """

    def __init__(self, num_steps: int | None = None, last_step: int | None = None):
        if num_steps is None and last_step is None:
            raise ValueError("One of num_steps or last_step must be specified.")
        if num_steps is not None and last_step is not None:
            raise ValueError("Only one of num_steps or last_step can be specified.")
        self._num_steps, self._last_step = num_steps, last_step

    def begin(self) -> None:
        """Looks for the global step."""
        self._step = required_step("StopAtStepHook")

    def after_create_session(self, session, coord) -> None:
        """Counts `num_steps` from here."""
        if self._last_step is None:
            self._last_step = session.run(self._step) + self._num_steps

    def after_run(self, run_context, run_values) -> None:
        """Requests the stop when the step is reached."""
        if run_context.session.run(self._step) >= self._last_step:
            run_context.request_stop()


class NanTensorHook(SessionRunHook):
    """Ends a training when `loss_tensor` is not a number: with an error, or quietly if not fail_on_nan_loss.

    Raises:
      NanLossDuringTrainingError: by the run that found it.
    """

    def __init__(self, loss_tensor, fail_on_nan_loss: bool = True):
        self._loss_tensor, self._fail = loss_tensor, fail_on_nan_loss

    def before_run(self, run_context) -> SessionRunArgs:
        """Fetches the loss."""
        return SessionRunArgs(self._loss_tensor)

    def after_run(self, run_context, run_values) -> None:
        """Looks at the loss."""
        if not np.isnan(run_values.results):
            return
        if self._fail:
            tf.logging.error("Model diverged with loss = NaN.")
            raise NanLossDuringTrainingError
        tf.logging.warning("Model diverged with loss = NaN.")
        run_context.request_stop()


class GlobalStepWaiterHook(SessionRunHook):
    """Lets the first run wait until the global step is at least `wait_until_step`."""

    def __init__(self, wait_until_step: int):
        self._wait_until_step = wait_until_step

    def begin(self) -> None:
        """Looks for the global step."""
        self._started = False
        self._step = required_step("GlobalStepWaiterHook")

    def before_run(self, run_context) -> None:
        """Waits, the first time."""
        while not self._started:
            self._started = run_context.session.run(self._step) >= self._wait_until_step
            if not self._started:
                time.sleep(_LOOK)


class FinalOpsHook(SessionRunHook):
    """Runs `final_ops` at the end, with `final_ops_feed_dict`; their values are in `final_ops_values`."""

    def __init__(self, final_ops, final_ops_feed_dict=None):
        self._final_ops, self._feeds, self._values = final_ops, final_ops_feed_dict, None

    final_ops_values = getter("_values", "What the ops gave at the end.")

    def end(self, session) -> None:
        """Runs the ops."""
        if self._final_ops is not None:
            self._values = session.run(self._final_ops, feed_dict=self._feeds)


class FeedFnHook(SessionRunHook):
    """Feeds what `feed_fn()` gives to each run: a dict of values by tensors."""

    def __init__(self, feed_fn):
        self.feed_fn = feed_fn

    def before_run(self, run_context) -> SessionRunArgs:
        """Asks for the feeds."""
        return SessionRunArgs(fetches=None, feed_dict=self.feed_fn())
