"""Servers: the tasks of a cluster, all of them in this process."""

from __future__ import annotations

import threading
import time

from minitf.framework import cluster, errors, protos
from minitf.framework.cluster import ClusterSpec

_LOOK = 0.1  # seconds between two looks at who is still there


class Server:
    """A task of a cluster; a session on its `target` shares variables and queues with the other tasks.

    minitf runs all tasks in one process, each by a Server of its own, mostly in threads. What ops are placed
    on (`tf.device("/job:ps/task:0")`) decides whose variables they are; who computes makes no difference.

    server_or_cluster_def: a `tf.train.ClusterSpec`, what makes one, or a `tf.train.ServerDef`. job_name,
    task_index: which task; they may be left out where there is only one. config: kept for sessions. start:
    whether `start` is called.

    Raises:
      TypeError, ValueError: if it is not said which task this is.
      tf.errors.OpError: if there is no such task, or it is served already.

    >>> import minitf as tf
    >>> server = tf.train.Server.create_local_server()
    >>> with tf.Session(server.target) as sess:
    ...     print(sess.run(tf.constant("hello")))
    b'hello'
    """

    def __init__(
        self,
        server_or_cluster_def,
        job_name: str | None = None,
        task_index: int | None = None,
        protocol: str | None = None,
        config=None,
        start: bool = True,
    ):
        given = server_or_cluster_def
        if hasattr(given, "cluster") and hasattr(given, "job_name"):
            job_name = job_name or given.job_name or None
            task_index = given.task_index if task_index is None and job_name else task_index
            protocol, given = protocol or given.protocol or None, given.cluster
        try:
            self._spec = ClusterSpec(given)
        except TypeError as error:
            raise TypeError(
                f"Could not convert `server_or_cluster_def` to a tf.train.ServerDef or ClusterSpec: {error}"
            ) from None
        self._task = _task(self._spec, job_name, task_index)
        self._protocol, self._config = protocol or "grpc", config
        if not self._protocol.startswith("grpc"):
            raise errors.NotFoundError(
                None, None, f"No server factory registered for the protocol {protocol!r}: it is 'grpc'"
            )
        self._address = cluster.address_of(self._spec, self._task)
        self._started = False
        if start:
            self.start()

    def start(self) -> None:
        """Lets sessions use the task."""
        if not self._started:
            self._running = cluster.serve(self._spec, self._task, self._address)
            self._started = True

    @property
    def target(self) -> str:
        """What a session is given to be one of this task."""
        return f"grpc://{self._address}"

    @property
    def server_def(self):
        """What the server was made of, as a `tf.train.ServerDef`."""
        job, number = self._task
        return protos.message("ServerDef")(
            cluster=self._spec.as_cluster_def(), job_name=job, task_index=number, protocol=self._protocol
        )

    def join(self) -> None:
        """Waits until the threads are done that run the other tasks.

        Raises:
          FailedPreconditionError: if there are none: this process would wait for ever.
        """
        job, number = self._task
        self.start()
        if not self._running.others():
            raise errors.FailedPreconditionError(
                None,
                None,
                f"task {number} of job {job} is alone in this process, and nothing will ever ask it for "
                "anything: minitf runs all tasks of a cluster in one process, each in a thread",
            )
        me = threading.get_ident()
        cluster.joining.add(me)
        try:
            while self._running.others():
                time.sleep(_LOOK)
        finally:
            cluster.joining.discard(me)

    @staticmethod
    def create_local_server(config=None, start: bool = True) -> Server:
        """A server of a cluster of one task."""
        return Server({"local": ["localhost:0"]}, job_name="local", task_index=0, config=config, start=start)


def _task(spec: ClusterSpec, job, number) -> tuple[str, int]:
    if job is None:
        if len(spec.jobs) != 1:
            raise ValueError(f"Must specify an explicit `job_name`, one of {', '.join(spec.jobs)}")
        [job] = spec.jobs
    if job not in spec.jobs:
        raise errors.InternalError(None, None, f'Job "{job}" was not defined in cluster {spec}')
    if number is None:
        if spec.num_tasks(job) != 1:
            raise ValueError(f"Must specify an explicit `task_index`, one of {spec.task_indices(job)}")
        [number] = spec.task_indices(job)
    if number not in spec.task_indices(job):
        raise errors.InvalidArgumentError(None, None, f'Task {number} was not defined in job "{job}"')
    return job, number
