"""Samples of ops on sparse tensors."""

import numpy as np
from sampled import CUBE, POSITIVE, ROW, SPOTS, SQUARE, X, sample

import minitf as tf


def thin(values):
    """A sparse tensor with three values."""
    return tf.SparseTensor(SPOTS, values, [3, 4])


SAMPLES = [
    sample(
        "SparseReorder",
        ROW,
        of=lambda v: tf.sparse_reorder(tf.SparseTensor(SPOTS[::-1], v, [3, 4])).values,
        openness=("known",),
    ),
    sample("SparseSlice", ROW, of=lambda v: tf.sparse_slice(thin(v), [0, 0], [2, 3]).values, openness=("known",)),
    sample(
        "SparseReshape",
        ROW,
        of=lambda v: list(tf.sparse_reshape(thin(v), [2, 6])._components()),
        grads=False,
        openness=("known",),
    ),
    sample(
        "SparseConcat",
        ROW,
        of=lambda v: tf.sparse_concat(1, [thin(v), thin(v)]).values,
        grads=False,
        openness=("known",),
    ),
    sample(
        "SparseSplit",
        ROW,
        of=lambda v: [s.values for s in tf.sparse_split(sp_input=thin(v), num_split=2, axis=1)],
        grads=False,
        openness=("known",),
    ),
    sample(
        "SparseAdd",
        ROW,
        ROW[::-1],
        of=lambda v, w: tf.sparse_add(thin(v), thin(w)).values,
        order=1,
        openness=("known",),
    ),
    sample(
        "SparseAddGrad",
        ROW,
        of=lambda v: tf.gradients(tf.sparse_add(thin(v), thin(v)).values, v),
        grads=False,
        openness=("known",),
    ),
    sample(
        "SparseTensorDenseAdd",
        ROW,
        CUBE[0].T[:3, [0, 0, 1, 2]],
        of=lambda v, d: tf.sparse_add(thin(v), d),
        openness=("known",),
    ),
    sample("SparseDenseCwiseMul", ROW, POSITIVE[:1, :1], of=lambda v, d: (thin(v) * d).values, openness=("known",)),
    sample("SparseDenseCwiseDiv", ROW, POSITIVE[:1, :1], of=lambda v, d: (thin(v) / d).values, openness=("known",)),
    sample(
        "SparseSparseMaximum",
        ROW,
        of=lambda v: tf.sparse_maximum(thin(v), thin(-v)).values,
        grads=False,
        openness=("known",),
    ),
    sample(
        "SparseSparseMinimum",
        ROW,
        of=lambda v: tf.sparse_minimum(thin(v), thin(-v)).values,
        grads=False,
        openness=("known",),
    ),
    sample("SparseReduceSum", ROW, of=lambda v: tf.sparse_reduce_sum(thin(v), 1), openness=("known",)),
    *[
        sample(type, ROW, of=lambda v, function=function: function(thin(v), 1), grads=False, openness=("known",))
        for type, function in {
            "SparseReduceSumSparse": lambda *args: tf.sparse_reduce_sum_sparse(*args).values,
            "SparseReduceMax": tf.sparse_reduce_max,
            "SparseReduceMaxSparse": lambda *args: tf.sparse_reduce_max_sparse(*args).values,
        }.items()
    ],
    sample("SparseSoftmax", ROW, of=lambda v: tf.sparse_softmax(thin(v)).values, openness=("known",)),
    sample(
        "SparseTensorDenseMatMul",
        ROW,
        SQUARE[0],
        of=lambda v, d: tf.sparse_tensor_dense_matmul(tf.SparseTensor(SPOTS, v, [3, 4]), d[:, :2], adjoint_a=True),
        openness=("known",),
    ),
    sample(
        "SparseFillEmptyRows", ROW, of=lambda v: tf.sparse_fill_empty_rows(thin(v), v[0])[0].values, openness=("known",)
    ),
    sample(
        "EditDistance",
        np.int32([1, 2, 3]),
        of=lambda v: tf.edit_distance(thin(v), thin(v[::-1])),
        grads=False,
        openness=("known",),
    ),
    *[
        sample(
            f"SparseSegment{kind}{rest}",
            X,
            of=lambda x, function=function, rest=rest: function(
                x, [1, 0, 1], [0, 0, 2], num_segments=4 if rest else None
            ),
        )
        for kind, function in {
            "Sum": tf.sparse_segment_sum,
            "Mean": tf.sparse_segment_mean,
            "SqrtN": tf.sparse_segment_sqrt_n,
        }.items()
        for rest in ("", "WithNumSegments")
    ],
]
