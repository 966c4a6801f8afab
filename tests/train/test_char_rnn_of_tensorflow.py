"""A character RNN that TensorFlow 1.15 trained and saved (tests/recorded/record_char_rnn.py) says the same here."""

from pathlib import Path

import record_char_rnn

import minitf as tf

FACTS = Path(__file__).parents[1] / "facts" / "char_rnn"


def test_it_says_the_same():
    record_char_rnn.model(tf, tf.zeros([1, 1], tf.int32))
    text = (FACTS / "said.txt").read_text("utf-8")
    with tf.Session() as session:
        tf.train.Saver().restore(session, str(FACTS / "m"))
        assert record_char_rnn.said(tf, session, text[:5], len(text) - 5) == text
