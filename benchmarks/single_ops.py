"""Single ops of scripts, each in a graph of its own that computes nothing else; `tf` is minitf or TensorFlow, the lines
are one. What they read are variables, so that nothing is worked out before it runs.
"""

import numpy as np


def _values():
    rng = np.random.RandomState(0)
    a, symmetric = rng.rand(400, 500), rng.rand(64, 64)
    return {
        "a": a,
        "b": rng.rand(400, 500) + 0.5,
        "c": rng.rand(500, 400),
        "row": rng.rand(500),
        "wide": rng.rand(10, 50000),
        "sequence": rng.rand(32, 40, 64),
        "heads": rng.rand(32, 40, 8, 32),
        "images": rng.rand(8, 28, 28, 32),
        "pictures": rng.rand(4, 64, 64, 3),
        "filters": rng.rand(5, 5, 32, 32),
        "each": rng.rand(3, 3, 32, 1),
        "square": symmetric @ symmetric.T + 64 * np.eye(64),
        "words": rng.rand(20000, 64),
        "mask": rng.rand(400, 500) > 0.5,
        "ids": rng.randint(0, 400, 3000).astype(np.int32),
        "labels": rng.randint(0, 500, 400).astype(np.int32),
        "lengths": rng.randint(1, 41, 32).astype(np.int32),
        "tokens": rng.randint(0, 20000, (32, 40)).astype(np.int32),
        "counts": rng.randint(1, 50, (400, 500)).astype(np.int32),
    }


class _Names:
    """Values by name, as attributes."""

    def __init__(self, found):
        self.__dict__.update(found)


def _of(names, *inputs):
    """Functions of tf, by their names there, of these values."""
    return {name: lambda tf, v, name=name: _function(tf, name)(*[getattr(v, i) for i in inputs]) for name in names}


def _function(tf, name):
    found = tf
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _along(names):
    """Functions of tf of the first axis, and of the last."""
    made = {}
    for name in names:
        for axis in (0, 1):
            made[f"{name} {axis}"] = lambda tf, v, name=name, axis=axis: getattr(tf, name)(v.a, axis=axis)
    return made


def _sparse(tf, v):
    return tf.SparseTensor(tf.where(v.mask), tf.boolean_mask(v.a, v.mask), [400, 500])


def _few(tf, v):
    places = tf.where(v.mask[:50])
    return tf.SparseTensor(places, tf.boolean_mask(v.counts[:50], v.mask[:50]), [50, 500])


def _attention(tf, v):
    query = v.sequence[:, :1]
    weights = tf.nn.softmax(tf.reduce_sum(v.sequence * query, 2))
    return tf.reduce_sum(tf.expand_dims(weights, 2) * v.sequence, 1)


def _layer_norm(tf, v):
    mean, variance = tf.nn.moments(v.sequence, [-1], keep_dims=True)
    return (v.sequence - mean) * tf.rsqrt(variance + 1e-6)


def _last(tf, v):
    return tf.gather_nd(v.sequence, tf.stack([tf.range(32), v.lengths - 1], 1))


_UNARY = (
    "abs acos asin atan ceil cos cosh digamma erf exp expm1 floor lgamma log log1p negative reciprocal round rsqrt "
    "sigmoid sign sin sinh sqrt square tan tanh transpose nn.elu nn.log_softmax nn.relu nn.selu nn.softmax nn.softplus "
    "nn.l2_loss"
)
_BINARY = "add atan2 divide floormod maximum multiply pow squared_difference subtract greater equal"
_ALONG = "argmax cumprod cumsum reduce_logsumexp reduce_max reduce_mean reduce_prod reduce_sum"
_LAPACK = "cholesky matrix_determinant matrix_inverse qr self_adjoint_eig svd"

OPS = {
    **_of(_UNARY.split(), "a"),
    **_of(_BINARY.split(), "a", "b"),
    **_of(_LAPACK.split(), "square"),
    **_along(_ALONG.split()),
    "square by **": lambda tf, v: v.a**2,
    "integers //": lambda tf, v: v.counts // (v.counts + 1),
    "add a row": lambda tf, v: v.a + v.row,
    "add_n": lambda tf, v: tf.add_n([v.a, v.b, v.a]),
    "bias_add": lambda tf, v: tf.nn.bias_add(v.a, v.row),
    "clip_by_value": lambda tf, v: tf.clip_by_value(v.a, 0.2, 0.8),
    "clip_by_global_norm": lambda tf, v: tf.clip_by_global_norm([v.a, v.words], 1.0)[0],
    "cast": lambda tf, v: tf.cast(v.a, tf.int32),
    "concat 0": lambda tf, v: tf.concat([v.a, v.b], 0),
    "concat 1": lambda tf, v: tf.concat([v.a, v.b], 1),
    "stack": lambda tf, v: tf.stack([v.a, v.b], 2),
    "split": lambda tf, v: tf.split(v.a, 5, 1),
    "slice": lambda tf, v: v.a[3:300, 2:401],
    "strided slice": lambda tf, v: v.a[::2, ::-3],
    "tile": lambda tf, v: tf.tile(v.a, [2, 2]),
    "pad": lambda tf, v: tf.pad(v.a, [[1, 1], [2, 2]]),
    "pad mirrored": lambda tf, v: tf.pad(v.a, [[1, 1], [2, 2]], "REFLECT"),
    "reverse": lambda tf, v: tf.reverse(v.a, [1]),
    "reverse_sequence": lambda tf, v: tf.reverse_sequence(v.sequence, v.lengths, seq_axis=1, batch_axis=0),
    "transpose heads": lambda tf, v: tf.transpose(v.heads, [0, 2, 1, 3]),
    "transpose time": lambda tf, v: tf.transpose(v.sequence, [1, 0, 2]),
    "where": lambda tf, v: tf.where(v.mask, v.a, v.b),
    "boolean_mask": lambda tf, v: tf.boolean_mask(v.a, v.mask),
    "gather": lambda tf, v: tf.gather(v.a, v.ids),
    "gather_nd": _last,
    "embedding_lookup": lambda tf, v: tf.nn.embedding_lookup(v.words, v.tokens),
    "embedding_lookup_sparse": lambda tf, v: tf.nn.embedding_lookup_sparse(v.words, _few(tf, v), None, combiner="mean"),
    "one_hot": lambda tf, v: tf.one_hot(v.labels, 500),
    "scatter_nd": lambda tf, v: tf.scatter_nd(v.ids[:400, None], v.a, [400, 500]),
    "segment_sum": lambda tf, v: tf.unsorted_segment_sum(v.a, v.labels, 500),
    "dynamic_partition": lambda tf, v: tf.dynamic_partition(v.a, v.labels % 3, 3),
    "unique": lambda tf, v: tf.unique(v.ids),
    "sort": lambda tf, v: tf.contrib.framework.sort(v.a) if hasattr(tf, "contrib") else tf.sort(v.a),
    "top_k": lambda tf, v: tf.nn.top_k(v.a, 10),
    "in_top_k": lambda tf, v: tf.nn.in_top_k(v.a, v.labels, 5),
    "sequence_mask": lambda tf, v: tf.sequence_mask(v.labels, 500),
    "matmul": lambda tf, v: tf.matmul(v.a, v.c),
    "matmul transposed": lambda tf, v: tf.matmul(v.a, v.b, transpose_b=True),
    "matmul of one row": lambda tf, v: tf.matmul(v.a[:1], v.c),
    "matmul of many": lambda tf, v: tf.matmul(v.sequence, v.sequence, transpose_b=True),
    "einsum": lambda tf, v: tf.einsum("bihd,bjhd->bhij", v.heads, v.heads),
    "tensordot": lambda tf, v: tf.tensordot(v.sequence, v.square, 1),
    "matrix_solve": lambda tf, v: tf.matrix_solve(v.square, v.square),
    "attention": _attention,
    "layer norm": _layer_norm,
    "moments": lambda tf, v: tf.nn.moments(v.a, [1]),
    "l2_normalize": lambda tf, v: tf.nn.l2_normalize(v.a, 1),
    "softmax xent": lambda tf, v: tf.nn.softmax_cross_entropy_with_logits_v2(labels=v.b, logits=v.a),
    "sparse xent": lambda tf, v: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=v.labels, logits=v.a),
    "sigmoid xent": lambda tf, v: tf.nn.sigmoid_cross_entropy_with_logits(labels=v.b, logits=v.a),
    "log_softmax of many": lambda tf, v: tf.nn.log_softmax(v.wide),
    "dropout": lambda tf, v: tf.nn.dropout(v.a, keep_prob=0.5),
    "random_normal": lambda tf, v: tf.random_normal([400, 500]),
    "random_uniform": lambda tf, v: tf.random_uniform([400, 500]),
    "random_shuffle": lambda tf, v: tf.random_shuffle(v.a),
    "multinomial": lambda tf, v: tf.multinomial(v.a, 3),
    "conv2d": lambda tf, v: tf.nn.conv2d(v.images, v.filters, [1] * 4, "SAME"),
    "depthwise_conv2d": lambda tf, v: tf.nn.depthwise_conv2d(v.images, v.each, [1] * 4, "SAME"),
    "max_pool": lambda tf, v: tf.nn.max_pool(v.images, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
    "avg_pool": lambda tf, v: tf.nn.avg_pool(v.images, [1, 3, 3, 1], [1, 2, 2, 1], "SAME"),
    "lrn": lambda tf, v: tf.nn.lrn(v.images),
    "fused_batch_norm": lambda tf, v: tf.nn.fused_batch_norm(v.images, v.row[:32], v.row[32:64])[0],
    "resize_bilinear": lambda tf, v: tf.image.resize_bilinear(v.pictures, [100, 100]),
    "adjust_hue": lambda tf, v: tf.image.adjust_hue(v.pictures, 0.1),
    "rgb_to_hsv": lambda tf, v: tf.image.rgb_to_hsv(v.pictures),
    "extract_image_patches": lambda tf, v: tf.extract_image_patches(
        v.pictures, [1, 5, 5, 1], [1, 2, 2, 1], [1] * 4, "SAME"
    ),
    "sparse matmul": lambda tf, v: tf.sparse_tensor_dense_matmul(_sparse(tf, v), v.c[:, :50]),
    "fft": lambda tf, v: tf.abs(tf.fft(tf.complex(v.a, v.b))),
}
_WITHOUT = "ceil floor round sign greater equal argmax cast one_hot unique sort in_top_k where boolean integers "
_WITHOUT += "sequence_mask random multinomial qr adjust rgb svd"  # gradients that are none, or nobody asks for
NAMES = [*OPS, *(f"{name} gradient" for name in OPS if not name.startswith(tuple(_WITHOUT.split())))]


def build(tf, name, threads):
    """One of the ops, or its gradient, ready to step."""
    with tf.Graph().as_default():
        tensors = {key: tf.Variable(value, dtype=_dtype(tf, value)) for key, value in _values().items()}
        values = _Names({key: tf.convert_to_tensor(variable) for key, variable in tensors.items()})
        fetched = _flat(OPS[name.replace(" gradient", "")](tf, values))
        if name.endswith(" gradient"):
            floats = [x for x in fetched if x.dtype.is_floating]
            fetched = [g for g in tf.gradients(floats, list(vars(values).values())) if g is not None]
        return _Single(tf, fetched, threads)


def _dtype(tf, value):
    return tf.float32 if value.dtype == np.float64 else None


def _flat(found):
    return list(found) if isinstance(found, (list, tuple)) else [found]


class _Single:
    """Fetches, and a session."""

    def __init__(self, tf, fetched, threads):
        config = tf.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=1)
        self.session, self.fetched = tf.Session(config=config), fetched
        self.session.run(tf.global_variables_initializer())

    def step(self, batch):
        """Computes it; no loss."""
        self.session.run(self.fetched)
        return 0.0
