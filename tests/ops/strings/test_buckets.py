"""Strings in buckets: TensorFlow's hashes, of every length at which they go another way."""

import json
from pathlib import Path

import numpy as np
import pytest

import minitf as tf

FACTS = json.loads((Path(__file__).parents[2] / "facts" / "hashes.json").read_text())
STRINGS = [bytes(i * 7 + size & 0xFF for i in range(size)) for size in FACTS["sizes"]]
CALLS = {
    "fast": lambda x: tf.string_to_hash_bucket_fast(x, 2**62),
    "strong": lambda x: tf.string_to_hash_bucket_strong(x, 2**62, [123456789, 2**63 + 7]),
    "plain": lambda x: tf.string_to_hash_bucket(x, 2**62),
}


@pytest.mark.parametrize("kind", CALLS)
def test_hashes(kind):
    with tf.Session() as session:
        found = session.run(CALLS[kind](tf.constant(STRINGS)))
    assert found.tolist() == FACTS[kind]


@pytest.mark.parametrize("kind", CALLS)
def test_hashes_of_one_are_those_of_many(kind):
    random = np.random.default_rng(4)
    strings = [random.bytes(n) for n in [*range(70), 0, 3, 300]]
    with tf.Session() as session:
        x = tf.placeholder(tf.string, [None])
        hashed = CALLS[kind](x)
        many = session.run(hashed, {x: strings}).tolist()
        assert many == [session.run(hashed, {x: [s]}).item() for s in strings]


def test_few_buckets_and_open_shapes():
    x = tf.placeholder(tf.string)
    with tf.Session() as session:
        found = session.run(tf.strings.to_hash_bucket_fast(x, 3), {x: np.array([["a"], ["b"]], object)})
    assert found.shape == (2, 1) and set(found.ravel()) <= {0, 1, 2}
