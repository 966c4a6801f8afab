"""Loops and branches lowered to TF 1's primitives: the same names, kinds and numbers; how they are drawn."""

import collections
import re

import numpy as np
import pytest

import minitf as tf
from minitf.graphs.primitives import lowered
from minitf.viz import to_dot

PRIMITIVES = ("Enter", "Merge", "LoopCond", "Switch", "NextIteration", "Exit")


def scalar():
    return tf.placeholder(tf.float64, [], name="x")


def power(x, n=3):
    return tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a * x), [0, x])[1]


def chosen(x):
    return tf.cond(x > 1.0, lambda: x * x, lambda: tf.constant(3.0, tf.float64))


def nested(x):
    inner = lambda i, a: tf.while_loop(  # noqa: E731
        lambda j, b: j < 2, lambda j, b: (j + 1, tf.cond(b > 2.0, lambda: b * 0.5, lambda: b * x)), [0, a]
    )[1]
    return tf.while_loop(lambda i, a: i < 4, lambda i, a: (i + 1, inner(i, a)), [0, x])[1]


def ragged(x):
    def inner(i, a):
        return [tf.while_loop(lambda j, b: j < i, lambda j, b: (j + 1, b * x), [0, a])[1]]

    return tf.while_loop(lambda i, a: i < 4, lambda i, a: (i + 1, *inner(i, a)), [0, x])[1]


def loop_in_branch(x):
    return tf.cond(x > 1.0, lambda: power(x), lambda: x)


def slices(x):
    w = tf.get_variable("w", initializer=np.array([1.0, -2.0, 0.5]))
    return (tf.scan(lambda a, v: a * x + v, w, reverse=True), tf.map_fn(lambda v: v * x, w), tf.foldl(tf.add, w * x))


def assigning(x):
    v = tf.get_variable("v", initializer=np.float64(1.0))

    def body(i):
        with tf.control_dependencies([tf.assign(v, v * x)]):
            return i + 1

    with tf.control_dependencies([tf.while_loop(lambda i: i < 3, body, [0])]):
        return v.read_value()


@pytest.mark.parametrize("build", [power, chosen, nested, ragged, loop_in_branch, slices, assigning])
@pytest.mark.parametrize("at", [0.5, 1.5])
def test_the_lowered_graph_computes_the_same(build, at):
    x = scalar()
    results = build(x)
    gradients = tf.gradients(results, x) if build not in (assigning, ragged) else []
    outputs = [tf.identity(t) for t in [*(results if isinstance(results, tuple) else [results]), *gradients]]
    first = [v.initializer.name for v in tf.global_variables()]
    with tf.Session() as session:
        session.run(first)
        wanted = session.run(outputs, {x: at})
    graph = lowered(tf.get_default_graph())
    assert not any(op.type in ("Loop", "If") for op in graph.get_operations())
    with tf.Session(graph=graph) as session:
        session.run(first)
        found = session.run([t.name for t in outputs], {"x:0": at})
    for one, other in zip(found, wanted):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_names_and_numbers_of_primitives_are_tensorflows():
    power(scalar())
    chosen(tf.get_default_graph().get_tensor_by_name("x:0"))
    ops = lowered(tf.get_default_graph()).get_operations()
    loop = collections.Counter(op.type for op in ops if op.name.startswith("while/"))
    branch = collections.Counter(op.type for op in ops if op.name.startswith("cond/"))
    assert [loop[t] for t in PRIMITIVES] == [3, 2, 1, 2, 2, 2]
    assert [branch[t] for t in PRIMITIVES] == [0, 1, 0, 2, 0, 0]
    names = {op.name: op.type for op in ops}
    assert names["while/Exit"] == names["while/Exit_1"] == "Exit" and names["cond/Merge"] == "Merge"


def test_a_lowered_loop_is_drawn_with_its_way_round_and_out():
    power(scalar())
    source = to_dot(lowered=True).source
    assert all(f'"while/{kind}" ' in source for kind in PRIMITIVES)
    assert len(re.findall(r'"while/NextIteration.*?" -> "while/Merge.*?" .*label=next', source)) == 2
    assert len(re.findall(r'"while/Switch.*?" -> "while/Exit.*?" .*"if false', source)) == 2
    assert len(re.findall(r'"while/Switch.*?" -> "while/Identity.*?" .*"if true', source)) == 2
    assert "into, round and out of a loop" in source and "box3d" not in source


def test_a_lowered_branch_is_drawn_with_both_ways():
    x = scalar()
    chosen(x)
    source = to_dot(lowered=True).source
    assert re.search(r'"cond/Switch_1" -> "cond/mul" .*if true', source)
    assert re.search(r'"cond/mul" -> "cond/Merge"', source) and re.search(r'"cond/Const" -> "cond/Merge"', source)
