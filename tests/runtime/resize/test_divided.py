"""Sizes that always are multiples: programs are for all such, also where there are none for others."""

import numpy as np
import pytest

import minitf as tf
from minitf.runtime.plan import region
from minitf.runtime.resize.divided import Divided


def divided(points, numbers=0):
    return Divided.of(points, frozenset(), len(points[0]) - numbers)


def test_what_has_been_a_multiple_is_so_many_times_its_divisor():
    sizes = divided([(8, 2), (12, 7), (20, 9)])
    assert sizes.free_values((28, 6)) == (7, 6) and sizes.point((7, 6)) == (28, 6)
    assert sizes.values((30, 6)) is None and sizes.nearest((31, 6)) == (28, 6)
    assert divided([(8, 5), (9, 7)]) is None


def test_a_size_may_be_a_multiple_of_others():
    sizes = divided([(24, 3, 2), (60, 5, 4), (56, 4, 7)], numbers=2)
    assert sizes.point(sizes.values((90, 3, 5))) == (90, 3, 5)
    assert sizes.values((91, 3, 5)) is None and sizes.nearest((91, 3, 5)) == (90, 3, 5)


MODELS = {
    "towers": (lambda x, n: tf.concat([2.0 * part for part in tf.split(x, 4)], 0), lambda x, n: 2 * x),
    "a pyramid": (
        lambda x, n: tf.reshape(x, [tf.shape(x)[0], tf.shape(x)[1] // 2, 6]),
        lambda x, n: x.reshape(len(x), -1, 6),
    ),
    "rows": (lambda x, n: 2.0 * tf.reshape(x[0], [n, -1, 3]), lambda x, n: 2 * x[0].reshape(n, -1, 3)),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_that_take_multiples_are_resized(name, monkeypatch):
    lowered, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: lowered.append(1) or real(self, *given))
    x, n, random = tf.placeholder(tf.float32, [None, None, 3]), tf.placeholder(tf.int32, []), np.random.RandomState(5)
    model, expected = MODELS[name]
    found, counts = model(tf.nn.relu(x), n), []
    with tf.Session() as session:
        for _ in range(24):
            b, parts = 4 * random.randint(2, 9), random.randint(2, 8)
            given = random.rand(b, 2 * parts * random.randint(2, 6), 3).astype("f")
            np.testing.assert_array_equal(session.run(found, {x: given, n: parts}), expected(given, parts))
            counts.append(len(lowered))
        assert counts[-1] == counts[15] and counts[-1] <= 20
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run(found, {x: random.rand(5, 9, 3), n: 7})
