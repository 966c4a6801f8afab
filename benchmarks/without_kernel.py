"""Ops that minitf runs on the host, for it has no kernel for them, each as a number made of a matrix of
activations; `tf` is minitf or TensorFlow, the lines are one.
"""

import numpy as np


def _square(tf, a):
    """A well-conditioned [4, 4] matrix."""
    return tf.eye(4) + 0.01 * tf.matmul(a[:4], a[:4], transpose_b=True)


def _ids(tf, a, most):
    """For each row a number below `most`, in order."""
    rows = tf.range(tf.shape(a)[0])
    return rows * most // tf.shape(a)[0] + tf.cast(a[:, 0] * 0.0, tf.int32)


def _sparse(tf, a):
    """The first column above 0 and the rest, as a SparseTensor of static rank."""
    places = tf.where(a[:, :4] > 0.0)
    return tf.SparseTensor(places, tf.gather_nd(a[:, :4], places), tf.shape(a[:, :4], out_type=tf.int64))


def _image(tf, a):
    """Activations as a picture, [1, 8, 8, 1]."""
    return tf.reshape(a[0], [1, 8, 8, 1])


def _labels(tf, a):
    return tf.SparseTensor([[0, 0], [1, 0]], tf.constant([1, 2]) + tf.cast(a[0, 0] * 0.0, tf.int32), [2, 1])


def _frames(tf, a):
    """Logits of CTC, [4, 2, 8]."""
    return tf.reshape(a[:1], [4, 2, 8])


def _py_func(tf, a):
    found = tf.py_func(lambda value: np.float32(value[0, 0]), [a], tf.float32)
    found.set_shape([])
    return found


def _integers(tf, a):
    return tf.cast(a[:, :4] * 100.0, tf.int32)


OPS = {
    "Where": lambda tf, a: tf.where(a > 0.1),
    "BooleanMask": lambda tf, a: tf.boolean_mask(a, a[:, 0] > 0.0),
    "Unique": lambda tf, a: tf.unique(_integers(tf, a)[:, 0])[0],
    "UniqueWithCounts": lambda tf, a: tf.unique_with_counts(_integers(tf, a)[:, 0])[2],
    "ListDiff": lambda tf, a: tf.setdiff1d(_integers(tf, a)[:, 0], [0, 1, 2])[0],
    "DynamicPartition": lambda tf, a: tf.dynamic_partition(a, tf.cast(a[:, 0] > 0.0, tf.int32), 2)[1],
    "DynamicStitch": lambda tf, a: tf.dynamic_stitch([tf.range(tf.shape(a)[0])], [a]),
    "Range": lambda tf, a: tf.range(3 + tf.cast(tf.abs(a[0, 0]), tf.int32)),
    "LinSpace": lambda tf, a: tf.linspace(a[0, 0], 1.0, 5),
    "Roll": lambda tf, a: tf.roll(a, 1, 0),
    "DiagPart": lambda tf, a: tf.diag_part(a[:4, :4]),
    "Diag": lambda tf, a: tf.diag(a[0]),
    "Cross": lambda tf, a: tf.cross(a[:, :3], a[:, 3:6]),
    "Bitcast": lambda tf, a: tf.bitcast(tf.bitcast(a, tf.int32), tf.float32),
    "Complex": lambda tf, a: tf.abs(tf.complex(a[:, :8], a[:, 8:16])),
    "Xdivy": lambda tf, a: tf.math.xdivy(a, a * a + 1.0),
    "Polygamma": lambda tf, a: tf.polygamma(1.0, a[:, :4] * a[:, :4] + 1.0),
    "MatrixInverse": lambda tf, a: tf.matrix_inverse(_square(tf, a)),
    "MatrixDeterminant": lambda tf, a: tf.matrix_determinant(_square(tf, a)),
    "MatrixSolve": lambda tf, a: tf.matrix_solve(_square(tf, a), a[:4]),
    "MatrixTriangularSolve": lambda tf, a: tf.matrix_triangular_solve(_square(tf, a), a[:4]),
    "Cholesky": lambda tf, a: tf.cholesky(_square(tf, a)),
    "SelfAdjointEigV2": lambda tf, a: tf.self_adjoint_eigvals(_square(tf, a)),
    "Svd": lambda tf, a: tf.svd(_square(tf, a), compute_uv=False),
    "Qr": lambda tf, a: tf.qr(_square(tf, a))[1],
    "SegmentSum": lambda tf, a: tf.segment_sum(a, _ids(tf, a, 4)),
    "SegmentMean": lambda tf, a: tf.segment_mean(a, _ids(tf, a, 4)),
    "SegmentMax": lambda tf, a: tf.segment_max(a, _ids(tf, a, 4)),
    "SparseSegmentSum": lambda tf, a: tf.sparse_segment_sum(a, tf.range(8), _ids(tf, a[:8], 4)),
    "SparseSegmentMean": lambda tf, a: tf.sparse_segment_mean(a, tf.range(8), _ids(tf, a[:8], 4)),
    "SparseToDense": lambda tf, a: tf.sparse_tensor_to_dense(_sparse(tf, a)),
    "SparseReduceSum": lambda tf, a: tf.sparse_reduce_sum(_sparse(tf, a)),
    "SparseAdd": lambda tf, a: tf.sparse_add(_sparse(tf, a), _sparse(tf, a)).values,
    "SparseSoftmax": lambda tf, a: tf.sparse_softmax(_sparse(tf, a)).values,
    "SparseReorder": lambda tf, a: tf.sparse_reorder(_sparse(tf, a)).values,
    "SparseConcat": lambda tf, a: tf.sparse_concat(1, [_sparse(tf, a), _sparse(tf, a)]).values,
    "EditDistance": lambda tf, a: tf.edit_distance(
        tf.cast(_sparse(tf, a), tf.int64), tf.cast(_sparse(tf, a), tf.int64), False
    ),
    "AsString": lambda tf, a: tf.string_to_number(tf.as_string(a[0])),
    "StringJoin": lambda tf, a: tf.string_to_number(tf.string_join([tf.as_string(a[0]), "0"])),
    "StringLength": lambda tf, a: tf.strings.length(tf.as_string(a[0])),
    "ReduceJoin": lambda tf, a: tf.strings.length(tf.reduce_join(tf.as_string(a[0]), 0)),
    "DecodeRaw": lambda tf, a: tf.decode_raw(tf.as_string(a[0, 0]), tf.uint8),
    "LogUniformCandidateSampler": lambda tf, a: tf.nn.log_uniform_candidate_sampler(
        tf.cast(_integers(tf, a)[:, :1] * 0, tf.int64), 1, 5, True, 40
    )[1],
    "CTCLoss": lambda tf, a: tf.nn.ctc_loss(_labels(tf, a), _frames(tf, a), [4, 4]),
    "CTCGreedyDecoder": lambda tf, a: tf.nn.ctc_greedy_decoder(_frames(tf, a), [4, 4])[1],
    "ResizeBilinear": lambda tf, a: tf.image.resize_bilinear(_image(tf, a), [4, 4]),
    "ResizeNearestNeighbor": lambda tf, a: tf.image.resize_nearest_neighbor(_image(tf, a), [4, 4]),
    "PyFunc": _py_func,
    "Print": lambda tf, a: tf.Print(a, [tf.shape(a)], first_n=1),
}


def number(tf, op, a):
    """A number, 0, that takes an op on a matrix to compute."""
    found = tf.cast(OPS[op](tf, a), tf.float32)
    return tf.stop_gradient(0.0 * tf.reduce_sum(found))


def before(g, op):
    """The op on the inputs of the network."""
    tiled = g.tf.tile(g.x[:, 0], [1, 4])
    return g.error(g.lstm(g.x + number(g.tf, op, tiled)))


def after(g, op):
    """The op on its outputs."""
    outputs = g.lstm()
    return g.error(outputs) + number(g.tf, op, outputs[:, -1])


def between(g, op):
    """The op between the loss and its gradient."""
    outputs = g.lstm()
    return g.error(outputs) * (1.0 + number(g.tf, op, outputs[:, -1]))


def inside(g, op):
    """The op in the loop."""

    class Cell(g.tf.nn.rnn_cell.BasicLSTMCell):
        def call(self, inputs, state):
            output, state = super().call(inputs, state)
            return output + number(g.tf, op, output), state

    outputs = g.tf.nn.dynamic_rnn(Cell(g.w.units), g.x, dtype=g.tf.float32)[0]
    return g.error(outputs)


PLACES = {place.__name__: place for place in (before, after, between, inside)}
