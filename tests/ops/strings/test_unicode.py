"""Strings in encodings and scripts of characters: what TensorFlow gives (unicode_scenarios.py), and there and back."""

import numpy as np
import pytest
from session_facts import check, names

import minitf as tf

TEXT = "a\u00e9\u4e00\U0001f600"


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16-BE", "UTF-32-BE"])
def test_there_and_back(encoding):
    x = tf.placeholder(tf.string, [])
    numbers, places = tf.strings.unicode_decode_with_offsets(x, encoding)
    parts = tf.strings.unicode_split(x, encoding)
    text = tf.strings.unicode_transcode(x, encoding, "UTF-8")
    outputs = [numbers, places, tf.strings.unicode_encode(numbers, encoding), parts, text]
    with tf.Session() as session:
        found = session.run(outputs, {x: TEXT.encode(encoding)})
    characters = [c.encode(encoding) for c in TEXT]
    assert found[0].tolist() == [ord(c) for c in TEXT]
    assert found[1].tolist() == np.cumsum([0, *map(len, characters[:-1])]).tolist()
    assert found[2] == TEXT.encode(encoding) and found[3].tolist() == characters
    assert found[4] == TEXT.encode()


@pytest.mark.parametrize("name", names("unicode_"))
def test_like_tensorflow(name):
    check(name)


def test_faults_of_other_encodings_count_as_one():
    with tf.Session() as session:
        found = session.run(tf.strings.unicode_decode_with_offsets(b"a\x81\xffb", "Shift_JIS"))
        assert [t.tolist() for t in found] == [[97, 65533, 65533, 98], [0, 1, 2, 3]]


@pytest.mark.parametrize("controls", [False, True])
def test_right_strings_are_decoded_as_those_beside_wrong_ones(controls):
    strings = [TEXT.encode(), b"", b"abc", "\ufeff\u07ff\u0800\t".encode(), b"\x00"]
    x = tf.placeholder(tf.string, [None])
    numbers, places = tf.strings.unicode_decode_with_offsets(x, "UTF-8", replace_control_characters=controls)
    with tf.Session() as session:
        right = session.run([numbers, places], {x: strings})
        other = session.run([numbers, places], {x: [*strings, b"\xff"]})
    for found, beside in zip(right, other):
        assert found.values.tolist() == beside.values[:-1].tolist()
        assert found.row_splits.tolist() == beside.row_splits[:-1].tolist()
