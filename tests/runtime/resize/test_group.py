"""Runs that have no program in common: those that are alike have one, and nothing is tried in vain twice."""

import numpy as np
import pytest

import minitf as tf
from minitf.runtime.plan import region
from minitf.runtime.resize.box import Sizes
from minitf.runtime.resize.given import Given
from minitf.runtime.resize.group import Group
from minitf.runtime.resize.maker import Maker

LEARNED, RUNS = 30, 45
# What is made of x and a number that is fed, what that is, and the number for so many steps.
KINDS = {
    "the largest": (
        lambda x, n: tf.nn.top_k(tf.transpose(x), n)[0],
        lambda x, n: -np.sort(-x.T)[:, :n],
        lambda random, steps: random.randint(2, steps + 1),
    ),
    "some of a range": (
        lambda x, n: tf.gather(x, tf.range(tf.shape(x)[0])[:n]),
        lambda x, n: x[:n],
        lambda random, steps: random.randint(2, steps + 4),
    ),
    "every n-th": (lambda x, n: x[::n], lambda x, n: x[::n], lambda random, steps: random.randint(1, 4)),
    "the last": (lambda x, n: x[n:], lambda x, n: x[n:], lambda random, steps: -random.randint(1, steps)),
    "repeated": (
        lambda x, n: tf.tile(x, [n, 1]),
        lambda x, n: np.tile(x, [n, 1]),
        lambda random, steps: random.randint(1, 6),
    ),
}


@pytest.fixture
def lowered(monkeypatch):
    """How often a region was lowered."""
    found, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: found.append(1) or real(self, *given))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_that_decide_how_it_is_done(kind, lowered):
    ours, numpy, number = KINDS[kind]
    x, n, random = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.int32, []), np.random.RandomState(0)
    found = ours(tf.tanh(x), n)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        for run in range(RUNS):
            if run == LEARNED:
                lowered.clear()
            given = random.rand(random.randint(8, 17), 3).astype("f")
            k, before = number(random, len(given)), len(lowered)
            np.testing.assert_allclose(session.run(found, {x: given, n: k}), numpy(np.tanh(given), k), 1e-5)
            assert len(lowered) - before <= 12
    assert not lowered


def test_what_came_to_nothing_is_tried_again_once():
    """In another way; what no other sizes were seen for can give nothing else."""
    tried, group = [], Group(None, 1, {})
    for run in range(40):
        given = Given([np.zeros((5 + run % 2, 3))], [False], {}, {}, [False])
        group.note(given, lambda *given: tried.append(given))
        if run == 8:
            tried.clear()
    assert not tried


def test_what_others_leave_of_a_size():
    """Where there is no program for fewer steps than are wanted, those are a size that are left."""
    sizes = Sizes([(11, 4), (10, 8), (6, 6)], count=1)
    assert not list(sizes.rests((9, 3)))
    (rests,) = sizes.rests((5, 9))
    assert rests.values((12, 7)) == (7, 5) or rests.values((12, 7)) == (5, 7)
    assert rests.point(rests.values((12, 7))) == (12, 7) and rests.point(rests.free_values((5, 9))) == (5, 9)
    assert min(rests.free_values(rests.nearest((5, 9)))) == 2


def test_sizes_below_0_are_none():
    """What is left of one may be less than others leave of it: nobody asks for a program for that."""
    given, asked = Given([np.zeros((5, 3))], [False], {}, {}, [False]), []
    maker = Maker(Sizes([(5, 3), (6, 3)]), given, lambda *sample: asked.append(sample) or True)
    assert not maker._is_there((-1, 3)) and not asked
    assert maker._is_there((4, 3)) and len(asked) == 1
