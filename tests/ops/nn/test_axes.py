"""The orders of axes."""

import numpy as np
import pytest
from helpers import fails

from minitf.ops.nn import axes

FORMATS = {"NHWC": (0, 1, 2, 3), "NCHW": (0, 2, 3, 1), "NDHWC": (0, 1, 2, 3, 4), "NCDHW": (0, 2, 3, 4, 1)}


class Op:
    def __init__(self, data_format=None):
        self.attrs = {} if data_format is None else {"data_format": data_format}


@pytest.mark.parametrize("data_format", FORMATS)
def test_there_and_back(data_format):
    op, last = Op(data_format), FORMATS[data_format]
    sizes = tuple(range(2, 2 + len(last)))
    there = axes.last_sizes(op, sizes)
    assert there == tuple(sizes[i] for i in last)
    assert axes.own_sizes(op, there).as_list() == list(sizes)
    x = np.arange(np.prod(sizes)).reshape(sizes)
    np.testing.assert_array_equal(axes.channels_last(None, op, x), x.transpose(last))
    np.testing.assert_array_equal(axes.own_order(None, op, axes.channels_last(None, op, x)), x)
    assert [*axes.spatial(op), axes.channel(op)] == [i for i in last if i]


def test_images_with_channels_last_are_what_ops_without_formats_take():
    assert (axes.spatial(Op()), axes.channel(Op())) == ([1, 2], 3)


@pytest.mark.parametrize(
    "value, data_format, found",
    [
        (3, "NHWC", [1, 3, 3, 1]),
        ([3], "NCHW", [1, 1, 3, 3]),
        ((2, 3), "NHWC", [1, 2, 3, 1]),
        (None, "NDHWC", [1, 1, 1, 1, 1]),
        ([2, 3, 4], "NCDHW", [1, 1, 2, 3, 4]),
        ([1, 2, 3, 4, 1], "NDHWC", [1, 2, 3, 4, 1]),
    ],
)
def test_numbers_for_each_axis(value, data_format, found):
    assert axes.for_each_axis(value, "strides", data_format) == found


def test_refusals():
    with fails(ValueError, "strides should be of length 1, 2 or 4 but was 3"):
        axes.for_each_axis([1, 2, 3], "strides", "NHWC")
    with fails(ValueError, "strides should be of length 1, 3 or 5 but was 4"):
        axes.for_each_axis([1, 2, 3, 4], "strides", "NDHWC")
    with fails(ValueError, "data_format is one of NDHWC, NCDHW"):
        axes.check_format("NHWC", axes.VOLUMES)
    with fails(ValueError, "input must be 5-dimensional"):
        axes.expect_axes(np.zeros([2, 3]), "input", 5)
    with fails(ValueError, "filter must be 4-dimensional"):
        axes.wanted_sizes(np.array([2, 3]), "filter", 4)
