"""Random bodies of loops and branches on rows that data pick.

    python -m tests.campaigns counted_bodies [FIRST [LAST]]

Each seed from FIRST (0) up to LAST (1,000) makes a loop over matrices, of whose rows data pick some and make others,
with branches. Its result and gradients have to agree natively, with two threads, without rewrites and op by op.
"""

import numpy as np
import seeds

import minitf as tf

ROWS, N = 7, 3
MIRRORS = ["REFLECT", "SYMMETRIC"]


class Body:
    """Adds random ops on random rows; all of rank 2, of as many columns and of unknown numbers of rows."""

    def __init__(self, seed):
        self.draw = np.random.RandomState(seed)

    def rows(self, a, state, depth):
        """Rows made of `a`."""
        if depth == 0:
            return a + 0.1 * state
        a = self.rows(a, state, depth - 1)
        return getattr(self, STEPS[self.draw.randint(len(STEPS))])(a, state)

    def number(self, a, most):
        """A whole number that data decide."""
        return tf.cast(tf.abs(tf.tanh(tf.reduce_sum(a))) * (most + 0.5), tf.int32)

    def picked(self, a, _):
        column, least = self.draw.randint(N), self.draw.uniform(-0.5, 0.5)
        return tf.boolean_mask(a, a[:, column] > least)

    def gathered(self, a, _):
        places = tf.where(a > self.draw.uniform(0.0, 1.0))
        values = tf.gather_nd(a, places)
        return tf.stack([values, values * 0.5, tf.cast(places[:, 0], tf.float32) * 0.1], 1)

    def parted(self, a, _):
        return tf.dynamic_partition(a, tf.cast(a[:, 0] > 0.2, tf.int32), 2)[self.draw.randint(2)]

    def mapped(self, a, state):
        return tf.map_fn(lambda row: tf.tanh(row + state) * row, a)

    def scanned(self, a, state):
        return tf.scan(
            lambda before, row: tf.tanh(before * 0.5 + row), a, initializer=state, reverse=bool(self.draw.randint(2))
        )

    def put_back(self, a, _):
        ids = tf.cast(tf.clip_by_value(a[:, 0] + 1.5, 0.0, 2.9), tf.int32)
        places = tf.dynamic_partition(tf.range(tf.shape(a)[0]), ids, 3)
        first, *rest = tf.dynamic_partition(a, ids, 3)
        return tf.dynamic_stitch(places, [tf.sin(first), *rest])

    def squashed(self, a, state):
        return tf.tanh(a * 0.7 + state)

    def multiplied(self, a, _):
        return tf.matmul(a, tf.constant(self.draw.randn(N, N).astype(np.float32) * 0.6))

    def joined(self, a, state):
        return tf.concat([a, tf.reshape(state, [1, N])], 0)

    def turned(self, a, _):
        return tf.reverse(a, [0]) + tf.cumsum(a, 0) * 0.1

    def weighed(self, a, _):
        return a * tf.nn.softmax(a, axis=self.draw.randint(2))

    def ranked(self, a, _):
        return a * tf.cast(tf.expand_dims(tf.range(tf.shape(a)[0]), 1), tf.float32) * 0.3

    def first(self, a, _):
        return a[: self.draw.randint(1, 4)]

    def chosen(self, a, state):
        return tf.where(a > 0.0, a * 0.5, tf.zeros_like(a) + state)

    def summed(self, a, _):
        ids = tf.cast(tf.abs(a[:, 0]) * 3.0, tf.int32)
        return tf.unsorted_segment_sum(a, tf.minimum(ids, 3), 4)

    def unlike(self, a, _):
        values, index, _ = tf.unique_with_counts(tf.cast(a[:, 1] * 2.0, tf.int32))
        return a + 0.1 * tf.expand_dims(tf.cast(tf.gather(values, index), tf.float32), 1)

    def repeated(self, a, state):
        times = tf.cast(tf.abs(a[:, 0]) * 1.5, tf.int32)
        return tf.repeat(a, times, axis=0) + state if self.draw.randint(2) else tf.tile(a, [self.draw.randint(3), 1])

    def filled(self, a, state):
        return tf.fill([self.number(a, 5), N], 0.3) * state + tf.zeros([N])

    def many(self, a, state):
        wide = tf.broadcast_to(state, [self.number(a, 70), N])  # more than there is room for at first
        return tf.concat([a, wide * 0.01], 0)

    def drawn(self, a, _):
        shape = tf.shape(a) if self.draw.randint(2) else [self.number(a, 4), N]
        noise = tf.random_uniform(shape, seed=self.draw.randint(9)) * 0.2
        return a + noise if isinstance(shape, tf.Tensor) else noise

    def dropped(self, a, _):
        return tf.nn.dropout(a, 0.7, seed=self.draw.randint(9))

    def padded(self, a, _):
        before = self.number(a, 3) if self.draw.randint(2) else self.draw.randint(3)
        return tf.pad(a, [[before, 1], [0, 0]], constant_values=self.draw.randint(2) * 0.5)

    def sliced(self, a, _):
        first, last, step = (self.draw.choice([None, -3, -1, 1, 2, 4]) for _ in range(3))
        return a[first:last:step] if step not in (4, -3) else a[: self.number(a, 4)]

    def ended(self, a, _):
        n = self.number(a, 3) * self.draw.randint(1, 3)
        return a[-n:] if self.draw.randint(2) else a[:-n]

    def moved(self, a, _):
        return tf.roll(a, self.number(a, 4) if self.draw.randint(2) else self.draw.randint(-3, 4), self.draw.randint(2))

    def cut(self, a, _):
        n = tf.minimum(self.number(a, 4), tf.shape(a)[0])
        parts = tf.split(a, tf.stack([n, tf.shape(a)[0] - n]), 0)
        return tf.concat([parts[1] * 0.5, parts[0]], 0) if self.draw.randint(2) else parts[self.draw.randint(2)]

    def mirrored(self, a, state):
        before = tf.minimum(self.number(a, 3), tf.shape(a)[0]) if self.draw.randint(2) else 1
        return tf.pad(tf.concat([a, state * tf.ones([2, N])], 0), [[before, 1], [0, 0]], self.draw.choice(MIRRORS))

    def pooled(self, a, state):
        image = tf.reshape(tf.concat([a, tf.ones([3, N]) * state], 0), [1, -1, N, 1])
        pool, size, stride = tf.nn.max_pool if self.draw.randint(2) else tf.nn.avg_pool, *self.draw.randint(1, 4, 2)
        padding = self.draw.choice(["SAME", "VALID"])
        return tf.reshape(pool(image, [1, size, 1, 1], [1, stride, 1, 1], padding), [-1, N])

    def listed(self, a, state):
        """Rows in a list that is as long as there are of them, or as a number says."""
        if self.draw.randint(2):
            count = tf.shape(a)[0]
            array = tf.TensorArray(tf.float32, count, element_shape=[N]).unstack(a)
            return array.gather(tf.range(count - 1, -1, -1)) * state
        count, grows = self.number(a, 5) + 1, bool(self.draw.randint(2))
        array = tf.TensorArray(tf.float32, 0 if grows else count, dynamic_size=grows, element_shape=[N])
        write = lambda i, array: (i + 1, array.write(i, tf.sin(state + tf.cast(i, tf.float32))))  # noqa: E731
        return tf.while_loop(lambda i, _: i < count, write, [0, array])[1].stack()

    def begun(self, a, _):
        rows = tf.shape(a)[0]
        first = tf.minimum(self.number(a, 3), rows)
        return tf.slice(a, tf.stack([first, 0]), tf.stack([(rows - first) // 2 if self.draw.randint(2) else -1, N]))

    def stitched(self, a, _):
        which, count = tf.cast(a[:, 1] > 0.1, tf.int32), 2
        places, parts = (tf.dynamic_partition(x, which, count) for x in (tf.range(tf.shape(a)[0]), a))
        return tf.dynamic_stitch(places, [parts[0] * 0.5, tf.tanh(parts[1])])

    def backwards(self, a, _):
        lengths = tf.minimum(tf.cast(tf.abs(a[:, 2]) * 3.0, tf.int32), N)
        return tf.reverse_sequence(a, lengths, seq_axis=1)

    def paired(self, a, _):
        near = tf.nn.softmax(-tf.reduce_sum(tf.square(tf.expand_dims(a, 0) - tf.expand_dims(a, 1)), 2))
        return tf.matmul(near, a)

    def largest(self, a, _):
        best = tf.nn.top_k(a[:, 0], tf.minimum(tf.shape(a)[0], 3))[1]
        return tf.gather(a, best)

    def iterated(self, a, state):
        """A loop in the loop, that picks rows."""
        more = lambda i, s: (i + 1, tf.tanh(s + 0.2 * tf.reduce_sum(self.picked(a * s, None), 0)))  # noqa: E731
        return a + tf.while_loop(lambda i, _: i < 2, more, [0, state])[1]

    def branched(self, a, state):
        yes, no = (lambda: self.rows(a, state, 1)), (lambda: tf.concat([a, a[:1]], 0))
        found = tf.cond(tf.reduce_sum(state) > 0.0, yes, no)
        found.set_shape([None, N])
        return found


STEPS = [name for name in vars(Body) if not name.startswith("_") and name not in ("rows", "number")]


def network(seed, x):
    """A loop over inputs whose state comes of rows of theirs."""
    w = tf.get_variable("w", [N], initializer=tf.constant_initializer(0.7))

    def body(state, a):
        made = Body(seed)
        depth = 1 + made.draw.randint(5)
        kept = made.rows(a * w, state, depth)
        reduce = [tf.reduce_sum, tf.reduce_max][made.draw.randint(2)]
        return tf.tanh(state + 0.3 * reduce(tf.concat([kept, a], 0), 0))

    return tf.foldl(body, x, initializer=tf.zeros([N]))


def results(seed, feeds, **config):
    tf.reset_default_graph()
    x = tf.placeholder(tf.float32, [None, ROWS, N])
    end = network(seed, x)
    gradients = tf.gradients(tf.reduce_sum(tf.square(end)), [x, *tf.trainable_variables()])
    fetches = [end, *[g for g in gradients if g is not None]]
    with tf.Session(config=tf.ConfigProto(**config)) as session:
        session.run(tf.global_variables_initializer())
        return [session.run(fetches, {x: feed}) for feed in feeds]


def check(seed):
    """Runs a model in all ways for some numbers of steps and of rows that are picked; raises where they differ."""
    draw = np.random.RandomState(seed)
    feeds = [draw.randn(steps, ROWS, N) + shift for steps, shift in ((3, 0), (3, 0), (2, -9), (4, 9), (3, 0))]
    native, plain = results(seed, feeds), results(seed, feeds, executor="op_by_op")
    both = results(seed, feeds, intra_op_parallelism_threads=2)
    bare = results(seed, feeds, passes="none")
    for one, other, shared, unchanged in zip(native, plain, both, bare):
        for a, b, c, d in zip(one, other, shared, unchanged):
            np.testing.assert_array_equal(d, b)
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
            np.testing.assert_array_equal(a, c)


def main(arguments):
    """Runs the campaign; returns its exit code."""
    return seeds.search(arguments, __doc__, check)
