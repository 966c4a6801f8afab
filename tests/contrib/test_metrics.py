import inspect

import numpy as np
import pytest
import session_scenarios
from helpers import fails, run
from oracle import facts
from session_facts import assert_like

import minitf as tf
from minitf.contrib import metrics

L, P = tf.int64, [0.1, 0.4, 0.35, 0.8]


def after(pair):
    """The value after one update."""
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        updated = sess.run(pair[1])
        assert sess.run(pair[0]) == pytest.approx(updated)
    return updated


@pytest.mark.parametrize("name", [n for n in vars(metrics) if n.startswith("streaming_")])
def test_predictions_come_first(name):
    given = list(inspect.signature(getattr(metrics, name)).parameters)
    labels_first = name in ("streaming_curve_points", "streaming_dynamic_auc")  # in TensorFlow too
    first = [given[0].removeprefix("top_k_"), given[1]]
    assert first == ["predictions", "labels"][:: -1 if labels_first else 1] or given[0] == "values"


def test_old_order():
    labels, predictions = [1, 0, 1, 1], [1, 1, 0, 1]
    assert after(metrics.streaming_accuracy(predictions, labels)) == 0.5
    assert after(metrics.streaming_recall(predictions, labels)) == pytest.approx(2 / 3)
    assert after(metrics.streaming_precision(predictions, labels, weights=[1, 0, 1, 1])) == 1.0
    assert after(metrics.streaming_auc(P, [False, False, True, True])) == pytest.approx(0.75, abs=1e-3)
    assert after(metrics.streaming_recall_at_k([[0.1, 0.9, 0.3], [0.8, 0.1, 0.7]], [2, 1], 2)) == 0.5
    with fails(TypeError, "summation_method"):
        metrics.streaming_auc(P, [True] * 4, summation_method="minoring")


def test_accuracy_of_one_run():
    assert run(metrics.accuracy([1, 0, 2], [1, 1, 2])) == pytest.approx(2 / 3)
    assert run(metrics.accuracy([1, 0, 2], [1, 1, 2], weights=[1.0, 3.0, 0.0])) == 0.25
    with fails(ValueError, "float32"):
        metrics.accuracy([1.0], [1.0])
    with fails(ValueError, "int32", "int64"):
        metrics.accuracy(tf.constant([1], L), [1])


def test_several():
    a, b = tf.metrics.mean([1.0]), tf.metrics.mean([2.0])
    assert metrics.aggregate_metrics(a, b) == ([a[0], b[0]], [a[1], b[1]])
    assert metrics.aggregate_metric_map({"a": a, "b": b}) == ({"a": a[0], "b": b[0]}, {"a": a[1], "b": b[1]})
    with fails(ValueError, "one pair"):
        metrics.aggregate_metrics()


def test_those_that_keep_or_bin_values_are_like_tensorflow():
    assert_like(session_scenarios.run(tf, "kept_metrics"), facts("sessions")["kept_metrics"])


def test_what_is_kept_grows_in_powers():
    x = tf.placeholder(tf.int32, [None, 2])
    kept, update = metrics.streaming_concat(x)
    sizes = []
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        for i in range(20):
            sess.run(update, {x: [[i, -i]]})
            sizes.append(sess.run(tf.local_variables()[0]).shape[0])
        np.testing.assert_array_equal(sess.run(kept), [[i, -i] for i in range(20)])
    assert len(set(sizes)) < 10
    assert sizes[-1] < 30


def test_areas_are_those_of_all_pairs():
    random = np.random.RandomState(0)
    p, labels = random.randint(0, 9, 60).astype(np.float32) / 10, random.uniform(size=60) < 0.4
    pairs = p[labels][:, None] - p[~labels]
    expected = np.mean((pairs > 0) + (pairs == 0) / 2)
    area, update = metrics.streaming_dynamic_auc(labels, p)
    limits, update_limits = metrics.auc_with_confidence_intervals(labels, p)
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        sess.run([update, update_limits])
        assert sess.run(area) == pytest.approx(expected)
        found = sess.run(limits)
        assert found.auc == pytest.approx(expected, rel=1e-5)
        assert found.lower < found.auc < found.upper
