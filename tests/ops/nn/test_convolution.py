"""Convolutions of images: values, gradients to second order, static shapes, errors."""

import numpy as np
import pytest
from convolution_facts import check_graph, check_values, first, graphs, same, values
from helpers import check, fails, run

import minitf as tf

RANDOM = np.random.default_rng(4)


def convolved(x, f, strides, pads, rates):
    """The sum over all places of a filter, written down; pads are ((top, bottom), (left, right))."""
    x = np.pad(x, [(0, 0), *pads, (0, 0)])
    kh, kw = f.shape[:2]
    (sh, sw), (dh, dw) = strides, rates
    oh, ow = (x.shape[1] - (kh - 1) * dh - 1) // sh + 1, (x.shape[2] - (kw - 1) * dw - 1) // sw + 1
    out = np.zeros((x.shape[0], oh, ow, f.shape[3]))
    for i in range(oh):
        for j in range(ow):
            patch = x[:, i * sh : i * sh + kh * dh : dh, j * sw : j * sw + kw * dw : dw][:, :kh, :kw]
            out[:, i, j] = np.tensordot(patch, f, 3)
    return out


def drawn(seed):
    """Arguments of a random convolution: x, f, strides, padding, rates, and the zeros around."""
    random = np.random.default_rng(seed)
    (kh, kw), rates = random.integers(1, 5, 2), random.choice([1, 1, 2, 3], 2)
    strides, reach = random.integers(1, 4, 2), (np.array([kh, kw]) - 1) * rates + 1
    padding = ["SAME", "VALID", "EXPLICIT"][random.integers(3)]
    size = random.integers(1, 9, 2)
    size = size if padding == "SAME" else np.maximum(size, reach)
    x = random.normal(size=(random.integers(1, 4), *size, random.choice([1, 2, 3, 17])))
    f = random.normal(size=(kh, kw, x.shape[3], random.choice([1, 2, 5, 18, 33])))
    pads = [(0, 0)] * 2
    if padding == "SAME":
        pads = [same(n, k, s) for n, k, s in zip(size, reach, strides)]
    elif padding == "EXPLICIT":
        pads = [tuple(map(int, random.integers(0, 4, 2))) for _ in range(2)]
        padding = [(0, 0), *pads, (0, 0)]
    return x, f, [int(n) for n in strides], padding, [int(n) for n in rates], pads


def reordered(padding):
    return padding if isinstance(padding, str) else [padding[i] for i in (0, 3, 1, 2)]


@pytest.mark.parametrize("seed", range(16))
def test_random_convolutions(seed):
    x, f, strides, padding, rates, pads = drawn(seed)
    openness = ("known", "unknown") if seed % 2 else ("known", "open")
    check(
        lambda x, f: tf.nn.conv2d(x, f, strides, padding, dilations=rates),
        x,
        f,
        tolerance=30,
        reference=lambda x, f: convolved(x, f, strides, pads, rates),
        openness=openness,
        grads=seed < 8,
    )
    check(
        lambda x, f: tf.nn.conv2d(x, f, strides, reordered(padding), data_format="NCHW", dilations=rates),
        first(x),
        f,
        tolerance=30,
        openness=openness,
        grads=seed < 2,
        dtypes=("float32",),
        reference=lambda x, f: first(convolved(np.moveaxis(x, 1, 3), f, strides, pads, rates)),
    )


@pytest.mark.parametrize("size, channels, out", [(9, 70, 5), (30, 1, 3), (6, 3, 200)])
def test_many_blocks(size, channels, out):
    """More pixels, items of a patch and results than fit into one block of a product."""
    x, f = RANDOM.normal(size=(2, size, size, channels)), RANDOM.normal(size=(3, 3, channels, out))
    check(
        lambda x, f: tf.nn.conv2d(x, f, 1, "SAME"),
        x,
        f,
        tolerance=200,
        openness=("known",),
        order=1,
        reference=lambda x, f: convolved(x, f, (1, 1), ((1, 1), (1, 1)), (1, 1)),
    )


@pytest.mark.parametrize("stride", [1, 2])
def test_many_images(stride):
    x, f = RANDOM.normal(size=(17, 4, 5, 2)), RANDOM.normal(size=(3, 3, 2, 4))
    pads = same(4, 3, stride), same(5, 3, stride)
    check(
        lambda x, f: tf.nn.conv2d(x, f, stride, "SAME"),
        x,
        f,
        tolerance=30,
        reference=lambda x, f: convolved(x, f, (stride, stride), pads, (1, 1)),
    )


RECORDED = "conv2d(", "conv2d_transpose("


@pytest.mark.parametrize("fact", values(*[f"tf.nn.{n}" for n in RECORDED]), ids=lambda f: f["call"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_recorded_values(fact, dtype):
    check_values(fact, dtype)


@pytest.mark.parametrize("fact", graphs("tf.nn.conv2d", "tf.gradients"), ids=lambda f: f["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


def test_gradients_by_name():
    x, f, strides, padding, rates, _ = drawn(2)
    strides, rates = ([1, *numbers, 1] for numbers in (strides, rates))
    y = tf.nn.conv2d(x, f, strides, padding, dilations=rates)
    g = RANDOM.normal(size=y.shape.as_list())
    of_x, of_f = tf.gradients(y, list(y.op.inputs), grad_ys=tf.constant(g))
    how = {"strides": strides, "padding": padding, "dilations": rates}
    mine = (tf.nn.conv2d_backprop_input(x.shape, f, g, **how), tf.nn.conv2d_backprop_filter(x, f.shape, g, **how))
    a, b, c, d = run(of_x, of_f, *mine)
    np.testing.assert_array_equal(a, c)
    np.testing.assert_array_equal(b, d)
    sizes = tf.placeholder(tf.int32)
    fed = tf.nn.conv2d_backprop_input(sizes, f, g, **how)
    assert fed.shape.as_list() == [None] * 4
    np.testing.assert_array_equal(run(fed, feed_dict={sizes: x.shape}), a)
    images = tf.placeholder(tf.int32, [])
    part = tf.nn.conv2d_backprop_input(tf.stack([images, *x.shape[1:]]), f, g, **how)
    assert part.shape.as_list() == [None, *x.shape[1:]]


def test_transpose():
    g, f = RANDOM.normal(size=(2, 3, 2, 4)), RANDOM.normal(size=(3, 2, 5, 4))
    for size in (5, 6):
        check(
            lambda g, f, n=size: tf.nn.conv2d_transpose(g, f, [2, n, 4, 5], 2), g, f, tolerance=30, openness=("open",)
        )


@pytest.mark.parametrize(
    "x, f",
    [
        ((0, 4, 4, 1), (3, 3, 1, 2)),
        ((1, 4, 4, 0), (3, 3, 0, 2)),
        ((1, 4, 4, 1), (3, 3, 1, 0)),
        ((1, 2, 4, 1), (3, 3, 1, 2)),
    ],
)
def test_nothing(x, f):
    a, b = (tf.placeholder(tf.float32) for _ in range(2))
    y = tf.nn.conv2d(a, b, 1, "VALID")
    with tf.Session() as session:
        found = session.run([y, *tf.gradients(y, [a, b])], {a: np.ones(x), b: np.ones(f)})
    assert [v.shape for v in found] == [(x[0], x[1] - 2, x[2] - 2, f[3]), x, f]
    assert not any(v.any() for v in found)


REFUSED = [
    ((1, 4, 4, 2), (3, 3, 3, 1), "InvalidArgumentError", "evenly divisible"),
    ((1, 4, 4, 4), (3, 3, 2, 4), "UnimplementedError", "grouped"),
    ((1, 4, 4), (3, 3, 1, 1), "InvalidArgumentError", "4-dimensional"),
    ((1, 4, 4, 1), (3, 3, 1), "InvalidArgumentError", "4-dimensional"),
    ((1, 1, 4, 1), (3, 3, 1, 1), "InvalidArgumentError", "does not fit"),
]


@pytest.mark.parametrize("x, f, error, what", REFUSED)
def test_data_that_do_not_fit(x, f, error, what):
    a, b = (tf.placeholder(tf.float32) for _ in range(2))
    with tf.Session() as session, fails(getattr(tf.errors, error), what):
        session.run(tf.nn.conv2d(a, b, 1, "VALID"), {a: np.ones(x), b: np.ones(f)})


@pytest.mark.parametrize(
    "sizes, f, g, what",
    [
        ([2, 7, 8, 3], (3, 3, 3, 4), (2, 4, 5, 4), "out_backprop"),
        ([2, 7, 8, 2], (3, 3, 3, 4), (2, 4, 4, 4), "divisible"),
        ([2, 7, 8], (3, 3, 3, 4), (2, 4, 4, 4), "4-dimensional"),
        ([2, 7, -1, 3], (3, 3, 3, 4), (2, 4, 4, 4), "-1"),
        ([3, 7, 8, 3], (3, 3, 3, 4), (2, 4, 4, 4), "out_backprop"),
        ([2, 7, 8, 3], (3, 3, 3, 4), (2, 4, 4, 5), "out_backprop"),
    ],
)
def test_gradients_that_do_not_fit(sizes, f, g, what):
    a, b, c = tf.placeholder(tf.int32), tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    with tf.Session() as session:
        with fails(tf.errors.InvalidArgumentError, what):
            y = tf.nn.conv2d_backprop_input(a, b, c, [1, 2, 2, 1], "SAME")
            session.run(y, {a: sizes, b: np.ones(f), c: np.ones(g)})
        if min(sizes) > 0 and len(sizes) == 4:
            with fails(tf.errors.InvalidArgumentError, what):
                y = tf.nn.conv2d_backprop_filter(b, a, c, [1, 2, 2, 1], "SAME")
                session.run(y, {a: f, b: np.ones(sizes), c: np.ones(g)})


def test_static_errors():
    x = tf.zeros([2, 7, 8, 3])
    with fails(ValueError, "3 channels", "filter"):
        tf.nn.conv2d(tf.zeros([2, 7, 8, 2]), tf.zeros([3, 3, 3, 4]), 1, "SAME")
    with fails(ValueError, "Negative dimension size caused by subtracting 9 from 7"):
        tf.nn.conv2d(x, tf.zeros([9, 3, 3, 4]), 1, "VALID")
    with fails(ValueError, "rank 4"):
        tf.nn.conv2d(tf.zeros([2, 7, 8]), tf.zeros([3, 3, 3, 4]), 1, "VALID")
    with fails(ValueError, "rank 4"):
        tf.nn.conv2d_transpose(x, tf.zeros([3, 3, 4, 3]), [2, 7, 8], 1)
    with fails(TypeError, "int32"):
        tf.nn.conv2d(tf.zeros([1, 3, 3, 1], tf.int32), tf.zeros([1, 1, 1, 1], tf.int32), 1, "SAME")
    with fails(ValueError, "filters"):
        tf.nn.conv2d(x, tf.zeros([3, 3, 3, 4]), 1, "SAME", filters=tf.zeros([3, 3, 3, 4]))
    assert tf.nn.conv2d(tf.placeholder(tf.float32), tf.zeros([3, 3, 3, 4]), 1, "SAME").shape.as_list() == [
        None,
        None,
        None,
        4,
    ]


def test_a_filter_for_other_channels():
    with fails(ValueError, "made for 1 channels; the images have 3", "not a multiple of the number of groups (3)"):
        tf.nn.conv2d(tf.zeros([2, 8, 8, 3]), tf.zeros([3, 3, 1, 32]), [1, 1, 1, 1], "SAME")
