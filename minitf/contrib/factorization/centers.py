"""The op that chooses the first centers of k-means clustering, from as many batches as it takes."""

from __future__ import annotations

import minitf as tf
from minitf.ops.nn.clusters import kmc2_chain_initialization, kmeans_plus_plus_initialization, nearest_neighbors

INITS = ("random", "kmeans_plus_plus", "kmc2")


def normalized(rows, where):
    """Rows scaled to length one, beside another tensor."""
    with tf.colocate_with(where, ignore_existing=True):
        return tf.nn.l2_normalize(rows, axis=1)


class Chooser:
    """Makes the op that chooses centers that are missing; see `tf.contrib.factorization.KMeans`.

    centers, moved, initialized: the variables that it sets.
    """

    def __init__(
        self,
        inputs: list,
        number,
        initial,
        cosine: bool,
        centers,
        moved,
        initialized,
        seed: int,
        retries: int,
        chain: int,
    ):
        self._inputs, self._number, self._initial, self._cosine = inputs, number, initial, cosine
        self._centers, self._moved, self._initialized = centers, moved, initialized
        self._seed, self._retries, self._chain = seed, retries, chain
        self._selected = tf.shape(centers)[0]
        self._remaining = number - self._selected
        self._points = tf.add_n([tf.shape(points)[0] for points in inputs])

    def op(self):
        """The op: does nothing but look when all centers are there."""
        return tf.cond(tf.equal(self._remaining, 0), lambda: tf.assert_equal(self._initialized, True), self._choose)

    def _choose(self):
        with tf.control_dependencies([tf.assert_positive(self._remaining)]):
            several = isinstance(self._initial, str) and self._initial == "kmc2"
            left = self._by_chains() if several else self._add()
            return tf.cond(tf.equal(left, 0), lambda: tf.assign(self._initialized, True), tf.no_op)

    def _add(self):
        """Adds centers to those there are; how many are missing then."""
        new = self._new()
        if self._cosine:
            new = tf.nn.l2_normalize(new, axis=1)
        everyone = tf.cond(tf.equal(self._selected, 0), lambda: new, lambda: tf.concat([self._centers, new], 0))
        return self._number - tf.shape(self._assign(everyone))[0]

    def _assign(self, centers):
        assigned = tf.assign(self._centers, centers, validate_shape=False)
        if self._moved is not self._centers:
            assigned = tf.assign(self._moved, assigned, validate_shape=False)
        return assigned

    def _new(self):
        """Some centers, as the user chose."""
        if callable(self._initial):
            return self._initial(self._inputs, self._remaining)
        if not isinstance(self._initial, str):
            with tf.control_dependencies([tf.assert_equal(self._remaining, tf.shape(self._initial)[0])]):
                return self._initial
        if self._initial == "random":  # all points, if they are not more than the centers
            return tf.cond(self._points <= self._remaining, lambda: tf.concat(self._inputs, 0), self._random)
        with tf.control_dependencies([tf.assert_greater_equal(self._points, self._remaining)]):
            return self._plus_plus()

    def _random(self):
        places = tf.random_uniform(
            tf.reshape(self._remaining, [-1]),
            minval=0,
            maxval=tf.cast(self._points, tf.int64),
            seed=self._seed,
            dtype=tf.int64,
        )
        return tf.nn.embedding_lookup(self._inputs, places, partition_strategy="div")

    def _plus_plus(self):
        points = tf.nn.l2_normalize(self._inputs[0], axis=1) if self._cosine else self._inputs[0]
        return kmeans_plus_plus_initialization(points, tf.cast(self._remaining, tf.int64), self._seed, self._retries)

    # ---- k-MC2

    def _by_chains(self):
        """Adds a center for each part of the batch, a chain long; how many are missing then."""
        points = self._inputs[0]
        possible = tf.cast(tf.shape(points)[0] / self._chain, dtype=tf.int32)
        count = tf.maximum(tf.minimum(self._remaining, possible), 1)

        def add(i, _):
            new = tf.cond(tf.equal(self._selected, 0), lambda: self._unit(points[0]), lambda: self._drawn(points, i))
            return i + 1, self._number - tf.shape(self._assign(new))[0]

        return tf.while_loop(lambda i, _: tf.less(i, count), add, [0, 0])[1]

    def _unit(self, row):
        row = tf.reshape(row, [1, -1])
        return tf.nn.l2_normalize(row, axis=1) if self._cosine else row

    def _drawn(self, points, i):
        """The centers there are, and one of the i-th part of the points."""
        first = i * self._chain
        part = points[first : first + self._chain]
        _, distances = nearest_neighbors(part, self._centers, 1)
        place = kmc2_chain_initialization(tf.squeeze(distances), self._seed)
        return tf.concat([self._centers, self._unit(part[place])], 0)
