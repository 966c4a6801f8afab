import pytest

import minitf as tf


def test_a_chief_initializes_or_restores(tmp_path):
    v = tf.Variable(2.0, name="v")
    scaffold = tf.train.Scaffold()
    sess = tf.train.ChiefSessionCreator(scaffold, checkpoint_dir=tmp_path).create_session()
    assert sess.run(v) == 2 and sess.graph.finalized
    sess.run(v.initializer, {v.initializer.inputs[1]: 7})
    path = scaffold.saver.save(sess, str(tmp_path / "m"))
    for options in ({"checkpoint_dir": tmp_path}, {"checkpoint_filename_with_path": path}):
        assert tf.train.ChiefSessionCreator(scaffold, **options).create_session().run(v) == 7


def test_a_worker_waits():
    tf.Variable(2.0, name="v", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    assert tf.train.WorkerSessionCreator().create_session().run("v:0") == 2
    tf.reset_default_graph()
    tf.Variable(2.0, name="v")
    with pytest.raises(tf.errors.DeadlineExceededError, match="Variables not initialized: v"):
        tf.train.WorkerSessionCreator(max_wait_secs=0).create_session()


def test_a_creator_has_to_create():
    with pytest.raises(TypeError, match="abstract"):
        tf.train.SessionCreator()
    with pytest.raises(TypeError, match="not 3"):
        tf.train.MonitoredSession(3)
