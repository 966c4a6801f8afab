"""Critical sections: ops as recorded from TensorFlow 1.15.5, and that runs exclude each other."""

import threading
import time

import pytest
from session_facts import check, names

import minitf as tf
from minitf.ops.control.critical_section import consume_mutex_lock, mutex_lock, mutex_v2


def counting(v, pause=None):
    def count():
        value = v.read_value()
        if pause is not None:
            value = tf.py_func(lambda x: time.sleep(pause) or x, [value], v.dtype.base_dtype)
        with tf.control_dependencies([tf.assign(v, tf.reshape(value, []) + 1)]):
            return tf.identity(value)

    return count


def test_ops():
    v, section = tf.Variable(0, name="v"), tf.CriticalSection(name="cs")
    section.execute(counting(v), name="n")
    assert [
        (op.name, op.type, [c.name for c in op.control_inputs])
        for op in tf.get_default_graph().get_operations()
        if op.name.startswith(("cs", "n/")) and "Reshape" not in op.name and "add" not in op.name
    ] == [
        ("cs", "MutexV2", []),
        ("n/MutexLock", "MutexLock", ["n/group_deps"]),
        ("n/read", "Identity", ["n/MutexLock"]),
        ("n/Assign", "Assign", []),
        ("n/Identity", "Identity", ["n/Assign"]),
        ("n/group_deps", "NoOp", ["v"]),
        ("n/Identity_1", "Identity", []),
        ("n/ConsumeMutexLock", "ConsumeMutexLock", ["n/Identity_1"]),
        ("n/tuple/group_deps", "NoOp", ["n/Identity_1", "n/Identity"]),
        ("n/tuple/control_dependency", "Identity", ["n/Identity_1", "n/tuple/group_deps"]),
        ("n/Identity_2", "Identity", ["n/ConsumeMutexLock"]),
    ]


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_one_after_the_other(executor):
    v, section = tf.Variable(0), tf.CriticalSection()
    one, other = section.execute(counting(v)), section.execute(counting(v))
    slow, nested = section.execute(counting(v, 0.01)), section.execute(lambda: [tf.constant(1), tf.no_op()])
    with tf.Session(config=tf.ConfigProto(executor=executor)) as sess:
        sess.run(v.initializer)
        assert sorted(sess.run([one, other])) == [0, 1] and sess.run(v) == 2
        threads = [threading.Thread(target=sess.run, args=(slow,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sess.run(v) == 7  # the runs would let each other in where they call Python
        assert sess.run(nested) == [1, None]


def test_a_run_that_fails_gives_up_its_lock():
    section = tf.CriticalSection(shared_name="s")
    broken = section.execute(lambda: tf.py_func(lambda: 1 // 0, [], tf.int64))
    fine = tf.CriticalSection(shared_name="s").execute(lambda: tf.constant(5))
    with tf.Session() as sess:
        with pytest.raises(tf.errors.UnknownError, match="ZeroDivisionError"):
            sess.run(broken)
        found = []
        thread = threading.Thread(target=lambda: found.append(sess.run(fine)))
        thread.start()
        thread.join(10)
        assert found == [5]


def test_a_lock_that_is_not_consumed_ends_with_its_run():
    mutex = mutex_v2(shared_name="m")
    with tf.Session() as sess:
        for _ in range(2):
            sess.run(mutex_lock(mutex).op)
        sess.run(consume_mutex_lock(mutex_lock(mutex)))


def test_a_run_inside_of_a_run_that_waits_for_it_is_told():
    v, section = tf.Variable(0), tf.CriticalSection()
    plain = section.execute(counting(v))
    found = []

    def other():
        thread = threading.Thread(target=lambda: found.append(sess.run(plain)))
        thread.start()
        thread.join(0.2)
        return 1

    outer = section.execute(lambda: tf.py_func(other, [], tf.int64))
    with tf.Session() as sess:
        sess.run(v.initializer)
        assert sess.run(outer) == 1
        while not found:
            time.sleep(0.01)
    assert found == [0]


def test_errors():
    section = tf.CriticalSection()
    with pytest.raises(ValueError, match="attempts to directly access the CriticalSection"):
        section.execute(lambda: section.execute(lambda: tf.constant(1)))
    with pytest.raises(TypeError, match="takes a function"):
        section.execute(3)


@pytest.mark.parametrize("name", names("critical_sections"))
def test_sections_and_resources_like_tensorflow(name):
    check(name)
