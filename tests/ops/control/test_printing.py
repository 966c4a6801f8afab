"""tf.print."""

import logging
import sys

import core_facts
import pytest
from helpers import fails

import minitf as tf


@pytest.mark.parametrize("name", core_facts.names("print"))
def test_as_tensorflow(name):
    core_facts.check(name)


@pytest.mark.parametrize("executor", ["op_by_op", "native"])
def test_streams(capsys, executor):
    x = tf.constant([1.0, 2.0])
    with tf.control_dependencies([tf.print("err", x), tf.print("out", x, output_stream=sys.stdout, end="")]):
        y = tf.identity(x)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as sess:
        assert sess.run(y).tolist() == [1.0, 2.0]
    said = capsys.readouterr()
    assert (said.err, said.out) == ("err [1 2]\n", "out [1 2]")


@pytest.mark.parametrize("stream", [tf.logging.info, tf.logging.WARN, logging.error])
def test_logging(stream):
    lines, handler = [], logging.Handler()
    handler.emit = lambda record: lines.append((record.levelname, record.getMessage()))
    logger, level = logging.getLogger("tensorflow"), logging.getLogger("tensorflow").level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        with tf.Session() as sess:
            sess.run(tf.print("n is", tf.constant(3), output_stream=stream))
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
    assert [text for _, text in lines] == ["n is 3"] and lines[0][0] in ("INFO", "WARNING", "ERROR")


def test_in_loops_it_prints_each_trip(capsys):
    def body(i):
        with tf.control_dependencies([tf.print("trip", i)]):
            return i + 1

    with tf.Session() as sess:
        assert sess.run(tf.while_loop(lambda i: i < 3, body, [0])) == 3
    assert capsys.readouterr().err == "trip 0\ntrip 1\ntrip 2\n"


def test_errors():
    with fails(ValueError, "Unsupported output stream", "'nowhere'", "sys.stderr"):
        tf.print("a", output_stream="nowhere")
