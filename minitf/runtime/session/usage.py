"""How much memory a session uses, and for what."""

from __future__ import annotations

from dataclasses import dataclass

from minitf.runtime.session.inspect import inspect


@dataclass(frozen=True)
class Usage:
    """Bytes that a session holds."""

    activations: int  # what ops compute, in all programs that are kept: one for each fetch and input shapes
    swapped: int  # of swap_memory=True, in temporary files
    variables: int
    constants: int
    inputs: int  # copies of small fed arrays; larger ones are read where they are

    @property
    def total(self) -> int:
        """All of it but what is in files."""
        return self.activations + self.variables + self.constants + self.inputs


def usage(session) -> Usage:
    """The bytes that a session holds at present; values that run on the host come and go and are not counted.

    >>> import minitf as tf
    >>> v = tf.Variable(tf.zeros([1000]))
    >>> with tf.Session() as sess:
    ...     _ = sess.run(v.initializer)
    ...     print(usage(sess).variables)
    4000
    """
    seen = inspect(session)
    memories = seen.memories
    return Usage(
        activations=sum(m.arena.size for m in memories),
        swapped=sum(m.swap.size for m in memories),
        variables=seen.variables,
        constants=sum(m.constants for m in memories),
        inputs=sum(m.staged for m in memories),
    )
