"""The descriptions that old tensor summaries carry."""

from __future__ import annotations

from minitf.framework import protos


def get_summary_description(node_def):
    """The `tf.summary.SummaryDescription` of a TensorSummary node.

    Raises:
      ValueError: for a node of another type; a TensorSummaryV2, which `tf.summary.tensor_summary` makes, has
        its description in the metadata of its value.
    """
    kind = getattr(node_def, "type", None) or node_def.op
    if kind != "TensorSummary":
        raise ValueError(f"only a TensorSummary has a summary description, not {kind} '{node_def.name}'")
    from google.protobuf import json_format

    return json_format.Parse(node_def.attr["description"].s, protos.message("SummaryDescription")())
