"""Serialized tensors, compressed strings and JSON, against TensorFlow's records and damaged."""

import contextlib

import core_facts
import numpy as np
import pytest
from helpers import fails, run

import minitf as tf


@pytest.mark.parametrize("name", core_facts.names("tensors_serialized", "strings_decompressed", "examples_from_json"))
def test_as_tensorflow(name):
    core_facts.check(name)


def test_damaged_messages_are_errors():
    whole, random = run(tf.serialize_tensor(np.arange(6.0).reshape(2, 3))), np.random.RandomState(2)
    data = tf.placeholder(tf.string, [])
    parsed = tf.parse_tensor(data, tf.float64)
    with tf.Session() as sess:
        for _ in range(200):
            broken = bytearray(whole[: random.randint(1, len(whole) + 1)])
            broken[random.randint(len(broken))] = random.randint(256)
            with contextlib.suppress(tf.errors.InvalidArgumentError):
                assert sess.run(parsed, {data: bytes(broken)}).dtype == np.float64


def test_errors():
    for kind in ("ZLIB", "GZIP"):
        with fails(tf.errors.DataLossError, f"not compressed by {kind}"):
            run(tf.decode_compressed(["x"], kind))
        assert run(tf.decode_compressed([""], kind)).tolist() == [b""]
    with fails(tf.errors.InvalidArgumentError, "Only ZLIB, GZIP", "'LZ4'"):
        run(tf.decode_compressed(["x"], "LZ4"))
    with fails(tf.errors.InvalidArgumentError, "Type mismatch", "float32"):
        run(tf.parse_tensor(tf.serialize_tensor(1), tf.float32))
