"""Productions that move numbers: slices, lookups, joints, and all that changes a shape."""

from random_graphs.pool import Entry, Skip, broadcast, known, pinned, total

import minitf as tf


def any_of(g, test=lambda e: True, rank=0):
    """Mostly floats, now and then integers or truth values."""
    if g.chance(0.8):
        return g.float(test, rank)
    return g.pick(lambda e: e.rank >= rank and test(e))


def moved(g, x, tensor, shape):
    return g.add(tensor, shape, x.bound, x.exact)


# ---------------------------------------------------------------- parts


def index(g):
    """x[i], x[i:j], x[..., i], x[::-1], x[:, None] and so on."""
    x = any_of(g, rank=1)
    key, shape = [], []
    for n in x.shape:
        kind = g.random.randrange(7)
        if kind == 0 and known(n) and n:
            key.append(g.random.randrange(-n, n))
        elif kind == 1 and known(n) and n > 1:
            first = g.random.randrange(n - 1)
            last = g.random.randint(first + 1, n)
            key.append(slice(first, last))
            shape.append(last - first)
        elif kind == 2:
            key.append(slice(None, None, -1))
            shape.append(n)
        elif kind == 3:
            key += [None, slice(None)]
            shape += [1, n]
        elif kind == 4 and known(n) and n > 2:
            key.append(slice(None, None, 2))
            shape.append((n + 1) // 2)
        else:
            key.append(slice(None))
            shape.append(n)
    while key and key[-1] == slice(None) and g.chance(0.5):
        key.pop()
    moved(g, x, x.tensor[tuple(key)], shape)


def index_by_tensor(g):
    x = any_of(g, lambda e: known(e.shape[0]) and e.shape[0] > 0, rank=1)
    i = g.ids(x.shape[0], lambda e: e.rank == 0)
    moved(g, x, x.tensor[i.tensor], x.shape[1:])


def part(g):
    """tf.slice."""
    x = any_of(g, rank=1)
    begin = [g.random.randrange(n) if known(n) and n else 0 for n in x.shape]
    size = [g.random.choice([-1, 1]) if known(n) and n else -1 for n in x.shape]
    shape = [n if s < 0 and not b else n - b if s < 0 else s for n, b, s in zip(x.shape, begin, size)]
    moved(g, x, tf.slice(x.tensor, begin, size), shape)


# ---------------------------------------------------------------- lookups


def lookup(g):
    x = any_of(g, lambda e: known(e.shape[0]) and e.shape[0] > 0, rank=1)
    i = g.ids(x.shape[0])
    function = g.one_of([tf.gather, tf.gather, tf.nn.embedding_lookup])
    moved(g, x, function(x.tensor, i.tensor), (*i.shape, *x.shape[1:]))


def embedding(g):
    i = g.integer(lambda e: e.bound is not None and e.bound < 10)
    rows, width = i.bound + g.random.randrange(2), g.random.randint(1, 5)
    table = g.weights(rows, width)
    g.add(tf.nn.embedding_lookup(table, i.tensor), (*i.shape, width))


def lookup_along(g):
    x = any_of(g, rank=2)
    axis = g.axis(x, lambda n: known(n) and n > 0)
    i = g.ids(x.shape[axis])
    found = tf.gather(pinned(x), pinned(i), axis=axis)
    moved(g, x, found, (*x.shape[:axis], *i.shape, *x.shape[axis + 1 :]))


def lookup_places(g):
    """gather_nd of rows, or of single numbers."""
    x = any_of(g, lambda e: known(e.shape[0]) and e.shape[0] > 0, rank=1)
    i = g.ids(x.shape[0])
    places, depth = [i.tensor], 1
    if x.rank > 1 and known(x.shape[1]) and x.shape[1] and g.chance(0.5):
        places, depth = [i.tensor, tf.floormod(i.tensor, x.shape[1])], 2
    moved(g, x, tf.gather_nd(x.tensor, tf.stack(places, -1)), (*i.shape, *x.shape[depth:]))


def one_hot(g):
    """One-hot rows; mostly multiplied by something."""
    depth = g.random.randint(2, 6)
    i = g.ids(depth)
    on = g.one_of([{}, {}, {"on_value": 2.0, "off_value": -0.5}])
    on = {name: tf.constant(value, g.world.dtype) for name, value in on.items()}
    rows = g.add(tf.one_hot(i.tensor, depth, dtype=g.world.dtype, **on), (*i.shape, depth), 2.0, True)
    if g.chance(0.7):
        y = g.float(lambda e: e.rank == 2 and depth in e.shape)
        turned = y.shape[1] == depth and (y.shape[0] != depth or g.chance(0.5))
        n = y.shape[0] if turned else y.shape[1]
        if turned and not known(n):
            raise Skip
        flat = tf.reshape(rows.tensor, [-1, depth])
        found = tf.matmul(flat, pinned(y), transpose_b=turned)
        g.add(
            tf.reshape(found, tf.concat([tf.shape(i.tensor), tf.shape(found)[1:]], 0)), (*i.shape, n), y.bound * depth
        )


def scattered(g):
    x = g.float(rank=1)
    i = g.ids(5, lambda e: e.shape == x.shape[:1])
    shape = [5, *(n if known(n) else tf.shape(x.tensor)[k + 1] for k, n in enumerate(x.shape[1:]))]
    found = tf.scatter_nd(tf.expand_dims(i.tensor, -1), x.tensor, tf.cast(tf.stack(shape), i.dtype))
    g.add(found, (5, *x.shape[1:]), x.bound * 7)


def masked(g):
    """A size that depends on values."""
    x = any_of(g, rank=1)
    m = g.truth(lambda e: e.shape == x.shape[:1])
    moved(g, x, tf.boolean_mask(x.tensor, pinned(m)), (g.world.new_size(), *x.shape[1:]))


def places_of_truth(g):
    m = g.truth(lambda e: e.rank == 1)
    i = g.add(tf.where(m.tensor), (g.world.new_size(), 1), None, True)
    g.add(tf.squeeze(i.tensor, [1]), i.shape[:1], None, True)


def distinct(g):
    i = g.integer(lambda e: e.rank == 1)
    values, places = tf.unique(i.tensor)
    g.add(values, (g.world.new_size(),), i.bound, True)
    g.add(places, i.shape, i.shape[0] if known(i.shape[0]) else None, True)


def partitioned(g):
    x = any_of(g, rank=1)
    i = g.ids(3, lambda e: e.shape == x.shape[:1])
    i = Entry(tf.cast(i.tensor, tf.int32), i.shape, 3, True)
    parts = tf.dynamic_partition(x.tensor, pinned(i), 3)
    if g.chance(0.5):
        moved(g, x, g.one_of(parts), (g.world.new_size(), *x.shape[1:]))
    else:
        order = tf.dynamic_partition(tf.range(tf.shape(x.tensor)[0]), pinned(i), 3)
        moved(g, x, tf.dynamic_stitch(order, parts), x.shape)


# ---------------------------------------------------------------- joints


def concat(g):
    x = any_of(g, rank=1)
    axis = g.random.randrange(x.rank)
    rest = x.shape[:axis], x.shape[axis + 1 :]
    parts = [x] + [
        g.pick(lambda e: e.dtype == x.dtype and e.rank == x.rank and (e.shape[:axis], e.shape[axis + 1 :]) == rest)
        for _ in range(g.random.randint(1, 2))
    ]
    sizes = [e.shape[axis] for e in parts]
    size = sum(sizes) if all(map(known, sizes)) else g.world.new_size()
    bound = None if any(e.bound is None for e in parts) else max(e.bound for e in parts)
    found = tf.concat([e.tensor for e in parts], axis)
    g.add(found, (*rest[0], size, *rest[1]), bound, all(e.exact for e in parts))


def stack(g):
    x = any_of(g)
    others = [g.pick(lambda e: e.dtype == x.dtype and e.shape == x.shape) for _ in range(g.random.randint(0, 2))]
    axis = g.random.randint(0, x.rank)
    parts = [x, *others]
    bound = None if any(e.bound is None for e in parts) else max(e.bound for e in parts)
    shape = (*x.shape[:axis], len(parts), *x.shape[axis:])
    g.add(tf.stack([e.tensor for e in parts], axis), shape, bound, all(e.exact for e in parts))


def unstack(g):
    x = any_of(g, rank=1)
    axis = g.axis(x, lambda n: known(n) and 0 < n < 8)
    shape = [n for i, n in enumerate(x.shape) if i != axis]
    parts = tf.unstack(pinned(x), x.shape[axis], axis)
    for t in parts[:2]:
        moved(g, x, t, shape)


def split(g):
    x = any_of(g, rank=1)
    axis = g.axis(x, lambda n: known(n) and 1 < n < 9)
    n = x.shape[axis]
    sizes = [n // 2, n - n // 2] if g.chance(0.5) or n % 2 else 2
    first, second = tf.split(pinned(x), sizes, axis)
    for t, size in ((first, n // 2), (second, n - n // 2)):
        moved(g, x, t, (*x.shape[:axis], size, *x.shape[axis + 1 :]))


# ---------------------------------------------------------------- shapes


def reshape(g):
    x = any_of(g, rank=1)
    kind, count = g.random.randrange(5), total(x.shape)
    if kind == 0:
        moved(g, x, tf.reshape(x.tensor, [-1]), (count if count is not None else g.world.new_size(),))
    elif kind == 1 and x.rank > 1 and known(x.shape[-1]) and x.shape[-1]:
        size = total(x.shape[:-1])
        size = g.world.new_size() if size is None else size
        moved(g, x, tf.reshape(x.tensor, [-1, x.shape[-1]]), (size, x.shape[-1]))
    elif kind == 2 and count and count % 2 == 0:
        moved(g, x, tf.reshape(x.tensor, [2, -1]), (2, count // 2))
    elif kind == 3:
        y = g.pick(lambda e: sorted(map(str, e.shape)) == sorted(map(str, x.shape)))
        moved(g, x, tf.reshape(x.tensor, tf.shape(y.tensor)), y.shape)
    else:
        axis = g.random.randint(0, x.rank)
        moved(g, x, tf.expand_dims(x.tensor, axis), (*x.shape[:axis], 1, *x.shape[axis:]))


def squeeze(g):
    x = any_of(g, lambda e: 1 in e.shape, rank=1)
    axis = g.axis(x, lambda n: n == 1)
    moved(g, x, tf.squeeze(x.tensor, [axis]), (*x.shape[:axis], *x.shape[axis + 1 :]))


def transpose(g):
    x = any_of(g, rank=2)
    order = g.random.sample(range(x.rank), x.rank)
    if g.chance(0.4):
        order = [1, 0, *range(2, x.rank)]
    moved(g, x, tf.transpose(x.tensor, order), [x.shape[i] for i in order])


def repeated(g):
    x = any_of(g, lambda e: e.dtype != tf.bool, rank=1)
    times = [g.random.randint(1, 2) if known(n) and n < 6 else 1 for n in x.shape]
    moved(g, x, tf.tile(x.tensor, times), [n if k == 1 else n * k for n, k in zip(x.shape, times)])


def padded(g):
    x = g.float(rank=1)
    around = [(g.random.randint(0, 2), g.random.randint(0, 1)) if known(n) else (0, 0) for n in x.shape]
    shape = [n if not known(n) else n + a + b for n, (a, b) in zip(x.shape, around)]
    kind = g.random.randrange(3)
    if kind == 0 and all(not known(n) or n > 2 for n in x.shape):
        found = tf.pad(x.tensor, around, g.one_of(["REFLECT", "SYMMETRIC"]))
    elif kind == 1:
        found = tf.pad(x.tensor, around, constant_values=0.5)
    else:
        found = tf.pad(x.tensor, around)
    g.add(found, shape, x.bound + 0.5, x.exact)


def turned(g):
    x = any_of(g, rank=1)
    axis = g.random.randrange(x.rank)
    kind = g.random.randrange(4)
    if kind == 0:
        moved(g, x, tf.reverse(x.tensor, [axis]), x.shape)
    elif kind == 1:
        moved(g, x, tf.roll(x.tensor, g.random.randint(-2, 2), axis), x.shape)
    elif kind == 2 and x.rank > 1 and known(x.shape[1]):
        n = g.ids(x.shape[1] + 1, lambda e: e.shape == x.shape[:1])
        moved(g, x, tf.reverse_sequence(pinned(x), pinned(n), seq_axis=1, batch_axis=0), x.shape)
    else:
        moved(g, x, tf.reverse(x.tensor, list(range(x.rank))), x.shape)


def widened(g):
    x = g.float()
    y = g.float(lambda e: broadcast(x.shape, e.shape) == e.shape)
    kind = g.random.randrange(3)
    if kind == 0:
        moved(g, x, tf.broadcast_to(x.tensor, tf.shape(y.tensor)), y.shape)
    elif kind == 1:
        moved(g, x, x.tensor + tf.zeros_like(y.tensor), y.shape)
    else:
        s = g.float(lambda e: e.rank == 0)
        moved(g, s, tf.fill(tf.shape(x.tensor), s.tensor), x.shape)


def shapes(g):
    """Sizes that are computed with."""
    x = any_of(g, rank=1)
    kind = g.random.randrange(4)
    if kind == 0:
        g.add(tf.shape(x.tensor), (x.rank,), None, True)
    elif kind == 1:
        g.add(tf.cast(tf.size(x.tensor), g.world.dtype) * 0.01, ())
    elif kind == 2:
        g.add(tf.range(tf.shape(x.tensor)[0]), x.shape[:1], None, True)
    else:
        n = g.ids(5, lambda e: e.rank == 1)
        g.add(tf.sequence_mask(n.tensor, 5), (*n.shape, 5), None, True)


PRODUCTIONS = {
    index: 6,
    index_by_tensor: 2,
    part: 2,
    lookup: 6,
    embedding: 4,
    lookup_along: 2,
    lookup_places: 2,
    one_hot: 4,
    scattered: 1,
    masked: 2,
    places_of_truth: 1,
    distinct: 1,
    partitioned: 2,
    concat: 5,
    stack: 3,
    unstack: 2,
    split: 3,
    reshape: 5,
    squeeze: 2,
    transpose: 3,
    repeated: 1,
    padded: 2,
    turned: 3,
    widened: 2,
    shapes: 2,
}
