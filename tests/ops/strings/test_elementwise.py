"""Ops on strings, element by element: what TensorFlow gives, and what only a run shows."""

import numpy as np
import pytest
from helpers import fails
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("strings"))
def test_like_tensorflow(name):
    check(name)


def test_open_shapes():
    x, axes = tf.placeholder(tf.string), tf.placeholder(tf.int32)
    joined = tf.reduce_join(x, axes)
    outputs = [joined, tf.reduce_join(x), tf.strings.upper(x), tf.strings.length(x), tf.as_string(axes)]
    assert joined.shape.rank is None
    with tf.Session() as session:
        feeds = {x: np.array([["a", "bc"], ["d", ""]], object), axes: [1]}
        found = [value.tolist() for value in map(np.asarray, session.run(outputs, feeds))]
    assert found == [[b"abc", b"d"], b"abcd", [[b"A", b"BC"], [b"D", b""]], [[1, 2], [1, 0]], [b"1"]]


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: tf.regex_replace(["a"], "(", ""), "Invalid pattern"),
        (lambda: tf.substr(["a"], 3, 1), "out of range for string"),
        (lambda: tf.decode_base64(["a*=="]), "Invalid character"),
        (lambda: tf.decode_base64(["YQ="]), "Wrong padding"),
        (lambda: tf.decode_base64(["YWJj===="]), "Wrong padding"),
        (lambda: tf.as_string(1, precision=3), "precision not supported"),
        (lambda: tf.as_string(1, scientific=True), "scientific and shortest format not supported for datatype int32"),
        (lambda: tf.as_string(True, shortest=True), "scientific and shortest format not supported for datatype bool"),
        (lambda: tf.reduce_join(tf.placeholder_with_default([["a"]], [1, 1]), [0, 0]), "Duplicate"),
    ],
)
def test_what_a_run_refuses(call, text):
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, text):
        session.run(call())


def test_strings_go_through_variables_and_loops():
    word = tf.Variable("ab")
    longer = tf.while_loop(
        lambda i, s: i < 3, lambda i, s: (i + 1, tf.strings.join([s, tf.as_string(i)])), [0, word.value()]
    )[1]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(tf.strings.upper(longer)) == b"AB012"
