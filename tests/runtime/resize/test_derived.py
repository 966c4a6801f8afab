"""Sizes that are no sums of products of others: programs are resized to them, and right where samples show nothing."""

import numpy as np
import pytest
from resized import watched

import minitf as tf
from minitf.runtime.lower.ir import Derivation
from minitf.runtime.plan import region
from minitf.runtime.resize.box import Sizes
from minitf.runtime.resize.derived import Derived
from minitf.runtime.resize.numbers import Unresolved
from minitf.runtime.resize.samples import Samples

STEPS = 30


def conv(x, size, stride, padding="same"):
    ones = tf.ones_initializer()
    return tf.layers.conv1d(x, 4, size, strides=stride, padding=padding, kernel_initializer=ones)


def padded_to_fours(x, n):
    steps = tf.shape(x)[1]
    return tf.reshape(tf.pad(x, [[0, 0], [0, -steps % 4], [0, 0]]), [tf.shape(x)[0], -1, 12])


def halves(x, n):
    half = tf.shape(x)[1] // 2
    first, second = tf.split(x, [half, tf.shape(x)[1] - half], 1)
    return tf.concat([second, 2.0 * first], 1)


def rounded_up(x, n):
    return x[:, : tf.cast(tf.ceil(tf.cast(tf.shape(x)[1], tf.float32) / 3.0), tf.int32)]


def gru(x, n):
    with tf.variable_scope("gru", initializer=tf.constant_initializer(0.1)):
        return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), x[:, n : n + STEPS], dtype=tf.float32)[0]


def rows_of_all(x, n):
    rows = tf.reshape(x, [-1, 3])
    return rows[: tf.minimum(tf.shape(x)[0] * tf.shape(x)[1], 200)]


KINDS = {
    "a slice that ends sooner": lambda x, n: x[:, n : n + STEPS],
    "one from the end": lambda x, n: x[:, -STEPS:],
    "one to so far from the end": lambda x, n: x[:, n:-n],
    "every second step": lambda x, n: x[:, ::2],
    "every third from one on": lambda x, n: x[:, n::3],
    "the smaller one": lambda x, n: x[:, : tf.minimum(tf.shape(x)[1] - n, STEPS)],
    "halves": halves,
    "rounded up": rounded_up,
    "pools": lambda x, n: tf.layers.max_pooling1d(tf.layers.average_pooling1d(x, 3, 2), 2, 2, padding="same"),
    "strides": lambda x, n: conv(conv(x, 3, 2), 5, 3, "valid"),
    "filled up": lambda x, n: tf.pad(x, [[0, 0], [0, tf.maximum(0, STEPS - tf.shape(x)[1])], [0, 0]]),
    "filled up to fours": padded_to_fours,
    "a branch by a size": lambda x, n: tf.cond(tf.shape(x)[1] > n + STEPS, lambda: 2.0 * x, lambda: tf.sin(x)),
    "blocks of steps": lambda x, n: tf.space_to_batch_nd(x, [2], [[0, tf.shape(x)[1] % 2]]),
    "rows that are counted": lambda x, n: tf.layers.batch_normalization(x[:, ::2, None], training=True),
    "a range": lambda x, n: x * tf.cast(tf.size(tf.range(n, tf.shape(x)[1], 2)), tf.float32),
    "the rows of all": rows_of_all,
    "a network of a slice": gru,
    "every n-th step": lambda x, n: x[:, ::n],
    "mirrored": lambda x, n: tf.pad(x, [[0, 0], [n, 3], [0, 1]], "REFLECT"),
    "the largest of a third": lambda x, n: tf.nn.top_k(tf.transpose(x, [0, 2, 1]), tf.shape(x)[1] // 3)[0],
    "a window": lambda x, n: x * tf.contrib.signal.hann_window(tf.shape(x)[1])[:, None],
    "rolls": lambda x, n: tf.roll(x, [n, -2 * n], [0, 1]),
    "images": lambda x, n: tf.image.resize_bicubic(x[:, :, :, None], [tf.shape(x)[1] // 2 + n, 5]),
    "the nearest pixels": lambda x, n: tf.image.resize_nearest_neighbor(x[:, :, :, None], [20, n]),
}


@pytest.mark.parametrize("name", KINDS)
def test_programs_are_resized_to_sizes_of_all_kinds(name, monkeypatch):
    lowered, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: lowered.append(1) or real(self, *given))
    x, n, random = tf.placeholder(tf.float32, [None, None, 3]), tf.placeholder(tf.int32, []), np.random.RandomState(3)
    scale = tf.get_variable("scale", [3], initializer=tf.ones_initializer())
    found = KINDS[name](x * scale, n)
    fetches = [found, tf.gradients(tf.reduce_sum(tf.square(found)), scale)[0]]
    feeds = [
        {x: random.rand(random.randint(3, 9), random.randint(18, 40), 3), n: random.randint(2, 6)} for _ in range(16)
    ]
    with tf.Session(config=tf.ConfigProto(executor="op_by_op")) as session:
        session.run(tf.global_variables_initializer())
        expected = [session.run(fetches, feed) for feed in feeds[::4]]
    with watched() as watch, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        lowered.clear()
        values = [session.run(fetches, feed) for feed in feeds]
    assert not watch.wrong and len(lowered) <= 17 + watch.counts.total()  # the watch lowers each program, too
    for ours, theirs in zip(values[::4], expected):
        for value, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(value, other, rtol=1e-4, atol=1e-5)


def test_six_sizes_may_vary(monkeypatch):
    lowered, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: lowered.append(1) or real(self, *given))
    x, pads = tf.placeholder(tf.float32, [None, None, 3]), tf.placeholder(tf.int32, [3, 2])
    found, random, counts = tf.pad(2.0 * x, pads), np.random.RandomState(6), []
    with tf.Session() as session:
        for _ in range(20):
            given = random.rand(random.randint(3, 9), random.randint(18, 40), 3).astype("f")
            edges = [[random.randint(2, 6), random.randint(5, 12)], [0, random.randint(2, 9)], [1, random.randint(4)]]
            value = session.run(found, {x: given, pads: edges})
            np.testing.assert_array_equal(value, np.pad(2 * given, edges))
            counts.append(len(lowered))
    assert counts[-1] == counts[14] <= 20


def test_what_begins_alike_for_none_and_one_may_be_otherwise():
    n = tf.placeholder(tf.int32, [])
    found = 2.0 * tf.eye(n)
    with tf.Session() as session:
        for size in (5, 7, 8, 9, 4):
            np.testing.assert_array_equal(session.run(found, {n: size}), 2 * np.eye(size))


def test_an_axis_is_the_sum_of_its_parts():
    sizes = Sizes([(12, 3, 5, 4), (9, 2, 1, 6), (20, 8, 9, 3)])
    assert [sizes.free, [ks for _, _, ks in sizes.derived]] == [[2, 1, 3], [(0, 1, 2)]] and sizes.point((3, 7, 2)) == (
        12,
        7,
        3,
        2,
    )
    assert sizes.values((10, 1, 4, 5)) == (4, 1, 5) and sizes.values((11, 1, 4, 5)) is None


PARTS = {  # what there is of 20 to 40 steps, or is refused
    "a slice": lambda x, n: tf.slice(x, [0, n, 0], [-1, 20, -1]),
    "a mirrored pad": lambda x, n: tf.pad(x[:, : tf.shape(x)[1] - 15], [[0, 0], [n, 0], [0, 0]], "reflect"),
    "the largest": lambda x, n: tf.nn.top_k(tf.transpose(x, [0, 2, 1]), tf.shape(x)[1] // 4 + 2 * n)[0],
    "two parts": lambda x, n: tf.split(x, [n, 35 - n, -1], 1)[2],
}


@pytest.mark.parametrize("name", PARTS)
def test_what_there_is_not_is_refused_for_any_sizes(name):
    x, n, random = tf.placeholder(tf.float32, [None, None, 3]), tf.placeholder(tf.int32, []), np.random.RandomState(4)
    found = PARTS[name](2.0 * x, n)
    sessions = tf.Session(), tf.Session(config=tf.ConfigProto(executor="op_by_op"))
    outcomes = []
    for step in range(40):
        steps = random.randint(36, 44) if step < 6 else random.randint(20, 44)
        feed = {x: random.rand(2 + step % 3, steps, 3), n: random.randint(2, 4) if step < 6 else random.randint(2, 14)}
        for session in sessions:
            try:
                outcomes.append(session.run(found, feed))
            except tf.errors.InvalidArgumentError as error:
                outcomes.append(type(error))
    for ours, theirs in zip(outcomes[::2], outcomes[1::2]):
        np.testing.assert_array_equal(ours, theirs)
    assert {type(outcome) for outcome in outcomes} == {type, np.ndarray}


class Form:
    def __init__(self, *derived):
        self.derived = [Derivation(*each) for each in derived]


def at_most(most, size, less=0):
    return (min(size - less, most),)


def derived(values, most=30):
    forms = [Form((at_most, (most,), (t, *n), at_most(most, t, *n))) for t, *n in values]
    return Derived(values).follow(forms)


def test_what_ends_somewhere_is_a_size_of_its_own():
    found = derived([(40, 2), (20, 5), (31, 3)])
    assert found.samples.values == [(40, 2, 30), (20, 5, 15), (31, 3, 28)]
    assert found.all((50, 4)) == (50, 4, 30) and found.all((21, 3)) == (21, 3, 18)
    assert found.following(0) == [0, 2] and found.following(1) == [1, 2]


def test_for_other_sizes_it_has_to_follow_them_as_in_the_samples():
    found = derived([(20,), (24,), (29,)])
    assert found.all((30,)) == (30,) and found.all((31,)) is None


def rest(number, size):
    return (number % size,)


def test_a_size_that_was_the_difference_of_two_has_to_be():
    values = [(4, 8), (3, 9), (10, 4)]
    forms = [Form((rest, (), (n, b), rest(n, b)), (rest, (), (-n, b), rest(-n, b))) for n, b in values]
    found = Derived(values).follow(forms)
    assert found.all((9, 5)) == (9, 5, 4, 1) and found.all((8, 4)) is None


def test_sizes_that_go_together_in_all_samples_tell_nothing_of_their_difference():
    with pytest.raises(Unresolved):
        derived([(34, 5), (32, 3), (33, 4)])


def test_a_multiple_of_several_products_is_not_told():
    samples = Samples([(13, 19, 0), (4, 2, 0), (3, 18, 1), (10, 5, 0), (8, 14, 0)])
    assert samples.made_of((0, 0, 20, 0, 0)) is None
    assert Samples([*samples.values, (6, 11, 6)]).made_of((0, 0, 20, 0, 0, 120)) == {(0, 0, 1): 20, (): 0}


def test_what_is_derived_of_what_is_not_told_is_not():
    forms = [Form((at_most, (30,), (given, 0), (given,))) for given in (3, 1, 4)]
    with pytest.raises(Unresolved):
        Derived([(7,), (8,), (10,)]).follow(forms)


def test_where_there_is_nothing_of_some_sizes_there_is_no_program():
    def refused(size):
        if size > 20:
            raise ValueError
        return (size // 2,)

    found = Derived([(9,), (14,), (18,)]).follow([Form((refused, (), (t,), (t // 2,))) for t in (9, 14, 18)])
    assert found.all((20,)) == (20, 10) and found.all((21,)) is None


def half(size):
    return (size // 2,)


def test_what_is_left_of_a_size_is_one():
    values = [(2, 37), (27, 2), (26, 36), (17, 28)]
    left = [t - t // 2 for _, t in values]
    forms = [Form((half, (), (t,), half(t)), (at_most, (1,), (n,), (1,))) for (_, t), n in zip(values, left)]
    found = Derived(values).follow(forms)
    assert found.show_all()
    found = found.samples.made_of(tuple([8 * b * n for (b, _), n in zip(values, left)]))
    assert found == {(1, 0, 0, 1): 8, (): 0}


def test_two_numbers_in_turns_are_not_lowered_for_ever(monkeypatch):
    """What is padded up to a length is one row shorter in every third run: after some runs programs are for both."""
    x, n = tf.placeholder(tf.float32, [None, 10, 3]), tf.placeholder(tf.int32, [None])
    w, most = tf.get_variable("w", [3]), tf.reduce_max(n)
    padded = tf.pad(tf.tanh(x * w)[:, :most], [[0, 0], [0, 10 - most], [0, 0]])
    fetches = [padded, tf.gradients(tf.reduce_sum(tf.square(padded - x)), w)[0]]
    lowered, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: lowered.append(1) or real(self, *given))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for k in range(90):
            found = session.run(fetches, {x: np.ones([4, 10, 3]), n: [3, 10 - k % 3 // 2, 2, 5]})
            assert not found[0][:, 10 - k % 3 // 2 :].any() and found[0][:, 8].all()
            if k == 60:
                lowered.clear()
    assert not lowered
