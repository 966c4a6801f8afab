"""What is the same in all runs of one program: axes that are fed are no sizes."""

import itertools

import numpy as np
import pytest

import minitf as tf
from minitf.framework.registry import OPS
from minitf.runtime.plan import region

LEARNED = 3  # runs of each axis after which it is known for all sizes
SIZES = [(6, 13), (12, 5), (9, 8), (7, 11), (10, 6), (11, 12)]
# What is done along axes that are fed, what that gives, and the axes that take turns.
ALONG = {
    "transpose": (tf.transpose, np.transpose, [(1, 0, 2), (0, 1, 2)]),
    "reverse": (tf.reverse, np.flip, [(0,), (1,), (2,)]),
    "reduce_sum": (tf.reduce_sum, np.sum, [0, 1, -1]),
    "cumsum": (tf.cumsum, np.cumsum, [1, 2]),
    "argmax": (tf.argmax, np.argmax, [0, 1]),
    "concat": (lambda x, axis: tf.concat([x, x], axis), lambda x, axis: np.concatenate([x, x], axis), [0, 1, 2]),
}


@pytest.mark.parametrize("op", ALONG)
def test_axes_that_take_turns_are_lowered_once_each(op, monkeypatch):
    ours, numpy, turns = ALONG[op]
    lowered, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: lowered.append(1) or real(self, *given))
    x, axes = tf.placeholder(tf.float32, [None, None, 3]), tf.placeholder(tf.int32, np.shape(turns[0]))
    found = ours(tf.tanh(x), axes)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        for run, (sizes, along) in enumerate(itertools.product(SIZES, turns)):
            if run == LEARNED * len(turns):
                assert len(lowered) <= 2 + 4 * len(turns)
                lowered.clear()
            given = np.random.rand(*sizes, 3)
            np.testing.assert_allclose(session.run(found, {x: given, axes: along}), numpy(np.tanh(given), along), 1e-5)
    assert not lowered


def test_which_inputs_say_axes():
    """Behind a list they are counted from the end."""
    places = {name: OPS[name].axes for name in ("Transpose", "ConcatV2", "GatherV2", "Split", "SplitV", "Roll", "Tile")}
    expected = {"Transpose": (1,), "ConcatV2": (-1,), "GatherV2": (2,), "Split": (0,), "SplitV": (2,), "Roll": (2,)}
    assert places == {**expected, "Tile": ()}
