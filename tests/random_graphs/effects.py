"""Productions that leave something behind or run on the host: assignments, random numbers, queues, Python."""

import numpy as np
from random_graphs.flow import view
from random_graphs.pool import Skip, known

import minitf as tf


def any_value(g):
    """What is given to the host: often a view of a variable."""
    return view(g) if g.chance(0.5) else g.float()


# ---------------------------------------------------------------- variables


def assign(g):
    """A variable is written, in a fixed order if anything waits for it."""
    v = g.one_of(g.world.variables or [g.variable((2, 3))])
    value = g.fit(g.float(lambda e: e.rank <= 4), v._replace(tensor=tf.identity(v.tensor)))
    value.set_shape(v.shape)
    function = g.one_of([tf.assign, tf.assign, tf.assign_add, tf.assign_sub])
    changed = function(v.tensor, value if function is tf.assign else value * 0.1)
    finish(g, v, changed)


def scatter(g):
    v = g.one_of([v for v in g.world.variables if v.rank] or [g.variable((4, 3))])
    i = g.ids(v.shape[0], lambda e: e.rank <= 1)
    rows = tf.tanh(tf.gather(v.tensor, i.tensor) * 0.5 + tf.reduce_mean(g.float().tensor))
    function = g.one_of([tf.scatter_update, tf.scatter_add, tf.scatter_sub])
    finish(g, v, function(v.tensor, i.tensor, rows))


def finish(g, v, changed):
    """Somebody waits for a change: the value, an op that comes later, or the whole run."""
    g.world.changes = True
    if g.chance(0.4) and g.depth == 0:
        g.world.effects.append(changed.op)
    if g.chance(0.4):
        g.add(tf.identity(changed), v.shape, 3.0)
        return
    x = g.float()
    with tf.control_dependencies([changed]):
        g.add(tf.identity(x.tensor), x.shape, x.bound, x.exact)
        if g.chance(0.5):
            g.add(tf.identity(v.tensor), v.shape, 3.0)


# ---------------------------------------------------------------- random numbers


def random_numbers(g):
    x = g.float()
    shape, seed, dtype = tf.shape(x.tensor), g.random.randrange(99), g.world.dtype
    g.world.changes = True
    kind = g.random.randrange(5)
    if kind == 0:
        g.add(tf.random_normal(shape, dtype=dtype, seed=seed), x.shape, 4.0, True)
    elif kind == 1:
        g.add(tf.random_uniform(shape, dtype=dtype, seed=seed), x.shape, 1.0, True)
    elif kind == 2:
        g.add(tf.truncated_normal(shape, dtype=dtype, seed=seed), x.shape, 2.0, True)
    elif kind == 3:
        g.add(tf.random_uniform(shape, 0, 3, tf.int32, seed=seed), x.shape, 3, True)
    else:
        g.add(tf.nn.dropout(x.tensor, 0.7, seed=seed), x.shape, 2 * x.bound)


def drawn(g):
    x = g.exact(lambda e: e.rank == 2 and known(e.shape[1]) and e.shape[1] > 1 and 0 not in e.shape)
    g.world.changes = True
    found = tf.multinomial(x.tensor, 3, seed=g.random.randrange(99))
    g.add(found, (x.shape[0], 3), x.shape[1], True)


def shuffled(g):
    x = g.float(rank=1)
    g.world.changes = True
    g.add(tf.stop_gradient(tf.random_shuffle(x.tensor, seed=3)), x.shape, x.bound, x.exact)


# ---------------------------------------------------------------- the host


def py_func(g):
    a, b = any_value(g), any_value(g)
    dtype = g.world.dtype.as_numpy_dtype

    def function(a, b):
        return np.tanh(np.cumsum(a.astype(np.float64)).reshape(a.shape) + b.sum()).astype(dtype)

    found = tf.py_func(function, [a.tensor, b.tensor], g.world.dtype, stateful=g.chance(0.7))
    if g.chance(0.5):
        found.set_shape([n if known(n) else None for n in a.shape])
    g.add(found, a.shape)


def printed(g):
    x, shown = any_value(g), any_value(g)
    g.add(tf.Print(x.tensor, [shown.tensor, tf.shape(shown.tensor)], "seen: "), x.shape, x.bound, x.exact)


def asserted(g):
    x, y = any_value(g), g.float()
    with tf.control_dependencies([tf.Assert(tf.reduce_all(tf.abs(x.tensor) < 1e9), [x.tensor])]):
        g.add(tf.identity(y.tensor), y.shape, y.bound, y.exact)


def queued(g):
    """What goes into a queue comes out of it."""
    x, y = any_value(g), g.float()
    queue = tf.FIFOQueue(100, [x.dtype, y.dtype])
    g.world.changes = True
    with tf.control_dependencies([queue.enqueue([x.tensor, y.tensor])]):
        a, b = queue.dequeue()
    for entry, t in ((x, a), (y, b)):
        t.set_shape([n if known(n) else None for n in entry.shape])
        g.add(t, entry.shape, entry.bound, entry.exact)


def summary(g):
    if g.depth:
        raise Skip
    x = any_value(g)
    kind = g.one_of([tf.summary.histogram, lambda n, t: tf.summary.scalar(n, tf.reduce_mean(t))])
    g.world.effects.append(kind("seen", x.tensor))


PRODUCTIONS = {
    assign: 4,
    scatter: 3,
    random_numbers: 2,
    drawn: 1,
    shuffled: 1,
    py_func: 3,
    printed: 1,
    asserted: 1,
    queued: 1,
    summary: 1,
}
