import threading

import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("manager"))
def test_like_tensorflow(name):
    check(name)


def test_what_has_no_value_is_named():
    v, u = tf.Variable(1.0, name="v"), tf.Variable(1.0, name="u")
    manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables())
    with pytest.raises(RuntimeError, match=r"did not make model ready \(init_op: v/Assign.* not initialized: u"):
        manager.prepare_session("", init_op=v.initializer)
    local = tf.train.SessionManager(
        local_init_op=u.initializer, ready_for_local_init_op=tf.report_uninitialized_variables([v])
    )
    with pytest.raises(RuntimeError, match="ready for local_init .*: Variables not initialized: v"):
        local.prepare_session("", init_op=tf.no_op())


def test_a_checkpoint_is_waited_for(tmp_path):
    v = tf.Variable(1.0, name="v")
    saver, manager = tf.train.Saver(), tf.train.SessionManager(recovery_wait_secs=0.02)

    def write():
        with tf.Session(graph=v.graph) as sess:
            sess.run("v/Assign")
            saver.save(sess, str(tmp_path / "m"))

    thread = threading.Timer(0.1, write)
    thread.start()
    sess, restored = manager.recover_session("", saver, tmp_path, wait_for_checkpoint=True, max_wait_secs=20)
    thread.join()
    assert restored and sess.run(v) == 1


def test_a_worker_waits_no_longer_than_it_may():
    tf.Variable(1.0, name="v")
    manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables(), recovery_wait_secs=0.01)
    with pytest.raises(tf.errors.DeadlineExceededError, match="after waiting 0.03 secs: .*: v"):
        manager.wait_for_session("", max_wait_secs=0.03)
