"""Writing event files, which TensorBoard reads, and reading them."""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Iterator

import minitf as tf
from minitf.framework import errors, protos
from minitf.framework.graph import Graph, get_default_graph
from minitf.framework.origin import warn
from minitf.graphs import files
from minitf.graphs.export import graph_def as graph_def_of
from minitf.graphs.export import without_large_constants
from minitf.summary.event_file import EventFile

_CLOSED = "this FileWriter is closed: nothing is written until reopen()"


class FileWriter:
    """Writes summaries, graphs and times into an event file in `logdir`, which is made if there is none.

    graph: is written at once (or a GraphDef as `graph_def`), and so is all that is added later: `max_queue`,
    `flush_secs` and `session` make no difference.

    Raises:
      ImportError: if the package tensorboard is not installed.

    >>> import tempfile
    >>> import minitf as tf
    >>> logdir = tempfile.mkdtemp()
    >>> loss = tf.placeholder_with_default(0.5, [])
    >>> summary = tf.summary.scalar("loss", loss)
    >>> with tf.Session() as sess, tf.summary.FileWriter(logdir, sess.graph) as writer:
    ...     for step in range(3):
    ...         writer.add_summary(sess.run(summary, {loss: 1 / 2**step}), global_step=step)

    Then `tensorboard --logdir LOGDIR` shows the graph and the curve.
    """

    def __init__(
        self, logdir, graph=None, max_queue=10, flush_secs=120, graph_def=None, filename_suffix=None, session=None
    ):
        self._logdir, self._suffix = os.fspath(logdir), filename_suffix or ""
        self._tags: set[str] = set()  # of summaries whose metadata have been written
        self._run_tags: set[str] = set()
        self._open()
        if graph is not None or graph_def is not None:
            self.add_graph(graph, graph_def=graph_def)

    def _open(self) -> None:
        self._events = EventFile(self._logdir, self._suffix)
        self._close = weakref.finalize(self, self._events.close)  # called at the end of the program, too

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, *exc) -> None:
        self.close()

    def get_logdir(self) -> str:
        """The folder of the event file."""
        return self._logdir

    def add_summary(self, summary, global_step=None) -> None:
        """Writes a `tf.Summary`, or its bytes as `sess.run` gives them, under the number of a step.

        Raises:
          TypeError, ValueError: if it is not a summary.
        """
        message = protos.message("Summary")
        if not isinstance(summary, (message, bytes)):
            raise TypeError(f"add_summary takes a tf.Summary or what sess.run gives for a summary, not {summary!r}")
        own = message()
        try:
            own.MergeFromString(summary if isinstance(summary, bytes) else summary.SerializeToString())
        except Exception as error:
            raise ValueError(f"add_summary: the bytes are not a serialized tf.Summary: {error}") from error
        for value in own.value:
            if value.tag in self._tags:
                value.ClearField("metadata")
            self._tags.add(value.tag)
        self._write(_event(global_step, summary=own))

    def add_session_log(self, session_log, global_step=None) -> None:
        """Writes a `tf.SessionLog`."""
        self._write(_event(global_step, session_log=session_log))

    def add_graph(self, graph, global_step=None, graph_def=None) -> None:
        """Writes a graph, or a GraphDef given as either argument.

        Raises:
          ValueError: if both arguments are given.
          TypeError: if it is neither.
        """
        if graph is not None and graph_def is not None:
            raise ValueError("add_graph takes a graph or a graph_def, not both")
        content = graph_def if graph is None else graph
        if isinstance(content, Graph):
            content = without_large_constants(graph_def_of(content, add_shapes=True))
        if not isinstance(content, protos.message("GraphDef")):
            raise TypeError(f"add_graph takes a tf.Graph or a tf.GraphDef, not {content!r}")
        self._write(_event(global_step, graph_def=content.SerializeToString()))

    def add_run_metadata(self, run_metadata, tag: str, global_step=None) -> None:
        """Writes what a traced run measured, under a name that TensorBoard lists.

        Raises:
          TypeError: if `run_metadata` is not a `tf.RunMetadata`.
          ValueError: if there are run metadata of this name.
        """
        if not isinstance(run_metadata, tf.RunMetadata):
            raise TypeError(f"add_run_metadata takes a tf.RunMetadata, not {run_metadata!r}")
        if tag in self._run_tags:
            raise ValueError(f"run metadata called {tag!r} have been written already; give these another tag")
        content = {"tag": tag, "run_metadata": run_metadata.SerializeToString()}
        self._write(_event(global_step, tagged_run_metadata=content))
        self._run_tags.add(tag)

    def add_event(self, event) -> None:
        """Writes a `tf.Event`; TypeError if it is none."""
        if not isinstance(event, protos.message("Event")):
            raise TypeError(f"add_event takes a tf.Event, not {event!r}")
        self._write(event)

    def _write(self, event) -> None:
        if self._close.alive:
            self._events.add(event)
        else:
            warn(_CLOSED)

    def flush(self) -> None:
        """Says so if the writer is closed: what has been added is written already."""
        if not self._close.alive:
            warn(_CLOSED)

    def close(self) -> None:
        """Closes the file; what is added later is not written."""
        self._close()

    def reopen(self) -> None:
        """After `close`: begins another event file in the same folder."""
        if not self._close.alive:
            self._open()


def _event(global_step, **content):
    """An event of now."""
    event = protos.message("Event")(wall_time=time.time(), **content)
    if global_step is not None:
        event.step = int(global_step)
    return event


class FileWriterCache:
    """One FileWriter per folder, shared by all who ask for it here."""

    _writers: dict[str, FileWriter] = {}

    @staticmethod
    def get(logdir) -> FileWriter:
        """The writer of a folder; made if there is none, and then it writes the default graph."""
        writers, key = FileWriterCache._writers, os.fspath(logdir)
        if key not in writers:
            writers[key] = FileWriter(key, get_default_graph())
        return writers[key]

    @staticmethod
    def clear() -> None:
        """Closes and forgets all writers."""
        for writer in FileWriterCache._writers.values():
            writer.close()
        FileWriterCache._writers.clear()


def summary_iterator(path) -> Iterator:
    """The `tf.Event`s of an event file, one after the other.

    Raises:
      NotFoundError: if there is no such file.
      DataLossError: where the file is damaged, or ends within an event that is still being written.
    """
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise errors.NotFoundError(None, None, f"there is no event file {path}")
    reader = protos.tensorboard("compat.tensorflow_stub.pywrap_tensorflow").PyRecordReader_New(path)
    theirs, message = protos.tensorboard("compat.tensorflow_stub.errors"), protos.message("Event")
    while True:
        try:
            reader.GetNext()
        except theirs.OutOfRangeError:
            return
        except theirs.DataLossError as error:
            raise errors.DataLossError(None, None, f"{path} is damaged: {error.message}") from error
        yield message.FromString(reader.record())


def write_graph(graph_or_graph_def, logdir, name, as_text=True) -> str:
    """Writes a Graph or GraphDef to the file `name` in `logdir`, as text or binary; returns the path.

    >>> import pathlib, tempfile
    >>> import minitf as tf
    >>> x = tf.placeholder(tf.float32, [2], name="x")
    >>> path = tf.train.write_graph(x.graph, tempfile.mkdtemp(), "graph.pbtxt")
    >>> print(pathlib.Path(path).read_text())
    node {
      name: "x"
    ...
    """
    definition = graph_or_graph_def
    if isinstance(definition, Graph):
        definition = definition.as_graph_def()
    if not isinstance(definition, protos.message("GraphDef")):
        raise TypeError(f"write_graph takes a tf.Graph or a tf.GraphDef, not {graph_or_graph_def!r}")
    os.makedirs(logdir, exist_ok=True)
    return files.write_message(os.path.join(os.fspath(logdir), name), definition, as_text)
