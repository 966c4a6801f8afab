"""tf.queue: queues under their own name."""

# ruff: noqa: F401 - names that are handed on

from minitf.ops.io.queues import FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue
