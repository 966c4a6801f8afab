"""k-means clustering as a graph: full batches or mini-batches, by distance or by angle."""

from __future__ import annotations

from typing import NamedTuple

import minitf as tf
from minitf.contrib.factorization.centers import INITS, Chooser, normalized
from minitf.ops.nn.clusters import nearest_neighbors

SQUARED_EUCLIDEAN_DISTANCE, COSINE_DISTANCE = "squared_euclidean", "cosine"
RANDOM_INIT, KMEANS_PLUS_PLUS_INIT, KMC2_INIT = INITS


class _Variables(NamedTuple):
    """What is remembered: centers, whether they are chosen, how many points each has had, the centers that
    steps move, and the steps left until those are taken over.
    """

    centers: tf.Variable
    initialized: tf.Variable
    counts: tf.Variable | None
    moved: tf.Variable
    left: tf.Variable | None


class KMeans:
    """Makes the graph of k-means clustering; see `training_graph`.

    inputs: points float32 [n, d], or a list of such. num_clusters: how many centers (not used if
    initial_clusters is a tensor). initial_clusters: "random", "kmeans_plus_plus", "kmc2", a tensor of centers
    or a function of (inputs, number) that gives some. distance_metric: "squared_euclidean" or "cosine".
    use_mini_batch: each step moves centers by some points only; the moved centers are used after
    mini_batch_steps_per_iteration steps.

    Raises:
      ValueError: for another initial_clusters or distance_metric.
    """

    def __init__(
        self,
        inputs,
        num_clusters,
        initial_clusters=RANDOM_INIT,
        distance_metric: str = SQUARED_EUCLIDEAN_DISTANCE,
        use_mini_batch: bool = False,
        mini_batch_steps_per_iteration: int = 1,
        random_seed: int = 0,
        kmeans_plus_plus_num_retries: int = 2,
        kmc2_chain_length: int = 200,
    ):
        if isinstance(initial_clusters, str) and initial_clusters not in INITS:
            raise ValueError(f"initial_clusters is one of {', '.join(INITS)}, not '{initial_clusters}'")
        if distance_metric not in (SQUARED_EUCLIDEAN_DISTANCE, COSINE_DISTANCE):
            raise ValueError(
                f"distance_metric is '{SQUARED_EUCLIDEAN_DISTANCE}' or '{COSINE_DISTANCE}', not {distance_metric!r}"
            )
        self._inputs = inputs if isinstance(inputs, list) else [inputs]
        self._number, self._initial = num_clusters, initial_clusters
        self._cosine, self._mini = distance_metric == COSINE_DISTANCE, use_mini_batch
        self._steps = int(mini_batch_steps_per_iteration)
        self._several = use_mini_batch and self._steps > 1  # steps before centers are taken over
        self._choice = {"seed": random_seed, "retries": kmeans_plus_plus_num_retries, "chain": kmc2_chain_length}

    def training_graph(self) -> tuple:
        """The tensors and ops of the clustering, as a tuple of six:

        the distances of each point from all centers, the number of its nearest one, and its distance from
        that (each a tuple with one tensor per input); a bool variable that says whether centers are chosen;
        an op that chooses them (run it until they are); an op that makes one step.
        """
        given = self._initial
        if isinstance(given, str) or callable(given):
            number = tf.convert_to_tensor(self._number)
        else:
            given = tf.convert_to_tensor(given)
            number = tf.shape(given)[0]
        made = self._variables(number)
        init = Chooser(
            self._inputs, number, given, self._cosine, made.centers, made.moved, made.initialized, **self._choice
        ).op()
        inputs, centers = self._inputs, made.centers
        if self._cosine:
            inputs = [normalized(points, points) for points in inputs]
            centers = centers if self._stay_normalized() else tf.nn.l2_normalize(centers, axis=1)
        scores, distances, nearest = self._inferred(inputs, centers)
        if not self._mini:
            return (scores, nearest, distances, made.initialized, init, self._full(inputs, number, nearest, made))
        with tf.control_dependencies([self._taken_over(made)]):
            step = self._moved(inputs, nearest, made)
        return scores, nearest, distances, made.initialized, init, step

    def _stay_normalized(self) -> bool:
        return self._cosine and (not self._mini or self._several)

    def _variables(self, number) -> _Variables:
        none = tf.constant([], tf.float32)
        centers = tf.Variable(none, name="clusters", validate_shape=False)
        initialized = tf.Variable(False, dtype=tf.bool, name="initialized")
        if not self._several:
            counts = tf.Variable(tf.ones([number], tf.int64)) if self._mini else None
            return _Variables(centers, initialized, counts, centers, None)
        moved = tf.Variable(none, name="clusters_updated", validate_shape=False)
        left = tf.Variable(self._steps, dtype=tf.int64, name="update_in_steps")
        return _Variables(centers, initialized, tf.Variable(tf.zeros([number], tf.int64)), moved, left)

    # ---- distances

    def _inferred(self, inputs: list, centers):
        """For each input the distances from all centers, the distance from the nearest, and its number."""
        scores = [self._distances(points, centers) for points in inputs]
        if self._cosine and not self._stay_normalized():
            centers = normalized(centers, centers)
        found = []
        for points, score in zip(inputs, scores):
            with tf.colocate_with(points, ignore_existing=True):
                nearest, distances = nearest_neighbors(points, centers, 1)
                if self._cosine:  # of points of length one, the square is twice what the angle gives
                    distances *= 0.5
                found.append((score, tf.squeeze(distances, [-1]), tf.squeeze(nearest, [-1])))
        return tuple(zip(*found))

    def _distances(self, points, centers):
        with tf.colocate_with(points, ignore_existing=True):
            if self._cosine:
                return 1 - tf.matmul(points, centers, transpose_b=True)
            own = tf.reduce_sum(tf.square(points), 1, keepdims=True)
            both = own - 2 * tf.matmul(points, centers, transpose_b=True)
            return both + tf.transpose(tf.reduce_sum(tf.square(centers), 1, keepdims=True))

    # ---- steps

    def _full(self, inputs: list, number, nearest: tuple, made: _Variables):
        """An op that makes each center the mean of its points."""
        sums, counts, small = [], [], tf.constant(1e-6, inputs[0].dtype)
        for points, ids in zip(inputs, nearest):
            with tf.colocate_with(points, ignore_existing=True):
                sums.append(tf.unsorted_segment_sum(points, ids, number))
                each = tf.reshape(tf.ones(tf.reshape(tf.shape(points)[0], [-1])), [-1, 1])
                counts.append(tf.unsorted_segment_sum(each, ids, number))
        with tf.colocate_with(made.centers, ignore_existing=True):
            centers = tf.add_n(sums) / (tf.cast(tf.add_n(counts), sums[0].dtype) + small)
            if self._stay_normalized():
                centers = tf.nn.l2_normalize(centers, axis=1)
        return tf.assign(made.centers, centers)

    def _taken_over(self, made: _Variables):
        """An op that takes over the moved centers when it is time."""
        if not self._several:
            return tf.no_op()

        def take_over():
            with tf.control_dependencies([tf.assign(made.left, self._steps - 1)]):
                moved = normalized(made.moved, made.moved) if self._cosine else made.moved
            with tf.colocate_with(made.centers, ignore_existing=True):
                taken = tf.assign(made.centers, moved)
            with tf.control_dependencies([taken]), tf.colocate_with(None, ignore_existing=True):
                counts = tf.assign(made.counts, tf.zeros_like(made.counts))
            with tf.control_dependencies([counts]):
                return tf.identity(made.left)

        with tf.colocate_with(made.left, ignore_existing=True):
            return tf.cond(made.left <= 0, take_over, lambda: tf.assign_sub(made.left, 1))

    def _moved(self, inputs: list, nearest: tuple, made: _Variables):
        """An op that moves each center toward the mean of all points that it ever had."""
        updates = []
        for points, ids in zip(inputs, nearest):
            with tf.colocate_with(points, ignore_existing=True):
                rows, more, change = self._change(points, ids, made)
            updates += [tf.scatter_add(made.counts, rows, more), tf.scatter_add(made.moved, rows, change)]
        return tf.group(*updates)

    def _change(self, points, ids, made: _Variables):
        """The centers that have new points, how many each, and by what they move."""
        rows, places = tf.unique(tf.reshape(ids, [-1]))
        number = tf.size(rows)
        with tf.colocate_with(made.counts, ignore_existing=True):
            counts = tf.gather(made.counts, rows)
        with tf.colocate_with(made.moved, ignore_existing=True):
            centers = tf.gather(made.moved, rows)
        more = tf.unsorted_segment_sum(tf.ones_like(places, dtype=made.counts.dtype), places, number)
        change = tf.unsorted_segment_sum(points, places, number)
        shape = tf.concat([tf.reshape(number, [1]), tf.ones(tf.reshape(tf.rank(points) - 1, [1]), dtype=tf.int32)], 0)
        change -= tf.cast(tf.reshape(more, shape), points.dtype) * centers
        rate = tf.reciprocal(tf.cast(counts + more, points.dtype))
        return rows, more, change * tf.reshape(rate, shape)
