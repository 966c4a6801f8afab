"""Tensors of beams."""

import numpy as np
import pytest
import recorded_runs
from helpers import fails, run

import minitf as tf
from minitf.contrib.seq2seq.beams import Beams, tile_batch


@pytest.mark.parametrize("id", recorded_runs.ids("seq2seq", "tile_batch"))
def test_recorded(id):
    recorded_runs.check("seq2seq", id)


def test_splitting_and_merging():
    beams, rows = Beams(tf.constant(2), 3), tf.constant(np.arange(24.0).reshape(6, 4))
    assert beams.split(rows).shape.as_list() == [2, 3, 4]
    merged = beams.merged(beams.split(rows))
    assert merged.shape.as_list() == [6, 4] and np.array_equal(*run(merged, rows))
    for kept in (tf.constant(1.0), tf.TensorArray(tf.float32, 2)):
        assert beams.split(kept) is kept and beams.merged(kept) is kept


@pytest.mark.parametrize("rest", [(), (4,), (4, 5)])
def test_reordering(rest):
    values, order = np.random.default_rng(0).normal(size=(2, 3, *rest)), np.array([[2, 2, 0], [1, 0, 1]])
    found = Beams(tf.constant(2), 3).reordered(tf.constant(values), tf.constant(order, tf.int32))
    assert found.shape.as_list() == [2, 3, *rest]
    np.testing.assert_array_equal(run(found), np.stack([v[o] for v, o in zip(values, order)]))


def test_arrays_are_followed_back():
    steps = np.arange(12.0, dtype=np.float32).reshape(3, 4)  # three steps of 2 * 2 beams
    parents = np.array([[[0, 0], [0, 0]], [[1, 0], [0, 1]], [[1, 1], [0, 0]]], np.int32)
    lengths = tf.constant([[3, 3], [2, 3]], tf.int64)
    array = tf.TensorArray(tf.float32, 3, element_shape=[4]).unstack(steps)
    found = run(Beams(tf.constant(2), 2).followed_back(array, tf.constant(parents), lengths))
    assert found.tolist() == [[0, 0, 2, 2], [5, 5, 6, 6], [8, 9, 10, 11]]
    other = tf.TensorArray(tf.float32, 3, element_shape=[5])
    assert Beams(tf.constant(2), 2).followed_back(other, None, None) is other


def test_refusals():
    with fails(ValueError, "known rank"):
        tile_batch(tf.constant(1.0), 2)
    with fails(ValueError, "2 * 3", "tile_batch"):
        Beams(tf.constant(2), 3).split(tf.ones([2, 4]))
    with fails(ValueError, "known rank"):
        Beams(tf.constant(2), 3).split(tf.placeholder(tf.float32))
