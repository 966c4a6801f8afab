"""Ops in loops and branches whose sizes data decide: without Python, and what Python gives."""

import numpy as np
import pytest
from helpers import host_calls, host_ops

import minitf as tf

ROWS, N = 6, 3
BY_OP = {"executor": "op_by_op"}


def above(a):
    """The rows that begin with a positive number."""
    return tf.boolean_mask(a, a[:, 0] > 0.0)


def number(a):
    """A number that follows the data."""
    return tf.cast(tf.reduce_sum(tf.abs(a[:, 0])), tf.int32)


def numbers(a):
    return tf.cast(tf.abs(a[:, 1]), tf.int32)


def cut(a):
    """Parts of rows, put together again."""
    parts = [tf.dynamic_partition(x, tf.cast(a[:, 0] > 0.0, tf.int32), 2) for x in (tf.range(ROWS), a)]
    return tf.dynamic_stitch(parts[0], [parts[1][0] * 2.0, tf.square(parts[1][1])])


def image(a):
    return tf.reshape(tf.tile(tf.expand_dims(above(a), 1), [1, 4, 1]), [-1, 4, N, 1])


def either(a):
    return tf.cond(a[0, 0] > 0.3, lambda: tf.reduce_sum(tf.fill([number(a)], a[0, 0])), lambda: tf.reduce_sum(above(a)))


def ordered(a):
    places = tf.random_shuffle(tf.range(tf.shape(above(a))[0]), seed=1)
    return above(a) * tf.cast(tf.expand_dims(places, 1), tf.float32)


def twice(a):
    """A loop in the loop, whose gradient needs what it picked in each of its trips."""
    more = lambda i, t: (i + 1, t * 0.5 + tf.reduce_sum(tf.square(above(a + t))))  # noqa: E731
    return tf.while_loop(lambda i, _: i < 2, more, [0, 0.1])[1]


def whichever(a):
    """What both branches save follows one count."""
    rows = above(a)
    return tf.cond(a[0, 0] > 0.3, lambda: tf.reduce_sum(rows * rows), lambda: tf.reduce_sum(tf.exp(-rows * rows)))


def in_parts(a):
    """Rows and half of them, and what a number leaves of others."""
    half, rest = tf.shape(above(a))[0] // 2, tf.minimum(number(a), ROWS)
    parts = tf.split(above(a), tf.stack([half, -1]), 0) + tf.split(a, tf.stack([ROWS - rest, rest]), 0)
    sums = [tf.reduce_sum(f(part), 0) for f, part in zip([tf.square, tf.sin, tf.exp, tf.cos], parts)]
    return tf.add_n(sums) * a[0]


def longer(a):
    """An image of more rows than a window has."""
    return tf.reshape(tf.concat([a, above(a)], 0), [1, -1, N, 1])


def thirds(a):
    """Of each row whether it is one of the first, second or third part."""
    return tf.cast(tf.clip_by_value(a[:, 0] + 1.5, 0.0, 2.0), tf.int32)


def in_three(a):
    first, second, third = tf.dynamic_partition(a, thirds(a), 3)
    return tf.reduce_sum(tf.sin(first)) + tf.reduce_sum(second**2) + tf.reduce_sum(tf.tanh(third[:, 0]))


def put_back(a):
    first, second, third = tf.dynamic_partition(a, thirds(a), 3)
    places = tf.dynamic_partition(tf.range(ROWS), thirds(a), 3)
    return tf.dynamic_stitch(places, [tf.sin(first), second**2, tf.tanh(third)]) * a


def dilated(a):
    both = tf.concat([image(above(a)), image(above(a * 2.0 - 0.5))], 0)
    return tf.sin(tf.nn.convolution(both, tf.ones([2, 2, 1, 2]) * 0.3, "SAME", dilation_rate=[2, 2]))


OF_SIZES = {
    "fill": lambda a: tf.fill([number(a), N], 1.5) * a[0],
    "fill of a product": lambda a: tf.fill([number(a), number(a[:, 1:])], a[0, 0]),
    "zeros": lambda a: tf.zeros([number(a), 2 * N]) + a[0, 0],
    "as many and one": lambda a: tf.ones([number(a) + 1]) * a[0, 0],
    "broadcast": lambda a: tf.broadcast_to(a[0], [number(a), N]),
    "tile": lambda a: tf.tile(a, [number(a), 2]),
    "tile of rows": lambda a: tf.tile(above(a), [2, 2]),
    "one_hot": lambda a: tf.one_hot([0, 1, 2], number(a)) * a[0, 0],
    "eye": lambda a: tf.eye(number(a)) * a[0, 0],
    "pairs": lambda a: tf.nn.relu(tf.expand_dims(above(a), 0) - tf.expand_dims(above(a), 1)),
    "reverse": lambda a: tf.reverse(above(a), [0]) * tf.cumsum(above(a), 0),
    "reverse_sequence": lambda a: tf.reverse_sequence(above(a), tf.minimum(numbers(above(a)), N), seq_axis=1) * a[0],
    "sequence_mask": lambda a: tf.cast(tf.sequence_mask(numbers(above(a))), tf.float32) * a[0, 0],
    "repeat": lambda a: tf.repeat(above(a), 2, axis=0) * a[0],
    "pad": lambda a: tf.pad(a, [[number(a), 1], [0, 0]]) * a[0],
    "pad to": lambda a: tf.pad(above(a), [[0, ROWS - tf.shape(above(a))[0]], [0, 0]]) * a,
    "linspace": lambda a: tf.linspace(0.0, 2.0, number(a) + 1) * a[0, 0],
    "convolution": lambda a: tf.nn.conv2d(image(a), tf.ones([2, 2, 1, 2]), [1, 1, 1, 1], "SAME") * a[0, 0],
    "pool": lambda a: tf.nn.max_pool(image(a), [1, 2, 2, 1], [1, 1, 1, 1], "SAME") * a[0, 0],
    "branch": either,
    "both branches": whichever,
    "uniform": lambda a: tf.random_uniform([number(a)], seed=1) * a[0, 0],
    "normal": lambda a: tf.random_normal(tf.shape(above(a)), seed=1) * above(a),
    "whole": lambda a: tf.cast(tf.random_uniform([number(a)], maxval=9, dtype=tf.int32, seed=1), tf.float32) * a[0, 0],
    "dropout": lambda a: tf.nn.dropout(above(a), 0.5, seed=1),
    "classes": lambda a: tf.cast(tf.multinomial(tf.stop_gradient(a), number(a), seed=1), tf.float32) * a[0, 0],
    "gamma": lambda a: tf.random_gamma([number(a)], tf.abs(a[0]) + 1.0, seed=1),
    "shuffled": ordered,
    "stitch": cut,
    "three parts": in_three,
    "three parts put back": put_back,
    "parts": lambda a: tf.square(tf.dynamic_partition(a, tf.cast(a[:, 0] > 0.0, tf.int32), 2)[1]),
    "unique": lambda a: tf.cast(tf.unique_with_counts(numbers(above(a)))[2], tf.float32) * a[0, 0],
    "setdiff1d": lambda a: tf.cast(tf.setdiff1d(numbers(above(a)), [0, 1])[0], tf.float32) * a[0, 0],
    "some rows": lambda a: tf.square(a[: tf.minimum(number(a), ROWS)]),
    "rows between": lambda a: a[tf.minimum(number(a) // 2, 5) : number(a)] * a[0],
    "some picked": lambda a: tf.square(above(a)[: number(a)]),
    "but the first": lambda a: tf.square(above(a)[1:]),
    "but the last": lambda a: tf.square(above(a)[:-1]),
    "bounds from both ends": lambda a: tf.square(tf.fill([number(a), N], a[0, 0])[-3:4]),
    "every second": lambda a: tf.square(above(a)[::2, ::-1]),
    "backwards": lambda a: tf.cumsum(above(a)[::-1], 0) * above(a),
    "slice": lambda a: tf.square(tf.slice(a, [tf.minimum(number(a), 2), 0], [tf.minimum(number(a), 4), N])),
    "the rest": lambda a: tf.square(tf.slice(a, [tf.minimum(number(a), ROWS), 0], [-1, N])),
    "half": lambda a: tf.square(tf.slice(above(a), [0, 0], [tf.shape(above(a))[0] // 2, N])),
    "largest": lambda a: tf.nn.top_k(a[:, 0], tf.minimum(number(a), ROWS))[0],
    "sorted": lambda a: tf.contrib.framework.sort(above(a)[:, 0]) ** 2,
    "segments": lambda a: tf.segment_sum(above(a), tf.range(tf.shape(above(a))[0]) // 2) ** 2,
    "as many as data say": lambda a: tf.repeat(above(a), numbers(above(a)), axis=0) * a[0],
    "another shape": lambda a: tf.reshape(tf.fill([number(a) * 2], a[0, 0]), [number(a), 2]) * a[0, :2],
    "a loop": twice,
    "moved on": lambda a: tf.roll(a, number(a), 0) * a,
    "rows moved on": lambda a: tf.square(tf.roll(above(a), 2, 0)) * above(a),
    "parts of a size": in_parts,
    "reflected": lambda a: tf.sin(tf.pad(tf.concat([a, above(a)], 0), [[2, 1], [1, 0]], "REFLECT")),
    "mirrored by a number": lambda a: tf.sin(tf.pad(a, [[tf.minimum(number(a), ROWS), 1], [0, 0]], "SYMMETRIC")),
    "largest of some": lambda a: tf.sin(tf.nn.max_pool(longer(a), [1, 2, 2, 1], [1, 2, 1, 1], "SAME")),
    "means of some": lambda a: tf.sin(tf.nn.avg_pool(longer(a), [1, 3, 1, 1], [1, 2, 1, 1], "VALID")),
    "filters that move on": lambda a: tf.sin(
        tf.nn.conv2d(longer(a), tf.ones([2, 2, 1, 2]) * 0.3, [1, 2, 1, 1], "SAME")
    ),
    "filters apart": dilated,
    "filters inside": lambda a: tf.sin(tf.nn.conv2d(longer(a), tf.ones([2, 1, 1, 2]) * 0.3, [1, 3, 2, 1], "VALID")),
    "filters on none": lambda a: tf.nn.conv2d(image(a), tf.ones([2, 2, 1, 1]) * 0.3, [1, 2, 1, 1], "SAME") * a[0, 0],
    "filters for each channel": lambda a: tf.nn.depthwise_conv2d(
        longer(a), tf.ones([2, 2, 1, 2]), [1, 2, 2, 1], "SAME"
    ),
    "filters of volumes": lambda a: tf.nn.conv3d(
        longer(a)[..., None], tf.ones([2, 2, 1, 1, 2]), [1, 2, 1, 1, 1], "SAME"
    ),
}


BY_PYTHON = {"both branches": {"Identity", "Reshape", "UnsortedSegmentSum"}}  # in the gradient


def outcomes(make, feeds, second=False, **config):
    """For each feed what a loop gives and its gradient, and the session."""
    tf.reset_default_graph()
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, ROWS, N])
    result = tf.foldl(lambda s, a: s * 0.5 + tf.reduce_sum(make(a)), x, initializer=tf.zeros([]))
    fetches = [result, *tf.gradients(result, x)]
    if second:
        fetches += tf.gradients(tf.reduce_sum(tf.sin(fetches[1])), x)
    session = tf.Session(config=tf.ConfigProto(**config))
    return [session.run(fetches, {x: feed}) for feed in feeds], session


def some(*ways):
    draw = np.random.RandomState(3)
    return [draw.randn(4, ROWS, N) * scale + shift for scale, shift in ways]


@pytest.mark.parametrize("case", OF_SIZES)
def test_sizes_that_data_decide_take_no_python(case):
    """Few rows, none, all; more than there is room for at first; and gradients."""
    feeds = some((1, 0), (1, 0), (0.1, -9), (1, 9), (0, 0), (1, 30), (1, 0))
    native, session = outcomes(OF_SIZES[case], feeds)
    plain, _ = outcomes(OF_SIZES[case], feeds, executor="op_by_op")
    both, _ = outcomes(OF_SIZES[case], feeds, intra_op_parallelism_threads=2)
    for found, wanted, shared in zip(native, plain, both):
        for a, b, c in zip(found, wanted, shared):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
            np.testing.assert_array_equal(a, c)
    assert host_ops(session) == [] and set(host_calls(session)) <= BY_PYTHON.get(case, set())


@pytest.mark.parametrize(
    "case",
    [
        "fill of a product",
        "pairs",
        "reverse",
        "pad to",
        "dropout",
        "but the first",
        "parts",
        "a loop",
        "moved on",
        "parts of a size",
        "reflected",
        "mirrored by a number",
        "largest of some",
        "means of some",
        "three parts put back",
        "filters apart",
    ],
)
def test_second_derivatives(case):
    feeds = some((1, 0), (1, 0), (1, -9))
    native, session = outcomes(OF_SIZES[case], feeds, True)
    plain, _ = outcomes(OF_SIZES[case], feeds, True, **BY_OP)
    for found, wanted in zip(native, plain):
        for a, b in zip(found, wanted):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    assert host_ops(session) == [] and (host_calls(session) == [] or case == "parts of a size")  # whose sizes add up


def test_what_python_takes_of_a_loop_in_a_loop():
    """The gradient begins behind an op of Python, so what was saved is handed out."""
    feeds = some((1, 0), (1, 0), (1, -9))
    found = {}
    for way in ({}, BY_OP):
        tf.reset_default_graph()
        x = tf.placeholder(tf.float32, [None, ROWS, N])
        total = tf.foldl(lambda s, a: s * 0.5 + twice(a + s * 0.01), x, initializer=tf.zeros([]))
        scale = tf.py_func(lambda t: np.float32(2), [total], tf.float32)
        scale.set_shape([])
        gradient = tf.gradients(total * scale, x)[0]
        with tf.Session(config=tf.ConfigProto(**way)) as session:
            found[len(way)] = [session.run(gradient, {x: feed}) for feed in feeds]
    for a, b in zip(found[0], found[1]):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_what_is_wrong_with_a_size_is_said():
    x = tf.placeholder(tf.int32, [None])
    result = tf.foldl(lambda s, n: s + tf.reduce_sum(tf.fill([n, 2], 1.0)), x, initializer=0.0)
    with tf.Session() as session:
        for counts in ([3, 0, 5], [100, 1], [2]):
            assert session.run(result, {x: counts}) == 2 * sum(counts)
            assert host_ops(session) == [] and host_calls(session) == []
        with pytest.raises(tf.errors.InvalidArgumentError, match="-1"):
            session.run(result, {x: [3, -1]})
        assert session.run(result, {x: [3, 4]}) == 14


@pytest.mark.parametrize("rows", [1, 2, 6])
@pytest.mark.parametrize(
    "part",
    [
        *[lambda a, n: a[-n:], lambda a, n: a[:-n], lambda a, n: a[n:-n], lambda a, n: a[-2 * n :]],
        *[lambda a, n: a[1 - n :], lambda a, n: a[-n::2], lambda a, n: a[-n::-1], lambda a, n: a[-n : 5 - n]],
    ],
    ids=["last", "but the last", "between", "last pairs", "one less", "every second", "backwards", "both"],
)
def test_bounds_from_the_end(part, rows):
    """The last 0 of them are all, and so are the last 100: only some numbers in between say how many there are."""
    x, counts = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.int32, [None])
    picked = lambda n: tf.reduce_sum(part(tf.boolean_mask(x, x[:, 0] > -9.0), n) * [1.0, 10.0])  # noqa: E731
    result = tf.map_fn(lambda n: tf.reduce_sum(part(x, n)) + picked(n), counts, tf.float32)
    fetches = [result, *tf.gradients(result, x)]
    native, plain = tf.Session(), tf.Session(config=tf.ConfigProto(**BY_OP))
    feed = np.arange(1.0, 2 * rows + 1).reshape(rows, 2)
    for given in ([1, 2, 3], [2, 0, 1], [0, 0], [5, 9, 6], [-1, -7]):
        for a, b in zip(*[session.run(fetches, {x: feed, counts: given}) for session in (native, plain)]):
            np.testing.assert_allclose(a, b, rtol=1e-5)


def test_numbers_below_0_may_mean_something():
    x = tf.placeholder(tf.int32, [None])
    result = tf.foldl(lambda s, n: s + tf.reduce_sum(tf.reshape(tf.range(6), [n, 2])[-1]), x, initializer=0)
    with tf.Session() as session:
        assert session.run(result, {x: [3, 3]}) == 18
        assert session.run(result, {x: [3, -1]}) == 18


def test_random_numbers_go_on_where_they_were_when_there_is_more_room():
    """A run that is made again draws the same numbers."""
    x = tf.placeholder(tf.int32, [None])
    found = {}
    for way in ({}, BY_OP):
        tf.set_random_seed(1)
        draws = lambda s, n: s + tf.reduce_sum(tf.random_uniform([n], seed=7))  # noqa: E731
        result = tf.foldl(draws, x, initializer=0.0)
        with tf.Session(config=tf.ConfigProto(**way)) as session:
            found[len(way)] = [session.run(result, {x: counts}) for counts in ([3, 5], [2, 900, 1], [7, 7])]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)
