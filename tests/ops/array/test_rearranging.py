import helpers
import numpy as np
import pytest
from oracle import check_case, check_gradient, op_facts

import minitf as tf

M = np.random.default_rng(0).normal(size=(3, 4))
X = np.random.default_rng(1).normal(size=(2, 3, 4))


@pytest.mark.parametrize("paddings", [[[1, 2], [0, 3]], [[0, 0], [0, 0]], [[0, 1], [1, 0]]])
def test_pad(paddings):
    helpers.check(lambda x: tf.pad(x, paddings), M, reference=lambda x: np.pad(x, paddings))
    helpers.check(
        lambda x: tf.pad(x, paddings, constant_values=2.5),
        M,
        reference=lambda x: np.pad(x, paddings, constant_values=2.5),
    )


@pytest.mark.parametrize("mode, paddings", [("REFLECT", [[2, 1], [3, 0]]), ("symmetric", [[3, 1], [4, 2]])])
def test_mirrored_pad(mode, paddings):
    helpers.check(lambda x: tf.pad(x, paddings, mode), M, reference=lambda x: np.pad(x, paddings, mode.lower()))


@pytest.mark.parametrize("multiples", [[1, 1], [2, 3], [0, 2]])
def test_tile(multiples):
    helpers.check(lambda x: tf.tile(x, multiples), M, reference=lambda x: np.tile(x, multiples))


@pytest.mark.parametrize("axes", [[0], [1, -3], [], [0, 1, 2]])
def test_reverse(axes):
    helpers.check(lambda x: tf.reverse(x, axes), X, reference=lambda x: np.flip(x, axes))


def _reversed(x, lengths, seq, batch):
    x = np.moveaxis(x, (batch, seq), (0, 1)).copy()
    for row, length in zip(x, lengths):
        row[:length] = row[:length][::-1].copy()
    return np.moveaxis(x, (0, 1), (batch, seq))


@pytest.mark.parametrize("seq, batch", [(1, 0), (0, 1), (2, 0), (0, 2), (-1, 1)])
def test_reverse_sequence(seq, batch):
    lengths = np.random.default_rng(0).integers(0, X.shape[seq] + 1, size=X.shape[batch])
    helpers.check(
        lambda x: tf.reverse_sequence(x, lengths, seq_axis=seq, batch_axis=batch),
        X,
        reference=lambda x: _reversed(x, lengths, seq % 3, batch),
    )


def test_reverse_sequence_by_its_old_names():
    value = helpers.run(tf.reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 3], seq_dim=1, batch_dim=0))
    assert value.tolist() == [[2, 1, 3], [6, 5, 4]]


@pytest.mark.parametrize("shift, axis", [(1, 0), (-2, 1), ([1, 5], [1, -1]), ([2, 2], [0, 0])])
def test_roll(shift, axis):
    helpers.check(lambda x: tf.roll(x, shift, axis), M, reference=lambda x: np.roll(x, shift, axis))


@pytest.mark.parametrize("repeats, axis", [(2, None), (3, 1), ([1, 0, 2], 0), ([2], 1), ([0, 1, 2, 3], -1)])
def test_repeat(repeats, axis):
    helpers.check(lambda x: tf.repeat(x, repeats, axis), M, openness=("known",), grads=np.ndim(repeats) == 0)
    value = helpers.run(tf.repeat(M, repeats, axis))
    np.testing.assert_array_equal(value, np.repeat(M, repeats, axis))


@pytest.mark.parametrize(
    "snippet, parts",
    [
        (lambda: tf.pad(M, [[1, 1]]), ["one row for each of the 2 axes"]),
        (lambda: tf.pad(M, [[1, 1], [0, -1]]), ["0 or more"]),
        (lambda: tf.pad(M, [[1, 1], [0, 1]], "EDGE"), ["CONSTANT", "EDGE"]),
        (lambda: tf.tile(M, [2]), ["multiples", "[2]"]),
        (lambda: tf.reverse(M, [2]), ["axis 2"]),
        (lambda: tf.reverse(M, [0, -2]), ["twice"]),
        (lambda: tf.reverse_sequence(M, [1, 2], seq_axis=1), ["not compatible"]),
    ],
)
def test_refused_at_construction(snippet, parts):
    with helpers.fails(ValueError, *parts):
        snippet()


def test_refused_when_run():
    lengths, n = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.int32)
    for tensor, fed, parts in [
        (tf.pad(M, [[3, 1], [0, 1]], "REFLECT"), {}, ["axis 0", "at most 2", "3"]),
        (tf.pad(M, [[3, 1], [0, 5]], "SYMMETRIC"), {}, ["axis 1", "at most 4", "5"]),
        (tf.tile(M, [2, -1]), {}, ["0 or more"]),
        (tf.reverse_sequence(M, [1, 2, 3], seq_axis=0), {}, ["both 0"]),
        (tf.reverse_sequence(M, lengths, seq_axis=1), {lengths: [1, 5, 0]}, ["seq_lengths[1] = 5", "[0, 4]"]),
        (tf.pad(M, n), {n: [[0, 0], [0, -1]]}, ["-1"]),
        (tf.pad(M, n, "REFLECT"), {n: [[0, 0], [0, 4]]}, ["at most 3"]),
        (tf.tile(M, n), {n: [1, -2]}, ["-2"]),
        (tf.roll(M, n, 3), {n: 1}, ["axis 3"]),
        (tf.reverse(M, n), {n: [0, 7]}, ["axis 7"]),
    ]:
        with helpers.fails(tf.errors.InvalidArgumentError, *parts):
            helpers.run(tensor, feed_dict=fed)


FACTS = ("tf.pad(", "tf.tile(", "tf.reverse(", "tf.reverse_sequence(")


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda fact: fact["call"])
def test_gradients_recorded_from_tensorflow(fact):
    check_gradient(fact)
