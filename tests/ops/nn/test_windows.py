"""How many windows fit, as TensorFlow counts them, and where they lie."""

import numpy as np
import pytest
from convolution_facts import RECORD
from helpers import fails

import minitf as tf
from minitf.ops.nn.windows import Axis

SIZES = (0, 1, 2, 3, 4, 5, 7, 8)


def made(kind, padding, window, stride, rate, size):
    x = tf.placeholder(tf.float32, [1, size, 3, 1])
    padding = [[0, 0], [1, 2], [0, 0], [0, 0]] if padding == "1,2" else padding
    if kind == "pool":
        return x, tf.nn.max_pool(x, [1, window, 1, 1], [1, stride, 1, 1], padding)
    f = tf.ones([window, 1, 1, 1])
    return x, tf.nn.conv2d(x, f, [1, stride, 1, 1], padding, dilations=[1, rate, 1, 1])


@pytest.mark.parametrize("kind", ["conv SAME", "conv VALID", "conv 1,2", "pool SAME", "pool VALID"])
def test_counts(kind):
    rows = {k: row for k, row in RECORD["axis"].items() if k.startswith(kind)}
    assert len(rows) > 11
    for key, row in rows.items():
        how, padding, *numbers = key.split()
        for size, count in zip(SIZES, row):
            with tf.Graph().as_default(), tf.Session() as session:
                try:
                    x, y = made(how, padding, *map(int, numbers), size)
                except ValueError:
                    assert count == -1, (key, size)
                    continue
                assert y.shape.as_list()[1] == count, (key, size)
                assert session.run(y, {x: np.ones([1, size, 3, 1])}).shape == tuple(y.shape.as_list())


@pytest.mark.parametrize("before", [0, 1, 4])
@pytest.mark.parametrize("dilation", [1, 2])
def test_taps(before, dilation):
    for size, window, stride, count in [(5, 3, 1, 5), (5, 3, 2, 3), (1, 3, 3, 2), (4, 1, 2, 2), (0, 2, 1, 0)]:
        axis = Axis(size, window, stride, dilation, count, before)
        for k in range(window):
            to, at = axis.taps(k)
            places = [i * stride + k * dilation - before for i in range(count)]
            inside = [i for i, place in enumerate(places) if 0 <= place < size]
            assert list(range(count))[to] == inside
            assert list(range(size))[at] == [places[i] for i in inside]


def test_arguments():
    x, f = tf.zeros([2, 7, 8, 3]), tf.zeros([3, 3, 3, 4])
    for strides in (2, [2], [2, 2], [1, 2, 2, 1], (1, 2, 2, 1), np.array([2, 2])):
        assert tf.nn.conv2d(x, f, strides, "SAME").shape.as_list() == [2, 4, 4, 4]
    assert tf.nn.conv2d(x, f, padding="SAME").shape.as_list() == [2, 7, 8, 4]
    for wrong in ([1, 2, 1], [1] * 5, []):
        with fails(ValueError, "strides should be of length 1, 2 or 4"):
            tf.nn.conv2d(x, f, wrong, "SAME")
    for wrong in ("2", 1.5, [1, None], [True, 1]):
        with fails(TypeError, "whole numbers"):
            tf.nn.conv2d(x, f, wrong, "SAME")
    for wrong in (2**31, [1, -(2**70)]):
        with fails(ValueError, "31 bits"):
            tf.nn.conv2d(x, f, wrong, "SAME")
    for wrong in ([1, 0, 1, 1], [1, -1]):
        with fails(ValueError, "strides are 1 or more"):
            tf.nn.conv2d(x, f, wrong, "SAME")
        with fails(ValueError, "dilations are 1 or more"):
            tf.nn.conv2d(x, f, 1, "SAME", dilations=wrong)
        with fails(ValueError, "ksize are 1 or more"):
            tf.nn.max_pool(x, wrong, 1, "SAME")
    for wrong in ("same", "EXPLICIT", ""):
        with fails(ValueError, "SAME", "VALID"):
            tf.nn.conv2d(x, f, 1, wrong)
    with fails(TypeError, "padding"):
        tf.nn.conv2d(x, f, 1, None)
    for wrong in ([[1, 2], [0, 1]], [[0, 0], [1, 1], [-1, 0], [0, 0]], [0, 1, 1, 0], [[1, 1]] * 4):
        with fails(ValueError, "padd"):
            tf.nn.conv2d(x, f, 1, wrong)
    with fails(ValueError, "NHWC", "NCHW"):
        tf.nn.conv2d(x, f, 1, "SAME", data_format="HWC")
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "batch and depth"):
        session.run(tf.nn.conv2d(x, f, [2, 1, 1, 1], "SAME"))


def test_explicit_padding_of_nodes():
    """Nodes of graphs that were read may say EXPLICIT without the numbers, or where the op has none."""
    x, f = tf.zeros([2, 7, 8, 3]), tf.zeros([3, 3, 3, 4])
    for y in (tf.nn.avg_pool(x, 2, 2, "SAME"), tf.nn.conv2d(x, f, padding="SAME")):
        definition = tf.Graph.as_graph_def(y.graph)
        node = next(node for node in definition.node if node.name == y.op.name)
        node.attr["padding"].s = b"EXPLICIT"
        with tf.Graph().as_default(), fails(ValueError, "explicit padding takes 8 numbers", node.op):
            tf.import_graph_def(definition)
