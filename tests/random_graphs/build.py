"""A random graph from a number."""

import copy
import random

import numpy as np
from random_graphs import effects, flow, images, maths, movement, rarities
from random_graphs.pool import Scope, Skip, World, known

import minitf as tf

PRODUCTIONS = {
    production: weight
    for module in (maths, movement, flow, effects, rarities, images)
    for production, weight in module.PRODUCTIONS.items()
}
DEEPEST = 3  # bodies in bodies
RUNS = 3


class Built:
    """A graph, what is fetched from it, and what is fed."""

    def __init__(self, seed, without=frozenset(), wide=False, batches=None, more=None, through=None):
        """`without` are the numbers of productions to leave out; if it is `wide`, floats have 64 bits.
        batches: the batch size of each run, if they are not drawn. more: further productions, with their weights.
        through(): a function (g, tensor) that gives what takes the place of a tensor which was made in a scope.
        """
        self.seed, self.without, self.wide, self._batches = seed, without, wide, batches
        self._more, self._through = more or {}, through
        self.graph = tf.Graph()
        with self.graph.as_default():
            tf.set_random_seed(seed)
            self._grow()
            self.variables = tf.global_variables()
            self.initializer = tf.global_variables_initializer()

    def _grow(self):
        self.world = world = World(
            self.seed, produce, self.wide, PRODUCTIONS | self._more, self._through and self._through()
        )
        scope = Scope(world, random.Random(self.seed))
        drawn = _batches(world.random)
        self.sizes = [{"batch": n} for n in self._batches or drawn]
        _placeholders(scope, self.sizes)
        for v in [scope.variable((5, 3)), scope.variable((3,))]:
            scope.add(v.tensor, v.shape)
        self.count, self.bad = world.random.randint(4, 22), world.random.random() < 0.03
        for k in range(self.count):
            if k not in self.without:
                scope.random = random.Random(f"{self.seed}-{k}")
                produce(scope)
        scope.random = random.Random(f"{self.seed}-end")
        self.fetches = _fetches(scope)

    def again(self, without=None, wide=False):
        """The same graph without some productions, or a wide one."""
        without = self.without if without is None else without
        return Built(self.seed, without, wide, self._batches, self._more, self._through)

    def fetching(self, fetches):
        """The same graph, of which only these are fetched."""
        other = copy.copy(self)
        other.fetches = fetches
        return other

    def feeds(self, run):
        """What is fed in one run."""
        draw, sizes = np.random.RandomState((self.seed * 7 + run) % 2**32), self.sizes[run]
        return {
            t: _value(draw, kind, [sizes.get(n, n) for n in shape], t.dtype.as_numpy_dtype, self._spoilt(run))
            for t, shape, kind in self.world.feeds
        }

    def _spoilt(self, run):
        return self.bad and run == RUNS - 1


def produce(g):
    """One production, or none where it finds nothing to work on."""
    for _ in range(3):
        chosen = g.random.choices(list(g.world.productions), list(g.world.productions.values()))[0]
        if chosen.__module__.endswith(("flow", "lists")) and g.depth >= DEEPEST:
            continue
        try:
            chosen(g)
        except Skip:
            continue
        return


def _batches(rng):
    """The batch size of each run: the same, or not."""
    sizes = [1, 2, 3, 5, 7, 9]
    first = rng.choice(sizes)
    other = rng.choice([*sizes, 0]) if rng.random() < 0.5 else first
    return [first, other, first]


def _placeholders(g, sizes):
    """What is fed: some of it of open or of unknown static shape."""
    batch = sizes[0]["batch"] if all(s == sizes[0] for s in sizes) else None

    def add(dtype, shape, kind, bound, exact=True):
        openness = g.one_of(["known", "open", "unknown", "known"])
        fixed = [n if known(n) else batch for n in shape]
        static = {"known": fixed, "open": [n if known(n) else None for n in shape], "unknown": None}[openness]
        t = tf.placeholder(dtype, static)
        g.world.feeds.append((t, shape, kind))
        g.add(t, shape, bound, exact)

    dtype = g.world.dtype
    add(dtype, ("batch", 3), "float", 1.0)
    add(dtype, ("batch", 4, 3), "float", 1.0)
    add(dtype, (5, 4), "float", 1.0)
    add(dtype, (), "float", 1.0)
    add(g.one_of([tf.int32, tf.int64]), ("batch",), "id", 3)
    add(tf.int32, ("batch", 4), "id", 3)
    add(tf.int32, (), "id", 3)
    add(tf.bool, (), "truth", None)
    add(tf.bool, ("batch",), "truth", None)


def _value(draw, kind, shape, dtype, spoilt):
    if kind == "float":
        return draw.uniform(-1, 1, shape).astype(dtype)
    if kind == "id":
        return np.asarray(draw.randint(0, 3, shape) + 90 * spoilt, dtype)
    return np.asarray(draw.randint(0, 2, shape), bool)


def _fetches(g):
    """Some of the tensors, gradients of a number that depends on most of them, and the effects."""
    floats = [e for e in g.entries if e.dtype == g.world.dtype]
    wanted = g.random.sample(g.entries, min(len(g.entries), g.random.randint(1, 6)))
    found = [e.tensor for e in wanted] + g.world.effects
    if floats and g.chance(0.8):
        found += _gradients(g, g.random.sample(floats, min(len(floats), 6)))
    return [t for t in found if t is not None]


def _gradients(g, entries):
    loss = g.passed(tf.add_n([tf.reduce_sum(tf.tanh(e.tensor)) for e in entries]))
    kind = g.random.randrange(6)
    if kind == 0 and tf.trainable_variables():
        return [loss, _step(g, loss)]
    sources = tf.trainable_variables()
    sources = g.random.sample(sources, min(len(sources), 5))
    sources += [t for t, _, kind in g.world.feeds if kind == "float"]
    if g.chance(0.3):
        sources.append(g.float().tensor)
    first = _present(tf.gradients(loss, sources))
    if kind == 1 and first:
        total = tf.add_n([tf.reduce_sum(tf.square(d)) for d in first])
        return [loss, *first, *_present(tf.gradients(total, sources))]
    return [loss, *first]


def _present(gradients):
    return [tf.convert_to_tensor(d) for d in gradients if d is not None]


OPTIMIZERS = [
    lambda: tf.train.GradientDescentOptimizer(0.1),
    lambda: tf.train.MomentumOptimizer(0.1, 0.9),
    lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    lambda: tf.train.AdamOptimizer(0.01),
    lambda: tf.train.AdagradOptimizer(0.1),
    lambda: tf.train.AdadeltaOptimizer(0.1),
    lambda: tf.train.RMSPropOptimizer(0.01, momentum=0.5),
    lambda: tf.train.RMSPropOptimizer(0.01, centered=True),
    lambda: tf.train.FtrlOptimizer(0.1),
    lambda: tf.train.ProximalGradientDescentOptimizer(0.1, l2_regularization_strength=0.1),
    lambda: tf.train.ProximalAdagradOptimizer(0.1),
]


def _step(g, loss):
    """A training step."""
    g.world.changes = True
    optimizer = g.one_of(OPTIMIZERS)()
    pairs = [(d, v) for d, v in optimizer.compute_gradients(loss) if d is not None]
    return optimizer.apply_gradients(pairs) if pairs else None
