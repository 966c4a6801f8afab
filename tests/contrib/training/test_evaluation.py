import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("evaluate"))
def test_like_tensorflow(name):
    check(name)


def test_the_step_is_counted_once():
    step = tf.contrib.training.get_or_create_eval_step()
    assert tf.contrib.training.get_or_create_eval_step() is step and step in tf.local_variables()
    tf.add_to_collection(tf.GraphKeys.EVAL_STEP, 3)
    with pytest.raises(ValueError, match="holds 2 variables"):
        tf.contrib.training.get_or_create_eval_step()
    with pytest.raises(ValueError, match="needs a log_dir or a summary_writer"):
        tf.contrib.training.SummaryAtEndHook()
