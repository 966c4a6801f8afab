"""Threads that keep queues filled."""

from __future__ import annotations

import contextlib
import threading
import weakref

from minitf.framework import errors, protos
from minitf.framework.collections import GraphKeys
from minitf.framework.forks import renewed
from minitf.framework.getter import getter
from minitf.framework.graph import add_to_collection, get_default_graph
from minitf.framework.origin import warn
from minitf.framework.tensor import session_or_default
from minitf.graphs.collected import register_proto_function
from minitf.ops.io.queues import queue_of


class QueueRunner:
    """Operations that add to a queue, each to be run again and again by a thread of its own.

    queue_runner_def: instead of these, a message that names them, in the scope import_scope.
    queue: the queue; it is closed once its input is exhausted (by close_op), and when the coordinator stops
    (by cancel_op, which ends what waits). queue_closed_exception_types: exceptions that mean the end of the
    input, by default (tf.errors.OutOfRangeError,).

    Raises:
      ValueError: without a queue or operations.
      TypeError: for anything else than a queue, or other exceptions than those of tf.errors.
    """

    def __init__(
        self,
        queue=None,
        enqueue_ops=None,
        close_op=None,
        cancel_op=None,
        queue_closed_exception_types: tuple | None = None,
        queue_runner_def=None,
        import_scope: str | None = None,
    ):
        if queue_runner_def is not None:
            queue, *ops, ends = _named(queue_runner_def, import_scope)
            enqueue_ops, close_op, cancel_op = ops
            queue_closed_exception_types = ends or None
        if queue is not None and not callable(getattr(queue, "close", None)):
            raise TypeError(f"queue is a tf.QueueBase, such as a tf.FIFOQueue, not {queue!r}")
        if queue is None or not enqueue_ops:
            raise ValueError("a QueueRunner needs a queue and a list of operations that add to it")
        ends = queue_closed_exception_types or (errors.OutOfRangeError,)
        if not isinstance(ends, tuple) or not all(isinstance(t, type) and issubclass(t, errors.OpError) for t in ends):
            raise TypeError(f"queue_closed_exception_types is a tuple of classes of tf.errors, not {ends!r}")
        self._queue, self._enqueue_ops, self._ends = queue, list(enqueue_ops), ends
        self._close_op = queue.close() if close_op is None else close_op
        self._cancel_op = queue.close(cancel_pending_enqueues=True) if cancel_op is None else cancel_op
        self._lock = renewed(threading.Lock())
        self._running: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # threads of each session
        self._raised: list[Exception] = []

    queue = getter("_queue", "The queue that is filled.")
    enqueue_ops: list = getter("_enqueue_ops", "The operations that add to it.")
    close_op = getter("_close_op", "The operation that is run at the end of the input.")
    cancel_op = getter("_cancel_op", "The operation that is run when the coordinator stops.")
    queue_closed_exception_types: tuple = getter("_ends", "The exceptions that mean the end of the input.")
    exceptions_raised: list[Exception] = getter("_raised", "What threads without a coordinator failed with.")
    name: str = getter("_queue.name", "The name of the queue.")

    def to_proto(self, export_scope: str | None = None):
        """The runner as a QueueRunnerDef; None if it is not in the scope `export_scope`."""
        scope = f"{export_scope}/" if export_scope else ""
        ref = self._queue.queue_ref.op.name
        if not ref.startswith(scope):
            return None
        names = [op.name.removeprefix(scope) for op in (*self._enqueue_ops, self._close_op, self._cancel_op)]
        return protos.message("QueueRunnerDef")(
            queue_name=ref.removeprefix(scope),
            enqueue_op_name=names[:-2],
            close_op_name=names[-2],
            cancel_op_name=names[-1],
            queue_closed_exception_types=[t.code for t in self._ends],
        )

    @staticmethod
    def from_proto(queue_runner_def, import_scope: str | None = None) -> QueueRunner:
        """The runner whose ops, in the default graph, a QueueRunnerDef names."""
        return QueueRunner(queue_runner_def=queue_runner_def, import_scope=import_scope)

    def create_threads(self, sess, coord=None, daemon: bool = False, start: bool = False) -> list[threading.Thread]:
        """A thread for each operation, and with a coordinator one that waits for it to stop.

        None are made while those of an earlier call still run in this session.
        """
        with self._lock:
            if self._running.get(sess):
                return []
            self._running[sess] = len(self._enqueue_ops)
            self._raised = []
        wanted = [(op.name, self._run, (sess, op, coord)) for op in self._enqueue_ops]
        if coord is not None:
            wanted.append(("close_on_stop", self._close_on_stop, (sess, coord)))
        threads = []
        for name, work, arguments in wanted:
            title = f"QueueRunnerThread-{self.name}-{name}"
            threads.append(threading.Thread(target=work, args=arguments, name=title, daemon=daemon))
        for thread in threads:
            if coord is not None:
                coord.register_thread(thread)
            if start:
                thread.start()
        return threads

    def _run(self, sess, enqueue_op, coord) -> None:
        try:
            enqueue = sess.make_callable(enqueue_op)
            with _stopped_by(sess, coord):
                while coord is None or not coord.should_stop():
                    enqueue()
        except self._ends:
            if self._ended(sess):
                self._quietly(sess, self._close_op)
        except Exception as error:
            self._ended(sess)
            if not (isinstance(error, errors.CancelledError) and coord is not None and coord.should_stop()):
                self._failed(sess, error, coord)
        else:
            self._ended(sess)

    def _ended(self, sess) -> bool:
        """Notes that a thread has ended; whether it was the last one of the session."""
        with self._lock:
            self._running[sess] -= 1
            return not self._running[sess]

    def _failed(self, sess, error: Exception, coord) -> None:
        if coord is not None:
            coord.request_stop(error)
        elif not sess.closed:  # whoever closes a session does not want its threads to go on
            with self._lock:
                self._raised.append(error)
            raise error

    def _close_on_stop(self, sess, coord) -> None:
        coord.wait_for_stop()
        self._quietly(sess, self._cancel_op)

    @staticmethod
    def _quietly(sess, op) -> None:
        """Closes the queue, which may have been closed, with its session or before it."""
        try:
            sess.run(op)
        except (errors.OpError, RuntimeError):
            return


def _stopped_by(sess, coord):
    """A context in which what waits in a session ends when the coordinator stops."""
    if coord is None or not hasattr(sess, "stopped_by"):
        return contextlib.nullcontext()
    return sess.stopped_by(coord.should_stop)


def _named(queue_runner_def, scope: str | None) -> tuple:
    """The queue and ops that a QueueRunnerDef names in the default graph, and the exceptions."""
    graph, prefix = get_default_graph(), f"{scope}/" if scope else ""

    def find(name: str):
        return graph.as_graph_element(prefix + name)

    codes = set(queue_runner_def.queue_closed_exception_types)
    ends = [t for t in vars(errors).values() if isinstance(t, type) and getattr(t, "code", None) in codes]
    return (
        queue_of(graph.as_graph_element(prefix + queue_runner_def.queue_name).op.outputs[0]),
        [find(name) for name in queue_runner_def.enqueue_op_name],
        find(queue_runner_def.close_op_name),
        find(queue_runner_def.cancel_op_name),
        tuple(t for t in ends if t is not errors.OpError),
    )


register_proto_function(GraphKeys.QUEUE_RUNNERS, "QueueRunnerDef", QueueRunner.to_proto, QueueRunner.from_proto)


def add_queue_runner(qr: QueueRunner, collection: str = GraphKeys.QUEUE_RUNNERS) -> None:
    """Adds a QueueRunner to those of the graph that `start_queue_runners` starts."""
    add_to_collection(collection, qr)


def start_queue_runners(
    sess=None, coord=None, daemon: bool = True, start: bool = True, collection: str = GraphKeys.QUEUE_RUNNERS
) -> list[threading.Thread]:
    """Starts the threads of all QueueRunners of the session's graph, and returns them.

    sess: the default session if None. coord: a Coordinator that is told of errors and can stop the threads.

    Raises:
      ValueError: without a session. TypeError: if `sess` is none.
    """
    session = session_or_default(sess, "tf.train.start_queue_runners")
    if not hasattr(session, "graph"):
        raise TypeError(f"sess is a tf.Session, not {session!r}")
    runners = session.graph.get_collection(collection)
    if not runners:
        warn("the graph has no queue runners to be started")
    return [thread for qr in runners for thread in qr.create_threads(session, coord, daemon, start)]
