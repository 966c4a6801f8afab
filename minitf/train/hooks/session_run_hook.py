"""What a hook is, and what it is told of a run."""

from __future__ import annotations

from typing import NamedTuple

from minitf.framework.getter import getter


class SessionRunArgs(NamedTuple):
    """What a hook adds to a run: fetches, feeds and options."""

    fetches: object
    feed_dict: dict | None = None
    options: object = None


class SessionRunValues(NamedTuple):
    """What a run gave to a hook: the values of its fetches (None if it had none), options and metadata."""

    results: object
    options: object
    run_metadata: object


class SessionRunContext:
    """One run: what the caller asked for, the session, and a way to stop after it."""

    def __init__(self, original_args: SessionRunArgs, session):
        self._original_args, self._session, self._stop_requested = original_args, session, False

    original_args: SessionRunArgs = getter("_original_args", "The caller's fetches, feeds and options.")
    session = getter("_session", "The session that runs.")
    stop_requested: bool = getter("_stop_requested", "Whether a hook wants this run to be the last one.")

    def request_stop(self) -> None:
        """Makes this run the last one: `should_stop()` of the monitored session becomes true."""
        self._stop_requested = True


class SessionRunHook:
    """The base of all hooks: methods that a monitored session calls at its beginning, around each run, and at
    its end. Each does nothing unless it is overridden.

    >>> import minitf as tf
    >>> class Shows(tf.train.SessionRunHook):
    ...     def before_run(self, run_context):
    ...         return tf.train.SessionRunArgs(x)
    ...     def after_run(self, run_context, run_values):
    ...         print("x is", run_values.results)
    >>> x = tf.constant(3)
    >>> y = x + 1
    >>> with tf.train.MonitoredSession(hooks=[Shows()]) as sess:
    ...     print(sess.run(y))
    x is 3
    4
    """

    def begin(self) -> None:
        """Called once before the session is made, while ops can still be added to the default graph."""

    def after_create_session(self, session, coord) -> None:
        """Called when a session has been made, and again whenever a lost one has been replaced."""

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        """Called before each run; what it returns is added to the run."""
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Called after each run that did not fail."""

    def end(self, session) -> None:
        """Called at the end, before the session is closed, unless an error ended it."""
