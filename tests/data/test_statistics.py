"""Statistics and options of datasets: what TensorFlow does (stats_scenarios.py), and what only a run shows."""

import time

import numpy as np
import pytest
from helpers import fails
from session_facts import check, names

import minitf as tf
from minitf.ops.io.summary_values import Histogram

Dataset, experimental = tf.data.Dataset, tf.data.experimental


@pytest.mark.parametrize("name", names("dataset_statistics", "dataset_options"))
def test_like_tensorflow(name):
    check(name)


def summed(dataset, count, **settings):
    """What a summary says after so many elements, by tags."""
    aggregator, options = experimental.StatsAggregator(), tf.data.Options()
    options.experimental_stats.aggregator = aggregator
    for name, value in settings.items():
        setattr(options.experimental_stats, name, value)
    it = dataset.with_options(options).make_initializable_iterator()
    x, summary = it.get_next(), aggregator.get_summary()
    with tf.Session() as session:
        session.run(it.initializer)
        for _ in range(count):
            session.run(x)
        return {v.tag: v for v in tf.Summary.FromString(session.run(summary)).value}


def test_times_and_buffers():
    slow = Dataset.range(20).map(lambda x: tf.py_func(lambda v: time.sleep(0.005) or v, [x], tf.int64), 2).prefetch(3)
    found = summed(slow.apply(experimental.latency_stats("whole")), 10)
    assert found["whole"].histo.num == 10
    assert 10 * 1000 < found["whole"].histo.sum < 60e6  # microseconds
    [spent] = [v.histo for tag, v in found.items() if tag.endswith("execution_time")]
    assert 10 <= spent.num <= 20 and 5e6 <= spent.min <= spent.max < 60e9  # nanoseconds
    full = found["PrefetchDataset::buffer_utilization"].histo
    assert full.num == 10 and 0 <= full.min <= full.max <= 1
    assert found["PrefetchDataset::buffer_capacity"].simple_value == 3
    assert found["PrefetchDataset::buffer_size"].simple_value in (0, 1, 2, 3)
    assert found["ParallelMapDataset::thread_utilization"].simple_value <= 1


def test_what_is_no_array():
    row = tf.SparseTensor([[0, 1]], ["a"], [2, 2])
    sparse = Dataset.from_tensors(row).apply(experimental.bytes_produced_stats("sparse"))
    assert summed(sparse, 1)["sparse"].histo.sum == 192  # as TensorFlow says


def test_a_histogram_of_values_one_by_one():
    random = np.random.RandomState(3)
    values = np.concatenate([random.randn(300), 10.0 ** random.randint(-14, 22, 90), -np.arange(4.0), [0, 1e-12, 1e20]])
    one, all = Histogram(), tf.summary.histogram("x", tf.constant(values))
    for value in values:
        one.add(float(value))
    with tf.Session() as session:
        [expected] = tf.Summary.FromString(session.run(all)).value
    found = tf.HistogramProto(**one.message())
    assert list(found.bucket) == list(expected.histo.bucket)
    assert list(found.bucket_limit) == list(expected.histo.bucket_limit)
    assert (found.min, found.max, found.num) == (expected.histo.min, expected.histo.max, expected.histo.num)
    np.testing.assert_allclose([found.sum, found.sum_squares], [expected.histo.sum, expected.histo.sum_squares])


def test_statistics_of_a_filter_go_on_after_a_checkpoint(tmp_path):
    aggregator, options = experimental.StatsAggregator(), tf.data.Options()
    options.experimental_stats.aggregator = aggregator
    it = Dataset.range(20).filter(lambda x: x % 3 > 0).with_options(options).make_initializable_iterator()
    x, summary = it.get_next(), aggregator.get_summary()
    saver = tf.train.Saver([experimental.make_saveable_from_iterator(it)])
    with tf.Session() as session:
        session.run(it.initializer)
        assert [session.run(x) for _ in range(4)] == [1, 2, 4, 5]
        saver.save(session, str(tmp_path / "c"))
    with tf.Session() as session:
        session.run(it.initializer)
        saver.restore(session, str(tmp_path / "c"))
        assert session.run(x) == 7
        found = {v.tag: v.simple_value for v in tf.Summary.FromString(session.run(summary)).value}
    assert found == {"FilterDataset::filtered_elements": 5, "FilterDataset::dropped_elements": 3}


def test_one_shot_iterators_have_no_aggregator():
    options = tf.data.Options()
    options.experimental_stats.aggregator = experimental.StatsAggregator()
    with fails(ValueError, "Cannot capture a stateful node"):
        Dataset.range(3).with_options(options).make_one_shot_iterator()


@pytest.mark.parametrize(
    "setting, message", [("private_threadpool_size", ">= 1, not -1"), ("max_intra_op_parallelism", ">= 0, not -1")]
)
def test_wrong_numbers_of_threads(setting, message):
    options = tf.data.Options()
    setattr(options.experimental_threading, setting, -1)
    it = Dataset.range(3).with_options(options).make_initializable_iterator()
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, message):
        session.run(it.initializer)


def test_messages_of_options():
    options = tf.data.Options()
    with fails(AttributeError, "Cannot set the property experimental_autotune on Options, which has"):
        options.experimental_autotune = True
    with fails(TypeError, 'Property "experimental_slack" must be of type'):
        options.experimental_slack = 3
    options.experimental_slack = True
    other = tf.data.Options()
    other.experimental_slack = False
    with fails(ValueError, "Cannot merge incompatible values of option: experimental_slack: True and False"):
        Dataset.range(3).with_options(options).with_options(other)


def test_ops_by_their_first_names():
    """TensorFlow 1.13 called them experimental."""
    ops, carried = tf.raw_ops, {"output_types": [tf.int64], "output_shapes": [[]]}
    aggregator = ops.ExperimentalStatsAggregatorHandle()
    dataset = ops.RangeDataset(start=0, stop=4, step=1, **carried)
    dataset = ops.ExperimentalBytesProducedStatsDataset(input_dataset=dataset, tag="bytes", **carried)
    dataset = ops.ExperimentalPrivateThreadPoolDataset(input_dataset=dataset, num_threads=2, **carried)
    dataset = ops.ExperimentalSetStatsAggregatorDataset(
        input_dataset=dataset, stats_aggregator=aggregator, tag="p", counter_prefix="", **carried
    )
    iterator = ops.IteratorV2(shared_name="", container="", **carried)
    made, x = ops.MakeIterator(dataset=dataset, iterator=iterator), ops.IteratorGetNext(iterator=iterator, **carried)
    with tf.Session() as session:
        session.run(made)
        session.run(x)
        summary = session.run(ops.ExperimentalStatsAggregatorSummary(iterator=aggregator))
    [value] = tf.Summary.FromString(summary).value
    assert (value.tag, value.histo.sum) == ("p::bytes", 8)
