"""Ragged tensors: what TensorFlow gives (ragged_scenarios.py), and what only a run shows."""

import numpy as np
import pytest
import ragged_error_scenarios
from helpers import fails
from oracle import facts, same
from ragged_scenarios import CALLS, tried
from session_facts import check

import minitf as tf

WIDER = ("tf.dynamic_partition", "tf.gather", "tf.where", "g.segment_ids")  # more or less known


@pytest.mark.parametrize("call", CALLS)
def test_like_tensorflow(call):
    mine, theirs = tried(tf, call), facts("sessions")["ragged_values"][call]
    if isinstance(theirs, str) or isinstance(mine, str):
        assert same(mine, theirs)
        return
    assert _plain(mine[0]) == theirs[0]
    assert mine[1] == theirs[1] or call.startswith(WIDER)


@pytest.mark.parametrize("call", ragged_error_scenarios.CALLS)
def test_errors_like_tensorflow(call):
    mine, theirs = ragged_error_scenarios.outcome(tf, call), facts("sessions")["ragged_errors"][call]
    if theirs and mine and theirs[0] == "run":
        assert mine[1] == theirs[1]  # some are refused before a run
    else:
        assert same(mine, theirs)


def test_rows_repeated_by_counts_of_unknown_rank():
    counts = tf.placeholder(tf.int32, None)
    repeated = tf.repeat(tf.constant([[1, 2], [3, 4]]), counts, axis=0)
    with tf.Session() as session:
        assert session.run(repeated, {counts: [2, 0]}).tolist() == [[1, 2], [1, 2]]
        assert session.run(repeated, {counts: 2}).tolist() == [[1, 2], [1, 2], [3, 4], [3, 4]]
        splits = tf.ragged.row_splits_to_segment_ids(counts)
        assert session.run(splits, {counts: [0, 2, 2, 3]}).tolist() == [0, 0, 2]


def _plain(value):
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def test_gradients():
    check("ragged_gradients")


def test_datasets():
    check("ragged_datasets")


def test_rows_of_a_ragged_tensor_are_elements():
    it = tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[1, 2], [], [3]])).make_one_shot_iterator()
    x = it.get_next()
    with tf.Session() as session:
        assert [session.run(x).tolist() for _ in range(3)] == [[1, 2], [], [3]]


def test_placeholders():
    check("ragged_placeholders")


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_open_shapes(executor):
    p, q = tf.ragged.placeholder(tf.float32, 1, []), tf.ragged.placeholder(tf.float32, 1, [])
    dense = tf.placeholder(tf.float32, [None, None])
    outputs = [p + q, q * dense, p[1:], tf.concat([p, q], 1), tf.reduce_sum(q, 1), q.to_tensor(), p < dense]
    rows = tf.ragged.constant_value([[1.0, 2.0], [], [3.0]], dtype=np.float32)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        found = session.run(outputs, {p: rows, q: rows, dense: [[1.0], [2.0], [3.0]]})
        assert found[0].to_list() == [[2.0, 4.0], [], [6.0]] and found[1].to_list() == [[1.0, 2.0], [], [9.0]]
        assert found[2].to_list() == [[], [3.0]] and found[3].to_list() == [[1.0, 2.0, 1.0, 2.0], [], [3.0, 3.0]]
        assert found[4].tolist() == [3.0, 0.0, 3.0] and found[5].tolist() == [[1.0, 2.0], [0.0, 0.0], [3.0, 0.0]]
        assert found[6].to_list() == [[False, False], [], [False]]
        other = tf.ragged.constant_value([[1.0], [2.0], [3.0]], dtype=np.float32)
        with fails(tf.errors.InvalidArgumentError, "Unable to broadcast"):
            session.run(p + q, {p: rows, q: other})


@pytest.mark.parametrize("value", [3, [[1], [2]], tf.ragged.constant_value([[[1]]]), None])
def test_wrong_feeds(value):
    p = tf.ragged.placeholder(tf.int32, 1)
    with tf.Session() as session, fails(TypeError, "a RaggedTensorValue of that rank"):
        session.run(p, {p: value})


def test_rows_of_many_shapes_against_lists():
    random = np.random.default_rng(3)
    p = tf.ragged.placeholder(tf.int64, 2, [])
    outputs = [tf.reduce_sum(p, axis) for axis in (0, 1, 2)] + [p.to_tensor(), tf.tile(p, [2, 1, 2]), p[:, ::-1]]
    with tf.Session() as session:
        for _ in range(20):
            rows = [
                [random.integers(0, 9, random.integers(0, 4)).tolist() for _ in range(random.integers(0, 4))]
                for _ in range(random.integers(1, 5))
            ]
            value = tf.ragged.constant_value(rows, dtype=np.int64, ragged_rank=2, inner_shape=())
            first, middle, last, dense, tiled, turned = session.run(outputs, {p: value})
            width = max([len(r) for row in rows for r in row], default=0)
            for row, given in zip(dense.tolist(), rows):
                assert [r[: len(g)] for r, g in zip(row, given)] == given and dense.shape[2] == width
            assert last.to_list() == [[sum(r) for r in row] for row in rows]
            assert tiled.to_list() == [[r + r for r in row] for row in rows] * 2
            assert turned.to_list() == [row[::-1] for row in rows]
            assert first.flat_values.sum() == middle.flat_values.sum() == value.flat_values.sum()


def test_loops_and_branches():
    rt = tf.ragged.constant([[1], [2, 3]])
    _, longer = tf.while_loop(lambda i, r: i < 2, lambda i, r: (i + 1, tf.concat([r, r], axis=1)), [0, rt])
    flag = tf.placeholder(tf.bool, [])
    chosen = tf.cond(flag, lambda: rt + 1, lambda: tf.concat([rt, rt], 0))
    with tf.Session() as session:
        assert session.run(longer).to_list() == [[1] * 4, [2, 3] * 4]
        assert session.run(chosen, {flag: True}).to_list() == [[2], [3, 4]]
        assert session.run(chosen, {flag: False}).to_list() == [[1], [2, 3], [1], [2, 3]]
