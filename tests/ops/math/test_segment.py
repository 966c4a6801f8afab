import numpy as np
import pytest
from helpers import check, check_gradients, fails, host_ops, run
from oracle import check_case, check_gradient, op_facts

import minitf as tf
from minitf.framework.apply import apply_op
from minitf.framework.registry import OPS
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.session.state import State

DATA = np.array([[1.0, -2.0], [3.0, 0.5], [0.3, 4.0], [-1.0, 2.5], [2.0, 1.5]])
SORTED = np.array([0, 0, 1, 3, 3])
MIXED = np.array([2, 0, -1, 2, 0])


def rows(data, ids, count, function, empty):
    parts = [data[ids == i] for i in range(count)]
    return np.stack([function(p, axis=0) if len(p) else np.full(data.shape[1:], empty) for p in parts])


@pytest.mark.parametrize("ids", [SORTED, SORTED.astype(np.int32)])
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min"])
def test_sorted_segments(name, ids):
    check(
        lambda data: getattr(tf, f"segment_{name}")(data, ids),
        DATA,
        openness=("open", "unknown"),
        grads=name != "prod",
        reference=lambda data: rows(data, ids, 4, getattr(np, name), int(name == "prod")),
    )


@pytest.mark.parametrize("name, empty", [("sum", 0), ("prod", 1), ("max", None), ("min", None), ("mean", 0)])
def test_unsorted_segments(name, empty):
    function = getattr(tf, f"unsorted_segment_{name}")

    def reference(data, dtype="float64"):
        limit = np.finfo(dtype)
        none = {"max": limit.min, "min": limit.max}.get(name, empty)
        return rows(data, MIXED, 4, getattr(np, name), none)

    for dtype in ("float32", "float64"):
        check(
            lambda data: function(data, MIXED, 4),
            DATA,
            grads=False,
            dtypes=[dtype],
            reference=lambda data, dtype=dtype: reference(data, dtype),
        )
    if name != "prod":
        check_gradients(lambda data: tf.gather(function(data, MIXED, 4), [0, 2]), DATA, known="unknown")


def test_unsorted_segments_of_matrices():
    ids = np.array([[0, 1], [1, 0], [0, 0], [1, 1], [-1, 0]])
    expected = np.array([DATA[ids == 0].sum(), DATA[ids == 1].sum()])
    check(lambda data: tf.unsorted_segment_sum(data, ids, 2), DATA, reference=lambda _: expected)


def test_sqrt_n():
    expected = rows(DATA, MIXED, 3, lambda p, axis: p.sum(axis) / np.sqrt(len(p)), 0)
    check(lambda data: tf.unsorted_segment_sqrt_n(data, MIXED, 3), DATA, reference=lambda _: expected)


def test_sparse_segments():
    indices, ids = [4, 0, 0], [0, 0, 1]
    picked = DATA[indices]
    for name, function in (
        ("sum", np.sum),
        ("mean", np.mean),
        ("sqrt_n", lambda p, axis: p.sum(axis) / np.sqrt(len(p))),
    ):
        expected = rows(picked, np.array(ids), 2, function, 0)
        np.testing.assert_allclose(run(getattr(tf, f"sparse_segment_{name}")(DATA, indices, ids)), expected)


def test_integers_and_nothing():
    assert run(tf.segment_sum([1, 2, 3], [0, 0, 2])).tolist() == [3, 0, 3]
    assert run(tf.segment_max([1, 2, 3], [0, 0, 2])).tolist() == [2, 0, 3]
    assert run(tf.segment_sum(np.zeros((0, 2)), np.zeros(0, np.int32))).shape == (0, 2)
    assert run(tf.unsorted_segment_sum(np.zeros((0, 2)), np.zeros(0, np.int32), 3)).tolist() == [[0, 0]] * 3
    assert run(tf.unsorted_segment_sum(DATA, MIXED - 5, 0)).shape == (0, 2)


@pytest.mark.parametrize("ids, part", [([1, 0, 1], "0 follows 1 at 1"), ([-1, 0, 1], "negative")])
def test_segments_out_of_order(ids, part):
    with fails(tf.errors.InvalidArgumentError, part):
        run(tf.segment_sum([1.0, 2.0, 3.0], ids))


def test_ids_out_of_range():
    ids = tf.placeholder(tf.int32)
    total = tf.unsorted_segment_sum([1.0, 2.0, 3.0], ids, 2)
    with fails(tf.errors.InvalidArgumentError, "segment id 7 at 1", "2 segments"):
        run(total, feed_dict={ids: [0, 7, 1]})
    with fails(tf.errors.InvalidArgumentError, "(2,)"):
        run(total, feed_dict={ids: [0, 1]})
    with fails(ValueError, "not compatible"):
        tf.unsorted_segment_sum([1.0, 2.0], [0, 1, 1], 2)
    with fails(tf.errors.InvalidArgumentError, "segment ids of shape (3,)"):
        run(tf.segment_sum([1.0, 2.0], [0, 1, 1]))


RECORDED = [
    "tf.segment_sum(",
    "tf.segment_mean(",
    "tf.segment_max(",
    "tf.segment_min(",
    "tf.segment_prod(",
    "tf.unsorted_segment_sum(",
    "tf.unsorted_segment_max(",
    "tf.unsorted_segment_min(",
    "tf.unsorted_segment_prod(",
    "tf.unsorted_segment_mean(",
]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)


def test_segments_without_rows():
    """What TensorFlow 1.15.5 gives for them."""
    expected = {"sum": 0, "prod": 1, "max": 0, "min": 0, "mean": 0}
    with tf.Session() as session:
        for kind, value in expected.items():
            found = session.run(getattr(tf, f"segment_{kind}")([2.0, 3.0, 4.0], [0, 0, 2]))
            assert found[1] == value, kind


@pytest.mark.parametrize("ids", [[], [0, 0, 2], [1, 1, 1], [3, 4, 7]])
@pytest.mark.parametrize("dtype", [np.float64, np.int32])
@pytest.mark.parametrize("type", ["SegmentSum", "SegmentMean", "SegmentProd", "SegmentMax", "SegmentMin"])
def test_kernels_of_sorted_ids_give_what_numpy_does(type, dtype, ids):
    data, ids = np.random.RandomState(0).randint(-9, 9, (len(ids), 2)).astype(dtype), np.array(ids, np.int64)
    with tf.Graph().as_default():
        op = apply_op(type, tf.constant(data), tf.constant(ids))
        found = OPS[type].kernel(OpByOp(State()), op, Concrete(data), Concrete(ids)).array
        np.testing.assert_allclose(found, OPS[type].numpy(op, data, ids), rtol=1e-14)
        assert found.dtype == dtype


def test_as_many_segments_as_the_data_say():
    x = tf.placeholder(tf.float32, [None, 2])
    ids = tf.cast(tf.cumsum(x[:, 0]), tf.int32)
    total = tf.reduce_sum(tf.square(tf.segment_mean(x * x, ids)), 1)
    fetches, draw, found = [total, tf.gradients(total, x)[0]], np.random.RandomState(0), {}
    feeds = [draw.randint(0, 3, (draw.randint(1, 9), 2)) for _ in range(20)]
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            found[executor] = [session.run(fetches, {x: rows}) for rows in feeds]
            assert not host_ops(session)
            for wrong in ([[1, 0], [-1, 0]], [[-1, 0]]):
                with pytest.raises(tf.errors.InvalidArgumentError, match="sorted|negative"):
                    session.run(fetches, {x: wrong})
    for ours, theirs in zip(*found.values()):
        for a, b in zip(ours, theirs):
            np.testing.assert_allclose(a, b, rtol=1e-5)
