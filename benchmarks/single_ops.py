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
        "longs": rng.randint(1, 50, (400, 500)),
        "bytes": rng.randint(1, 256, (400, 500)).astype(np.uint8),
        "doubles": rng.rand(400, 500),
        "few": rng.rand(100, 6, 6) + 6 * np.eye(6),
        "first": rng.rand(3, 3, 3, 32),
        "steps": rng.rand(3, 64, 64),
        "volumes": rng.rand(2, 8, 16, 16, 16),
        "blocks": rng.rand(3, 3, 3, 16, 16),
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


def _in_type(name, kind):
    """An op of values of another type."""
    return lambda tf, v: _TYPED[name](tf, getattr(v, kind))


_TYPED = {
    "add": lambda tf, x: x + x,
    "multiply": lambda tf, x: x * x,
    "maximum": lambda tf, x: tf.maximum(x, x[:1]),
    "greater": lambda tf, x: tf.greater(x, x[:1]),
    "reduce_sum 0": lambda tf, x: tf.reduce_sum(x, 0),
    "reduce_sum 1": lambda tf, x: tf.reduce_sum(x, 1),
    "reduce_max 1": lambda tf, x: tf.reduce_max(x, 1),
    "argmax 1": lambda tf, x: tf.argmax(x, 1),
    "transpose": lambda tf, x: tf.transpose(x),
    "concat": lambda tf, x: tf.concat([x, x], 1),
    "gather": lambda tf, x: tf.gather(x, [5, 3, 300, 2] * 50),
}
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

# The same families in other types, sizes and shapes.
OPS |= {
    **{
        f"{name} of {kind}": _in_type(name, kind) for kind in ("longs", "counts", "bytes", "doubles") for name in _TYPED
    },
    "exp of doubles": lambda tf, v: tf.exp(v.doubles),
    "tanh of doubles": lambda tf, v: tf.tanh(v.doubles),
    "cast to doubles": lambda tf, v: tf.cast(v.a, tf.float64),
    "cast from doubles": lambda tf, v: tf.cast(v.doubles, tf.float32),
    "cast from integers": lambda tf, v: tf.cast(v.counts, tf.float32),
    "cast from bytes": lambda tf, v: tf.cast(v.bytes, tf.float32),
    "cast to bytes": lambda tf, v: tf.cast(v.a, tf.uint8),
    "cast from bools": lambda tf, v: tf.cast(v.mask, tf.float32),
    "cast to bools": lambda tf, v: tf.cast(v.a, tf.bool),
    "logical_and": lambda tf, v: tf.logical_and(v.mask, v.a > 0.3),
    "divide integers": lambda tf, v: v.counts / 7,
    "mod of integers": lambda tf, v: v.counts % 7,
    "channels": lambda tf, v: (v.pictures - v.row[:3]) / v.row[3:6],
    "add a column": lambda tf, v: v.a + v.a[:, :1],
    "add in the middle": lambda tf, v: v.sequence + v.sequence[:, :1],
    "outer product": lambda tf, v: v.row[:, None] * v.row[None],
    "bias_add of channels": lambda tf, v: tf.nn.bias_add(v.images, v.row[:32]),
    "reduce_mean of pixels": lambda tf, v: tf.reduce_mean(v.images, [1, 2]),
    "reduce_sum of all": lambda tf, v: tf.reduce_sum(v.a),
    "reduce_max of all": lambda tf, v: tf.reduce_max(v.a),
    "reduce_max in the middle": lambda tf, v: tf.reduce_max(v.sequence, 1),
    "reduce_sum of heads": lambda tf, v: tf.reduce_sum(v.heads, [1, 3]),
    "reduce_max of few": lambda tf, v: tf.reduce_max(v.pictures, -1),
    "reduce_sum of few": lambda tf, v: tf.reduce_sum(v.pictures, -1),
    "reduce_any": lambda tf, v: tf.reduce_any(v.mask, 1),
    "reduce_all of all": lambda tf, v: tf.reduce_all(v.mask),
    "softmax of many": lambda tf, v: tf.nn.softmax(v.wide),
    "softmax of few": lambda tf, v: tf.nn.softmax(v.sequence[:, :, :10]),
    "sparse xent of many": lambda tf, v: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=v.labels[:10], logits=v.wide
    ),
    "argmax of few": lambda tf, v: tf.argmax(v.sequence[:, :, :10], -1),
    "argmin": lambda tf, v: tf.argmin(v.a, 1),
    "cumsum of integers": lambda tf, v: tf.cumsum(v.counts, 1),
    "cumsum exclusive reverse": lambda tf, v: tf.cumsum(v.a, 1, exclusive=True, reverse=True),
    "top_k of many": lambda tf, v: tf.nn.top_k(v.wide, 50),
    "top_k of one": lambda tf, v: tf.nn.top_k(v.a, 1),
    "top_k of all": lambda tf, v: tf.nn.top_k(v.a[:40], 500),
    "argsort": lambda tf, v: tf.argsort(v.a[:40]),
    "gather columns": lambda tf, v: tf.gather(v.a, v.ids[:300], axis=1),
    "gather single": lambda tf, v: tf.gather(v.row, v.labels),
    "gather_nd single": lambda tf, v: tf.gather_nd(v.a, tf.stack([v.ids, v.ids], 1)),
    "batch_gather": lambda tf, v: tf.batch_gather(v.sequence, v.tokens % 40),
    "scatter_nd single": lambda tf, v: tf.scatter_nd(v.ids[:400, None], v.a[:, 0], [400]),
    "segment_sum in order": lambda tf, v: tf.segment_sum(v.a, tf.range(400) // 7),
    "segment_mean": lambda tf, v: tf.segment_mean(v.a, tf.range(400) // 7),
    "segment_max": lambda tf, v: tf.unsorted_segment_max(v.a, v.labels, 500),
    "sparse_segment_sum": lambda tf, v: tf.sparse_segment_sum(v.words, v.ids, tf.range(3000) // 7),
    "dynamic_stitch": lambda tf, v: tf.dynamic_stitch([tf.range(0, 400), tf.range(400, 800)], [v.a, v.b]),
    "bincount": lambda tf, v: tf.bincount(v.counts),
    "where of places": lambda tf, v: tf.where(v.mask),
    "where of rows": lambda tf, v: tf.where(v.mask[:, 0], v.a, v.b),
    "unique_with_counts": lambda tf, v: tf.unique_with_counts(v.tokens[0])[2],
    "concat of many": lambda tf, v: tf.concat([v.a[:, i : i + 5] for i in range(0, 500, 50)], 1),
    "concat in the middle": lambda tf, v: tf.concat([v.sequence, v.sequence], 1),
    "stack first": lambda tf, v: tf.stack([v.a, v.b]),
    "unstack": lambda tf, v: tf.unstack(v.sequence, axis=1),
    "split first": lambda tf, v: tf.split(v.a, 4),
    "slice of columns": lambda tf, v: v.a[:, 7:9],
    "strided slice of channels": lambda tf, v: v.pictures[..., 1],
    "reverse channels": lambda tf, v: v.pictures[..., ::-1],
    "tile a row": lambda tf, v: tf.tile(v.row[None], [400, 1]),
    "tile a column": lambda tf, v: tf.tile(v.a[:, :1], [1, 300]),
    "pad pictures": lambda tf, v: tf.pad(v.pictures, [[0, 0], [2, 2], [3, 3], [0, 0]]),
    "pad symmetric": lambda tf, v: tf.pad(v.images, [[0, 0], [2, 2], [2, 2], [0, 0]], "SYMMETRIC"),
    "transpose channels": lambda tf, v: tf.transpose(v.images, [0, 3, 1, 2]),
    "transpose pictures": lambda tf, v: tf.transpose(v.pictures, [0, 3, 1, 2]),
    "transpose turned": lambda tf, v: tf.transpose(v.heads, [3, 2, 1, 0]),
    "roll": lambda tf, v: tf.roll(v.a, 3, 1),
    "expand and tile": lambda tf, v: tf.tile(v.sequence[:, :, None], [1, 1, 3, 1]),
    "space_to_depth": lambda tf, v: tf.space_to_depth(v.images, 2),
    "depth_to_space": lambda tf, v: tf.depth_to_space(v.images, 2),
    "matrix_band_part": lambda tf, v: tf.matrix_band_part(v.a, -1, 0),
    "matrix_diag": lambda tf, v: tf.matrix_diag(v.a[:10]),
    "matrix_diag_part": lambda tf, v: tf.matrix_diag_part(v.few),
    "matrix_set_diag": lambda tf, v: tf.matrix_set_diag(v.few, v.few[:, 0]),
    "one_hot of words": lambda tf, v: tf.one_hot(v.tokens, 1000),
    "one_hot first": lambda tf, v: tf.one_hot(v.labels, 500, axis=0),
    "matmul small": lambda tf, v: tf.matmul(v.a[:20, :30], v.c[:30, :10]),
    "matmul of doubles": lambda tf, v: tf.matmul(v.doubles, v.doubles, transpose_b=True),
    "matmul of integers": lambda tf, v: tf.matmul(v.counts[:100], v.counts[:100], transpose_b=True),
    "matmul of small ones": lambda tf, v: tf.matmul(v.few, v.few),
    "matrix times vectors": lambda tf, v: tf.matmul(v.few, v.few[:, :, :1]),
    "tensordot of colours": lambda tf, v: tf.tensordot(v.pictures, v.row[:3], 1),
    **{f"{name} of few": lambda tf, v, name=name: _function(tf, name)(v.few) for name in _LAPACK.split()},
    "matrix_solve of few": lambda tf, v: tf.matrix_solve(v.few, v.few[:, :, :1]),
    "matrix_triangular_solve": lambda tf, v: tf.matrix_triangular_solve(v.square, v.square),
    "matrix_triangular_solve of few": lambda tf, v: tf.matrix_triangular_solve(v.few, v.few[:, :, :1]),
    "conv2d of pictures": lambda tf, v: tf.nn.conv2d(v.pictures, v.first, [1, 2, 2, 1], "SAME"),
    "conv2d of points": lambda tf, v: tf.nn.conv2d(v.images, v.filters[:1, :1], [1] * 4, "SAME"),
    "conv2d dilated": lambda tf, v: tf.nn.conv2d(v.images, v.filters[:3, :3], [1] * 4, "SAME", dilations=[1, 2, 2, 1]),
    "conv2d transposed": lambda tf, v: tf.nn.conv2d_transpose(
        v.images, v.filters[:3, :3], [8, 56, 56, 32], [1, 2, 2, 1], "SAME"
    ),
    "conv1d": lambda tf, v: tf.nn.conv1d(v.sequence, v.steps, 1, "SAME"),
    "conv3d": lambda tf, v: tf.nn.conv3d(v.volumes, v.blocks, [1] * 5, "SAME"),
    "separable_conv2d": lambda tf, v: tf.nn.separable_conv2d(v.images, v.each, v.filters[:1, :1], [1] * 4, "SAME"),
    "max_pool overlapping": lambda tf, v: tf.nn.max_pool(v.images, [1, 3, 3, 1], [1, 2, 2, 1], "SAME"),
    "max_pool3d": lambda tf, v: tf.nn.max_pool3d(v.volumes, [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "SAME"),
    "max_pool_with_argmax": lambda tf, v: tf.nn.max_pool_with_argmax(v.images, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
    "dilation2d": lambda tf, v: tf.nn.dilation2d(v.images, v.each[..., 0], [1] * 4, [1] * 4, "SAME"),
    "resize_nearest_neighbor": lambda tf, v: tf.image.resize_nearest_neighbor(v.pictures, [100, 100]),
    "resize_bicubic": lambda tf, v: tf.image.resize_bicubic(v.pictures, [100, 100]),
    "crop_and_resize": lambda tf, v: tf.image.crop_and_resize(
        v.pictures, tf.constant([[0.1, 0.1, 0.8, 0.9]] * 4), tf.range(4), [32, 32]
    ),
    "hsv_to_rgb": lambda tf, v: tf.image.hsv_to_rgb(v.pictures),
    "adjust_saturation": lambda tf, v: tf.image.adjust_saturation(v.pictures, 0.7),
    "adjust_contrast": lambda tf, v: tf.image.adjust_contrast(v.pictures, 0.7),
    "adjust_brightness": lambda tf, v: tf.image.adjust_brightness(v.pictures, 0.1),
    "rgb_to_grayscale": lambda tf, v: tf.image.rgb_to_grayscale(v.pictures),
    "rgb_to_grayscale of bytes": lambda tf, v: tf.image.rgb_to_grayscale(tf.cast(v.pictures, tf.uint8)),
    "grayscale_to_rgb": lambda tf, v: tf.image.grayscale_to_rgb(v.pictures[..., :1]),
    "per_image_standardization": lambda tf, v: tf.image.per_image_standardization(v.pictures),
    "flip_left_right": lambda tf, v: tf.image.flip_left_right(v.pictures),
    "rot90": lambda tf, v: tf.image.rot90(v.pictures),
    "random_crop": lambda tf, v: tf.random_crop(v.pictures, [4, 50, 50, 3]),
    "truncated_normal": lambda tf, v: tf.truncated_normal([400, 500]),
    "random_integers": lambda tf, v: tf.random_uniform([400, 500], 0, 10, tf.int32),
    "rfft": lambda tf, v: tf.abs(tf.spectral.rfft(v.a)),
    "ifft2d": lambda tf, v: tf.abs(tf.ifft2d(tf.complex(v.few, v.few))),
    "erfc": lambda tf, v: tf.erfc(v.a),
    "asinh": lambda tf, v: tf.asinh(v.a),
    "igamma": lambda tf, v: tf.igamma(v.b[:40], v.a[:40]),
    "betainc": lambda tf, v: tf.betainc(v.b[:40], v.b[:40], v.a[:40]),
    "strings of numbers": lambda tf, v: tf.as_string(v.counts[:10]),
    "string_to_number": lambda tf, v: tf.string_to_number(tf.as_string(v.counts[:10])),
    "string_join": lambda tf, v: tf.string_join([tf.as_string(v.counts[:10]), tf.as_string(v.counts[10:20])], "-"),
    "string_split": lambda tf, v: tf.string_split(tf.as_string(v.counts[0]), "1").values,
    "parts of strings": lambda tf, v: tf.substr(tf.as_string(v.counts[:10] + 100), 1, 2),
    "hash of strings": lambda tf, v: tf.string_to_hash_bucket_fast(tf.as_string(v.counts[:10]), 100),
}

# Gradients that are none, or nobody asks for: of ops with such words in their names.
_WITHOUT = "ceil floor round sign greater equal arg cast one_hot unique sort in_top_k where boolean integers logical "
_WITHOUT += (
    "sequence_mask random multinomial qr adjust rgb svd longs counts bytes reduce_any reduce_all bincount string "
)
_WITHOUT += "truncated"
NAMES = [*OPS, *(f"{name} gradient" for name in OPS if not any(word in name for word in _WITHOUT.split()))]


def build(tf, name, threads):
    """One of the ops, or its gradient, ready to step."""
    with tf.Graph().as_default():
        tensors = {key: tf.Variable(value, dtype=_dtype(tf, key, value)) for key, value in _values().items()}
        values = _Names({key: tf.convert_to_tensor(variable) for key, variable in tensors.items()})
        fetched = _flat(OPS[name.replace(" gradient", "")](tf, values))
        if name.endswith(" gradient"):
            floats = [x for x in fetched if x.dtype.is_floating]
            given = [_given(tf, x) for x in floats]
            fetched = [g for g in tf.gradients(floats, list(vars(values).values()), given) if g is not None]
        return _Single(tf, fetched, threads)


def _dtype(tf, name, value):
    return tf.float32 if value.dtype == np.float64 and name != "doubles" else None


def _given(tf, x):
    """A gradient of x that is not the same in all runs, for TensorFlow works out what is."""
    if not x.shape.is_fully_defined() or x.dtype.is_complex:
        return None
    return tf.Variable(np.random.RandomState(1).rand(*x.shape.as_list()), dtype=x.dtype)


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
