"""Sets, histograms and what else TensorFlow 1.15.5 was asked for in tests/facts/sets.json."""

import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import check_gradients, fails, run

import minitf as tf
from minitf.framework.apply import apply_op
from minitf.framework.registry import OPS
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.session.state import State


@pytest.mark.parametrize("fact", cases("sets"), ids=range(len(cases("sets"))))
def test_recorded_values(fact):
    check_case(fact, 1e-5)


@pytest.mark.parametrize("fact", graphs("sets"), ids=lambda fact: fact["source"][-50:])
def test_recorded_graphs(fact):
    check_graph(fact)


def test_histograms_are_numpys():
    values = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    found = run(tf.histogram_fixed_width(values, [-3.0, 3.0], 17))
    inside = values.clip(-2.999, 2.999)
    np.testing.assert_array_equal(found, np.histogram(inside, 17, (-3, 3))[0])


def test_gradients_of_ctc_with_items_without_labels():
    logits = np.random.default_rng(0).normal(size=(4, 3, 4))

    def loss(x):
        return tf.nn.ctc_loss_v2([[1, 1], [3, 0], [0, 0]], x, [2, 1, 0], [4, 3, 2])

    check_gradients(loss, logits, order=1)
    with fails(tf.errors.InvalidArgumentError, "not enough time"):
        run(tf.nn.ctc_loss_v2([[1, 2]], np.zeros((1, 1, 4), np.float32), [2], [1]))


def drawn(draw, kind, ordered):
    """A tensor of sets [2, 3, up to 4] as what an op takes."""
    if kind == "Dense":
        return [draw.randint(-3, 4, (2, 3, 4))]
    places = np.argwhere(draw.rand(2, 3, 4) < 0.5)
    places = places if ordered else draw.permutation(places)
    return [places, draw.randint(-3, 4, len(places)), np.array([2, 3, 4])]


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("operation", ["intersection", "union", "a-b", "b-a"])
@pytest.mark.parametrize("kinds", [("Dense", "Dense"), ("Dense", "Sparse"), ("Sparse", "Sparse")])
def test_kernels_give_what_numpy_does(kinds, operation, ordered):
    for seed in range(5):
        draw = np.random.RandomState(seed)
        given, attributes = [a for kind in kinds for a in drawn(draw, kind, ordered)], {"validate_indices": ordered}
        with tf.Graph().as_default():
            type = f"{kinds[0]}To{kinds[1]}SetOperation"
            op = apply_op(type, *map(tf.constant, given), set_operation=operation, **attributes)
            found = [v.array for v in OPS[type].kernel(OpByOp(State()), op, *map(Concrete, given))]
            for ours, theirs in zip(found, OPS[type].numpy(op, *given)):
                np.testing.assert_array_equal(ours, theirs)
            op = apply_op("SetSize", *map(tf.constant, found), **attributes)
            sizes = OPS["SetSize"].kernel(OpByOp(State()), op, *map(Concrete, found)).array
            np.testing.assert_array_equal(sizes, OPS["SetSize"].numpy(op, *found))


def test_sets_of_other_numbers_in_each_trip():
    x = np.random.RandomState(0).randn(5, 4).astype(np.float32)

    def body(i, a, total):
        whole = tf.cast(a * 4, tf.int32)
        sets = tf.sets.intersection(whole, whole[:, 1:] + 1)
        return i + 1, tf.sin(a * 3.1 + 0.3), total + tf.reduce_sum(tf.sets.size(sets)) + tf.reduce_sum(sets.values)

    end = tf.while_loop(lambda i, *_: i < 20, body, [0, tf.constant(x), 0])[2]
    found = []
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            found.append([session.run(end) for _ in range(2)])
    assert found[0] == found[1]
