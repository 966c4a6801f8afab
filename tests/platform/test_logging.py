import logging

import pytest

import minitf as tf


@pytest.fixture(autouse=True)
def verbosity():
    before = tf.logging.get_verbosity()
    yield
    tf.logging.set_verbosity(before)


@pytest.fixture
def lines(caplog):
    return lambda: [f"{r.levelname}:{r.name}:{r.getMessage()}" for r in caplog.records]


def test_levels(lines):
    tf.logging.info("not shown")
    tf.logging.warn("a %d", 1)
    tf.logging.set_verbosity(tf.logging.INFO)
    tf.logging.info("b %s %s", 2, "c")
    tf.logging.log(tf.logging.ERROR, "d")
    tf.logging.log("INFO", "e")
    tf.logging.set_verbosity("ERROR")
    tf.logging.warning("not shown")
    tf.logging.error("100%")
    assert lines() == [
        "WARNING:tensorflow:a 1",
        "INFO:tensorflow:b 2 c",
        "ERROR:tensorflow:d",
        "INFO:tensorflow:e",
        "ERROR:tensorflow:100%",
    ]
    assert tf.logging.get_verbosity() == tf.logging.ERROR == logging.ERROR


def test_now_and_then(lines):
    for i in range(5):
        tf.logging.log_every_n(tf.logging.ERROR, "every %d", 2, i)
        tf.logging.log_first_n(tf.logging.ERROR, "first %d", 2, i)
        tf.logging.log_if(tf.logging.ERROR, "if %d", i == 4, i)
    said = [line.rpartition(":")[2] for line in lines()]
    assert said == ["every 0", "first 0", "first 1", "every 2", "every 4", "if 4"]


@pytest.mark.parametrize("level", ["LOUD", None, 1.5])
def test_no_such_level(level):
    with pytest.raises(ValueError, match="a level is"):
        tf.logging.set_verbosity(level)


def test_what_is_printed():
    import subprocess
    import sys

    code = "from minitf import logging as l\nl.set_verbosity('INFO')\nl.info('x %d', 3)\nl.debug(1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == "INFO:tensorflow:x 3\n"
