"""What a traced run measured, as the message that TensorBoard reads."""

from __future__ import annotations

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
)


def run_metadata_proto(metadata):
    """A `tf.RunMetadata` as TensorFlow's message of that name."""
    if metadata.step_stats is None:
        return protos.message("RunMetadata")()
    devices = [
        {"device": d.device, "node_stats": [{f: getattr(n, f) for f in _FIELDS} for n in d.node_stats]}
        for d in metadata.step_stats.dev_stats
    ]
    return protos.message("RunMetadata")(step_stats={"dev_stats": devices})
