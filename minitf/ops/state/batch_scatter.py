"""Scattered updates of variables whose first axes count items of a batch."""

from __future__ import annotations

from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.ops.array import array
from minitf.ops.math.cast import cast
from minitf.ops.state import state


def batch_scatter_update(ref, indices, updates, use_locking: bool = True, name: str | None = None):
    """Sets `ref[i, ..., indices[i, ..., j]]` to `updates[i, ..., j]`; what `tf.scatter_nd_update` returns.

    indices: integers [d0, ..., dn, rows]; ref: [d0, ..., dn, size, ...]; updates: [d0, ..., dn, rows, ...].

    Raises:
      ValueError: if the rank of the indices is not known.

    >>> import minitf as tf
    >>> v = tf.Variable(tf.zeros([2, 3]))
    >>> change = tf.batch_scatter_update(v, [[2], [0]], [[7.0], [8.0]])
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     print(sess.run(change))
    [[0. 0. 7.]
     [8. 0. 0.]]
    """
    with name_scope(name):
        indices = convert_to_tensor(indices, name="indices")
        sizes, rank = array.shape(indices), indices.shape.rank
        if rank is None:
            raise ValueError("batch_scatter_update does not allow indices with unknown shape")
        rows = array.expand_dims(indices, axis=-1)
        places = [_counted(sizes, axis, rank, rows) for axis in range(rank - 1)]
        return state.scatter_nd_update(ref, array.concat([*places, rows], -1), updates, use_locking=use_locking)


def _counted(sizes, axis: int, rank: int, like):
    """The position along an axis, for each of the indices."""
    size = sizes[axis]
    shape = [1] * (rank + 1)
    shape[axis] = size
    positions = array.reshape(apply("Range", 0, size, 1), shape)
    if positions.dtype is not like.dtype.base_dtype:
        positions = cast(positions, like.dtype)
    return positions * array.ones_like(like)
