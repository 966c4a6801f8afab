"""A view of a variable is what it was at its place, wherever it is read: all views by all crossings."""

import numpy as np
import pytest
from view_programs import ADDED, CROSSINGS, TIMES, VALUE, VIEWS, program

import minitf as tf
from minitf.ops.control import dataflow
from minitf.ops.control.assert_and_print import summarized


def session(executor="native", passes=""):
    """A session with all variables initialized."""
    opened = tf.Session(config=tf.ConfigProto(executor=executor, passes=passes))
    opened.run(tf.global_variables_initializer())
    return opened


def by(executor, passes=""):
    """A way to run a program."""

    def run(made):
        with session(executor, passes) as opened:
            return opened.run(made.fetches, made.fed)[0]

    return run


def traced(made):
    with session() as opened:
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        return opened.run(made.fetches, made.fed, options, tf.RunMetadata())[0]


def framed(made):
    """Beside an op that makes the whole plan run by frames."""
    primitive = dataflow.merge(dataflow.switch(1.0, True)).output
    with session() as opened:
        return opened.run([made.fetches, primitive], made.fed)[0][0]


WAYS = {
    "op by op": by("op_by_op"),
    "native": by("native"),
    "no passes": by("native", "none"),
    "traced": traced,
    "frames": framed,
}


def assert_equal(got, wanted, what):
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.dtype == wanted.dtype and got.shape == wanted.shape, what
    if got.tobytes() == wanted.tobytes():
        return
    if got.dtype.kind in "fc":
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5, err_msg=what)
    else:
        np.testing.assert_array_equal(got, wanted, err_msg=what)


def compare(view, time, crossings, ways):
    """Runs one graph in several ways, each compared with what is expected and with the first."""
    with tf.Graph().as_default():
        made = program(view, time, crossings)
        runs = [WAYS[way](made) for way in ways]
        for way, run in zip(ways, runs):
            for name, got, wanted, first in zip(crossings, run, made.expected, runs[0], strict=True):
                what = f"{view}, assigned {time}, {name}, {way}"
                for one, other in zip(got, wanted or ()):
                    assert_equal(one, other, what)
                for one, other in zip(got, first, strict=True):
                    assert_equal(one, other, f"{what} against {ways[0]}")


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_crosses_as_what_it_is(view):
    for time in TIMES:
        compare(view, time, list(CROSSINGS), list(WAYS) if time == "after" else ["op by op", "native"])


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_crosses_alone(view):
    for name in CROSSINGS:
        compare(view, "alone", [name], ["native"])


@pytest.mark.parametrize("way", ("op_by_op", "native"))
@pytest.mark.parametrize("view", VIEWS)
def test_messages_show_the_view(view, way, capsys):
    make, meaning = VIEWS[view]
    x = tf.convert_to_tensor(make(tf.get_variable("v", initializer=VALUE)))
    fails = tf.Assert(tf.placeholder_with_default(False, []), [x], summarize=-1)
    shown = f"[{summarized(np.array(meaning(VALUE)), -1)}]"
    with session(way) as opened:
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            opened.run(fails)
        assert "assertion failed: " + shown in str(caught.value)
        opened.run(tf.Print(x, [x], "here: ", summarize=-1))
    assert "here: " + shown in capsys.readouterr().err


# ---- what else may change a variable, and what else may stand in its place


TYPES = {
    tf.float16: [[1, 2], [3, 4]],
    tf.float64: [[1, 2], [3, 4]],
    tf.int8: [[1, 2], [3, 4]],
    tf.bool: [[True, False], [False, True]],
    tf.complex64: [[1, 2j], [3, 4]],
    tf.string: [["a", "b"], ["c", "d"]],
}
PARTS = {
    "identity": tf.identity,
    "row": lambda v: v[1],
    "flat": lambda v: tf.reshape(v, [-1]),
    "turned": tf.transpose,
    "print": lambda v: tf.Print(v, [], first_n=0),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", TYPES, ids=lambda dtype: dtype.name)
def test_views_of_all_types_keep_what_they_were(dtype, way):
    first = tf.constant(TYPES[dtype], dtype)
    v = tf.get_variable("v", initializer=first)
    views = [make(v) for make in PARTS.values()]
    expected = [make(first) for make in PARTS.values()]
    with tf.control_dependencies(views), tf.control_dependencies([v.assign(first[::-1])]):
        read = [tf.identity(x) for x in views] + [tf.py_func(lambda a: a, [x], dtype) for x in views]
        follows = tf.py_func(lambda a: a, [v], dtype)
    made = type("Made", (), {"fetches": [[*read, follows, *expected, first[::-1]]], "fed": {}})
    *got, last, one, two, three, four, five, new = WAYS[way](made)
    for a, b in zip([*got, last], [one, two, three, four, five] * 2 + [new], strict=True):
        assert_equal(a, b, f"{dtype.name}, {way}")


@pytest.mark.parametrize("way", ("op_by_op", "native"))
def test_another_run_in_between_changes_no_view(way):
    v = tf.get_variable("v", initializer=VALUE)
    grown = tf.assign_add(v, tf.fill([3, 2], ADDED))
    views = [tf.identity(v), v[1], tf.reshape(v, [6])]
    with tf.control_dependencies(views):
        between = tf.py_func(lambda: opened.run(grown).sum(), [], tf.float32)
    with tf.control_dependencies([between]):
        read = [tf.identity(x) for x in views] + [tf.py_func(lambda a: a, [x], tf.float32) for x in views]
        follows = tf.py_func(lambda a: a, [v], tf.float32)
    with session(way) as opened:
        got = opened.run([*read, *views, follows])
    for array, wanted in zip(got, [VALUE, VALUE[1], VALUE.reshape(6)] * 3 + [VALUE + ADDED], strict=True):
        assert_equal(array, wanted, way)


@pytest.mark.parametrize("way", ("op_by_op", "native"))
@pytest.mark.parametrize("key", (lambda v: v, lambda v: v.value()), ids=("the variable", "its value"))
def test_a_fed_variable_is_what_was_fed(key, way):
    v = tf.get_variable("v", initializer=VALUE)
    total = tf.py_func(np.sum, [v], tf.float32)  # two regions, before and after it
    fed = np.full([3, 2], 5.0, np.float32)
    with session(way) as opened:
        got = opened.run([total, v + total, v[1] * total, v.value()], {key(v): fed})
    for array, wanted in zip(got, [np.float32(30), fed + 30, fed[1] * 30, fed], strict=True):
        assert_equal(array, wanted, way)


@pytest.mark.parametrize("way", ("op_by_op", "native"))
def test_loops_over_a_variable_take_the_slices_it_had_before(way):
    v = tf.get_variable("v", initializer=VALUE)

    def late(row):
        with tf.control_dependencies([tf.assign_add(v, tf.fill([3, 2], ADDED))]):
            return tf.identity(row)

    with session(way) as opened:
        assert_equal(opened.run(tf.map_fn(late, v)), VALUE, way)


@pytest.mark.parametrize("way", ("op_by_op", "native"))
def test_stacked_reads_of_a_variable_are_what_they_were(way):
    v = tf.get_variable("v", initializer=VALUE)
    reads = tf.map_fn(lambda _: v.value(), tf.range(2.0))
    with tf.control_dependencies([reads]), tf.control_dependencies([tf.assign_add(v, v)]):
        again = tf.map_fn(lambda read: read * 1.0, reads)
    with session(way) as opened:
        assert_equal(opened.run(again), np.stack([VALUE, VALUE]), way)


@pytest.mark.parametrize("way", ("op_by_op", "native"))
def test_what_is_given_out_is_not_the_variable(way):
    v, p = tf.get_variable("v", initializer=VALUE), tf.placeholder(tf.float32, [])
    kept = []
    views = [v, v.value(), tf.identity(v), v[1], tf.reshape(v, [6]), tf.bitcast(v, tf.int32), v[1, 1]]
    hosts = [tf.py_func(lambda a: kept.append(a) or a, [x], x.dtype.base_dtype) for x in views[1:]]
    with session(way) as opened:
        for fetches in (*[[x] for x in views], [*views, p], hosts, [*hosts, *views]):
            for array in [*opened.run(fetches, {p: 0.0}), *kept]:
                if array.ndim:
                    array[...] = 77
            assert_equal(opened.run(v), VALUE, fetches)


@pytest.mark.parametrize("way", ("op_by_op", "native"))
def test_a_queue_keeps_what_it_was_given(way):
    v = tf.get_variable("v", initializer=VALUE)
    queue = tf.FIFOQueue(9, [tf.float32] * 4)
    add, take = queue.enqueue([v, v[1], v[1:], v * 1.0]), queue.dequeue()
    with session(way) as opened:
        for _ in range(2):
            opened.run(add)
            opened.run(tf.assign_add(v, v))
        for factor in (1, 2):
            value = VALUE * np.float32(factor)
            for got, wanted in zip(opened.run(take), [value, value[1], value[1:], value], strict=True):
                assert_equal(got, wanted, way)
