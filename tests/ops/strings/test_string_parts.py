"""Parts of strings and templates: what TensorFlow gives, and what only a run shows."""

import numpy as np
import pytest
from helpers import fails
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("string_parts"))
def test_like_tensorflow(name):
    check(name)


def test_open_shapes():
    x, sep = tf.placeholder(tf.string), tf.placeholder(tf.string, [])
    outputs = [tf.string_split(x, sep).values, tf.strings.split(x, sep).values]
    with tf.Session() as session:
        feeds = {x: np.array(["a,b", ""], object), sep: ","}
        assert [v.tolist() for v in session.run(outputs, feeds)] == [[b"a", b"b"], [b"a", b"b", b""]]
        with fails(tf.errors.InvalidArgumentError, "is a vector, not of shape"):
            session.run(outputs, {x: "a", sep: ","})


def test_nothing_has_no_parts_even_where_empty_parts_count():
    split = tf.string_split(["", ",", "a,"], ",", skip_empty=False)
    with tf.Session() as session:
        assert session.run(split.indices).tolist() == [[1, 0], [1, 1], [2, 0], [2, 1]]
        assert session.run(split.values).tolist() == [b"", b"", b"a", b""]
