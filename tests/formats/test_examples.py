"""Examples read from the wire, against protobuf's own reading."""

import numpy as np
import pytest

import minitf as tf
from minitf.formats import examples
from minitf.formats.wire import Malformed, field, varint


def made(random):
    """A random Example, and its features as arrays."""
    message, expected = tf.train.Example(), {}
    for key in [f"k{i}" for i in range(random.integers(0, 5))]:
        count, feature = random.integers(0, 6), message.features.feature[key]
        kind = random.integers(0, 4)
        if kind == 0:
            values = random.integers(-(2**63), 2**63 - 1, count) >> random.integers(0, 63, count)
            feature.int64_list.value.extend(values.tolist())
        elif kind == 1:
            values = random.normal(size=count).astype(np.float32)
            feature.float_list.value.extend(values.tolist())
        elif kind == 2:
            values = [random.bytes(n) for n in random.integers(0, 5, count)]
            feature.bytes_list.value.extend(values)
        else:
            values = None
        if kind < 3 and not count:
            feature.Clear()
            values = None
        expected[key] = values
    return message, expected


def same(found, expected):
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        if values is None or isinstance(values, list):
            assert found[key] == values
        else:
            assert found[key].dtype == values.dtype and found[key].tolist() == values.tolist()


def test_random_examples():
    random = np.random.default_rng(0)
    for _ in range(200):
        message, expected = made(random)
        same(examples.example(message.SerializeToString()), expected)


def test_sequences():
    random, message = np.random.default_rng(1), tf.train.SequenceExample()
    context, features = made(random)
    message.context.CopyFrom(context.features)
    for i in range(3):
        message.feature_lists.feature_list["steps"].feature.add().int64_list.value.append(i)
    found, lists = examples.sequence_example(message.SerializeToString())
    same(found, features)
    assert [step.tolist() for step in lists["steps"]] == [[0], [1], [2]]


def test_values_in_fields_of_their_own():
    """As writers of long ago put them."""
    floats = b"".join(varint(1 << 3 | 5) + np.float32(x).tobytes() for x in (1.5, -2.0))
    numbers = field(1, 7) + field(1, 2**64 - 1)
    features = [(b"f", field(2, floats)), (b"i", field(3, numbers))]
    data = field(1, b"".join(field(1, field(1, key) + field(2, value)) for key, value in features))
    found = examples.example(data)
    assert found["f"].tolist() == [1.5, -2.0] and found["i"].tolist() == [7, -1]


def test_bytes_that_are_no_examples():
    """Cut, changed and random ones end in an error or in features, and nothing else."""
    random = np.random.default_rng(2)
    bad = 0
    for _ in range(300):
        message, _ = made(random)
        data = bytearray(message.SerializeToString() or b"x")
        data[random.integers(len(data))] = random.integers(256)
        for given in (bytes(data), bytes(data[: random.integers(len(data))]), random.bytes(20)):
            try:
                examples.example(given)
                examples.sequence_example(given)
            except Malformed:
                bad += 1
    assert bad > 200


@pytest.mark.parametrize("data, part", [(b"\x80", "cut off"), (b"\x80" * 11 + b"\x01", "more than 10")])
def test_numbers(data, part):
    with pytest.raises(Malformed, match=part):
        examples.varints(data)
    assert examples.varints(b"").tolist() == []
