import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import check_gradients, run

import minitf as tf
from minitf.framework.apply import apply_op
from minitf.framework.registry import OPS
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.session.state import State

OURS = ["sparse_segment_", "sparse.segment_"]


@pytest.mark.parametrize("fact", cases("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("function", [tf.sparse_segment_sum, tf.sparse_segment_mean, tf.sparse_segment_sqrt_n])
@pytest.mark.parametrize("count", [None, 5])
def test_gradients(function, count):
    data = np.random.default_rng(0).normal(size=(4, 3))
    check_gradients(lambda x: function(x, [3, 0, 0], [0, 0, 2], num_segments=count), data, known="unknown")


@pytest.mark.parametrize("ids", [[], [0, 0, 2], [1, 1, 1, 4]])
@pytest.mark.parametrize("count", [None, 5])
@pytest.mark.parametrize("type", ["SparseSegmentSum", "SparseSegmentMean", "SparseSegmentSqrtN"])
def test_kernels_give_what_numpy_does(type, count, ids):
    draw = np.random.RandomState(0)
    given = [draw.randn(6, 2), draw.randint(0, 6, len(ids)), np.array(ids, np.int32)]
    given, type = (given, type) if count is None else ([*given, np.array(count)], f"{type}WithNumSegments")
    with tf.Graph().as_default():
        op = apply_op(type, *[tf.constant(a) for a in given])
        found = OPS[type].kernel(OpByOp(State()), op, *map(Concrete, given)).array
        np.testing.assert_allclose(found, OPS[type].numpy(op, *given), rtol=1e-14)


@pytest.mark.parametrize(
    ("index", "ids", "why"),
    [([0, 1], [1, 0], "sorted"), ([0, 9], [0, 1], r"\[0, 6\)"), ([0, 1], [0, 7], r"\[0, 5\)"), ([0], [-1], "-1")],
)
def test_what_is_refused(index, ids, why):
    data, index = tf.ones([6, 2]), tf.placeholder_with_default(np.array(index, np.int32), [None])
    with pytest.raises(tf.errors.InvalidArgumentError, match=why):
        run(tf.sparse_segment_sum(data, index, np.array(ids, np.int32), num_segments=5))
