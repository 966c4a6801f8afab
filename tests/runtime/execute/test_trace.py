import json
import time

import core_facts
import numpy as np
import pytest

import minitf as tf
from minitf import timeline


def traced(sess, fetches, feed_dict=None):
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    return sess.run(fetches, feed_dict, options, metadata), metadata.step_stats


def loop(n):
    return tf.while_loop(lambda i, x: i < n, lambda i, x: (i + 1, tf.tanh(x) * 2.0), [0, tf.ones([3])])[1]


def test_a_traced_run_computes_the_same_and_updates_variables():
    n = tf.placeholder(tf.int32, [])
    v = tf.Variable([1.0, 2.0])
    fetches = [loop(n), tf.assign_add(v, v)]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        plain = sess.run(fetches, {n: 7})
        (x, v2), stats = traced(sess, fetches, {n: 7})
        np.testing.assert_array_equal(x, plain[0])
        np.testing.assert_array_equal(v2, 2 * plain[1])
        assert sess.run(v).tolist() == v2.tolist()


def test_calls_in_loops_are_counted_and_a_second_trace_starts_afresh():
    n = tf.placeholder(tf.int32, [])
    x = loop(n)
    with tf.Session() as sess:
        for trips in (5, 9, 0):
            _, stats = traced(sess, x, {n: trips})
            assert sum(t.calls for t in stats.totals if t.op.type == "Tanh") == trips


def test_times_add_up():
    a = tf.placeholder(tf.float32, [300, 300])
    y = tf.matmul(tf.matmul(a, a), a)
    with tf.Session() as sess:
        runs = [traced(sess, y, {a: np.eye(300)})[1] for _ in range(6)]
    spent = [sum(t.nanoseconds for t in stats.totals) for stats in runs]
    assert all(0 < ns <= stats.nanoseconds for ns, stats in zip(spent, runs))
    assert max(ns / stats.nanoseconds for ns, stats in zip(spent, runs)) > 0.3  # others may want the core
    assert {t.op.type for t in runs[-1].totals} == {"MatMul"}


def test_ops_on_the_host_are_timed_too():
    y = tf.py_func(lambda: (time.sleep(0.02), np.float32(3))[1], [], tf.float32) + 1.0
    with tf.Session() as sess:
        value, stats = traced(sess, y)
    assert value == 4.0
    slept = next(t for t in stats.totals if t.op.type == "PyFunc")
    assert slept.kernel is None and slept.nanoseconds > 2e7


def test_initializers_are_traced():
    tf.Variable(tf.ones([4]), name="v")
    with tf.Session() as sess:
        _, stats = traced(sess, tf.global_variables_initializer())
        assert "v/Assign" in [t.op.name for t in stats.totals]


def test_no_trace_without_a_level():
    metadata = tf.RunMetadata()
    with tf.Session() as sess:
        sess.run(tf.constant(1), options=tf.RunOptions(), run_metadata=metadata)
    assert not metadata.HasField("step_stats") and not metadata.step_stats.dev_stats and not metadata.cost_graph.node


def test_timeline_is_a_chrome_trace_in_order():
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.exp(tf.tanh(x, name="t"), name="e")
    with tf.Session() as sess:
        _, stats = traced(sess, y, {x: [1, 2]})
    text = timeline.Timeline(stats).generate_chrome_trace_format()
    process, *events = json.loads(text)["traceEvents"]
    assert process["args"]["name"].endswith("CPU:0")
    assert [(e["name"], e["args"]["name"], e["args"]["input0"]) for e in events] == [
        ("Tanh", "t", "x"),
        ("Exp", "e", "t"),
    ]
    first, second = nodes = stats.dev_stats[0].node_stats
    assert [n.node_name for n in nodes] == ["t", "e"]
    assert first.all_start_nanos + first.all_end_rel_nanos <= second.all_start_nanos
    assert abs(first.all_start_nanos / 1e9 - time.time()) < 100
    assert [(e["ts"], e["dur"]) for e in events] == [
        (n.all_start_nanos / 1000, n.all_end_rel_nanos / 1000) for n in nodes
    ]


@pytest.mark.parametrize("name", core_facts.names("traced_outputs"))
def test_a_trace_says_what_tensors_were_made(name):
    core_facts.check(name)


def test_resized_programs_of_loops_tell_the_sizes_of_each_run():
    x = tf.placeholder(tf.float32, [None, None, 3])
    out, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), x, dtype=tf.float32)
    y = tf.tanh(out, name="y")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for sizes in [(2, 5), (3, 4), (5, 6), (2, 7), (4, 5)]:
            value, stats = traced(sess, y, {x: np.ones([*sizes, 3])})
            [output] = next(n for n in stats.dev_stats[0].node_stats if n.node_name == "y").output
            assert tuple(dim.size for dim in output.tensor_description.shape.dim) == value.shape == (*sizes, 4)


def test_a_branch_not_taken_gives_nothing():
    p = tf.placeholder(tf.bool, [])
    y = tf.cond(
        p, lambda: tf.py_func(lambda: np.float32([1, 2]), [], tf.float32, name="a"), lambda: tf.zeros([3]) * 2.0
    )
    with tf.Session() as sess:
        for taken in (True, False):
            _, stats = traced(sess, y, {p: taken})
            made = {n.node_name: n.output for n in stats.dev_stats[0].node_stats}
            assert ("cond/a" in made) == taken
            assert not taken or [d.size for d in made["cond/a"][0].tensor_description.shape.dim] == [2]


def test_a_timeline_of_memory_counts_bytes_from_the_first_call_to_the_last_that_reads_them():
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.matmul(tf.matmul(x, tf.ones([2, 8]), name="a"), tf.ones([8, 1]), name="b")
    with tf.Session() as sess:
        _, stats = traced(sess, y, {x: np.ones([3, 2])})
    found = timeline.Timeline(stats).analyze_step_stats()
    assert found.allocator_maximums["cpu"][1:] == (3 * 8 * 4 + 3 * 4, {"a", "b"})
    events = json.loads(found.chrome_trace.format_to_string(pretty=True))["traceEvents"]
    assert [e["args"]["cpu"] for e in events if e["ph"] == "C"] == [96, 108, 12, 0]
    objects = [(e["ph"], e["name"]) for e in events if e.get("cat") == "Tensor"]
    assert objects == [("N", "a"), ("O", "a"), ("D", "a"), ("N", "b"), ("O", "b"), ("D", "b")]
    named = [e["args"]["name"].removeprefix("/job:localhost/replica:0/task:0/") for e in events if e["ph"] == "M"]
    assert named == ["Allocators", "device:CPU:0 Compute", "device:CPU:0 Tensors"]


def test_a_timeline_of_nothing_says_how_to_trace():
    with pytest.raises(TypeError, match="FULL_TRACE"):
        timeline.Timeline(None)
