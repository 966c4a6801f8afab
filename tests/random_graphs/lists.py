"""Productions with TensorArrays: of elements that differ in shape, in branches, in loops in one another, growing."""

from random_graphs.flow import grown, predicate, trips
from random_graphs.pool import Entry, Skip, known, pinned

import minitf as tf


def rows(g):
    """A tensor of some rows, their number known."""
    x = g.float(lambda e: e.rank in (1, 2) and known(e.shape[0]) and 1 < e.shape[0] < 8)
    return x, pinned(x)


def static(shape):
    return tf.TensorShape([n if known(n) else None for n in shape])


def unlike(g):
    """Elements of other lengths, written in one loop and read in another."""
    x, t = rows(g)
    count, row = x.shape[0], x.shape[1:]
    array = tf.TensorArray(x.dtype, count, infer_shape=False, clear_after_read=g.chance(0.5))

    def write(i, array):
        part = t[: i + 1] if g.chance(0.5) else t[i:]
        return i + 1, array.write(i, tf.tanh(part))

    _, array = tf.while_loop(lambda i, _: i < count, write, [tf.constant(0), array])

    def read(i, total):
        part = array.read(count - 1 - i)
        part.set_shape(static((None, *row)))
        fitting = Entry(tf.reduce_sum(part, 0), row)
        return i + 1, total + grown(g, fitting, fitting, Entry(total, row), Entry(i, (), None, True))

    first = tf.reduce_sum(tf.zeros_like(t), 0)
    _, total = tf.while_loop(lambda i, _: i < count, read, [tf.constant(0), first], [static(()), static(row)])
    g.add(total, row, float(count))


def in_branches(g):
    """A list that one branch or the other has written to."""
    x, t = rows(g)
    count, row = x.shape[0], x.shape[1:]
    array = tf.TensorArray(x.dtype, count, clear_after_read=False).unstack(t)
    chosen = predicate(g)

    def again():
        made = tf.TensorArray(x.dtype, count, clear_after_read=False)
        for i in range(count):
            e = Entry(array.read(i), row)
            made = made.write(i, grown(g, e, e))
        return made

    def turned():
        made = tf.TensorArray(x.dtype, count, clear_after_read=False)
        return made.unstack(tf.reverse(t, [0]) * 0.5)

    found = tf.cond(chosen, again, turned)
    if g.chance(0.5):
        g.add(found.stack(), x.shape, 2.0)
        return
    _, total = tf.while_loop(
        lambda i, _: i < count,
        lambda i, s: (i + 1, tf.tanh(s + found.read(i))),
        [tf.constant(0), tf.zeros_like(t[0])],
        [static(()), static(row)],
    )
    g.add(total, row)


def growing(g):
    """A list that grows by as many elements as only a run knows."""
    like, n = g.float(lambda e: e.rank <= 2), trips(g)
    array = tf.TensorArray(like.dtype, 0, dynamic_size=True, element_shape=static(like.shape))

    def body(i, a, array):
        a = grown(g, Entry(a, like.shape), Entry(a, like.shape), Entry(i, (), None, True))
        return i + 1, a, array.write(i, a)

    shapes = [static(()), static(like.shape), tf.TensorShape(None)]
    _, a, array = tf.while_loop(lambda i, *_: i < n, body, [tf.constant(0), tf.tanh(pinned(like)), array], shapes)
    g.add(a, like.shape)
    size = g.world.new_size()
    g.add(array.stack(), (size, *like.shape))


def made_in_a_body(g):
    """A list that is made, written and read in each trip of a loop, perhaps in a loop of its own."""
    x, t = rows(g)
    count, row = x.shape[0], x.shape[1:]
    alike = g.chance(0.6)

    def body(k, state):
        size = count if g.chance(0.7) else tf.cast(tf.reduce_sum(tf.ones_like(t[:, 0] if x.rank > 1 else t)), tf.int32)
        array = tf.TensorArray(x.dtype, size, infer_shape=alike, clear_after_read=g.chance(0.5))

        def write(i, array):
            value = t[i] + state if alike else t[: i + 1] * tf.reduce_mean(state)
            return i + 1, array.write(i, value)

        _, array = tf.while_loop(lambda i, _: i < count, write, [tf.constant(0), array])
        read = array.read(k)
        if alike:
            e = Entry(tf.tanh(read), row)
        else:
            read.set_shape(static((None, *row)))
            e = Entry(tf.tanh(tf.reduce_sum(read, 0)), row)
        return k + 1, grown(g, e, e, Entry(k, (), None, True))

    first = tf.reduce_sum(tf.zeros_like(t), 0)
    _, state = tf.while_loop(lambda k, _: k < count, body, [tf.constant(0), first], [static(()), static(row)])
    g.add(state, row)


def parted(g):
    """Pieces of one tensor, of given or computed lengths, put together again."""
    x, t = rows(g)
    cut = g.random.randint(1, x.shape[0] - 1)
    lengths = [cut, x.shape[0] - cut]
    if g.chance(0.5):
        lengths = tf.cast(lengths, tf.int64) + 0 * tf.cast(g.ids(2, lambda e: e.rank == 0).tensor, tf.int64)
    array = tf.TensorArray(x.dtype, 2, infer_shape=False, element_shape=static((None, *x.shape[1:])))
    array = array.split(t, lengths)
    if g.chance(0.5):
        g.add(array.concat(), x.shape, x.bound)
        return
    first = tf.reduce_sum(tf.zeros_like(t), 0)
    _, total = tf.while_loop(
        lambda i, _: i < 2,
        lambda i, s: (i + 1, tf.tanh(s + tf.reduce_sum(array.read(i), 0))),
        [tf.constant(0), first],
        [static(()), static(x.shape[1:])],
    )
    g.add(total, x.shape[1:])


def second(g):
    """A second derivative."""
    y = g.float(lambda e: e.rank <= 3)
    x = g.one_of(g.world.variables).tensor
    try:
        first = tf.gradients(tf.reduce_sum(tf.tanh(y.tensor)), x)[0]
        found = None if first is None else tf.gradients(g.passed(tf.reduce_sum(tf.square(first))), x)[0]
    except ValueError as error:
        if "inside of a loop" in str(error):
            raise Skip from None
        raise
    if found is None:
        raise Skip
    g.add(tf.tanh(tf.convert_to_tensor(found)), [n.value for n in x.shape])


PRODUCTIONS = {unlike: 3, in_branches: 3, growing: 3, made_in_a_body: 3, parted: 2, second: 4}
