"""Convolutions along one axis and with holes."""

import numpy as np
import pytest
from convolution_facts import check_graph, check_values, graphs, values
from helpers import check, fails

import minitf as tf

RANDOM = np.random.default_rng(5)
NAMES = [f"tf.nn.{n}(" for n in ("conv1d", "atrous_conv2d", "convolution")]


@pytest.mark.parametrize("fact", values(*NAMES), ids=lambda f: f["call"])
def test_recorded_values(fact):
    check_values(fact)


@pytest.mark.parametrize("fact", graphs(*NAMES), ids=lambda f: f["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("stride, rate", [(1, 1), (2, 1), ([1, 3, 1], 1), (1, 2), (1, [1, 2, 1])])
def test_conv1d(stride, rate):
    x, f = RANDOM.normal(size=(2, 9, 3)), RANDOM.normal(size=(3, 3, 4))
    s, d = (n[1] if isinstance(n, list) else n for n in (stride, rate))

    def reference(x, f):
        steps = range(0, 9 - 2 * d, s)
        return np.stack([np.tensordot(x[:, i : i + 2 * d + 1 : d], f, 2) for i in steps], 1)

    check(
        lambda x, f: tf.nn.conv1d(x, f, stride, "VALID", dilations=rate),
        x,
        f,
        reference=reference,
        tolerance=20,
        openness=("known", "open"),
    )

    def turned(n):
        return [n[0], n[2], n[1]] if isinstance(n, list) else n

    check(
        lambda x, f: tf.nn.conv1d(x, f, turned(stride), "VALID", data_format="NCW", dilations=turned(rate)),
        x.transpose(0, 2, 1),
        f,
        grads=False,
        reference=lambda x, f: reference(x.transpose(0, 2, 1), f).transpose(0, 2, 1),
        tolerance=20,
        openness=("known", "open"),
    )


def test_holes_are_zeros_in_the_filter():
    x, f = RANDOM.normal(size=(2, 9, 8, 3)), RANDOM.normal(size=(3, 2, 3, 4))
    wide = np.zeros((5, 3, 3, 4))
    wide[::2, ::2] = f
    for padding in ("SAME", "VALID"):
        check(
            lambda x, f, p=padding: (
                tf.nn.atrous_conv2d(x, f, 2, p) - tf.nn.conv2d(x, wide.astype(x.dtype.as_numpy_dtype), 1, p)
            ),
            x,
            f,
            reference=lambda x, f, p=padding: convolved_like(x, p),
            grads=False,
            tolerance=30,
            openness=("known",),
        )


def convolved_like(x, padding):
    return np.zeros((2, 9, 8, 4) if padding == "SAME" else (2, 5, 6, 4))


@pytest.mark.parametrize(
    "sizes, rate, same, valid",
    [
        ((2, 7, 8, 3), [2, 2], 15, 14),
        ((None, 7, 8, 3), [2, 1], 15, 14),
        ((None, None, None, 3), [2, 2], 78, 77),
        ((2, 7, 8, 3), [1, 1], 3, 3),
    ],
)
def test_ids_with_holes(sizes, rate, same, valid):
    for padding, ids in (("SAME", same), ("VALID", valid)):
        with tf.Graph().as_default() as graph:
            x = tf.placeholder(tf.float32, sizes)
            tf.nn.convolution(x, tf.zeros([3, 3, 3, 4]), padding, dilation_rate=rate)
        assert graph._last_id == ids


def test_refusals():
    x, f = tf.zeros([2, 5, 5, 3]), tf.zeros([3, 3, 3, 4])
    with fails(ValueError, "not supported in conjunction"):
        tf.nn.convolution(x, f, "SAME", strides=[2, 2], dilation_rate=[2, 2])
    with fails(ValueError, "must be of rank 3"):
        tf.nn.convolution(tf.zeros([2, 5]), tf.zeros([3, 4]), "SAME")
    for rate in (0, -1):
        with fails(ValueError, "must be positive"):
            tf.nn.atrous_conv2d(x, f, rate, "SAME")
    with fails(ValueError, "should be of length 1, 2 or 4"):
        tf.nn.convolution(x, f, "SAME", strides=[2, 2, 2])
    with fails(ValueError, "NWC"):
        tf.nn.conv1d(tf.zeros([2, 5, 3]), tf.zeros([3, 3, 4]), 1, "SAME", data_format="X")
    with fails(ValueError, "stride should be of length 1 or 3"):
        tf.nn.conv1d(tf.zeros([2, 5, 3]), tf.zeros([3, 3, 4]), [1, 1], "SAME")
    unknown = tf.nn.convolution(tf.placeholder(tf.float32), f, "SAME")
    assert unknown.shape.as_list() == [None, None, None, 4]


def test_transposes_of_holes_check_their_channels():
    value, filters = tf.zeros([1, 6, 6, 4]), tf.zeros([3, 3, 2, 4])
    sizes = tf.constant([1, 6, 6, 2], tf.int64)
    assert tf.nn.atrous_conv2d_transpose(value, filters, sizes, 2, "SAME").shape.as_list() == [1, 6, 6, 2]
    with pytest.raises(ValueError, match="does not match filter's output channels, 3 != 2"):
        tf.nn.atrous_conv2d_transpose(value, filters, [1, 6, 6, 3], 2, "SAME")
