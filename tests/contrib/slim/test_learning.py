import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("slim_trains"))
def test_like_tensorflow(name):
    check(name)


def test_what_one_process_cannot_do():
    with pytest.raises(ValueError, match="leave out sync_optimizer and trace_every_n_steps"):
        tf.contrib.slim.learning.train(tf.constant(1.0), None, trace_every_n_steps=3)
