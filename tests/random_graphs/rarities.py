"""Productions of ops that few graphs have."""

from random_graphs.pool import Skip, broadcast, known, pinned

import minitf as tf

UNARY = [
    lambda x: tf.acos(0.9 * tf.tanh(x)),
    lambda x: tf.asin(0.9 * tf.tanh(x)),
    lambda x: tf.acosh(tf.square(x) + 1.5),
    lambda x: tf.tan(tf.tanh(x)),
    lambda x: tf.erfc(x),
    lambda x: tf.sinh(tf.tanh(x)),
    lambda x: tf.digamma(tf.sigmoid(x) + 1.0),
    lambda x: tf.polygamma(tf.constant(2.0, x.dtype.base_dtype), tf.sigmoid(x) + 1.0) * 0.1,
    lambda x: tf.stop_gradient(tf.guarantee_const(x)),  # which has no gradient
    lambda x: tf.nn.l2_loss(x) * 0.0 + tf.tanh(x),
    lambda x: tf.stop_gradient(tf.bitcast(tf.bitcast(x, tf.uint8), x.dtype.base_dtype)),
    lambda x: tf.where(tf.is_nan(x), tf.zeros_like(x), x),
    lambda x: tf.cast(tf.is_inf(x), x.dtype.base_dtype) + tf.tanh(x),
]


def unary(g):
    x = g.float()
    g.add(g.one_of(UNARY)(x.tensor), x.shape, max(x.bound, 3.0))


def binary(g):
    x = g.float()
    y = g.float(lambda e: broadcast(x.shape, e.shape) is not None)
    s = tf.square(y.tensor) + 0.5
    kind = g.random.randrange(5)
    shape = broadcast(x.shape, y.shape)
    if kind == 0:
        g.add(tf.floormod(x.tensor, 7.0) * 0.0 + tf.math.xlogy(x.tensor, s), shape, 4 * x.bound)
    elif kind == 1:
        g.add(tf.math.xdivy(x.tensor, s), shape, 2 * x.bound)
    elif kind == 2:
        first, second = tf.shape_n([x.tensor, y.tensor])
        target = tf.broadcast_dynamic_shape(first, second)
        g.add(tf.broadcast_to(x.tensor, target), shape, x.bound)
    elif kind == 3:
        g.add(tf.pow(s, 0.5 * tf.tanh(x.tensor)), shape, 2.0 + y.bound)
    else:
        g.add(tf.cast(tf.logical_and(tf.is_finite(x.tensor), s > 0.0), x.dtype), shape, 1.0, True)


def complex_numbers(g):
    x = g.float(rank=1)
    y = g.float(lambda e: e.shape == x.shape)
    z = tf.complex(x.tensor, y.tensor + 2.5)
    functions = [
        lambda: tf.abs(z * tf.conj(z)) * 0.1,
        lambda: tf.real(z * z) * 0.1,
        lambda: tf.imag(tf.conj(z) / (z * tf.conj(z) + 1.0)),
        lambda: tf.angle(z),
        lambda: tf.imag(tf.transpose(z, range(x.rank), conjugate=True)),
    ]
    g.add(g.one_of(functions)(), x.shape, x.bound**2 + y.bound**2 + 8)


def bits(g):
    x = g.integer()
    y = g.integer(lambda e: e.dtype == x.dtype and broadcast(x.shape, e.shape) is not None)
    shape, kind = broadcast(x.shape, y.shape), g.random.randrange(4)
    if kind == 0:
        function = g.one_of([tf.bitwise.bitwise_and, tf.bitwise.bitwise_or, tf.bitwise.bitwise_xor])
        g.add(function(x.tensor, y.tensor), shape, None, True)
    elif kind == 1:
        function = g.one_of([tf.bitwise.left_shift, tf.bitwise.right_shift])
        g.add(function(x.tensor, tf.floormod(y.tensor, 3)), shape, None, True)
    elif kind == 2:
        function = g.one_of([tf.truncatediv, tf.truncatemod, tf.floordiv])
        g.add(function(x.tensor, tf.floormod(y.tensor, 3) + 1), shape, None, True)
    else:
        g.add(tf.bitwise.invert(x.tensor), x.shape, None, True)


# ---------------------------------------------------------------- sets, orders, segments


def vectors_of_integers(g):
    x = g.integer(lambda e: e.rank == 1)
    kind = g.random.randrange(5)
    if kind == 0:
        y = g.integer(lambda e: e.rank == 1 and e.dtype == x.dtype)
        values, places = tf.setdiff1d(x.tensor, y.tensor)
        size = g.world.new_size()
        g.add(values, (size,), x.bound, True)
        g.add(places, (size,), None, True)
    elif kind == 1:
        values, _, counts = tf.unique_with_counts(x.tensor)
        size = g.world.new_size()
        g.add(values, (size,), x.bound, True)
        g.add(counts, (size,), None, True)
    elif kind == 2:
        n = g.random.randint(1, 5)
        order = g.random.sample(range(n), n)
        g.add(tf.invert_permutation(tf.constant(order)), (n,), n, True)
    elif kind == 3:
        side = g.one_of(["left", "right"])
        g.add(tf.searchsorted(tf.constant([0, 1, 3], x.dtype), x.tensor, side), x.shape, 4, True)
    else:
        ones = tf.sparse_to_dense(tf.range(2), [4], tf.constant([0.5, 0.7], g.world.dtype), 0.0)
        g.add(ones, (4,), 1.0, True)


def lines(g):
    n = g.random.randint(1, 5)
    x = g.float(lambda e: e.rank == 0)
    g.add(tf.linspace(tf.stop_gradient(x.tensor), tf.constant(2.0, x.dtype), n), (n,), max(x.bound, 2.0))


def segment_extremes(g):
    x = g.exact(lambda e: known(e.shape[0]) and e.shape[0] > 1, rank=1)
    if g.chance(0.5):
        ids = [i // 2 for i in range(x.shape[0])]
        function = g.one_of([tf.segment_max, tf.segment_min, tf.segment_sum])
        g.add(function(x.tensor, tf.constant(ids)), (ids[-1] + 1, *x.shape[1:]), 2 * x.bound, True)
        return
    ids = tf.constant([i % 2 for i in range(x.shape[0])])
    function = g.one_of([tf.unsorted_segment_max, tf.unsorted_segment_min])
    g.add(function(x.tensor, ids, 2), (2, *x.shape[1:]), x.bound, True)


def segment_products(g):
    x = g.float(lambda e: known(e.shape[0]) and e.shape[0] > 1, rank=1)
    ids = tf.constant([i * 2 // x.shape[0] for i in range(x.shape[0])])
    if g.chance(0.5):
        g.add(tf.stop_gradient(tf.segment_prod(tf.tanh(tf.stop_gradient(x.tensor)), ids)), (2, *x.shape[1:]))
    else:
        g.add(tf.unsorted_segment_prod(tf.tanh(x.tensor), ids, 2), (2, *x.shape[1:]))


def sparse_segments(g):
    x = g.float(lambda e: known(e.shape[0]) and e.shape[0] > 0, rank=1)
    i = g.ids(x.shape[0], lambda e: e.rank == 1 and known(e.shape[0]) and e.shape[0] > 1)
    ids = tf.constant([k // 2 for k in range(i.shape[0])])
    function = g.one_of([tf.sparse_segment_sum, tf.sparse_segment_mean, tf.sparse_segment_sqrt_n])
    g.add(function(x.tensor, i.tensor, ids), ((i.shape[0] + 1) // 2, *x.shape[1:]), 2 * x.bound)


def in_the_best(g):
    x = g.exact(lambda e: e.rank == 2 and known(e.shape[1]) and e.shape[1] > 1)
    labels = g.ids(x.shape[1], lambda e: e.shape == x.shape[:1])
    if x.dtype != tf.float32:
        raise Skip
    g.add(tf.nn.in_top_k(pinned(x), tf.cast(pinned(labels), tf.int32), 1), x.shape[:1], None, True)


# ---------------------------------------------------------------- matrices


def matrices(g):
    x = g.float(lambda e: known(e.shape[-1]) and 0 < e.shape[-1] < 6, rank=2)
    n, t = x.shape[-1], tf.tanh(pinned(x))
    a = tf.matmul(t, t, transpose_a=True) + tf.eye(n, dtype=x.dtype)
    shape = (*x.shape[:-2], n, n)
    kind = g.random.randrange(4)
    if kind == 0:
        lower = tf.matrix_band_part(a, -1, 0)
        g.add(tf.matrix_triangular_solve(lower, tf.matrix_transpose(t)), (*shape[:-1], x.shape[-2]), 3.0)
    elif kind == 1:
        g.add(tf.stop_gradient(tf.self_adjoint_eigvals(tf.stop_gradient(a))), shape[:-1], 9.0)
    elif kind == 2:
        g.add(tf.matrix_set_diag(a, tf.reduce_mean(a, -1)), shape, 9.0)
    else:
        g.add(tf.trace(a), shape[:-2], 20.0)


def diagonals(g):
    x = g.float(lambda e: e.rank == 1 and known(e.shape[0]) and e.shape[0] > 0)
    d = tf.diag(pinned(x))
    if g.chance(0.5):
        g.add(d, (*x.shape, *x.shape), x.bound, x.exact)
    else:
        g.add(tf.diag_part(d + 1.0), x.shape, x.bound + 1)


def crosses(g):
    x = g.float(lambda e: e.shape[-1] == 3, rank=1)
    y = g.float(lambda e: e.shape == x.shape)
    g.add(tf.cross(pinned(x), pinned(y)), x.shape, 2 * x.bound * y.bound)


# ---------------------------------------------------------------- state


def more_scatters(g):
    """By the rarer rules of a scatter, each row once, so that the order does not matter."""
    v = g.one_of([v for v in g.world.variables if v.rank] or [g.variable((4, 3))])
    n = g.random.randint(1, v.shape[0])
    rows = g.random.sample(range(v.shape[0]), n)
    values = tf.tanh(tf.gather(v.tensor, rows) * 0.5 + tf.reduce_mean(g.float().tensor))
    g.world.changes = True
    simple = [tf.scatter_mul, tf.scatter_div, tf.scatter_min, tf.scatter_max]
    nested = [tf.scatter_nd_update, tf.scatter_nd_add, tf.scatter_nd_sub]
    function = g.one_of(simple + nested)
    values = tf.square(values) + 0.8 if function is tf.scatter_div else values
    changed = function(v.tensor, tf.constant([[r] for r in rows] if function in nested else rows), values)
    g.add(tf.identity(changed), v.shape, 9.0)


def candidates(g):
    """Sampled classes, the same in every session by their seed."""
    i = g.ids(8, lambda e: e.rank == 2)
    g.world.changes = True
    samplers = [
        tf.nn.uniform_candidate_sampler,
        tf.nn.log_uniform_candidate_sampler,
        tf.nn.learned_unigram_candidate_sampler,
    ]
    labels = tf.cast(pinned(i), tf.int64)
    if not known(i.shape[1]):
        raise Skip
    found, expected, _ = g.one_of(samplers)(labels, i.shape[1], 3, True, 8, seed=g.random.randrange(99))
    g.add(found, (3,), 8, True)
    g.add(tf.cast(tf.stop_gradient(expected), g.world.dtype), i.shape, 3.0)


def more_random_numbers(g):
    x = g.float()
    g.world.changes = True
    if g.chance(0.5):
        shape = tf.shape(x.tensor)
        g.add(tf.stop_gradient(tf.random_gamma(shape, 2.0, dtype=x.dtype, seed=7)), x.shape, 9.0, True)
    else:
        found = tf.random_poisson(2.0, tf.shape(x.tensor), dtype=x.dtype, seed=7)
        g.add(tf.stop_gradient(found), x.shape, 9.0, True)


def queued_in_rows(g):
    """Rows go into a queue and come out of it together, by one of its kinds."""
    x = g.float(lambda e: known(e.shape[0]) and e.shape[0] > 0 and all(map(known, e.shape)), rank=1)
    kind = g.random.randrange(3)
    if kind == 0:
        queue = tf.FIFOQueue(100, [x.dtype], shapes=[x.shape[1:]])
    elif kind == 1:
        queue = tf.PaddingFIFOQueue(100, [x.dtype], shapes=[[None] * (x.rank - 1)])
    else:
        queue = tf.RandomShuffleQueue(100, 0, [x.dtype], shapes=[x.shape[1:]], seed=3)
    g.world.changes = True
    with tf.control_dependencies([queue.enqueue_many([pinned(x)])]):
        rows = queue.dequeue_many(x.shape[0])
    with tf.control_dependencies([rows]):
        left = queue.size()
    rows.set_shape(x.shape)
    g.add(tf.stop_gradient(rows), x.shape, x.bound, x.exact)
    g.add(left, (), None, True)


PRODUCTIONS = {
    unary: 3,
    binary: 2,
    complex_numbers: 1,
    bits: 1,
    vectors_of_integers: 2,
    lines: 1,
    segment_extremes: 1,
    segment_products: 1,
    sparse_segments: 1,
    in_the_best: 1,
    matrices: 1,
    diagonals: 1,
    crosses: 1,
    more_scatters: 1,
    candidates: 1,
    more_random_numbers: 1,
    queued_in_rows: 1,
}
