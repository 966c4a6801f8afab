"""How an op is sampled: numbers, and a function of them."""

import numpy as np

from minitf.framework.apply import apply

RANDOM = np.random.default_rng(7)
X, Y = RANDOM.normal(size=(2, 3)), RANDOM.normal(size=(2, 3))
POSITIVE, UNIT = np.abs(X) + 0.5, np.tanh(X) * 0.9
ROW, LONG, CUBE = RANDOM.normal(size=3), RANDOM.normal(size=6), RANDOM.normal(size=(2, 3, 4))

IMAGE, FILTER = RANDOM.normal(size=(2, 3, 4, 2)), RANDOM.normal(size=(2, 1, 2, 3))
SQUARE = RANDOM.normal(size=(2, 3, 3)) + 3 * np.eye(3)
LOWER = np.tril(SQUARE)
VOLUME, CUBES = RANDOM.normal(size=(1, 2, 3, 4, 2)), RANDOM.normal(size=(2, 1, 2, 2, 3))
SYMMETRIC = SQUARE @ SQUARE.transpose(0, 2, 1) + np.eye(3)
INTS, IDS = np.array([[3, -2, 7], [1, 5, -4]], np.int32), np.array([0, 0, 1, 1, 1, 3], np.int32)
TRUTH = np.array([[True, False, True], [False, True, True]])
SPOTS = np.array([[0, 1], [1, 0], [1, 3]])


def op(type, **attrs):
    """A function of tensors that adds one op."""
    return lambda *inputs: apply(type, *inputs, **attrs)


def sample(type, *arrays, of=None, **options):
    """How to check `type`: its inputs, the function if the bare op will not do, and options of `check`."""
    return type, of or op(type), arrays, options


def each(types, *arrays, **options):
    return [sample(type, *arrays, **options) for type in types.split()]
