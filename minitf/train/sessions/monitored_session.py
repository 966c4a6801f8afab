"""Sessions that look after themselves: hooks, queue runners, recovery and an orderly end."""

from __future__ import annotations

import inspect
from typing import NamedTuple

import minitf as tf
from minitf.framework import errors
from minitf.framework.collections import GraphKeys
from minitf.framework.getter import getter
from minitf.framework.graph import get_default_graph
from minitf.train.coordinator import Coordinator
from minitf.train.hooks.checkpoint_saver import CheckpointSaverHook
from minitf.train.hooks.reports import StepCounterHook, SummarySaverHook
from minitf.train.hooks.session_run_hook import SessionRunHook
from minitf.train.queue_runner import start_queue_runners
from minitf.train.sessions.hooked import HookedSession
from minitf.train.sessions.scaffold import Scaffold
from minitf.train.sessions.session_creators import ChiefSessionCreator, SessionCreator, WorkerSessionCreator

_LOST = (errors.AbortedError, errors.UnavailableError)  # errors after which another session may do better


class _Running(NamedTuple):
    """A session with what runs beside it."""

    session: object
    hooked: HookedSession
    coord: Coordinator


class _MonitoredSession:
    """What MonitoredSession and SingularMonitoredSession have in common."""

    def __init__(self, session_creator, hooks, recovers: bool, stop_grace_period_secs: float = 120):
        creator = session_creator or ChiefSessionCreator()
        if not isinstance(creator, SessionCreator):
            raise TypeError(f"session_creator makes sessions, as a ChiefSessionCreator does; not {creator!r}")
        self._hooks = list(hooks or [])
        for hook in self._hooks:
            if not isinstance(hook, SessionRunHook):
                raise TypeError(f"hooks are a list of tf.train.SessionRunHook, but {hook!r} is none")
        self._creator, self._recovers, self._grace = creator, recovers, stop_grace_period_secs
        self._was_finalized = get_default_graph().root.finalized
        for hook in self._hooks:
            hook.begin()
        self._running: _Running | None = self._started()

    def _started(self) -> _Running:
        """A new session, its threads and hooks set up."""
        while True:
            try:
                return self._start()
            except _LOST as error:
                if not self._recovers:
                    raise
                tf.logging.info("An error was raised while a session was being made: %s. Again.", error)

    def _start(self) -> _Running:
        # The end of the input is an error like others, until it reaches `with`.
        session, coord = self._creator.create_session(), Coordinator(clean_stop_exception_types=())
        if session.graph.get_collection(GraphKeys.QUEUE_RUNNERS):
            start_queue_runners(session, coord)
        for hook in self._hooks:
            hook.after_create_session(session, coord)
        return _Running(session, HookedSession(session, self._hooks), coord)

    @property
    def graph(self):
        """The graph that runs, or None when the session is closed."""
        return self._running.session.graph if self._running else None

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Computes `fetches`, as `tf.Session.run` does, with the hooks around it.

        Raises:
          RuntimeError: if the session is closed, or a hook requested the stop before.
          What a thread failed with that ran beside the session, such as a queue runner.
        """
        while True:
            try:
                return self._run_once(fetches, feed_dict, options, run_metadata)
            except _LOST as error:
                if not self._recovers:
                    raise
                tf.logging.info("An error was raised. The session is closed, and a new one made: %s", error)
                self._stop(self._running)
                self._running = self._started()

    def _run_once(self, *args):
        running = self._open()
        try:
            return running.hooked.run(*args)
        except _LOST:
            raise
        except Exception:
            running.coord.raise_requested_exception()  # the cause, if a thread failed first
            raise

    def run_step_fn(self, step_fn):
        """Calls `step_fn(step_context)`, which may run the session without hooks (`step_context.session.run`)
        or with them (`step_context.run_with_hooks`), or end the loop (`step_context.request_stop`).

        Raises:
          ValueError: if step_fn takes other arguments than `step_context` (and `self`).
          StopIteration: if it requested the stop; a `with` block of the session ends with it.
        """
        names = list(inspect.signature(step_fn).parameters) if callable(step_fn) else None
        if names is None:
            raise TypeError(f"step_fn is a function of step_context, not {step_fn!r}")
        if names not in (["step_context"], ["self", "step_context"]):
            raise ValueError(
                f"step_fn may either have one 'step_context' argument, or 'self' and 'step_context'; not {names}"
            )
        return step_fn(self.StepContext(self._open().session, self.run))

    class StepContext:
        """What a step function works with."""

        def __init__(self, session, run_with_hooks_fn):
            self._session, self._run_with_hooks_fn = session, run_with_hooks_fn

        session = getter("_session", "The session, without hooks.")

        def run_with_hooks(self, *args, **kwargs):
            """The same as `run` of the monitored session."""
            return self._run_with_hooks_fn(*args, **kwargs)

        def request_stop(self) -> None:
            """Ends the loop, by StopIteration."""
            raise StopIteration("step_fn has requested the iterations to stop.")

    def should_stop(self) -> bool:
        """Whether a hook or a thread requested the stop, or the session is closed."""
        running = self._running
        return running is None or running.hooked.stopped or running.coord.should_stop()

    def close(self) -> None:
        """Calls the hooks' `end`, stops the threads and closes the session."""
        self._close(True)

    def _close(self, in_order: bool) -> None:
        running = self._open()
        try:
            if in_order:
                for hook in self._hooks:
                    hook.end(running.session)
        finally:
            self._running = None
            try:
                self._stop(running)
            finally:
                if not self._was_finalized:
                    get_default_graph().root.unfinalize()

    def _stop(self, running: _Running) -> None:
        running.coord.request_stop()
        try:
            running.coord.join(stop_grace_period_secs=self._grace, ignore_live_threads=True)
        except _LOST:
            tf.logging.info("A thread ended with an error after which a session is made anew.")
        finally:
            running.session.close()

    def _open(self) -> _Running:
        if self._running is None:
            raise RuntimeError("Session is already closed.")
        return self._running

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback) -> bool:
        if kind in (errors.OutOfRangeError, StopIteration):
            kind = None
        self._close(in_order=kind is None)
        return kind is None


class MonitoredSession(_MonitoredSession):
    """A session that hooks look after: they are called at the beginning, around each run and at the end.

    session_creator: a ChiefSessionCreator by default, which initializes variables or restores them. The graph
    is finalized, queue runners are started. After tf.errors.AbortedError and UnavailableError, a new session
    is made. `with` it, tf.errors.OutOfRangeError and StopIteration are the end of the input and no error.

    >>> import minitf as tf
    >>> step = tf.train.get_or_create_global_step()
    >>> count = step.assign_add(1)
    >>> with tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(3)]) as sess:
    ...     while not sess.should_stop():
    ...         print(sess.run(count))
    1
    2
    3
    """

    def __init__(self, session_creator=None, hooks=None, stop_grace_period_secs: float = 120):
        super().__init__(session_creator, hooks, True, stop_grace_period_secs)


class SingularMonitoredSession(_MonitoredSession):
    """A MonitoredSession that makes no new session after an error; `raw_session()` gives the one it has."""

    def __init__(
        self,
        hooks=None,
        scaffold: Scaffold | None = None,
        master="",
        config=None,
        checkpoint_dir=None,
        stop_grace_period_secs: float = 120,
        checkpoint_filename_with_path=None,
    ):
        creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path)
        super().__init__(creator, hooks, False, stop_grace_period_secs)

    def raw_session(self):
        """The session, without hooks."""
        return self._running.session if self._running else None


_DEFAULT = object()


def MonitoredTrainingSession(  # noqa: N802 - TensorFlow's name
    master="",
    is_chief: bool = True,
    checkpoint_dir=None,
    scaffold: Scaffold | None = None,
    hooks=None,
    chief_only_hooks=None,
    save_checkpoint_secs=_DEFAULT,
    save_summaries_steps=_DEFAULT,
    save_summaries_secs=_DEFAULT,
    config=None,
    stop_grace_period_secs: float = 120,
    log_step_count_steps: int | None = 100,
    max_wait_secs: float = 7200,
    save_checkpoint_steps=_DEFAULT,
    summary_dir=None,
) -> MonitoredSession:
    """A MonitoredSession for training: it goes on from the newest checkpoint in `checkpoint_dir`.

    There it also writes a checkpoint every 600 seconds (or save_checkpoint_secs, save_checkpoint_steps;
    neither if 0 or None), summaries every 100 steps (or save_summaries_steps, save_summaries_secs; into
    summary_dir if that is given), and the steps per second every log_step_count_steps steps. `hooks` are
    called after those, `chief_only_hooks` before. Without is_chief: waits for others to initialize the model.

    Raises:
      RuntimeError: for what needs a global step, without one.
    """
    if not is_chief:
        return MonitoredSession(
            WorkerSessionCreator(scaffold, master, config, max_wait_secs), hooks, stop_grace_period_secs
        )
    summary_steps, summary_secs = _either(save_summaries_steps, save_summaries_secs, (100, None))
    saving_steps, saving_secs = _either(save_checkpoint_steps, save_checkpoint_secs, (None, 600))
    scaffold, found = scaffold or Scaffold(), list(chief_only_hooks or [])
    summary_dir = summary_dir or checkpoint_dir
    if summary_dir and log_step_count_steps:
        found.append(StepCounterHook(log_step_count_steps, output_dir=summary_dir))
    if summary_dir and (summary_steps or summary_secs):
        found.append(SummarySaverHook(summary_steps, summary_secs, summary_dir, scaffold=scaffold))
    if checkpoint_dir and (saving_steps or saving_secs):
        found.append(CheckpointSaverHook(checkpoint_dir, saving_secs, saving_steps, scaffold=scaffold))
    creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir)
    return MonitoredSession(creator, [*found, *(hooks or [])], stop_grace_period_secs)


def _either(steps, secs, otherwise: tuple) -> tuple:
    """Steps and seconds: what was given of both, or `otherwise` if nothing was."""
    if steps is _DEFAULT and secs is _DEFAULT:
        return otherwise
    return (None if steps is _DEFAULT else steps), (None if secs is _DEFAULT else secs)
