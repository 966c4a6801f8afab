"""Random loops whose variables grow and shrink.

    python -m tests.campaigns growing_bodies [FIRST [LAST]]

Each seed from FIRST (0) up to LAST (1,000) makes a loop with one or two memories, which each trip makes longer or
shorter, at either end, and attends to. The results and gradients to second order have to agree natively, with two
threads, without rewrites and op by op.
"""

import numpy as np
import seeds
from forced import shared
from stalls import Stalls

import minitf as tf

N, BATCH = 3, 2


class Body:
    """Adds random ops on memories of shape [length, N], or [BATCH, length, N]."""

    def __init__(self, seed):
        self.draw = np.random.RandomState(seed)
        self.axis = self.draw.randint(2)
        self.memories = 1 + self.draw.randint(2)
        self.shape = tf.TensorShape([None, N] if self.axis == 0 else [BATCH, None, N])
        self.together = self.memories == 2 and self.draw.rand() < 0.5  # whether both memories change alike
        self.first = self.draw.randint(4)

    def starts(self, x):
        """The first values of memories."""
        first = x[: self.first] if self.axis == 0 else tf.stack([x[: self.first], x[: self.first] * 0.5])
        rest = x[: self.first if self.together else self.draw.randint(3)] * 0.7
        return [first, rest if self.axis == 0 else tf.stack([rest, -rest])][: self.memories]

    def row(self, state):
        """A state as an entry of a memory."""
        return tf.reshape(state, [1, N]) if self.axis == 0 else tf.stack([[state], [state * 0.5]])

    def cut(self, a, start, end):
        return a[start:end] if self.axis == 0 else a[:, start:end]

    def longer(self, a, state, _):
        parts = [a, self.row(state)]
        return tf.concat(parts[:: self.draw.choice([1, -1])], self.axis)

    def padded(self, a, state, _):
        ends = [[0, 0]] * self.axis + [[self.draw.randint(2), 1 + self.draw.randint(2)], [0, 0]]
        return tf.pad(a, ends) + 0.1 * state

    def without_first(self, a, state, _):
        return self.cut(a, 1, None) * 0.9

    def without_last(self, a, state, _):
        return self.cut(a, None, -1) + 0.1 * state

    def longer_by_its_last(self, a, state, _):
        return tf.concat([a, tf.tanh(self.cut(a, -1, None)), self.row(state)], self.axis)

    def queued(self, a, state, _):
        return tf.concat([self.cut(a, 1, None), self.row(state)], self.axis)

    def squashed(self, a, state, _):
        return tf.tanh(a + state)

    def multiplied(self, a, state, _):
        matrix = tf.constant(self.draw.randn(N, N).astype(np.float32) * 0.6)
        return tf.reshape(tf.matmul(tf.reshape(a, [-1, N]), matrix), tf.shape(a))

    def chosen(self, a, state, i):
        return tf.cond(tf.equal(i % 2, 0), lambda: self.longer(a, state, i), lambda: a * 0.8)

    def kept_or_not(self, a, state, i):
        return tf.cond(tf.reduce_sum(state) > 0.0, lambda: self.cut(a, 1, None), lambda: tf.concat([a, a], self.axis))

    def doubled(self, a, state, i):
        return tf.cond(i < 3, lambda: tf.concat([a, a * 0.5], self.axis), lambda: a)

    def picked(self, a, state, _):
        return tf.boolean_mask(a, a[:, 0] > -0.2) if self.axis == 0 else a

    def in_another_loop(self, a, state, i):
        step = lambda j, b: (j + 1, tf.concat([b, self.row(state * 0.3)], self.axis))  # noqa: E731
        shapes = [tf.TensorShape([]), self.shape]
        return tf.while_loop(lambda j, _: j < i % 3, step, [0, a], shape_invariants=shapes)[1]

    def changed(self, a, state, i, depth):
        """A memory after a trip."""
        for _ in range(depth):
            a = getattr(self, CHANGES[self.draw.randint(len(CHANGES))])(a, state, i)
        return a

    def read(self, memories, state):
        """What a trip reads: a row."""
        found = []
        for a in memories:
            weights = tf.nn.softmax(tf.reduce_sum(a * state, -1, keepdims=True), self.axis)
            found.append(tf.reduce_sum(a * weights, self.axis))
            found.append(tf.reduce_sum(tf.tanh(a), self.axis) * 0.1)
        if self.together:
            found.append(tf.reduce_sum(memories[0] * memories[1], self.axis))
        return [row if self.axis == 0 else row[0] + row[1] for row in found]


CHANGES = [
    *["longer", "padded", "without_first", "without_last", "longer_by_its_last", "queued", "squashed", "multiplied"],
    *["chosen", "kept_or_not", "doubled", "picked", "in_another_loop"],
]


def network(seed, x, trips):
    """The state and the memories after a loop."""
    w = tf.get_variable("w", [N], initializer=tf.constant_initializer(0.7))
    made = Body(seed)
    depth, start = 1 + made.draw.randint(2), made.starts(x)
    place = made.draw.get_state()

    def body(i, state, *memories):
        made.draw.set_state(place)
        state = tf.tanh(state * w + 0.3 * tf.add_n(made.read(memories, state)))
        changed = []
        for a in memories:
            if made.together:
                made.draw.set_state(place)
            new = made.changed(a, state, i, depth)
            new.set_shape(made.shape)
            changed.append(new)
        return (i + 1, state, *changed)

    shapes = [tf.TensorShape([]), tf.TensorShape([N]), *[made.shape] * made.memories]
    first = [0, tf.reduce_mean(x, 0), *start]
    return tf.while_loop(lambda i, *_: i < trips, body, first, shape_invariants=shapes)[1:]


def results(seed, feeds, **config):
    tf.reset_default_graph()
    x, trips = tf.placeholder(tf.float32, [None, N]), tf.placeholder(tf.int32, [])
    ends = network(seed, x, trips)
    read = ends[:1] if seed % 3 == 0 else ends
    given = [x, *tf.trainable_variables()]
    first = tf.gradients(tf.add_n([tf.reduce_sum(tf.square(end)) for end in read]), given)
    second = tf.gradients(tf.reduce_sum(tf.square(first[0])), given) if seed % 2 else []
    fetches = [*ends, *first, *[t for t in second if t is not None]]
    with tf.Session(config=tf.ConfigProto(**config)) as session:
        session.run(tf.global_variables_initializer())
        return [outcome(session, fetches, {x: feed, trips: n}) for feed, n in feeds]


def outcome(session, fetches, feeds):
    """What a run gives, or what its error says: memories may outgrow each other."""
    try:
        return session.run(fetches, feeds)
    except tf.errors.InvalidArgumentError as error:
        return [np.asarray(error.message)]


def check(seed):
    """Runs a model in all ways for some numbers of trips and rows to begin with; raises where they differ."""
    draw = np.random.RandomState(seed)
    feeds = [(draw.randn(rows, N), trips) for rows, trips in ((4, 3), (4, 3), (5, 4), (4, 6), (6, 0), (4, 2), (4, 3))]
    native, plain = results(seed, feeds), results(seed, feeds, executor="op_by_op")
    with shared([None, 0, 1][seed % 3], Stalls(seed) if seed % 4 == 3 else None):
        both = results(seed, feeds, intra_op_parallelism_threads=2)
    bare = results(seed, feeds, passes="none")
    for one, other, together, unchanged in zip(native, plain, both, bare):
        for a, b, c, d in zip(one, other, together, unchanged):
            np.testing.assert_array_equal(d, b)
            assert a == b if a.dtype.kind == "U" else np.allclose(a, b, 1e-3, 1e-5, True), (a, b)
            np.testing.assert_array_equal(a, c)


def main(arguments):
    """Runs the campaign; returns its exit code."""
    return seeds.search(arguments, __doc__, check)
