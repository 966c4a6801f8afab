"""Lookup tables: what TensorFlow gives (table_scenarios.py), and what only a run shows."""

import numpy as np
import pytest
from helpers import fails
from session_facts import check, names

import minitf as tf

lookup = tf.contrib.lookup


@pytest.mark.parametrize("name", names("tables"))
def test_like_tensorflow(name):
    check(name)


def test_a_table_has_to_be_filled():
    table = lookup.index_table_from_tensor(["a", "b"])
    with tf.Session() as session, fails(tf.errors.FailedPreconditionError, "Table not initialized"):
        session.run(table.lookup(tf.constant(["a"])))


def test_tables_belong_to_sessions_and_are_shared_by_name(tmp_path):
    (tmp_path / "words").write_text("a\nb\n")
    path = str(tmp_path / "words")
    first, second = (lookup.index_table_from_file(path) for _ in range(2))
    x = second.lookup(tf.constant(["b"]))
    with tf.Session() as session:
        session.run(first.initializer)
        assert session.run(x) == [1]
    with tf.Session() as session, fails(tf.errors.FailedPreconditionError, "Table not initialized"):
        session.run(x)


def test_mutable_tables_grow_shrink_and_go_through_checkpoints(tmp_path):
    table = lookup.MutableHashTable(tf.string, tf.float32, [0.0, 0.0])
    put = table.insert(tf.constant(["a", "b"]), [[1.0, 2.0], [3.0, 4.0]])
    gone = table.remove(tf.constant(["a", "never"]))
    found = table.lookup(tf.constant([["a"], ["b"]]))
    tf.Variable(1.0)
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), put])
        assert session.run(found).tolist() == [[[1, 2]], [[3, 4]]]
        path = saver.save(session, str(tmp_path / "model"), write_meta_graph=False)
        session.run(gone)
        assert session.run(found).tolist() == [[[0, 0]], [[3, 4]]] and session.run(table.size()) == 1
    shapes = dict(tf.train.list_variables(path))
    assert shapes["MutableHashTable-keys"] == [2] and shapes["MutableHashTable-values"] == [2, 2]
    with tf.Session() as session:
        saver.restore(session, path)
        assert session.run(found).tolist() == [[[1, 2]], [[3, 4]]]


def test_what_the_user_changes_later_changes_no_value():
    table = lookup.MutableHashTable(tf.int64, tf.float32, [0.0])
    fed = tf.placeholder(tf.float32, [1, 1])
    put, found = table.insert(np.int64([3]), fed), table.lookup(np.int64([3]))
    array = np.float32([[5.0]])
    with tf.Session() as session:
        session.run(put, {fed: array})
        array[:] = 7
        assert session.run(found) == [[5.0]]


def test_tables_in_datasets_and_loops():
    table = lookup.index_table_from_tensor(["a", "b"], num_oov_buckets=1)
    lines = tf.data.Dataset.from_tensor_slices(["b a", "x"])
    words = lines.map(lambda line: tf.string_split([line]).values).map(table.lookup)
    looped = tf.map_fn(lambda w: table.lookup(w), tf.constant(["b", "x"]), tf.int64)
    it = words.make_initializable_iterator()
    x = it.get_next()
    with tf.Session() as session:
        session.run(tf.tables_initializer())
        session.run(it.initializer)
        assert [session.run(x).tolist() for _ in range(2)] == [[1, 0], [2]]
        assert session.run(looped).tolist() == [1, 2]


def test_graphs_with_tables_are_read_again(tmp_path):
    pytest.importorskip("tensorboard")
    (tmp_path / "words").write_text("a\nb\n")
    table = lookup.index_table_from_file(str(tmp_path / "words"), num_oov_buckets=2)
    x = tf.identity(table.lookup(tf.constant(["b", "zz"])), name="x")
    graph_def = x.graph.as_graph_def()
    init = table.initializer.name
    with tf.Session() as session:
        session.run(init)
        expected = session.run(x).tolist()
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(graph_def, name="")
        session.run(init)
        assert session.run("x:0").tolist() == expected
