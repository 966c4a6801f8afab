"""Statistics and options of datasets as programs of `tf`, as in session_scenarios."""

import itertools
import re

import numpy as np
from session_scenarios import scenario

TIMES = ("latency", "execution_time")  # in the tags of what no two runs have alike


def _tag(text):
    """A tag without the numbers that TensorFlow gives the datasets of a graph that it rewrote, and functions."""
    return re.sub(r"::\w*(<lambda>)?\w*::execution", "::f::execution", re.sub(r"/?_\d+\b", "", text))


def _described(value):
    if value.WhichOneof("value") == "simple_value":
        return value.simple_value
    histo = value.histo
    if any(word in value.tag for word in TIMES):
        return int(histo.num)
    return [histo.min, histo.max, histo.num, histo.sum, histo.sum_squares, list(histo.bucket_limit), list(histo.bucket)]


def summary_of(tf, dataset, count, **settings):
    """What the statistics are after so many elements of a dataset."""
    aggregator, options = tf.data.experimental.StatsAggregator(), tf.data.Options()
    options.experimental_stats.aggregator = aggregator
    for name, value in settings.items():
        setattr(options.experimental_stats, name, value)
    it = dataset.with_options(options).make_initializable_iterator()
    x, summary = it.get_next(), aggregator.get_summary()
    with tf.Session() as session:
        session.run(it.initializer)
        for _ in range(count):
            try:
                session.run(x)
            except tf.errors.OutOfRangeError:
                break
        message = tf.Summary.FromString(session.run(summary))
    found = {}
    for value in message.value:
        found.setdefault(_tag(value.tag), []).append(_described(value))
    return {tag: sum(all) if "latency" in tag else all for tag, all in sorted(found.items())}


PIPELINES = [
    ("D.range(10).apply(X.latency_stats('latency')).apply(X.bytes_produced_stats('by'))", 5, {}),
    ("D.range(10).batch(2).apply(X.bytes_produced_stats('by'))", 8, {"prefix": "pre_", "counter_prefix": "c"}),
    ("D.from_tensor_slices(['a','bcd','']).apply(X.bytes_produced_stats('by'))", 5, {}),
    ("D.from_tensor_slices((['a','b'],[[1.,2.],[3.,4.]])).apply(X.bytes_produced_stats('by'))", 5, {}),
    ("D.range(9).apply(X.bytes_produced_stats('by')).batch(2).apply(X.bytes_produced_stats('b2'))", 8, {}),
    ("D.range(9).filter(lambda x:x>3).apply(X.bytes_produced_stats('by'))", 8, {}),
    ("D.range(9).filter(lambda x:x>3)", 3, {"prefix": "p"}),
    ("D.range(9).flat_map(lambda x:D.range(x)).batch(2)", 3, {"latency_all_edges": True}),
    ("D.range(9).flat_map(lambda x:D.range(x).apply(X.bytes_produced_stats('by')))", 3, {}),
    ("D.range(9).shuffle(3).repeat(2).map(lambda x:x+1)", 4, {"latency_all_edges": True}),
    ("D.zip((D.range(3),D.range(4)))", 2, {"latency_all_edges": True}),
    ("D.range(0).apply(X.bytes_produced_stats('by')).apply(X.latency_stats('latency'))", 2, {}),
    ("D.range(3)", 2, {}),
]


@scenario
def dataset_statistics(tf):
    names = {"tf": tf, "D": tf.data.Dataset, "X": tf.data.experimental, "np": np}
    found = {}
    for source, count, settings in PIPELINES:
        with tf.Graph().as_default():
            found[f"{source} {count} {settings}"] = summary_of(tf, eval(source, names), count, **settings)
    return found


@scenario
def dataset_statistics_of_threads(tf):
    """Which statistics there are where threads compute elements, whose values are left to chance."""
    found = []
    pipelines = [
        lambda: tf.data.Dataset.range(20).prefetch(2),
        lambda: tf.data.Dataset.range(20).map(lambda x: x + 1, num_parallel_calls=2),
        lambda: tf.data.Dataset.range(20).apply(tf.data.experimental.map_and_batch(lambda x: x, 2)),
    ]
    for made, edges in itertools.product(pipelines, (False, True)):
        with tf.Graph().as_default():
            found.append(list(summary_of(tf, made(), 3, latency_all_edges=edges)))
    return found


@scenario
def dataset_statistics_shared(tf):
    """Two iterators, one after the other, and one that has no aggregator; names of ops; an aggregator by itself."""
    D, X = tf.data.Dataset, tf.data.experimental
    aggregator, options = X.StatsAggregator(), tf.data.Options()
    options.experimental_stats.aggregator = aggregator
    summary = aggregator.get_summary()
    counted = D.range(5).apply(X.bytes_produced_stats("by"))
    first = counted.with_options(options).make_initializable_iterator()
    second = counted.batch(2).with_options(options).make_initializable_iterator()
    none = counted.make_initializable_iterator()
    x, y, z = first.get_next(), second.get_next(), none.get_next()
    found = [sorted(op.type for op in tf.get_default_graph().get_operations())]
    found.append([str(summary.dtype), str(summary.shape), summary.name])
    with tf.Session() as session:
        found.append(session.run(summary).decode())
        session.run([first.initializer, second.initializer, none.initializer])
        for each in (x, x, y, z):
            session.run(each)
            message = tf.Summary.FromString(session.run(summary))
            found.append([[v.tag, v.histo.num] for v in message.value])
    with tf.Session() as session:
        found.append(session.run(summary).decode())
    return found


def _tried(function, *args):
    try:
        return str(function(*args))
    except Exception as error:
        return "TypeError" if isinstance(error, TypeError) else type(error).__name__


@scenario
def dataset_options(tf):
    X, found = tf.data.experimental, []
    parts = [
        tf.data.Options(),
        X.OptimizationOptions(),
        X.ThreadingOptions(),
        X.MapVectorizationOptions(),
        X.DistributeOptions(),
        X.StatsOptions(),
    ]
    for part in parts:
        public = [name for name in dir(part) if not name.startswith("_")]
        values = [getattr(part, name) for name in public]
        shown = [type(v).__name__ if "Options" in type(v).__name__ or callable(v) else repr(v) for v in values]
        found.append([type(part).__name__, public, shown])
        for name, value in itertools.product([*public, "wrong"], (None, True, 1, "x", [], X.ThreadingOptions())):
            if name != "merge":
                found.append([name, type(value).__name__, _tried(setattr, type(part)(), name, value)])
    return found


@scenario
def dataset_options_merged(tf):
    D, X, found = tf.data.Dataset, tf.data.experimental, []

    def options(**settings):
        made = tf.data.Options()
        for name, value in settings.items():
            setattr(made, name, value)
        return made

    def slack(dataset):
        seen = dataset.options()
        return [seen.experimental_slack, seen.experimental_deterministic, seen.experimental_threading is not None]

    one, two = options(experimental_slack=True), options(experimental_deterministic=False)
    found.append(slack(D.range(3)))
    found.append(slack(D.range(3).with_options(one).map(lambda x: x).batch(2)))
    found.append(slack(D.zip((D.range(3).with_options(one), D.range(3).with_options(two)))))
    found.append(slack(D.range(3).with_options(one).concatenate(D.range(3).with_options(two))))
    found.append(slack(D.range(3).with_options(one).with_options(two)))
    found.append(slack(D.range(3).flat_map(lambda x: D.range(3).with_options(one))))
    found.append(slack(X.sample_from_datasets([D.range(3).with_options(one), D.range(2)])))
    found.append(slack(D.range(3).with_options(one).apply(X.group_by_window(lambda x: x, lambda k, d: d, 2))))
    against = options(experimental_slack=False)
    found.append(_tried(lambda: D.range(3).with_options(one).with_options(against)))
    found.append(_tried(lambda: D.zip((D.range(3).with_options(one), D.range(3).with_options(against))).options()))
    found.append(_tried(lambda: one.merge(2)))
    found.append([one == options(experimental_slack=True), one == two, one != two, one == 3])
    nested = options()
    nested.experimental_threading = X.ThreadingOptions()
    nested.experimental_threading.private_threadpool_size = 2
    other = options()
    other.experimental_threading.max_intra_op_parallelism = 3
    both = nested.merge(other).experimental_threading
    found.append([both.private_threadpool_size, both.max_intra_op_parallelism])
    found.append([nested.experimental_threading.max_intra_op_parallelism])
    return found


@scenario
def dataset_options_run(tf):
    """What options do: the order of a repeated shuffle, the ops that there are, numbers that are wrong."""
    D, found = tf.data.Dataset, []

    def drawn(change, one_shot=False):
        with tf.Graph().as_default():
            options = tf.data.Options()
            change(options)
            dataset = D.range(6).shuffle(6, seed=3).repeat(2).with_options(options)
            it = dataset.make_one_shot_iterator() if one_shot else dataset.make_initializable_iterator()
            x = it.get_next()
            types = [] if one_shot else sorted(op.type for op in tf.get_default_graph().get_operations())
            with tf.Session() as session:
                if not one_shot:
                    session.run(it.initializer)
                return [types, [int(session.run(x)) for _ in range(12)]]

    def unfused(options):
        options.experimental_optimization.shuffle_and_repeat_fusion = False

    def plain(options):
        options.experimental_optimization.apply_default_optimizations = False

    def nothing(options):
        plain(options)
        options.experimental_optimization.autotune = False

    def threads(options):
        options.experimental_threading.private_threadpool_size = 2
        options.experimental_threading.max_intra_op_parallelism = 1

    def tuned(options):
        options.experimental_optimization.autotune_buffers = True
        options.experimental_optimization.map_vectorization.enabled = True
        options.experimental_optimization.autotune_cpu_budget = 2

    def bad_threads(options):
        options.experimental_threading.private_threadpool_size = -1

    def bad_parallelism(options):
        options.experimental_threading.max_intra_op_parallelism = -1

    for change in (lambda options: None, unfused, plain, nothing, threads, tuned):
        found += [drawn(change), drawn(change, one_shot=True)]
    found += [_tried(drawn, change) for change in (bad_threads, bad_parallelism)]
    return found
