"""What is restored becomes a variable's memory, unless somebody else reads it too."""

import gc
import weakref

import numpy as np
import pytest

import minitf as tf
from minitf.formats import checkpoint
from minitf.framework.apply import apply_op
from minitf.runtime.execute import executor
from minitf.runtime.session.inspect import inspect

COUNT = 1000


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """Variables of this size count as large ones."""
    monkeypatch.setattr(executor, "_WORTH_TAKING", COUNT)


@pytest.fixture(params=["native", "op_by_op"])
def session(request):
    with tf.Session(config=tf.ConfigProto(executor=request.param)) as sess:
        yield sess


@pytest.fixture
def path(tmp_path):
    path = str(tmp_path / "m")
    checkpoint.write(path, [("x", tf.float32, np.arange(COUNT, dtype=np.float32))])
    return path


def restored(path, spec=""):
    return apply_op("RestoreV2", path, ["x"], [spec], dtypes=[tf.float32]).outputs[0]


def variable(name, count=COUNT):
    return tf.get_variable(name, [count], initializer=tf.zeros_initializer())


@pytest.mark.parametrize("initialized", [False, True])
def test_two_variables_of_one_value_are_two(session, path, initialized):
    value, v, w = restored(path), variable("v"), variable("w")
    first = v.assign(value)
    with tf.control_dependencies([first]):
        more = v.assign_add(tf.ones([COUNT]))
    with tf.control_dependencies([more]):
        second = w.assign(value)
    if initialized:
        session.run(tf.global_variables_initializer())
    session.run(second)
    np.testing.assert_array_equal(session.run(v), np.arange(COUNT) + 1)
    np.testing.assert_array_equal(session.run(w), np.arange(COUNT))


@pytest.mark.parametrize("initialized", [False, True])
def test_what_is_fetched_too_stays_what_it_was(session, path, initialized):
    value, v = restored(path), variable("v")
    with tf.control_dependencies([v.assign(value)]):
        more = v.assign_add(tf.ones([COUNT]))
    if initialized:
        session.run(v.initializer)
    fetched, after = session.run([value, more])
    np.testing.assert_array_equal(fetched, np.arange(COUNT))
    np.testing.assert_array_equal(after, np.arange(COUNT) + 1)


def test_a_part_is_memory_of_its_own(session, path):
    v = variable("v", 10)
    session.run(v.assign(restored(path, f"{COUNT} 3,10")))
    np.testing.assert_array_equal(session.run(v.assign_add(tf.ones([10]))), np.arange(4, 14))


def test_programs_notice_the_new_memory(session, path):
    v = variable("v")
    train, saver = v.assign_add(tf.ones([COUNT])), tf.train.Saver({"x": v})
    session.run(v.initializer)
    for _ in range(3):
        session.run(train)
        saver.restore(session, path)
        np.testing.assert_array_equal(session.run(train), np.arange(COUNT) + 1)


def test_the_variable_takes_what_was_read(session, path):
    v = variable("v")
    saver = tf.train.Saver({"x": v})
    session.run(v.initializer)
    before = session._state.slot(v.op).array
    saver.restore(session, path)
    assert session._state.slot(v.op).array is not before


@pytest.mark.parametrize("computed", [False, True])
def test_what_only_hands_values_on_is_no_native_program(path, computed):
    v = variable("v")
    given = v.assign(restored(path) * 2.0 if computed else restored(path)).op
    with tf.Session(config=tf.ConfigProto(executor="native")) as session:
        session.run(v.initializer)
        for _ in range(2):
            session.run(given)
        assert bool(inspect(session).last.ways) == computed
        np.testing.assert_array_equal(session.run(v), np.arange(COUNT) * (1 + computed))


def test_a_closed_session_has_no_memory(session):
    v = variable("v")
    session.run(v.initializer)
    session.run(v.assign_add(tf.ones([COUNT])))
    memory = weakref.ref(session._state.slot(v.op).array)
    gc.disable()
    try:
        session.close()
        assert memory() is None
    finally:
        gc.enable()
