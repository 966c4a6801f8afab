"""Convolutions of each channel by itself."""

import numpy as np
import pytest
from convolution_facts import check_graph, check_values, first, graphs, values
from helpers import check, fails

import minitf as tf

RANDOM = np.random.default_rng(8)


def by_channels(x, f, *args, **kwargs):
    """One `conv2d` per channel."""
    parts = [tf.nn.conv2d(x[..., i : i + 1], f[:, :, i : i + 1], *args, **kwargs) for i in range(f.shape[2])]
    return tf.concat(parts, 3)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("strides, rate", [([1] * 4, None), ([1, 2, 3, 1], None), ([1] * 4, [2, 1])])
@pytest.mark.parametrize("m", [1, 3])
def test_is_a_convolution_per_channel(padding, strides, rate, m):
    x, f = RANDOM.normal(size=(2, 5, 6, 4)), RANDOM.normal(size=(3, 2, 4, m))
    with tf.Session() as session:
        expected = session.run(by_channels(x, tf.constant(f), strides, padding, dilations=rate))
    function = tf.nn.depthwise_conv2d
    check(
        lambda x, f: function(x, f, strides, padding, rate),
        x,
        f,
        reference=lambda x, f: expected,
        dtypes=("float64",),
        tolerance=20,
    )
    check(
        lambda x, f: function(x, f, [1, 1, *strides[1:3]], padding, rate, data_format="NCHW"),
        first(x),
        f,
        reference=lambda x, f: first(expected),
        dtypes=("float64",),
        tolerance=20,
        order=1,
        openness=("open",),
    )


def test_separable():
    x, f, p = (RANDOM.normal(size=s) for s in ((2, 5, 6, 4), (3, 2, 4, 2), (1, 1, 8, 3)))
    for rate in (1, 2):
        check(
            lambda x, f, p, r=rate: (
                tf.nn.separable_conv2d(x, f, p, [1] * 4, "SAME", [r, r])
                - tf.nn.conv2d(tf.nn.depthwise_conv2d(x, f, [1] * 4, "SAME", [r, r]), p, 1, "SAME")
            ),
            x,
            f,
            p,
            tolerance=50,
            reference=lambda x, f, p: np.zeros((2, 5, 6, 3)),
            openness=("known",),
            grads=False,
        )


@pytest.mark.parametrize("fact", values("depthwise"), ids=lambda f: f["call"])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_recorded_values(fact, dtype):
    check_values(fact, dtype)


@pytest.mark.parametrize("fact", graphs("depthwise", "separable"), ids=lambda f: f["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("sizes, ids", [((2, 7, 8, 3), 15), ((None, None, None, 3), 78)])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_ids_with_holes(sizes, ids, padding):
    with tf.Graph().as_default() as graph:
        tf.nn.depthwise_conv2d(tf.placeholder(tf.float32, sizes), tf.zeros([3, 3, 3, 2]), [1] * 4, padding, [2, 2])
    assert graph._last_id == ids


def test_refusals():
    x, f = tf.placeholder(tf.float32), tf.zeros([3, 3, 4, 2])
    with fails(ValueError, "4 channels, not 3"):
        tf.nn.depthwise_conv2d(tf.zeros([2, 7, 8, 3]), f, [1] * 4, "SAME")
    with fails(ValueError, "rank 4"):
        tf.nn.depthwise_conv2d(tf.zeros([2, 7, 8]), f, [1] * 4, "SAME")
    with fails(ValueError, "one pixel"):
        tf.nn.separable_conv2d(tf.zeros([2, 7, 8, 4]), f, tf.zeros([2, 1, 8, 3]), [1] * 4, "SAME")
    y = tf.nn.depthwise_conv2d(x, f, [1] * 4, "VALID")
    assert y.shape.as_list() == [None, None, None, 8]
    with tf.Session() as session:
        for shape, what in [((2, 7, 8, 3), "4 channels, not 3"), ((2, 7, 8), "4-dimensional")]:
            with fails(tf.errors.InvalidArgumentError, what):
                session.run(y, {x: np.zeros(shape)})
        assert session.run(y, {x: np.zeros((0, 7, 8, 4))}).shape == (0, 5, 6, 8)
        with fails(tf.errors.InvalidArgumentError, "out_backprop"):
            session.run(
                tf.gradients(tf.nn.depthwise_conv2d(x, f, [1] * 4, "SAME"), x, grad_ys=[x]), {x: np.zeros((2, 7, 8, 4))}
            )


@pytest.mark.parametrize(
    "padding, values, slopes",
    [
        (
            "SAME",
            [14.5, 21.5, 26.5, 31.5, 56.5, 61.5, -18.0, -20.0],
            [1, -2, 1, -2, 3, 0.5, 3, 0.5, 3, 0.5, 3, 0.5, 1, -2, 1, -2, 1, -2, 1, -2, 3, 0.5, 3, 0.5],
        ),
        ("VALID", [26.5, 31.5, 36.5, 41.5], [1, -2, 1, -2, 1, -2, 1, -2, *[3, 0.5] * 4, *[0] * 8]),
    ],
)
def test_strides_and_holes_as_tensorflow_has_them(padding, values, slopes):
    """What TensorFlow 1.15.5 gives: strides are those within the images of every rate-th pixel."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.constant(np.arange(24.0, dtype=np.float32).reshape(1, 6, 4, 1))
        f = tf.reshape([1.0, -2.0, 3.0, 0.5], [2, 2, 1, 1])
        y = tf.nn.depthwise_conv2d(x, f, [1, 2, 2, 1], padding, rate=[2, 1])
        assert y.op.name == "depthwise/BatchToSpaceND"
        assert session.run(y).ravel().tolist() == values
        assert session.run(tf.gradients(y, x)[0]).ravel().tolist() == slopes
