"""tf.data.Dataset: what TensorFlow gives (data_scenarios.py), and what only a run shows."""

import collections

import numpy as np
import pytest
from data_helpers import elements
from helpers import fails
from session_facts import check, names

import minitf as tf
from minitf.runtime import inspect

Dataset = tf.data.Dataset


@pytest.mark.parametrize("name", names("dataset_"))
def test_like_tensorflow(name):
    check(name)


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_functions_use_what_is_around_them(executor):
    fed, kept = tf.placeholder(tf.int64, []), tf.Variable(np.int64(10))
    it = Dataset.range(3).map(lambda x: x * fed + kept).make_initializable_iterator()
    x = it.get_next()
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(tf.global_variables_initializer())
        session.run(it.initializer, {fed: 2})
        assert session.run(x) == 10
        session.run(kept.assign(100))  # each call reads what the variable holds then
        assert [session.run(x).item() for _ in range(2)] == [102, 104]
        session.run(it.initializer, {fed: 1})
        assert session.run(x) == 100


def test_functions_in_functions_and_in_branches_capture():
    outer = tf.constant(100, tf.int64)

    def made(x):
        inner = Dataset.range(2).map(lambda y: tf.cond(y > 0, lambda: x + outer, lambda: outer))
        return inner.map(lambda z: z + x)

    assert [v.item() for v in elements(Dataset.range(2).flat_map(made))] == [100, 100, 101, 102]


def test_namedtuples_and_dicts_stay_what_they_are():
    pair = collections.namedtuple("pair", "b a")
    dataset = Dataset.from_tensor_slices(pair([1, 2], {"k": ["x", "y"]})).map(lambda p: pair(p.a, p.b))
    [found] = elements(dataset.batch(2))
    assert type(found) is pair and found.b["k"].tolist() == [b"x", b"y"] and found.a.tolist() == [1, 2]


def test_errors_name_the_line_of_the_function_and_lose_no_other_element():
    x = Dataset.range(-1, 2).map(lambda i: tf.gather([5], i // 2 * 9)).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        with fails(tf.errors.InvalidArgumentError, "test_dataset.py"):
            session.run(x)
        assert session.run(x) == 5 and session.run(x) == 5


def test_an_iterator_has_to_be_initialized():
    x = Dataset.range(3).make_initializable_iterator().get_next()
    with tf.Session() as session, fails(tf.errors.FailedPreconditionError, "has not been initialized"):
        session.run(x)


def test_asserts_in_functions_hold():
    def checked(x):
        tf.Assert(x < 1, ["too large", x])
        return x

    x = Dataset.range(3).map(checked).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        assert session.run(x) == 0
        with fails(tf.errors.InvalidArgumentError, "too large"):
            session.run(x)


def test_what_the_user_changes_later_changes_no_element():
    array = np.arange(3)
    fed = tf.placeholder(tf.int64, [3])
    it = Dataset.from_tensor_slices(fed).make_initializable_iterator()
    x = it.get_next()
    with tf.Session() as session:
        session.run(it.initializer, {fed: array})
        array[:] = 7
        assert [session.run(x).item() for _ in range(3)] == [0, 1, 2]


def test_generators_see_their_arguments_and_end_anew():
    seen = []

    def numbers(n, word):
        seen.append((n, word))
        yield from range(n)

    dataset = Dataset.from_generator(numbers, tf.int32, [], args=(2, "w")).repeat(2)
    assert [v.item() for v in elements(dataset)] == [0, 1, 0, 1]
    assert seen == [(2, b"w")] * 2


def test_a_dataset_in_a_graph_that_is_not_the_default_one():
    with tf.Graph().as_default():
        dataset = Dataset.range(3)
    x = dataset.map(lambda i: i + 1).make_one_shot_iterator().get_next()
    with tf.Session(graph=x.graph) as session:
        assert session.run(x) == 1


def test_get_next_leaves_the_model_one_native_region():
    batch = Dataset.from_tensors(np.ones((4, 3), np.float32)).repeat().make_one_shot_iterator().get_next()
    loss = tf.reduce_sum(tf.tanh(tf.matmul(batch, tf.ones([3, 2]))))
    with tf.Session() as session:
        session.run(loss)
        [plan] = inspect(session).plans
    assert [step.on_host for step in plan.steps] == [True, True, False]


def test_a_saved_graph_keeps_what_calls_no_functions(tmp_path):
    pytest.importorskip("tensorboard")
    tf.Variable(1.0)
    it = Dataset.from_tensor_slices([[1, 2], [3, 4]]).shuffle(3, seed=1).padded_batch(2, [None])
    it = it.make_initializable_iterator()
    x, init = it.get_next(name="x"), it.initializer.name
    Dataset.range(3).map(lambda i: i).make_initializable_iterator().get_next(name="y")
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), it.initializer])
        path = tf.train.Saver().save(session, str(tmp_path / "model"))
        before = session.run(x).tolist()
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.train.import_meta_graph(path + ".meta")
        session.run(init)
        assert session.run("x:0").tolist() == before
        make = [op for op in graph.get_operations() if op.type == "Missing"][-1]
        with fails(tf.errors.UnimplementedError, "the functions of 'MapDataset'"):
            session.run(make)


def test_elements_that_fail_are_not_taken():
    dataset = Dataset.range(4).map(lambda x: tf.check_numerics(1 / (x - 1), "one")).repeat().take(5)
    x, found = dataset.make_one_shot_iterator().get_next(), []
    with tf.Session() as session:
        for _ in range(7):
            try:
                found.append(session.run(x))
            except tf.errors.InvalidArgumentError:
                found.append(None)
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(x)
    assert found == [-1.0, None, 1.0, 0.5, -1.0, None, 1.0]


def test_handles_of_closed_sessions_are_not_found():
    handle = tf.placeholder(tf.string, [])
    first = tf.data.Dataset.range(4).make_one_shot_iterator()
    x = tf.data.Iterator.from_string_handle(handle, first.output_types).get_next()
    with tf.Session() as session:
        key = session.run(first.string_handle())
        assert session.run(x, {handle: key}) == 0
    with tf.Session() as session:
        with pytest.raises(tf.errors.NotFoundError, match="no iterator of this session"):
            session.run(x, {handle: key})
        with pytest.raises(tf.errors.InvalidArgumentError, match="no iterator of this session"):
            session.run(x, {handle: "nothing"})


def test_iterators_take_datasets_of_their_structure():
    it = tf.data.Iterator.from_structure(tf.int64)
    with pytest.raises(ValueError, match="structures differ"):
        it.make_initializer(tf.data.Dataset.range(2).map(lambda x: {"x": x}))
    with pytest.raises(TypeError, match="Expected output types"):
        it.make_initializer(tf.data.Dataset.from_tensors(1.0))
