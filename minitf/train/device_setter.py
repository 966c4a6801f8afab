"""Where the ops of a replica go: variables to parameter servers in turn, the rest to its worker."""

from __future__ import annotations

import itertools

from minitf.framework.cluster import ClusterSpec
from minitf.framework.devices import DeviceSpec, merged

_ON_SERVERS = (
    "AutoReloadVariable",
    "BoostedTreesEnsembleResourceHandleOp",
    "BoostedTreesQuantileStreamResourceHandleOp",
    "MutableDenseHashTable",
    "MutableDenseHashTableV2",
    "MutableHashTable",
    "MutableHashTableOfTensors",
    "MutableHashTableOfTensorsV2",
    "MutableHashTableV2",
    "ResourceConditionalAccumulator",
    "VarHandleOp",
    "Variable",
    "VariableV2",
)


def replica_device_setter(
    ps_tasks: int = 0,
    ps_device: str = "/job:ps",
    worker_device: str = "/job:worker",
    merge_devices: bool = True,
    cluster=None,
    ps_ops=None,
    ps_strategy=None,
):
    """A function for `tf.device` that places variables on the tasks of `ps_device` in turn, and other ops on
    `worker_device`; None (no placement at all) without such tasks.

    cluster: says how many tasks there are, in place of ps_tasks. ps_ops: types of ops that go where variables
    do. ps_strategy: a function of an op that chooses the number of its task. merge_devices: what the device
    around leaves open is filled in; without it, ops with any device keep that.

    Raises:
      TypeError: if the cluster is none, or ps_strategy no function.

    >>> import minitf as tf
    >>> with tf.device(tf.train.replica_device_setter(ps_tasks=2)):
    ...     v, w = tf.Variable(1), tf.Variable(2)
    ...     both = v + w
    >>> v.device, w.device, both.device
    ('/job:ps/task:0', '/job:ps/task:1', '/job:worker')
    """
    if cluster is not None:
        tasks = ClusterSpec(cluster).as_dict().get(DeviceSpec.from_string(ps_device).job)
        ps_tasks = len(tasks or ())
    if not ps_tasks:
        return None
    if ps_strategy is None:
        turns = itertools.cycle(range(ps_tasks))
        ps_strategy = lambda op: next(turns)  # noqa: E731
    if not callable(ps_strategy):
        raise TypeError(f"ps_strategy is a function that chooses the task of an op, not {ps_strategy!r}")
    on_servers = frozenset(_ON_SERVERS if ps_ops is None else ps_ops)

    def replica_device(op) -> str:
        """The device of an op, what is known of it already coming first."""
        if op.device and not merge_devices:
            return op.device
        type = getattr(op, "type", None) or op.op  # an Operation, or a NodeDef
        if not ps_device or type not in on_servers:
            return merged(worker_device or "", op.device)
        place, job = DeviceSpec.from_string(ps_device), DeviceSpec.from_string(op.device).job
        if place.job and job in (None, place.job):
            place.task = ps_strategy(op)
        return merged(place.to_string(), op.device)

    return replica_device
