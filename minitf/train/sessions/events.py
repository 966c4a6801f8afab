"""The event files of trainings, where they can be written."""

from __future__ import annotations

import os

import minitf as tf
from minitf.framework import protos

_GRAPH = "graph.pbtxt"


def shared_writer(logdir):
    """The writer of a folder that all share; None and a warning where events cannot be written."""
    return _or_warned(lambda: tf.summary.FileWriterCache.get(logdir))


def new_writer(logdir):
    """A writer of its own for a folder; None and a warning where events cannot be written."""
    return _or_warned(lambda: tf.summary.FileWriter(logdir))


def _or_warned(make):
    try:
        return make()
    except ImportError as error:  # a training does not need them
        tf.logging.warning("no summaries are written: %s", error)
        return None


def write_graph(graph, folder, writer) -> None:
    """Writes a graph to `graph.pbtxt` in a folder, and as an event; nothing where there is no writer."""
    if writer is not None:
        tf.train.write_graph(graph.as_graph_def(add_shapes=True), os.fspath(folder), _GRAPH)
        writer.add_graph(graph)


def log_status(writer, status: str, step, path: str | None = None) -> None:
    """Writes that a training started or stopped, or saved a checkpoint; nothing where there is no writer."""
    if writer is not None:
        message = protos.message("SessionLog")
        content = {} if path is None else {"checkpoint_path": os.fspath(path)}
        writer.add_session_log(message(status=getattr(message, status), **content), step)


def log_number(writer, tag: str, value: float, step) -> None:
    """Writes one number under a tag; nothing where there is no writer."""
    if writer is not None:
        message = protos.message("Summary")
        writer.add_summary(message(value=[message.Value(tag=tag, simple_value=value)]), step)
