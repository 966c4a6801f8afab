"""Gradients taken inside of bodies: random models, partly made around and partly in loops and branches.

    python -m tests.campaigns body_gradients [FIRST [LAST]]

Each seed from FIRST (0) up to LAST (1,000) makes a model of a vector, a table and a number, with lookups,
loops and branches among its ops. Its gradients, a part of them of second order, are taken at the root, and in
up to three conds, while_loops and map_fns in one another; all have to agree, natively and op by op.
"""

import random

import numpy as np
import seeds

import minitf as tf

EXECUTORS = ("native", "op_by_op")


def vector(t):
    """What stands for a table or number where a vector of 3 is needed."""
    rank = t.shape.rank
    return t if rank == 1 else tf.gather(t, [1, 1, 2])[0] if rank == 2 else tf.fill([3], 1.0) * t


def _inner_gradient(a, b, c):
    by_a, by_b = tf.gradients(tf.reduce_sum(tf.sin(a) * b), [a, b])
    return tf.convert_to_tensor(by_a) + tf.convert_to_tensor(by_b) * c


OPS = {
    "product": lambda a, b, c: a * b,
    "sum": lambda a, b, c: a + b * c,
    "tanh": lambda a, b, c: tf.tanh(a * 1.3),
    "rows": lambda a, b, c: tf.gather(tf.stack([a, b, a * c]), [0, 2, 2])[1] + tf.gather(b, [0, 0, 1]),
    "elements": lambda a, b, c: tf.nn.embedding_lookup(-a, [2, 2, 0]),
    "branch": lambda a, b, c: tf.cond(tf.reduce_sum(a) > c, lambda: a * b, lambda: tf.sin(b)),
    "loop": lambda a, b, c: tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, tf.sin(v * b + c)), [0, a])[1],
    "scan": lambda a, b, c: tf.scan(lambda h, x: tf.tanh(h * x + b), a, initializer=a * b)[-1],
    "map": lambda a, b, c: tf.reduce_sum(tf.map_fn(lambda x: x * b, a), 0),
    "scale": lambda a, b, c: tf.reduce_sum(b) * a,
    "mean": lambda a, b, c: tf.reduce_mean(a) * tf.ones([3]),
    "spread": lambda a, b, c: tf.reduce_sum(a + tf.reshape(b, [3, 1]), 0) * c,
    "gradient": _inner_gradient,
}


def branch(body, zeros):
    return tf.cond(tf.placeholder_with_default(True, []), body, zeros)


def known_branch(body, zeros):
    return tf.cond(tf.constant(False), zeros, body)


def loop(body, zeros):
    return list(tf.while_loop(lambda i, *v: i < 2, lambda i, *v: (i + 1, *body()), [0, *zeros()])[1:])


def mapped(body, zeros):
    found = tf.map_fn(lambda _: body(), tf.constant([0.0, 1.0]), dtype=[tf.float32] * len(zeros()))
    return [t[1] for t in found]


class Model:
    """A random model: its ops, and how deep in bodies each of them and the gradient are made."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.ops = [
            (rng.choice(list(OPS)), rng.randrange(3 + i), rng.randrange(3 + i), rng.random())
            for i in range(rng.randint(4, 12))
        ]
        self.around = [rng.choice([branch, known_branch, loop, mapped]) for _ in range(rng.randint(1, 3))]
        self.levels = sorted(rng.randint(0, len(self.around)) for _ in self.ops)
        self.second = rng.random() < 0.4

    def gradients(self, in_bodies):
        """The gradients by vector, table and number; taken in bodies, or at the root."""
        start = [np.array([0.3, -0.5, 0.8]), np.linspace(-1, 1, 12).reshape(4, 3), np.array(0.7)]
        self.xs = [tf.get_variable(f"x{i}", initializer=value.astype(np.float32)) for i, value in enumerate(start)]
        self.values = list(self.xs)
        return self._made(0, self.around if in_bodies else [], self.levels if in_bodies else [0] * len(self.ops))

    def _made(self, depth, around, levels):
        while len(self.values) < 3 + len(levels) and levels[len(self.values) - 3] <= depth:
            name, i, j, number = self.ops[len(self.values) - 3]
            a, b = vector(self.values[i]), vector(self.values[j])
            self.values.append(OPS[name](a, b, tf.constant(number)))
        if depth == len(around):
            return self._differentiated()
        zeros = lambda: [tf.zeros_like(x) for x in self.xs]  # noqa: E731
        return around[depth](lambda: self._made(depth + 1, around, levels), zeros)

    def _differentiated(self):
        found = self._dense(tf.reduce_sum(tf.sin(self.values[-1])) + tf.reduce_sum(self.values[-2]))
        return self._dense(tf.add_n([tf.reduce_sum(tf.sin(g)) for g in found])) if self.second else found

    def _dense(self, y):
        found = tf.gradients(y, self.xs, unconnected_gradients="zero")
        return [tf.convert_to_tensor(g) for g in found]


def examine(seed):
    """Raises AssertionError if the gradients of a model differ."""
    model, results = Model(seed), []
    for in_bodies in (False, True):
        for executor in EXECUTORS:
            with tf.Graph().as_default():
                found = model.gradients(in_bodies)
                with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
                    session.run(tf.global_variables_initializer())
                    results.append(session.run(found))
    for other in results[1:]:
        for mine, theirs in zip(results[0], other, strict=True):
            scale = max(1.0, np.abs(mine).max())
            np.testing.assert_allclose(mine, theirs, rtol=2e-3, atol=1e-4 * scale)


def main(arguments):
    """Runs the campaign; returns its exit code."""
    return seeds.search(arguments, __doc__, examine)
