"""Loop nests walked in plain Python give what NumPy gives."""

import itertools

import numpy as np
import pytest

from minitf.kernels.compile import layout


def positions(rank, dims):
    """For every array of a nest the flat positions it visits, in order."""
    loops = np.reshape(dims, (rank, -1))
    grids = np.meshgrid(*[np.arange(size) for size in loops[:, 0]], indexing="ij")
    return [sum(g * step for g, step in zip(grids, steps)).ravel() for steps in loops[:, 1:].T]


SHAPES = [(), (1,), (3,), (2, 3), (1, 3), (2, 1), (4, 2, 3), (4, 1, 3), (1, 2, 1), (0, 3), (5, 4, 2, 3)]


@pytest.mark.parametrize("shapes", list(itertools.combinations_with_replacement(SHAPES, 2)), ids=str)
def test_broadcast(shapes):
    try:
        expected = np.broadcast_shapes(*shapes)
    except ValueError:
        with pytest.raises(ValueError, match="do not broadcast"):
            layout.broadcast(*shapes)
        return
    result, rank, dims = layout.broadcast(*shapes)
    assert result == expected
    for shape, visited in zip(shapes, positions(rank, dims)):
        own = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        np.testing.assert_array_equal(visited, np.broadcast_to(own, expected).ravel())


def test_broadcast_merges_loops():
    assert layout.broadcast((6, 1, 5, 4), (6, 1, 5, 4))[1] == 1
    assert layout.broadcast((6, 5, 4), ())[1:] == (1, (120, 1, 0))
    assert layout.broadcast((6, 5, 4), (5, 4))[1:] == (2, (6, 20, 0, 20, 1, 1))
    assert layout.broadcast((6, 5, 4), (6, 1, 1))[1:] == (2, (6, 20, 1, 20, 1, 0))


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (2, 3, 4), (2, 1, 4), (3, 2, 2, 3)])
def test_reduction(shape):
    a = np.random.default_rng(0).normal(size=shape)
    for count in range(len(shape) + 1):
        for axes in itertools.combinations(range(len(shape)), count):
            read, write = positions(*layout.reduction(shape, axes))
            expected = a.sum(axes)
            found = np.zeros(expected.size)
            np.add.at(found, write, a.ravel()[read])
            np.testing.assert_allclose(found, expected.ravel())


def test_transpose():
    a = np.arange(120).reshape(2, 3, 4, 5)
    for permutation in itertools.permutations(range(4)):
        (read,) = positions(*layout.transpose(a.shape, permutation))
        np.testing.assert_array_equal(a.ravel()[read], a.transpose(permutation).ravel())
    assert layout.transpose(a.shape, (1, 0, 2, 3))[0] == 3


def test_strided():
    a = np.arange(60).reshape(3, 4, 5)
    part = a[2:0:-1, :, 4::-2]
    offset, rank, dims = layout.strided(a.shape, (2, 0, 4), part.shape, (-1, 1, -2))
    (read,) = positions(rank, dims)
    np.testing.assert_array_equal(a.ravel()[offset + read], part.ravel())


def test_carrier():
    assert layout.carrier(np.float32) == np.uint32 and layout.carrier(bool) == np.uint8
    assert layout.carrier(np.complex64) == np.uint64
    for dtype in (np.complex128, object):
        with pytest.raises(TypeError, match="no kernel moves"):
            layout.carrier(dtype)
