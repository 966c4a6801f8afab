"""tf.contrib.slim.prefetch_queue: batches made ahead by threads."""

from __future__ import annotations

import minitf as tf
from minitf.framework.graph import name_scope


class _Named:
    """A queue whose items are dicts or lists, as they were put in."""

    def __init__(self, queue, keys: list | None):
        self._queue, self._keys = queue, keys

    def __getattr__(self, name: str):
        return getattr(self._queue, name)

    def dequeue(self, name: str | None = None):
        """The next batch, as it was put in."""
        found = self._queue.dequeue(name=name)
        found = found if isinstance(found, (list, tuple)) else [found]
        return list(found) if self._keys is None else dict(zip(self._keys, found))


def prefetch_queue(
    tensors,
    capacity: int = 8,
    num_threads: int = 1,
    dynamic_pad: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
):
    """A queue of batches that threads of a queue runner make ahead: `dequeue()` gives what `tensors` is, a
    list or a dict.

    capacity: batches that are ready at most; num_threads: that make them; dynamic_pad: sizes may be unknown.

    Raises:
      ValueError: if there are no tensors.
    """
    keys = sorted(tensors) if isinstance(tensors, dict) else None
    listed = [tensors[key] for key in keys] if keys is not None else list(tensors)
    if not listed:
        raise ValueError("prefetch_queue needs tensors to make ahead")
    with name_scope(name, "prefetch_queue", listed):
        listed = [tf.convert_to_tensor(tensor) for tensor in listed]
        kind = tf.PaddingFIFOQueue if dynamic_pad else tf.FIFOQueue
        shapes = [tensor.shape for tensor in listed]
        queue = kind(capacity, [t.dtype.base_dtype for t in listed], shapes, shared_name=shared_name)
        tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue(listed)] * num_threads))
        full = tf.cast(queue.size(), tf.float32) * (1.0 / capacity)
        tf.summary.scalar(f"fraction_of_{capacity}_full", full)
        return _Named(queue, keys)
