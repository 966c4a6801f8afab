"""tf.train.Supervisor: a training that saves, restores and summarizes itself, in threads."""

from __future__ import annotations

import contextlib
import os

import minitf as tf
from minitf.framework.collections import GraphKeys
from minitf.framework.getter import getter
from minitf.framework.graph import get_default_graph
from minitf.ops.control.control import group
from minitf.ops.state import variables
from minitf.ops.state.tables import tables_initializer
from minitf.train.coordinator import Coordinator, LooperThread
from minitf.train.global_step import get_global_step
from minitf.train.global_step import global_step as step_in
from minitf.train.saver import Saver
from minitf.train.sessions import events
from minitf.train.sessions.services import CheckpointThread, StepCounterThread, SummaryThread
from minitf.train.sessions.session_manager import SessionManager

_DEFAULT = 0


class Supervisor:
    """Makes a session ready for training, and saves, restores and summarizes in threads of its own.

    The graph (the default one) is finalized. Each of ready_op, init_op, local_init_op, summary_op, saver,
    global_step and summary_writer is made, or taken from the graph's collections, unless it is given; None
    means none. logdir: a folder for checkpoints `checkpoint_basename`, written every save_model_secs seconds
    (0: never), and for summaries, every save_summaries_secs seconds; the newest checkpoint in it is where a
    session begins. init_op gets init_feed_dict; init_fn(session) is called after it. is_chief=False: another
    supervisor initializes the model. recovery_wait_secs: the pause between two looks at a model that is not
    ready; stop_grace_secs: how long threads have to stop.

    >>> import minitf as tf
    >>> step = tf.Variable(0, name="global_step", trainable=False)
    >>> count = step.assign_add(1)
    >>> sv = tf.train.Supervisor()
    >>> with sv.managed_session() as sess:
    ...     while not sv.should_stop():
    ...         if sess.run(count) == 3:
    ...             sv.request_stop()
    ...     print(sess.run(step))
    3
    """

    USE_DEFAULT = _DEFAULT

    def __init__(
        self,
        graph=None,
        ready_op=USE_DEFAULT,
        ready_for_local_init_op=USE_DEFAULT,
        is_chief: bool = True,
        init_op=USE_DEFAULT,
        init_feed_dict=None,
        local_init_op=USE_DEFAULT,
        logdir=None,
        summary_op=USE_DEFAULT,
        saver=USE_DEFAULT,
        global_step=USE_DEFAULT,
        save_summaries_secs: float = 120,
        save_model_secs: float = 600,
        recovery_wait_secs: float = 30,
        stop_grace_secs: float = 120,
        checkpoint_basename: str = "model.ckpt",
        session_manager: SessionManager | None = None,
        summary_writer=USE_DEFAULT,
        init_fn=None,
        local_init_run_options=None,
    ):
        self._graph = get_default_graph().root if graph is None else graph
        self._is_chief, self._init_fn, self._init_feed_dict = is_chief, init_fn, init_feed_dict
        self._grace, self._coord = stop_grace_secs, Coordinator()
        with self._graph.as_default():
            keys = GraphKeys
            self._ready_op = _made(ready_op, keys.READY_OP, variables.report_uninitialized_variables)
            self._ready_for_local_init_op = _made(ready_for_local_init_op, keys.READY_FOR_LOCAL_INIT_OP, lambda: None)
            self._init_op = _made(init_op, keys.INIT_OP, variables.global_variables_initializer)
            self._local_init_op = _made(local_init_op, keys.LOCAL_INIT_OP, _initialize_locals)
            self._saver = _made(saver, keys.SAVERS, lambda: Saver() if variables.global_variables() else None)
            self._summary_op = _made(summary_op, keys.SUMMARY_OP, tf.summary.merge_all)
            self._global_step = _made(global_step, keys.GLOBAL_STEP, get_global_step)
        self._set_files(logdir, checkpoint_basename, save_summaries_secs, save_model_secs, summary_writer)
        self._session_manager = session_manager or SessionManager(
            self._local_init_op,
            self._ready_op,
            self._ready_for_local_init_op,
            self._graph,
            recovery_wait_secs,
            local_init_run_options,
        )
        if not is_chief:
            _check_placed(self._graph)
        self._graph.finalize()
        self._graph_written, self._writing = False, True

    def _set_files(self, logdir, basename, summary_secs, model_secs, writer) -> None:
        """What is written where, by the chief alone."""
        chief = self._is_chief
        self._logdir = os.fspath(logdir) if chief and logdir else None
        self._save_path = os.path.join(self._logdir, basename) if self._logdir else None
        self._save_summaries_secs = summary_secs if chief else None
        self._save_model_secs = model_secs if chief else None
        if writer is _DEFAULT:
            writer = events.new_writer(self._logdir) if self._logdir else None
        self._summary_writer = writer if chief else None

    # ---- its parts

    is_chief: bool = getter("_is_chief", "Whether it initializes the model.")
    session_manager: SessionManager = getter("_session_manager", "What makes the sessions.")
    coord: Coordinator = getter("_coord", "The coordinator of the threads.")
    init_op = getter("_init_op", "The op that gives variables their values where no checkpoint does.")
    init_feed_dict = getter("_init_feed_dict", "What is fed to init_op.")
    ready_op = getter("_ready_op", "A tensor of the names of variables without values.")
    ready_for_local_init_op = getter("_ready_for_local_init_op", "The same of those that local_init_op needs.")
    summary_writer = getter("_summary_writer", "The FileWriter, or None.")
    summary_op = getter("_summary_op", "The tensor of all summaries, or None.")
    save_summaries_secs: float | None = getter("_save_summaries_secs", "Seconds between two summaries.")
    global_step = getter("_global_step", "The global step, or None.")
    saver = getter("_saver", "What saves and restores, or None.")
    save_model_secs: float | None = getter("_save_model_secs", "Seconds between two checkpoints.")
    save_path: str | None = getter("_save_path", "The path of checkpoints, without the number of a step.")

    # ---- sessions

    @contextlib.contextmanager
    def managed_session(
        self, master="", config=None, start_standard_services: bool = True, close_summary_writer: bool = True
    ):
        """A context with a session that is ready; at its end, or when an error leaves it, everything stops.

        tf.errors.OutOfRangeError is the end of the input, and no error.
        """
        sess = None
        try:
            sess = self.prepare_or_wait_for_session(master, config, start_standard_services=start_standard_services)
            yield sess
        except Exception as error:
            self.request_stop(error)
        finally:
            try:
                self.stop(close_summary_writer=close_summary_writer)
            finally:
                if sess is not None:
                    sess.close()

    def prepare_or_wait_for_session(
        self,
        master="",
        config=None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        start_standard_services: bool = True,
    ):
        """A session that is ready, with queue runners and the standard services started; close it yourself.

        Raises:
          RuntimeError: if variables are left without values.
          tf.errors.DeadlineExceededError: if another one is to initialize the model, and does not in time.
        """
        self._coord.clear_stop()
        if self._summary_writer is not None:
            self._summary_writer.reopen()
            self._writing = True
        if not self._is_chief:
            sess = self._session_manager.wait_for_session(master, config, max_wait_secs)
        else:
            sess = self._session_manager.prepare_session(
                master,
                init_op=self._init_op,
                saver=self._saver,
                checkpoint_dir=self._logdir,
                wait_for_checkpoint=wait_for_checkpoint,
                max_wait_secs=max_wait_secs,
                config=config,
                init_feed_dict=self._init_feed_dict,
                init_fn=self._init_fn,
            )
            self._write_graph()
            if start_standard_services:
                self.start_standard_services(sess)
        self.start_queue_runners(sess)
        return sess

    def _write_graph(self) -> None:
        if self._logdir:
            os.makedirs(self._logdir, exist_ok=True)
            writer = None if self._graph_written else self._summary_writer
            events.write_graph(self._graph, self._logdir, writer)
            self._graph_written = True

    # ---- threads

    def start_standard_services(self, sess) -> list[LooperThread] | None:
        """Starts the threads that write summaries, steps per second and checkpoints; None without a logdir.

        Raises:
          RuntimeError: if it is not the chief.
        """
        if not self._is_chief:
            raise RuntimeError("Only chief supervisor can start standard services.")
        if not self._logdir:
            tf.logging.warning("Standard services need a 'logdir' passed to the Supervisor: none is started")
            return None
        if self._global_step is not None:
            events.log_status(self._summary_writer, "START", step_in(sess, self._global_step))
        threads: list[LooperThread] = []
        if self._save_summaries_secs and self._summary_writer is not None:
            if self._summary_op is not None:
                threads.append(SummaryThread(self, sess))
            if self._global_step is not None:
                threads.append(StepCounterThread(self, sess))
        if self._saver and self._save_model_secs:
            threads.append(CheckpointThread(self, sess))
        for thread in threads:
            thread.start()
        return threads

    def start_queue_runners(self, sess, queue_runners=None) -> list:
        """Starts the threads of queue runners: those of the graph unless some are given."""
        found = self._graph.get_collection(GraphKeys.QUEUE_RUNNERS) if queue_runners is None else queue_runners
        return [t for qr in found for t in qr.create_threads(sess, self._coord, daemon=True, start=True)]

    def loop(self, timer_interval_secs: float | None, target, args=None, kwargs=None) -> LooperThread:
        """Starts a thread that calls `target` every so many seconds (None: without a pause)."""
        return LooperThread.loop(self._coord, timer_interval_secs, target, args, kwargs)

    # ---- the end

    def stop(self, threads=None, close_summary_writer: bool = True, ignore_live_threads: bool = False) -> None:
        """Stops the threads (and some more, if given) and closes the event file.

        Raises:
          What the stop was requested with. RuntimeError: if threads do not stop in time.
        """
        self._coord.request_stop()
        try:
            self._coord.join(threads, self._grace, ignore_live_threads)
        finally:
            if close_summary_writer and self._summary_writer is not None and self._writing:
                events.log_status(self._summary_writer, "STOP", None)
                self._summary_writer.close()
                self._graph_written, self._writing = False, False

    def request_stop(self, ex=None) -> None:
        """Asks all threads to stop; ex: what `stop` shall raise."""
        self._coord.request_stop(ex)

    def should_stop(self) -> bool:
        """Whether a stop was requested."""
        return self._coord.should_stop()

    def stop_on_exception(self):
        """A context whose exceptions become requests to stop."""
        return self._coord.stop_on_exception()

    def wait_for_stop(self) -> None:
        """Waits until a stop is requested."""
        self._coord.wait_for_stop()

    def summary_computed(self, sess, summary, global_step=None) -> None:
        """Writes a summary, under the number of the global step.

        Raises:
          TypeError: if it is not one. RuntimeError: if there is no summary writer.
        """
        if not self._summary_writer:
            raise RuntimeError("Writing a summary requires a summary writer: give the Supervisor a logdir")
        if global_step is None and self._global_step is not None:
            global_step = step_in(sess, self._global_step)
        self._summary_writer.add_summary(summary, global_step)

    # ---- the names of TensorFlow 0.x

    PrepareSession, StartStandardServices = prepare_or_wait_for_session, start_standard_services
    StartQueueRunners, Loop, Stop, RequestStop = start_queue_runners, loop, stop, request_stop
    ShouldStop, StopOnException, WaitForStop = should_stop, stop_on_exception, wait_for_stop
    SummaryComputed = summary_computed


def _made(given, key: str, make):
    """What was given, or else the first item of a collection, or else what `make()` makes for it."""
    if given is not _DEFAULT:
        return given
    listed = get_default_graph().get_collection_ref(key)
    if not listed:
        made = make()
        if made is None:
            return None
        listed.append(made)
    return listed[0]


def _check_placed(graph) -> None:
    """Raises ValueError if a variable has no device: those that several processes share are somewhere."""
    homeless = [op.name for op in graph.ops if op.definition.role == "variable" and not op.device]
    if homeless:
        raise ValueError(
            f"When using replicas, all Variables must have their device set: {', '.join(homeless)}. In one "
            "process, leave is_chief=True"
        )


def _initialize_locals():
    return group(variables.local_variables_initializer(), tables_initializer())


def basic_train_loop(supervisor: Supervisor, train_step_fn, args=None, kwargs=None, master="") -> None:
    """Calls `train_step_fn(session, *args, **kwargs)` until a stop is requested."""
    with supervisor.managed_session(master) as sess:
        while not supervisor.should_stop():
            train_step_fn(sess, *(args or []), **(kwargs or {}))
