"""Following beams back."""

import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.ops.nn.beam_search import gather_tree


def test_against_following_each_beam():
    random = np.random.default_rng(0)
    ids, parents = random.integers(1, 9, (5, 3, 4)), random.integers(0, 4, (5, 3, 4))
    lengths = np.array([5, 3, 9])
    wanted = np.full_like(ids, 8)
    for batch in range(3):
        for beam in range(4):
            at, path = beam, []
            for t in reversed(range(min(lengths[batch], 5))):
                path.insert(0, ids[t, batch, at])
                at = parents[t, batch, at]
            path = path[: path.index(8)] if 8 in path else path
            wanted[: len(path), batch, beam] = path
    arguments = [tf.constant(a, tf.int32) for a in (ids, parents, lengths, 8)]
    np.testing.assert_array_equal(run(gather_tree(*arguments)), wanted)


def test_refusals():
    ids = np.zeros([2, 1, 2], np.int32)
    with fails(tf.errors.InvalidArgumentError, "parent id 5"):
        run(gather_tree(ids, ids + 5, [2], 9))
    with pytest.raises(ValueError):
        gather_tree(ids, ids[0], [2], 9)
