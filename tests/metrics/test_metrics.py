import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs

import minitf as tf


@pytest.mark.parametrize("fact", cases("metrics"), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("metrics"), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("metric", ["auc", "sensitivity_at_specificity", "specificity_at_sensitivity"])
def test_more_thresholds_than_memory_are_refused(metric):
    arguments = [[True], [0.5]] + [0.5] * (metric != "auc")
    with pytest.raises(ValueError, match=r"num_thresholds is at most 1,048,576, not 1,099,511,627,776"):
        getattr(tf.metrics, metric)(*arguments, num_thresholds=2**40)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("shape", [(), (1,), (3,), (1, 1), (3, 1), (1, 2), (3, 2), (3, 2, 1)])
def test_weights_of_unknown_rank(shape, known):
    """They get an axis of size 1 at the end, or lose it, as those of a known rank do."""
    values, weights = np.arange(6.0).reshape(3, 2), 1 + np.arange(np.prod(shape)).reshape(shape)
    fed, by = tf.placeholder(tf.float32, [3, 2] if known else None), tf.placeholder(tf.float32)
    _, update_op = tf.metrics.mean(fed, by)
    rows = weights.reshape([3, 2] if weights.size == 6 else [-1, 2] if shape == (1, 2) else [-1, 1])
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        mean = sess.run(update_op, {fed: values, by: weights})
    np.testing.assert_allclose(mean, np.average(values, weights=np.broadcast_to(rows, (3, 2))), rtol=1e-6)


@pytest.mark.parametrize("ranks", [(None, None), (1, None), (None, 2)])
def test_labels_of_unknown_rank_lose_their_last_axis(ranks):
    labels, predictions = [tf.placeholder(tf.int64, None if r is None else [None] * r) for r in ranks]
    _, update_op = tf.metrics.accuracy(labels, predictions)
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        assert sess.run(update_op, {labels: [1, 2, 3, 4], predictions: [[1], [2], [0], [4]]}) == 0.75


@pytest.mark.parametrize("rank", [None, 1])
def test_one_label_each_of_unknown_rank(rank):
    labels, predictions = tf.placeholder(tf.int64, rank and [None]), tf.placeholder(tf.float32)
    _, update_op = tf.metrics.recall_at_k(labels, predictions, 1)
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        assert sess.run(update_op, {labels: [1, 0], predictions: [[0.1, 0.9], [0.2, 0.8]]}) == 0.5
