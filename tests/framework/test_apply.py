"""Ops with several outputs name them, as TensorFlow 1.15's do."""

import numpy as np
import pytest

import minitf as tf
from minitf.framework import nest
from minitf.framework.apply import apply

SAMPLED = ("sampled_candidates", "true_expected_count", "sampled_expected_count")
NAMED = {
    "unique": (lambda: tf.unique([1, 2, 2]), ("y", "idx")),
    "unique_with_counts": (lambda: tf.unique_with_counts([1, 2, 2]), ("y", "idx", "count")),
    "setdiff1d": (lambda: tf.setdiff1d([1, 2], [1]), ("out", "idx")),
    "top_k": (lambda: tf.nn.top_k([1.0, 2.0]), ("values", "indices")),
    "qr": (lambda: tf.qr(np.eye(3)), ("q", "r")),
    "uniform": (lambda: tf.nn.uniform_candidate_sampler([[0]], 1, 2, True, 5), SAMPLED),
    "log_uniform": (lambda: tf.nn.log_uniform_candidate_sampler([[0]], 1, 2, True, 5), SAMPLED),
    "hits": (lambda: tf.nn.compute_accidental_hits([[1]], [1, 2], 1), ("indices", "ids", "weights")),
}
PLAIN = {
    "svd": lambda: tf.svd(np.eye(3)),
    "self_adjoint_eig": lambda: tf.self_adjoint_eig(np.eye(3)),
    "moments": lambda: tf.nn.moments(tf.eye(3), [0]),
}


@pytest.mark.parametrize("kind", NAMED)
def test_named(kind):
    make, names = NAMED[kind]
    found = make()
    assert found._fields == names
    assert [t.op.outputs.index(t) for t in found] == list(range(len(names)))
    with tf.Session() as session:
        assert session.run(found)._fields == names


@pytest.mark.parametrize("kind", PLAIN)
def test_plain(kind):
    assert type(PLAIN[kind]()) is tuple


def test_they_go_through_branches():
    p = tf.placeholder(tf.bool, [])
    found = tf.cond(p, lambda: tf.nn.top_k([1.0, 3.0]), lambda: tf.nn.top_k([4.0, 2.0]))
    assert found._fields == ("values", "indices") and len(nest.flatten(found)) == 2
    with tf.Session() as session:
        assert session.run(found, {p: False}).values.tolist() == [4.0]


def test_there_is_a_most_of_outputs():
    with pytest.raises(ValueError, match="cannot have 1099511627776 outputs"):
        apply("Split", 0, tf.zeros([4]), num_split=1 << 40)
