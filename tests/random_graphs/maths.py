"""Productions that compute: element by element, over axes, with matrices."""

from random_graphs.pool import INTEGERS, Skip, broadcast, known, pinned

import minitf as tf

SMOOTH = {  # the function, and the bound of its value by that of its argument
    "tanh": (tf.tanh, lambda b: 1.0),
    "sigmoid": (tf.sigmoid, lambda b: 1.0),
    "sin": (tf.sin, lambda b: 1.0),
    "cos": (tf.cos, lambda b: 1.0),
    "erf": (tf.erf, lambda b: 1.0),
    "atan": (tf.atan, lambda b: 1.6),
    "softsign": (tf.nn.softsign, lambda b: 1.0),
    "softplus": (tf.nn.softplus, lambda b: b + 1),
    "log_sigmoid": (tf.log_sigmoid, lambda b: b + 1),
    "asinh": (tf.asinh, lambda b: b),
    "square": (tf.square, lambda b: b * b),
    "negative": (tf.negative, lambda b: b),
    "identity": (tf.identity, lambda b: b),
    "identity_n": (lambda x: tf.identity_n([x, x])[1], lambda b: b),
    "stop_gradient": (tf.stop_gradient, lambda b: b),
    "zeros_like": (tf.zeros_like, lambda b: 0.0),
    "ones_like": (tf.ones_like, lambda b: 1.0),
    "relu": (lambda x: tf.nn.relu(x + 0.1371), lambda b: b + 1),
    "relu6": (lambda x: tf.nn.relu6(x + 0.1371), lambda b: b + 1),
    "elu": (lambda x: tf.nn.elu(x + 0.1371), lambda b: b + 1),
    "selu": (lambda x: tf.nn.selu(x + 0.1371), lambda b: 2 * b + 2),
    "leaky_relu": (lambda x: tf.nn.leaky_relu(x + 0.1371, 0.3), lambda b: b + 1),
    "swish": (lambda x: x * tf.sigmoid(x), lambda b: b),
    "abs": (lambda x: tf.abs(x - 0.2717), lambda b: b + 1),
    "exp": (lambda x: tf.exp(tf.tanh(x)), lambda b: 3.0),
    "expm1": (lambda x: tf.expm1(tf.tanh(x)), lambda b: 2.0),
    "log": (lambda x: tf.log(tf.square(x) + 1.0), lambda b: b + 1),
    "log1p": (lambda x: tf.log1p(tf.square(x)), lambda b: b + 1),
    "sqrt": (lambda x: tf.sqrt(tf.square(x) + 0.5), lambda b: b + 1),
    "rsqrt": (lambda x: tf.rsqrt(tf.square(x) + 0.5), lambda b: 1.5),
    "reciprocal": (lambda x: tf.reciprocal(tf.square(x) + 0.5), lambda b: 2.0),
    "pow": (lambda x: tf.pow(tf.square(x) + 0.5, 1.5), lambda b: b**3 + 1),
    "atanh": (lambda x: tf.atanh(0.5 * tf.tanh(x)), lambda b: 1.0),
    "lgamma": (lambda x: tf.lgamma(tf.sigmoid(x) + 1.0), lambda b: 1.0),
    "clip": (lambda x: tf.clip_by_value(x, -0.6173, 0.7331), lambda b: 1.0),
    "check": (lambda x: tf.check_numerics(x, "not finite"), lambda b: b),
    "times": (lambda x: x * 0.7, lambda b: b),
    "plus": (lambda x: 1.5 + x, lambda b: b + 1.5),
    "minus": (lambda x: 1.5 - x, lambda b: b + 1.5),
    "cast": (lambda x: tf.cast(tf.cast(x, tf.float64), x.dtype.base_dtype), lambda b: b),
    "with_default": (lambda x: tf.placeholder_with_default(x, None), lambda b: b),
}


def unary(g):
    x = g.float()
    function, bound = SMOOTH[g.one_of(SMOOTH)]
    g.add(function(x.tensor), x.shape, bound(x.bound), False)


def steps(g):
    """Functions that jump, of numbers that no rewrite rounds."""
    x = g.exact()
    g.add(g.one_of([tf.floor, tf.ceil, tf.round, tf.rint, tf.sign])(x.tensor * 3.0), x.shape, 3 * x.bound)


BINARY = {
    "add": (tf.add, lambda a, b: a + b),
    "subtract": (tf.subtract, lambda a, b: a + b),
    "multiply": (tf.multiply, lambda a, b: a * b),
    "maximum": (lambda x, y: tf.maximum(x, y - 0.1371), lambda a, b: a + b),
    "minimum": (lambda x, y: tf.minimum(x, y + 0.1371), lambda a, b: a + b),
    "squared_difference": (tf.squared_difference, lambda a, b: (a + b) ** 2),
    "divide": (lambda x, y: x / (tf.square(y) + 0.5), lambda a, b: 2 * a),
    "atan2": (lambda x, y: tf.atan2(x, tf.square(y) + 0.5), lambda a, b: 1.6),
    "div_no_nan": (lambda x, y: tf.div_no_nan(x, tf.square(y) + 0.5), lambda a, b: 2 * a),
}


def binary(g):
    x = g.float()
    y = g.float(lambda e: broadcast(x.shape, e.shape) is not None)
    if g.chance(0.5):
        x, y = y, x
    function, bound = BINARY[g.one_of(BINARY)]
    g.add(function(x.tensor, y.tensor), broadcast(x.shape, y.shape), bound(x.bound, y.bound))


def sum_of_many(g):
    x = g.float()
    others = [g.float(lambda e: e.shape == x.shape) for _ in range(g.random.randint(1, 3))]
    tensors = [x.tensor, *[e.tensor for e in others]]
    function = g.one_of([tf.add_n, tf.add_n, tf.accumulate_n]) if not _open(tensors) else tf.add_n
    g.add(function(tensors), x.shape, sum(e.bound for e in [x, *others]))


def _open(tensors):
    return not all(t.shape.is_fully_defined() for t in tensors)


def compare(g):
    x = g.pick(lambda e: e.exact and e.dtype != tf.bool)
    y = g.pick(lambda e: e.exact and e.dtype == x.dtype and broadcast(x.shape, e.shape) is not None)
    function = g.one_of([tf.less, tf.greater, tf.less_equal, tf.greater_equal, tf.equal, tf.not_equal])
    g.add(function(x.tensor, y.tensor), broadcast(x.shape, y.shape), None, True)


def logical(g):
    x = g.truth()
    if g.chance(0.3):
        g.add(tf.logical_not(x.tensor), x.shape, None, True)
        return
    y = g.truth(lambda e: broadcast(x.shape, e.shape) is not None)
    function = g.one_of([tf.logical_and, tf.logical_or, tf.logical_xor])
    g.add(function(x.tensor, y.tensor), broadcast(x.shape, y.shape), None, True)


def truth_to_numbers(g):
    x = g.truth()
    if g.chance(0.5):
        g.add(tf.cast(x.tensor, g.world.dtype), x.shape, 1.0, True)
    elif g.chance(0.5):
        g.add(tf.cast(x.tensor, tf.int32), x.shape, 2, True)
    else:
        g.add(g.one_of([tf.reduce_any, tf.reduce_all])(x.tensor), (), None, True)


def select(g):
    x = g.float()
    y = g.float(lambda e: e.shape == x.shape)
    shapes = [x.shape, *([x.shape[:1]] if x.rank > 1 else [])]
    c = g.truth(lambda e: e.shape in shapes)
    g.add(tf.where(c.tensor, pinned(x), pinned(y)), x.shape, max(x.bound, y.bound))


def integers(g):
    x = g.integer()
    kind = g.random.randrange(6)
    if kind == 0:
        g.add(tf.cast(x.tensor, g.one_of(INTEGERS)), x.shape, x.bound, True)
    elif kind == 1:
        g.add(tf.cast(x.tensor, g.world.dtype) * 0.25, x.shape, 0.25 * (x.bound or 20), False)
    elif kind == 2:
        g.add(tf.floormod(x.tensor * 3 + 1, 5), x.shape, 5, True)
    elif kind == 3:
        y = g.integer(lambda e: e.dtype == x.dtype and broadcast(x.shape, e.shape) is not None)
        function = g.one_of([tf.maximum, tf.minimum, tf.add])
        bound = None if None in (x.bound, y.bound) else x.bound + y.bound
        g.add(function(x.tensor, y.tensor), broadcast(x.shape, y.shape), bound, True)
    elif kind == 4:
        g.add(tf.reduce_sum(x.tensor), (), None, True)
    else:
        g.add(tf.abs(x.tensor) // 2, x.shape, x.bound, True)


# ---------------------------------------------------------------- over axes


def reduction(g):
    x = g.float(rank=1)
    axes = sorted(g.random.sample(range(x.rank), g.random.randint(1, x.rank)))
    keep = g.chance(0.3)
    shape = [1 if i in axes else n for i, n in enumerate(x.shape) if keep or i not in axes]
    axes = [i - x.rank if g.chance(0.3) else i for i in axes]
    count = 1
    for i in axes:
        count *= x.shape[i] if known(x.shape[i]) else 7
    kind = g.one_of(["sum", "sum", "mean", "mean", "logsumexp", "prod", "max", "min", "norm"])
    if kind in ("max", "min") and not x.exact:
        raise Skip
    if kind == "prod":
        g.add(tf.reduce_prod(tf.tanh(x.tensor), axes, keep), shape)
    elif kind == "norm":
        g.add(
            tf.norm(tf.square(x.tensor) + 0.5, axis=axes[0], keepdims=True),
            [1 if i == axes[0] % x.rank else n for i, n in enumerate(x.shape)],
            x.bound**2 * 3,
        )
    else:
        bound = x.bound * count if kind == "sum" else x.bound + 2
        axis = axes[0] if len(axes) == 1 and g.chance(0.5) else axes
        exact = kind in ("max", "min")
        g.add(getattr(tf, f"reduce_{kind}")(x.tensor, axis, keep), shape, bound, exact)


def winners(g):
    x = g.exact(rank=1)
    axis = g.axis(x, lambda n: known(n) and n > 0)
    rest = [n for i, n in enumerate(x.shape) if i != axis]
    function = g.one_of([tf.argmax, tf.argmin])
    g.add(function(x.tensor, axis, output_type=g.one_of(INTEGERS)), rest, x.shape[axis], True)


def best(g):
    x = g.exact(lambda e: known(e.shape[-1]) and e.shape[-1] > 1, rank=1)
    k = g.random.randint(1, x.shape[-1])
    values, places = tf.nn.top_k(x.tensor, k)
    g.add(values, (*x.shape[:-1], k), x.bound, True)
    g.add(places, (*x.shape[:-1], k), x.shape[-1], True)


def cumulative(g):
    x = g.float(rank=1)
    axis = g.axis(x)
    options = {"exclusive": g.chance(0.4), "reverse": g.chance(0.4)}
    if g.chance(0.7):
        g.add(tf.cumsum(x.tensor, axis, **options), x.shape, x.bound * 6)
    else:
        g.add(tf.cumprod(tf.tanh(x.tensor), axis, **options), x.shape)


def segments(g):
    x = g.float(rank=1)
    ids = g.ids(4, lambda e: e.shape == x.shape[:1])
    function = g.one_of([tf.unsorted_segment_sum, tf.unsorted_segment_mean, tf.unsorted_segment_sqrt_n])
    g.add(function(x.tensor, ids.tensor, 4), (4, *x.shape[1:]), x.bound * 7)


def sorted_segments(g):
    x = g.float(lambda e: known(e.shape[0]) and e.shape[0] > 1, rank=1)
    count = g.random.randint(1, x.shape[0])
    ids = [i * count // x.shape[0] for i in range(x.shape[0])]
    function = g.one_of([tf.segment_sum, tf.segment_mean])
    g.add(function(x.tensor, tf.constant(ids)), (count, *x.shape[1:]), x.bound * 6)


# ---------------------------------------------------------------- networks


def softmax(g):
    x = g.float(lambda e: known(e.shape[-1]) and e.shape[-1] > 0, rank=1)
    function = g.one_of([tf.nn.softmax, tf.nn.log_softmax, lambda t: tf.nn.l2_normalize(t + 0.2717, -1, 0.5)])
    g.add(function(pinned(x)), x.shape, x.bound + 3)


def cross_entropy(g):
    x = g.float(lambda e: known(e.shape[-1]) and e.shape[-1] > 0, rank=2)
    kind, shape = g.random.randrange(3), x.shape[:-1]
    if kind == 0:
        labels = g.float(lambda e: e.shape == x.shape)
        found = tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.nn.softmax(labels.tensor), logits=pinned(x))
    elif kind == 1:
        labels = g.ids(x.shape[-1], lambda e: e.shape == x.shape[:-1])
        found = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=pinned(labels), logits=pinned(x))
    else:
        labels = g.float(lambda e: e.shape == x.shape)
        found = tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.sigmoid(pinned(labels)), logits=pinned(x))
        shape = x.shape
    g.add(found, shape, x.bound + 3)


def moments(g):
    x = g.float(lambda e: 0 not in e.shape, rank=2)
    mean, variance = tf.nn.moments(pinned(x), [-1 % x.rank], keep_dims=True)
    g.add((x.tensor - mean) * tf.rsqrt(variance + 0.1), x.shape, 3.0)


def dense(g):
    """A product with a variable, by the many ways there are to write one."""
    x = g.float(lambda e: known(e.shape[-1]) and e.shape[-1] > 0, rank=2)
    d, n, t = x.shape[-1], g.random.randint(1, 5), pinned(x)
    kind = g.random.randrange(6)
    if kind == 0 and x.rank == 2:
        y = tf.matmul(t, g.weights(n, d), transpose_b=True)
    elif kind == 1 and x.rank == 2:
        y = tf.nn.xw_plus_b(t, g.weights(d, n), g.weights(n))
    elif kind == 2:
        y = tf.tensordot(t, g.weights(d, n), 1)
    elif kind == 3 and x.rank == 3:
        y = tf.einsum("abc,cd->abd", t, g.weights(d, n))
    elif kind == 4:
        flat = tf.reshape(t, [-1, d])
        y = tf.reshape(tf.matmul(flat, g.weights(d, n)), tf.concat([tf.shape(t)[:-1], [n]], 0))
    elif x.rank == 2:
        y = tf.nn.bias_add(tf.matmul(t, g.weights(d, n)), g.weights(n))
    else:
        raise Skip
    shape = (*x.shape[:-1], n)
    g.add(g.one_of([tf.tanh, tf.sigmoid, tf.identity])(y), shape, x.bound * d + 1)


def product(g):
    """Two matrices, or stacks of them, either way round; the same one twice, often."""
    x = g.float(rank=2)
    y = x if g.chance(0.3) else g.float(lambda e: e.rank == x.rank and e.shape[:-2] == x.shape[:-2])
    ways = [
        (ta, tb)
        for ta in (False, True)
        for tb in (False, True)
        if x.shape[-2 if ta else -1] == y.shape[-1 if tb else -2]
    ]
    if not ways:
        raise Skip
    ta, tb = g.one_of(ways)
    inner = x.shape[-2 if ta else -1]
    shape = (*x.shape[:-2], x.shape[-1 if ta else -2], y.shape[-2 if tb else -1])
    bound = x.bound * y.bound * (inner if known(inner) else 7)
    g.add(tf.matmul(pinned(x), pinned(y), transpose_a=ta, transpose_b=tb), shape, bound)


def square_matrices(g):
    """What needs well-conditioned square matrices."""
    x = g.float(lambda e: known(e.shape[-1]) and 0 < e.shape[-1] < 6, rank=2)
    n, t = x.shape[-1], tf.tanh(pinned(x))
    a = tf.matmul(t, t, transpose_a=True) + tf.eye(n, dtype=x.dtype)
    shape = (*x.shape[:-2], n, n)
    kind = g.random.randrange(7)
    if kind == 0:
        g.add(tf.matrix_inverse(a), shape)
    elif kind == 1:
        g.add(tf.matrix_determinant(a) * 0.01, shape[:-2], 30.0)
    elif kind == 2:
        g.add(tf.matrix_solve(a, tf.matrix_transpose(t)), (*shape[:-1], x.shape[-2]))
    elif kind == 3:
        g.add(tf.cholesky(a), shape, 3.0)
    elif kind == 4:
        g.add(tf.stop_gradient(tf.svd(tf.stop_gradient(a), compute_uv=False)), shape[:-1], 9.0)
    elif kind == 5:
        g.add(tf.stop_gradient(tf.abs(tf.qr(a)[1])), shape, 9.0)
    else:
        g.add(tf.matrix_diag_part(tf.matrix_band_part(a, 1, 0)), shape[:-1], 9.0)


def diagonals(g):
    x = g.float(lambda e: e.rank < 4, rank=1)
    g.add(tf.matrix_diag(x.tensor), (*x.shape, x.shape[-1]), x.bound, x.exact)


PRODUCTIONS = {
    unary: 8,
    steps: 1,
    binary: 8,
    sum_of_many: 2,
    compare: 2,
    logical: 1,
    truth_to_numbers: 1,
    select: 2,
    integers: 3,
    reduction: 5,
    winners: 1,
    best: 1,
    cumulative: 1,
    segments: 1,
    sorted_segments: 1,
    softmax: 2,
    cross_entropy: 2,
    moments: 1,
    dense: 5,
    product: 4,
    square_matrices: 1,
    diagonals: 1,
}
