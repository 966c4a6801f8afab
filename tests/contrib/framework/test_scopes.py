import threading

import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("arg_scopes"))
def test_like_tensorflow(name):
    check(name)


def test_scopes_are_of_their_thread():
    layers, seen = tf.contrib.layers, []

    def look():
        seen.append(tf.contrib.framework.current_arg_scope())

    with tf.contrib.framework.arg_scope([layers.fully_connected], activation_fn=None):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [{}]


def test_errors_name_the_function():
    with pytest.raises(ValueError, match="test_errors_name_the_function is not decorated with @add_arg_scope"):
        tf.contrib.framework.arg_scoped_arguments(test_errors_name_the_function)
