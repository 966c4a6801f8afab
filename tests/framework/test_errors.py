import pytest
from helpers import fails

import minitf as tf

NAMES = {n for n in dir(tf.errors) if n.endswith("Error")} - {"OpError"}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_classes_and_codes(name):
    kind = getattr(tf.errors, name)
    error = kind(None, None, "why")
    assert isinstance(error, tf.errors.OpError) and str(error) == error.message == "why"
    assert error.error_code == kind.code == getattr(tf.errors, "_".join(_words(name)).upper())
    assert kind.__doc__


def _words(name):
    word = ""
    for letter in name.removesuffix("Error"):
        if letter.isupper() and word:
            yield word
            word = ""
        word += letter
    yield word


def test_codes_are_tensorflows():
    assert (tf.errors.INVALID_ARGUMENT, tf.errors.FAILED_PRECONDITION, tf.errors.UNAUTHENTICATED) == (3, 9, 16)
    assert len(NAMES) == 16


def test_errors_name_op_inputs_and_the_users_line():
    x = tf.placeholder(tf.float32, [None], name="x")
    bad = tf.reshape(x, [2, 3], name="bad")
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "5 elements", "(2, 3)") as caught:
        session.run(bad, {x: [1.0] * 5})
    assert caught.value.op is bad.op
    for part in ("Reshape 'bad'", "x:0 float32(?,)", "test_errors.py", "tf.reshape(x, [2, 3]"):
        assert part in str(caught.value)
