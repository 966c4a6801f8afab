"""Clusters: which tasks there are, and those of them that are served in this process.

All tasks of a cluster live in one process here. What a session computes on "another machine" it computes
itself; where ops are placed decides who shares their variables and queues.
"""

from __future__ import annotations

import itertools
import threading
import time
import weakref

from minitf.framework import errors

_LOOK = 0.05  # seconds until who waits for tasks looks again
_PATIENCE = 10.0  # seconds for which a session waits for tasks that other threads may start
_ports = itertools.count(40000)


class ClusterSpec:
    """The tasks of a cluster: for each job the addresses of its tasks.

    cluster: a dict of lists of addresses, or of dicts from task numbers to addresses; a `tf.train.ClusterDef`
    or another ClusterSpec.

    Raises:
      TypeError: for anything else.

    >>> cluster = ClusterSpec({"ps": ["localhost:2222"], "worker": ["localhost:2223", "localhost:2224"]})
    >>> cluster.num_tasks("worker"), cluster.task_address("ps", 0)
    (2, 'localhost:2222')
    """

    def __init__(self, cluster):
        if isinstance(cluster, ClusterSpec):
            cluster = cluster.as_dict()
        elif hasattr(cluster, "job") and hasattr(cluster, "SerializeToString"):
            cluster = {job.name: dict(job.tasks) for job in cluster.job}
        elif not isinstance(cluster, dict):
            raise TypeError(
                "a cluster is a dict from job names to lists of network addresses, a tf.train.ClusterDef or "
                f"a tf.train.ClusterSpec, not {cluster!r}"
            )
        self._jobs = {_text(job, "a job's name"): _tasks(job, given) for job, given in cluster.items()}

    def as_dict(self) -> dict:
        """The addresses by job: lists, or dicts for jobs whose tasks are not numbered 0, 1, ..."""
        return {
            job: list(tasks.values()) if list(tasks) == list(range(len(tasks))) else dict(tasks)
            for job, tasks in self._jobs.items()
        }

    def as_cluster_def(self):
        """The cluster as a `tf.train.ClusterDef`; ImportError if the package tensorboard is not installed."""
        from minitf.framework import protos

        message = protos.message("ClusterDef")()
        for job, tasks in sorted(self._jobs.items()):
            made = message.job.add(name=job)
            for number, address in tasks.items():
                made.tasks[number] = address
        return message

    @property
    def jobs(self) -> list[str]:
        """The names of the jobs."""
        return list(self._jobs)

    def num_tasks(self, job_name: str) -> int:
        """How many tasks a job has; ValueError if there is no such job."""
        return len(self._tasks_of(job_name))

    def task_indices(self, job_name: str) -> list[int]:
        """The numbers of a job's tasks; ValueError if there is no such job."""
        return sorted(self._tasks_of(job_name))

    def task_address(self, job_name: str, task_index: int) -> str:
        """The address of a task; ValueError if there is none."""
        tasks = self._tasks_of(job_name)
        if task_index not in tasks:
            raise ValueError(f"No task with index {task_index!r} in job {job_name!r}; it has {sorted(tasks)}")
        return tasks[task_index]

    def job_tasks(self, job_name: str) -> list[str | None]:
        """The addresses of a job's tasks, None where a number is missing; ValueError for no such job."""
        tasks = self._tasks_of(job_name)
        return [tasks.get(number) for number in range(max(tasks, default=-1) + 1)]

    def _tasks_of(self, job) -> dict[int, str]:
        if job not in self._jobs:
            raise ValueError(f"No such job in cluster: {job!r}; it has {', '.join(self._jobs) or 'none'}")
        return self._jobs[job]

    def __bool__(self):
        return bool(self._jobs)

    def __eq__(self, other):
        return isinstance(other, ClusterSpec) and self._jobs == other._jobs

    __hash__ = None

    def __str__(self):
        return f"ClusterSpec({dict(sorted(self.as_dict().items()))!r})"


def _text(value, what: str) -> str:
    if not isinstance(value, (str, bytes)):
        raise TypeError(f"{what} has to be a string, not {value!r}")
    return value if isinstance(value, str) else value.decode()


def _tasks(job, given) -> dict[int, str]:
    if isinstance(given, (list, tuple)):
        given = dict(enumerate(given))
    if not isinstance(given, dict) or not all(type(number) is int for number in given):
        raise TypeError(
            f"the tasks of job {job!r} are a list of addresses, or a dict from integers to them, not {given!r}"
        )
    return {number: _text(address, f"the address of a task of job {job!r}") for number, address in given.items()}


class Running:
    """A cluster whose tasks are served in this process; `memory` is what its sessions share."""

    def __init__(self, spec: ClusterSpec):
        self.spec, self.memory = spec, None
        self.served: set[tuple[str, int]] = set()
        # Threads that were there before the cluster, and have had nothing to do with it since.
        self._bystanders = weakref.WeakSet(threading.enumerate())

    def take_in(self) -> None:
        """Notes that the calling thread has to do with the cluster."""
        self._bystanders.discard(threading.current_thread())

    def others(self) -> bool:
        """Whether other threads may still do something: no bystanders, none of minitf's, none that waits for such."""
        me = threading.get_ident()
        found = [t for t in threading.enumerate() if t not in self._bystanders and not t.name.startswith("minitf ")]
        return any(t.is_alive() and t.ident not in joining and t.ident != me for t in found)

    def tasks(self) -> list[tuple[str, int]]:
        """All tasks, as (job, number)."""
        return [(job, number) for job in self.spec.jobs for number in self.spec.task_indices(job)]

    def lacking(self) -> list[str]:
        """The tasks that nobody in this process serves, in words."""
        return [
            f"/job:{job}/task:{number} at {self.spec.task_address(job, number)}"
            for job, number in self.tasks()
            if (job, number) not in self.served
        ]

    def await_all(self) -> None:
        """Waits for tasks that other threads may start.

        Raises:
          FailedPreconditionError: if there are none who could, or it takes too long.
        """
        end = time.monotonic() + _PATIENCE
        while lacking := self.lacking():
            if time.monotonic() > end or not self.others():
                raise errors.FailedPreconditionError(
                    None,
                    None,
                    f"the session waits for tasks of its cluster that are not in this process: "
                    f"{', '.join(lacking)}. minitf runs all tasks of a cluster in one process: make a "
                    "tf.train.Server for each of them here, in threads, or leave the cluster out",
                )
            time.sleep(_LOOK)


_by_target: dict[str, tuple[Running, tuple[str, int]]] = {}
_running: list[Running] = []
joining: set[int] = set()  # the threads in Server.join


def free_port() -> int:
    """A number for a task's address that no other task of this process has."""
    return next(_ports)


def address_of(spec: ClusterSpec, task: tuple[str, int]) -> str:
    """Where a task is served; a port 0 is replaced by a free number."""
    address = spec.task_address(*task)
    return f"{address[:-2]}:{free_port()}" if address.endswith(":0") else address


def serve(spec: ClusterSpec, task: tuple[str, int], address: str) -> Running:
    """Has a task be served in this process.

    Raises:
      UnknownError: if something is served at its address already.
    """
    target = f"grpc://{address}"
    if target in _by_target:
        raise errors.UnknownError(
            None, None, f"Could not start gRPC server: {address} is served in this process already"
        )
    found = next((r for r in _running if r.spec == spec and task not in r.served), None)
    if found is None:
        found = Running(spec)
        _running.append(found)
    found.served.add(task)
    found.take_in()
    _by_target[target] = found, task
    return found


def found_at(target: str) -> tuple[Running, tuple[str, int]]:
    """The cluster, and the task of it, that a session's target names.

    Raises:
      FailedPreconditionError: if it is not served in this process.
    """
    if target not in _by_target:
        raise errors.FailedPreconditionError(
            None,
            None,
            f"there is no server at {target} in this process. minitf runs all tasks of a cluster in one "
            "process: make a tf.train.Server for each of them, and give its server.target to the session",
        )
    _by_target[target][0].take_in()
    return _by_target[target]
