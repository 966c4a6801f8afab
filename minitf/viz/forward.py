"""Which op the ops of a gradient belong to: their names say it."""

from __future__ import annotations


def forward_op(op):
    """The op of whose gradient an op is part, by its name; None if there is none.

    >>> import minitf as tf
    >>> x = tf.placeholder(tf.float32, [], name="x")
    >>> gradient = tf.gradients(tf.sin(x, name="wave"), x)[0]
    >>> gradient.op.name, forward_op(gradient.op).name
    ('gradients/wave_grad/mul', 'wave')
    """
    parts, known = op.name.split("/"), op.graph.root._by_name
    for k in range(len(parts) - 2, 0, -1):
        if parts[k].endswith("_grad"):
            named = [*parts[:k], parts[k].removesuffix("_grad")]
            found = (known.get("/".join(named[first:])) for first in range(1, k + 1))
            return next((one for one in found if one is not None and one is not op), None)
    return None
