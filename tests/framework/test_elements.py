"""Which elements of a graph may be fed and fetched, as TensorFlow 1.15 has it."""

import pytest
from helpers import fails

import minitf as tf


def test_what_may_not_be_fed():
    x = tf.placeholder(tf.float32, [], name="x")
    y, graph = x + 1.0, x.graph
    with tf.Session() as session:
        assert graph.is_feedable(x) and session.run(y, {x: 1}) == 2.0
        graph.prevent_feeding(x)
        assert not graph.is_feedable(x) and graph.is_feedable(y)
        for key in (x, "x:0"):
            with fails(ValueError, "Tensor x:0 may not be fed", "created"):
                session.run(y, {key: 1})


@pytest.mark.parametrize("by", [lambda y: y, lambda y: y.op], ids=["tensor", "op"])
def test_what_may_not_be_fetched(by):
    y = tf.constant(1.0, name="y")
    z, graph = y + 1.0, y.graph
    with tf.Session() as session:
        assert graph.is_fetchable(y) and session.run(y) == 1.0
        graph.prevent_fetching(by(y))
        assert not graph.is_fetchable(y) and not graph.is_fetchable(y.op)
        assert session.run(z) == 2.0
        for fetch in (y, y.op, "y:0", [z, {"a": y}]):
            with fails(ValueError, "Operation 'y' has been marked as not fetchable"):
                session.run(fetch)


def test_in_a_branch_the_graph_is_asked():
    x = tf.placeholder(tf.float32, [], name="x")
    tf.cond(x > 0, lambda: tf.get_default_graph().prevent_feeding(x) or x, lambda: x)
    assert not x.graph.is_feedable(x)
