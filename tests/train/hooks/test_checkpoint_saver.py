import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("listeners"))
def test_like_tensorflow(name):
    check(name)


def test_a_saver_has_to_be_there(tmp_path):
    tf.train.get_or_create_global_step()
    hook = tf.train.CheckpointSaverHook(tmp_path, save_secs=1, scaffold=tf.train.Scaffold())
    hook.begin()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(RuntimeError, match="has no saver: pass saver="):
            hook.after_create_session(sess, None)
