"""Ops on sparse tensors give by kernels what they give by NumPy's rules, in a loop too, whose trips have other
numbers of values; and refuse the same with the same words.
"""

import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.framework.apply import apply_op
from minitf.framework.registry import OPS
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.session.state import State

DRAW = np.random.RandomState(0)


def sparse(count, dtype=np.float32, ordered=False, sizes=(4, 3)):
    places = np.stack([DRAW.randint(0, n, count) for n in sizes], 1)
    places = np.unique(places, axis=0) if ordered else places
    return [places, DRAW.randint(-3, 4, len(places)).astype(dtype), np.array(sizes)]


OF = {  # what makes the op's inputs and its attributes
    "SparseAdd": lambda t, o: ([*sparse(9, t), *sparse(7, t), np.asarray(1.0)], {}),
    "SparseAddGrad": lambda t, o: ([np.ones(8, t), sparse(5)[0], sparse(6)[0], sparse(8)[0]], {}),
    "SparseSparseMaximum": lambda t, o: ([*sparse(9, t), *sparse(7, t)], {}),
    "SparseSparseMinimum": lambda t, o: ([*sparse(0, t), *sparse(7, t)], {}),
    "SparseReorder": lambda t, o: (sparse(11, t), {}),
    "SparseSlice": lambda t, o: ([*sparse(11, t), np.array([1, 0]), np.array([2, 9])], {}),
    "SparseConcat": lambda t, o: (
        [p for ps in zip(*[sparse(n, t) for n in (5, 0, 4)]) for p in ps],
        {"concat_dim": -1},
    ),
    "SparseFillEmptyRows": lambda t, o: ([*sparse(3, t), np.asarray(7, t)], {}),
    "SparseToDense": lambda t, o: (
        [*(lambda i, v, s: (i, s, v))(*sparse(9, t, o)), np.asarray(2, t)],
        {"validate_indices": o},
    ),
    **{
        f"SparseReduce{what}": lambda t, o: (
            [*sparse(9, t, sizes=(4, 2, 3)), np.array([0, -1], np.int32)[: 1 + o]],
            {"keep_dims": o},
        )
        for what in ("Sum", "Max", "SumSparse", "MaxSparse")
    },
    "EditDistance": lambda t, o: ([*sparse(9, t), *sparse(7, t, sizes=(3, 9))], {"normalize": o}),
}


@pytest.mark.parametrize("sizes", [(4, 3), (2, 3, 2)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_softmax(dtype, sizes):
    for count in (0, 1, 9):
        arrays = sparse(count, dtype, sizes=sizes)
        with tf.Graph().as_default():
            op = apply_op("SparseSoftmax", *[tf.constant(a) for a in arrays])
            found = OPS["SparseSoftmax"].kernel(OpByOp(State()), op, *[Concrete(a) for a in arrays])
            np.testing.assert_allclose(found.array, OPS["SparseSoftmax"].numpy(op, *arrays), rtol=1e-6)


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.int64])
@pytest.mark.parametrize("type", OF)
def test_kernels_give_what_numpy_does(type, dtype, ordered):
    for _ in range(5):
        arrays, attributes = OF[type](dtype, ordered)
        with tf.Graph().as_default():
            inputs = [tf.constant(a) for a in arrays]
            op = made(type, inputs, attributes)
            found = OPS[type].kernel(OpByOp(State()), op, *[Concrete(a) for a in arrays])
            wanted = OPS[type].numpy(op, *arrays)
        for ours, theirs in zip(*[each if isinstance(each, (list, tuple)) else [each] for each in (found, wanted)]):
            assert ours.shape == np.shape(theirs)
            np.testing.assert_array_equal(ours.array, theirs)


def made(type, inputs, attributes):
    if type == "SparseConcat":
        inputs = [inputs[k : k + 3] for k in (0, 3, 6)]
    return apply_op(type, *inputs, **attributes)


def loop(function):
    """What a loop of 30 trips sums up of an op on what is positive of a matrix that changes; by both executors."""
    x = DRAW.randn(6, 4).astype(np.float32)

    def body(i, a, total):
        places = tf.where(a > 0.1)
        part = tf.SparseTensor(places, tf.gather_nd(a, places), [6, 4])
        return i + 1, tf.sin(a * 3.1 + 0.3), total + tf.reduce_sum(tf.cast(function(part, a), tf.float32))

    for executor in ("native", "op_by_op"):
        with tf.Graph().as_default():
            end = tf.while_loop(lambda i, *_: i < 30, body, [0, tf.constant(x), 0.0])[2]
            with tf.Session(config=tf.ConfigProto(executor=executor, passes="none")) as session:
                yield [session.run(end) for _ in range(3)]


LOOPS = {
    "add": lambda s, a: tf.sparse_add(s, tf.sparse_reorder(s)).values,
    "maximum": lambda s, a: tf.sparse_maximum(s, s).values,
    "concat": lambda s, a: tf.sparse_concat(1, [s, s]).values,
    "slice": lambda s, a: tf.sparse_slice(s, [1, 0], [3, 3]).indices,
    "fill": lambda s, a: tf.sparse_fill_empty_rows(s, 1.0)[0].values,
    "dense": lambda s, a: tf.sparse_tensor_to_dense(s) * a,
    "distance": lambda s, a: tf.edit_distance(s, tf.sparse_add(s, s, 1.0), False),
    "sets": lambda s, a: tf.sets.set_union(tf.cast(a * 4, tf.int32), tf.cast(a * 5, tf.int32)).values,
    "stitch": lambda s, a: tf.dynamic_stitch(*parts(a)) * a,
    "sum": lambda s, a: tf.sparse_reduce_sum(s, 1),
    "sums": lambda s, a: tf.sparse_reduce_sum_sparse(s, 0).values,
    "softmax": lambda s, a: tf.sparse_softmax(s).values,
}


def parts(a):
    which = tf.cast(a[:, 0] > 0, tf.int32)
    return tf.dynamic_partition(tf.range(6), which, 2), tf.dynamic_partition(a, which, 2)


@pytest.mark.parametrize("case", LOOPS)
def test_in_a_loop(case):
    native, wanted = loop(LOOPS[case])
    assert native == wanted and len(set(native)) == 1


def repeated(value):
    return tf.while_loop(lambda i, _: i < 2, lambda i, _: (i + 1, tf.reduce_sum(value())), [0, 0.0])[1]


@pytest.mark.parametrize("where", [lambda value: value(), repeated])
def test_what_is_refused(where):
    places = tf.placeholder_with_default(np.array([[0, 1], [4, 0]]), [None, 2])
    s = tf.SparseTensor(places, [1.0, 2.0], [3, 2])
    ops = {
        "add": lambda: tf.sparse_add(s, s).values,
        "concat": lambda: tf.sparse_concat(0, [s, s]).values,
        "fill": lambda: tf.sparse_fill_empty_rows(s, 0.0)[0].values,
        "dense": lambda: tf.sparse_tensor_to_dense(s),
        "distance": lambda: tf.edit_distance(s, s),
        "sum": lambda: tf.sparse_reduce_sum(s, 1),
        "largest": lambda: tf.sparse_reduce_max_sparse(s, 1).values,
        "softmax": lambda: tf.sparse_softmax(s).values,
    }
    for op in ops.values():
        with fails(tf.errors.InvalidArgumentError, "indices[1] = [4, 0]"):
            run(where(op))
    other = tf.SparseTensor([[0, 1]], [1.0], tf.placeholder_with_default(np.array([3, 4]), [2]))
    with fails(tf.errors.InvalidArgumentError, "[3, 2] and [3, 4]"):
        run(where(lambda: tf.sparse_add(tf.SparseTensor([[0, 1]], [1.0], [3, 2]), other).values))
