"""What a traced run measured, as the message that TensorBoard reads."""

from __future__ import annotations

from dataclasses import asdict

from minitf.framework import protos

_FIELDS = (
    "node_name",
    "timeline_label",
    "thread_id",
    "all_start_micros",
    "op_start_rel_micros",
    "op_end_rel_micros",
    "all_end_rel_micros",
    "all_start_nanos",
    "op_start_rel_nanos",
    "op_end_rel_nanos",
    "all_end_rel_nanos",
    "scheduled_micros",
    "scheduled_nanos",
)


def run_metadata_proto(metadata):
    """A `tf.RunMetadata` as TensorFlow's message of that name."""
    found = protos.message("RunMetadata")(partition_graphs=metadata.partition_graphs)
    if metadata.HasField("cost_graph"):
        found.cost_graph.CopyFrom(metadata.cost_graph)
    if metadata.HasField("step_stats"):
        for device in metadata.step_stats.dev_stats:
            nodes = [
                {f: getattr(n, f) for f in _FIELDS} | {"output": [asdict(o) for o in n.output]}
                for n in device.node_stats
            ]
            found.step_stats.dev_stats.add(device=device.device, node_stats=nodes)
    return found
