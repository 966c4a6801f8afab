"""Tensors whose first axis holds the beams of a batch: repeating, splitting, reordering."""

from __future__ import annotations

import minitf as tf
from minitf.framework import nest
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.ops.nn.beam_search import gather_tree


def tile_batch(t, multiplier: int, name=None):
    """Each row of `t` (a tensor [batch, ...] or nested structure of them) `multiplier` times in a row.

    It makes the state and memory of an encoder fit a BeamSearchDecoder: [batch * multiplier, ...].

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tile_batch(tf.constant([1, 2]), 3)))
    [1 1 1 2 2 2]
    """
    with name_scope(name, "tile_batch"):
        return nest.map_structure(lambda x: _tiled(tf.convert_to_tensor(x, name="t"), multiplier), t)


def _tiled(t, multiplier: int):
    if not t.shape.rank:
        raise ValueError(f"tile_batch takes tensors of known rank of at least 1; {t.name} has shape {t.shape}")
    shape, batch = tf.shape(t), t.shape.sizes[0]
    tiled = tf.tile(tf.expand_dims(t, 1), [1, multiplier] + [1] * (t.shape.rank - 1))
    tiled = tf.reshape(tiled, tf.concat(([shape[0] * multiplier], shape[1:]), 0))
    tiled.set_shape(TensorShape([None if batch is None else batch * multiplier]).concatenate(t.shape[1:]))
    return tiled


class Beams:
    """A batch of sequences with `width` beams each; `batch` is a scalar tensor."""

    def __init__(self, batch, width: int):
        self.batch, self.width = batch, width
        known = constant_value(batch)
        self.static_batch = None if known is None else int(known)

    def merged(self, t):
        """[batch, width, ...] as [batch * width, ...]; arrays, scalars and vectors as they are."""
        if not _has_rank(t, 2):
            return t
        count = None if self.static_batch is None else self.static_batch * self.width
        return self._shaped(t, [self.batch * self.width], [count], 2)

    def split(self, t):
        """[batch * width, ...] as [batch, width, ...]; arrays and scalars as they are."""
        if not _has_rank(t, 1):
            return t
        count = t.shape.sizes[0]
        if None not in (count, self.static_batch) and count != self.static_batch * self.width:
            raise ValueError(
                f"a BeamSearchDecoder of {self.width} beams needs states and inputs of batch size "
                f"{self.static_batch} * {self.width}; {t.name} has shape {t.shape}: repeat the encoder's "
                "state and memory by tf.contrib.seq2seq.tile_batch"
            )
        return self._shaped(t, [self.batch, self.width], [self.static_batch, self.width], 1)

    @staticmethod
    def _shaped(t, sizes: list, static: list, skipped: int):
        result = tf.reshape(t, tf.concat((sizes, tf.shape(t)[skipped:]), 0))
        result.set_shape(TensorShape(static).concatenate(t.shape[skipped:]))
        return result

    def reordered(self, t, beams):
        """The beams of `t` [batch, width, ...] that `beams` [batch, width] names; of smaller ranks, `t`."""
        if not _has_rank(t, 2):
            return t
        rows = tf.reshape(t, [self.batch * self.width, -1])
        return self._picked(rows, beams, self.width, tf.shape(t)[2:], t.shape[2:], None)

    def picked(self, t, indices, count, name=None):
        """The numbers that `indices` [batch, width] names among the `count` of each sequence in `t` [batch, ...]."""
        return self._picked(tf.reshape(t, [-1]), indices, count, [], TensorShape([]), name)

    def _picked(self, rows, indices, count, rest, static_rest: TensorShape, name):
        with name_scope(name, "tensor_gather_helper"):
            first = tf.expand_dims(tf.range(self.batch) * count, 1)
            found = tf.gather(rows, tf.reshape(indices + first, [-1]))
            found = tf.reshape(found, tf.concat((tf.shape(indices), rest), 0), name="output")
            found.set_shape(TensorShape([self.static_batch, self.width]).concatenate(static_rest))
            return found

    def followed_back(self, array, parent_ids, lengths):
        """A TensorArray of [batch * width, ...] stacked, each step's rows in the order of the final beams."""
        shape = array.element_shape
        if not shape.rank or (
            None not in (shape.sizes[0], self.static_batch) and shape.sizes[0] != self.static_batch * self.width
        ):
            return array
        steps = array.stack()
        time = tf.shape(parent_ids)[0]
        own = tf.tile(tf.reshape(tf.range(self.width), [1, 1, -1]), [time, self.batch, 1])
        longest = tf.cast(tf.reduce_max(lengths, axis=1), tf.int32)
        beams = gather_tree(own, parent_ids, longest, self.width + 1)
        inside = tf.transpose(tf.sequence_mask(lengths, maxlen=time), [2, 0, 1])
        beams = tf.where(inside, beams, own)
        rows = tf.tile(tf.reshape(tf.range(self.batch), [1, -1, 1]), [time, 1, self.width])
        times = tf.tile(tf.reshape(tf.range(time), [-1, 1, 1]), [1, self.batch, self.width])
        found = tf.gather_nd(tf.reshape(steps, [time, self.batch, self.width, -1]), tf.stack([times, rows, beams], -1))
        return tf.reshape(found, tf.shape(steps))


def _has_rank(t, rank: int) -> bool:
    """Whether `t` is a tensor of at least this rank; ValueError if its rank is unknown."""
    if isinstance(t, tf.TensorArray):
        return False
    if t.shape.rank is None:
        raise ValueError(f"a BeamSearchDecoder needs tensors of known rank, and that of {t.name} is unknown")
    return t.shape.rank >= rank
