"""Sizes that are parts of others, rounded: inputs of programs that begin behind a pool, a stride or a slice."""

import numpy as np
import pytest

import minitf as tf
from minitf.runtime.plan import region
from minitf.runtime.resize.box import Sizes
from minitf.runtime.resize.quotients import quotient_of


@pytest.mark.parametrize("divisor, more", [(2, 0), (2, 1), (3, 2), (3, 0), (4, 3), (2, -4), (5, 0)])
def test_the_divisor_and_what_is_added_before(divisor, more):
    sizes = np.arange(40, 40 + 2 * divisor)
    assert quotient_of((sizes + more) // divisor, sizes) == (divisor, more)


def test_what_is_no_part():
    sizes = np.array([40, 47, 53])
    for column in ([20, 24, 26], [20, 23, 27], [40, 47, 53], [0, 0, 0], [2, 2, 3]):
        assert quotient_of(np.array(column), sizes) is None


def test_parts_vary_with_what_they_are_parts_of():
    """A batch, steps, half of them, a quarter of these, and the rows of all halves."""
    points = [(b, t, t // 2, t // 2 // 2, b * (t // 2)) for b, t in ((4, 41), (7, 62), (5, 43), (6, 50))]
    sizes = Sizes(points)
    assert sizes.free == [0, 1]
    assert sizes.point((6, 55)) == (6, 55, 27, 13, 162)
    assert sizes.values((6, 55, 27, 13, 162)) == (6, 55) and sizes.values((6, 55, 26, 13, 156)) is None
    assert len(Sizes(points[:3]).free) == 3  # so few do not tell of a quarter, nor of one size by chance


def test_a_program_behind_a_pool_and_a_call_of_python_is_resized(monkeypatch):
    """The gradient takes the steps and their halves from the program before the call."""
    lowered, real, counts = [], region.Region._lowered, []
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: lowered.append(1) or real(self, *given))
    x = tf.placeholder(tf.float32, [None, None, 3])
    halves = tf.layers.max_pooling1d(tf.tanh(x), 2, 2)
    scale = tf.py_func(lambda a: np.float32(len(a)), [halves], tf.float32)
    scale.set_shape([])
    slope = tf.gradients(tf.square(halves) * scale, x)[0]
    random = np.random.RandomState(3)
    with tf.Session() as session, tf.Session(config=tf.ConfigProto(executor="op_by_op")) as plain:
        for _ in range(20):
            given = random.rand(random.randint(3, 9), random.randint(20, 41), 3)
            np.testing.assert_allclose(*[each.run(slope, {x: given}) for each in (session, plain)], rtol=1e-6)
            counts.append(len(lowered))
    assert counts[-1] == counts[9] <= 16
