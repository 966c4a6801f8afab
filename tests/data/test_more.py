"""Datasets of tables, groups and chance, optionals and caches: what TensorFlow gives (more_data_scenarios.py), and
what only a run shows.
"""

import os

import pytest
from data_helpers import elements
from helpers import fails
from session_facts import check, names

import minitf as tf

Dataset = tf.data.Dataset


@pytest.mark.parametrize("name", names("more_datasets"))
def test_like_tensorflow(name):
    check(name)


def test_half_a_cache_is_not_used(tmp_path):
    name = str(tmp_path / "c")
    x = Dataset.range(3).cache(name).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        assert session.run(x) == 0
        assert os.path.exists(f"{name}_0.lockfile")
    assert [v.item() for v in elements(Dataset.range(5, 9).cache(name))] == [5, 6, 7, 8]
    assert [v.item() for v in elements(Dataset.range(2).cache(name))] == [5, 6, 7, 8]


def test_a_cache_is_written_by_one(tmp_path):
    name = str(tmp_path / "c")
    first, second = [Dataset.range(3).cache(name).make_one_shot_iterator().get_next() for _ in range(2)]
    with tf.Session() as session:
        session.run(first)
        with fails(tf.errors.AlreadyExistsError, "concurrent caching iterator"):
            session.run(second)


def test_damaged_and_misplaced_caches(tmp_path):
    name = str(tmp_path / "c")
    elements(Dataset.range(3).cache(name))
    (tmp_path / "c.index").write_bytes(b"no index")
    x = Dataset.range(3).cache(name).make_initializable_iterator()
    with tf.Session() as session, fails(tf.errors.DataLossError, "is damaged"):
        session.run(x.initializer)
    x = Dataset.range(3).cache(str(tmp_path / "no" / "c")).make_one_shot_iterator().get_next()
    with tf.Session() as session, fails(tf.errors.NotFoundError, "No such file"):
        session.run(x)


def test_sparse_elements_are_not_cached_in_files(tmp_path):
    rows = Dataset.from_tensors(tf.SparseTensor([[0]], [1], [2])).cache(str(tmp_path / "c"))
    it = rows.make_initializable_iterator()
    x = it.get_next()
    with tf.Session() as session:
        session.run(it.initializer)
        with fails(tf.errors.InvalidArgumentError, "kept in memory only"):
            session.run(x)


def test_optionals_of_sparse_tensors():
    it = Dataset.from_tensors(tf.SparseTensor([[1]], [5], [3])).make_one_shot_iterator()
    value = tf.data.experimental.get_next_as_optional(it).get_value()
    with tf.Session() as session:
        assert session.run(tf.sparse_tensor_to_dense(value)).tolist() == [0, 5, 0]
        with fails(tf.errors.InvalidArgumentError, "does not have a value"):
            session.run(value)


def test_contrib_has_them_too():
    reducer = tf.contrib.data.Reducer(lambda k: k + 1, lambda s, x: s + x, lambda s: s)
    total = tf.contrib.data.reduce_dataset(Dataset.range(4), reducer)
    with tf.Session() as session:
        assert session.run(total) == 7
