"""Ops in loops and branches whose sizes data decide: by kernels, with the values and errors that they have else."""

import numpy as np
import pytest
from helpers import host_calls, host_ops
from op_samples import SAMPLES

import minitf as tf
from minitf.runtime.lower.bounded import Count, Size, added, at, most, renamed

TAKEN = [s for s in SAMPLES if s[2] and np.ndim(s[2][0]) and np.asarray(s[2][0]).dtype.kind in "fiub"]
REFUSED = {"PlaceholderWithDefault"}  # natively a value of another shape than the graph says is refused


def numbers(outputs):
    """What outputs are, as a few numbers, as many for all sizes."""
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    parts = [part for t in outputs for part in ([t.indices, t.values] if isinstance(t, tf.SparseTensor) else [t])]
    parts = [t for t in parts if t.dtype.is_floating or t.dtype.is_integer or t.dtype.is_bool]
    sums = [tf.reduce_sum(tf.cast(t, tf.float64)) for t in parts]
    return tf.add_n([*sums, *[tf.cast(tf.size(t), tf.float64) for t in parts], tf.zeros([], tf.float64)])


def of_some_rows(function, arrays, times):
    """The op in a loop, on those rows of its inputs that a mask picks, another one in each trip; and the masks."""
    rows = len(arrays[0]) * times
    arrays = [np.concatenate([a] * times) if a.ndim and len(a) * times == rows else a for a in map(np.asarray, arrays)]
    masks = tf.placeholder(tf.bool, [None, rows])

    def body(total, mask):
        picked = [tf.boolean_mask(a, mask) if a.ndim and len(a) == rows else tf.constant(a) for a in arrays]
        return total + numbers(function(*picked))

    return masks, tf.foldl(body, masks, initializer=tf.zeros([], tf.float64))


def built(function, arrays):
    for times in (3, 1):
        tf.reset_default_graph()
        tf.set_random_seed(1)
        try:
            return of_some_rows(function, arrays, times)
        except (ValueError, TypeError):
            pass  # it does not take as many rows, or not an unknown number of them
    return None


def outcome(session, fetch, feed):
    try:
        return session.run(fetch, feed)
    except tf.errors.OpError as error:
        return type(error)


@pytest.mark.parametrize("type, function, arrays, options", TAKEN, ids=[s[0] for s in TAKEN])
def test_it_is_what_op_by_op_gives(type, function, arrays, options):
    made = None if type in REFUSED else built(function, arrays)
    if made is None:
        return
    masks, result = made
    native, plain = tf.Session(), tf.Session(config=tf.ConfigProto(executor="op_by_op"))
    for session in (native, plain):
        session.run(tf.global_variables_initializer())
    n = masks.shape[1].value
    for mask in (np.ones(n, bool), np.arange(n) % 2 == 0, np.arange(n) == n - 1, np.zeros(n, bool)):
        found, wanted = (outcome(session, result, {masks: [mask, mask]}) for session in (native, plain))
        if isinstance(wanted, float):
            np.testing.assert_allclose(found, wanted, rtol=1e-9)
        else:
            assert found is wanted


def looped(body, x):
    return tf.foldl(body, x, initializer=tf.zeros([]))


def rows_above(a):
    return tf.boolean_mask(a, a[:, 0] > 0.0)


def both(s, a):
    above = a[:, 0] > 0.0
    return s + tf.reduce_sum(tf.boolean_mask(a, above) * tf.boolean_mask(tf.exp(a), above))


def inside(s, a):
    mean = lambda t: tf.reduce_mean(tf.concat([rows_above(a), [[s, t, 1.0]]], 0))  # noqa: E731
    return tf.while_loop(lambda i, _: i < 2, lambda i, t: (i + 1, t + mean(t)), [0, s])[1]


CASES = {
    "rows": lambda s, a: s + tf.reduce_sum(rows_above(a) * 2.0),
    "the same rows twice": both,
    "a product": lambda s, a: s + tf.reduce_sum(tf.matmul(rows_above(a), tf.ones([3, 2]))),
    "their number": lambda s, a: s + tf.cast(tf.shape(rows_above(a))[0], tf.float32),
    "as many": lambda s, a: s + tf.reduce_sum(tf.ones(tf.shape(rows_above(a))) * a[0, 0]),
    "joined": lambda s, a: s + tf.reduce_max(tf.concat([rows_above(a), a], 0)),
    "parts": lambda s, a: s + tf.reduce_sum(tf.dynamic_partition(a, tf.cast(a[:, 0] > 0.0, tf.int32), 2)[1]),
    "branch": lambda s, a: tf.cond(s < 1.0, lambda: s + tf.reduce_sum(tf.square(rows_above(a))), lambda: s * 0.5),
    "rows of rows": lambda s, a: s + tf.reduce_sum(rows_above(rows_above(a) - 0.3)),
    "a loop": inside,
}


@pytest.mark.parametrize("case", CASES)
def test_no_call_of_python_is_left(case):
    """Gradients too, whose loops go backwards over what was saved, for a step of each number of rows."""
    x = tf.placeholder(tf.float32, [None, 6, 3])
    result = looped(CASES[case], x)
    fetches = [result, tf.gradients(result, x)[0]]
    fetches = [f for f in fetches if f is not None]
    draw = np.random.RandomState(3)
    feeds = [draw.randn(4, 6, 3) + shift for shift in (0, 0, -9, 9, 0)]
    native, plain = tf.Session(), tf.Session(config=tf.ConfigProto(executor="op_by_op"))
    both = tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=2))
    for feed in feeds:
        one, other, shared = (session.run(fetches, {x: feed}) for session in (native, plain, both))
        for a, b, c in zip(one, other, shared):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
            np.testing.assert_array_equal(a, c)
        assert host_ops(native) == [] and host_calls(native) == []


def test_what_python_takes_is_as_large_as_it_is():
    """A py_func in the body, and one between the loop and its gradient."""
    x = tf.placeholder(tf.float32, [None, 6, 3])
    seen = []

    def called(rows):
        seen.append(rows.shape)
        return np.float32(rows.sum())

    def body(s, a):
        found = tf.py_func(called, [rows_above(a)], tf.float32)
        found.set_shape([])
        return s + tf.stop_gradient(found) * tf.reduce_sum(tf.square(rows_above(a)))

    total = looped(body, x)
    scale = tf.py_func(lambda t: np.float32(2), [total], tf.float32)
    scale.set_shape([])
    gradient = tf.gradients(total * scale, x)[0]
    feed = np.random.RandomState(0).randn(4, 6, 3).astype(np.float32)
    with tf.Session() as session:
        for shift in (0, 0, -9):
            seen.clear()
            a = feed + np.float32(shift)
            found = session.run(gradient, {x: a})
            above = a[:, :, 0] > 0
            assert seen == [(n, 3) for n in above.sum(1)]
            sums = (a * above[..., None]).sum((1, 2))
            np.testing.assert_allclose(found, 4 * a * above[..., None] * sums[:, None, None], rtol=1e-4, atol=1e-4)


def test_what_is_refused_is_said_of_the_rows_that_there_were():
    x = tf.placeholder(tf.int32, [None, 5])
    result = tf.foldl(lambda s, a: s + tf.reduce_sum(tf.gather([1, 2, 3], tf.boolean_mask(a, a > 0))), x, initializer=0)
    with tf.Session() as session:
        assert session.run(result, {x: [[0, 1, 2, 0, 0]] * 2}) == 10
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[1\] = 7 is not in \[0, 3\)"):
            session.run(result, {x: [[0, 1, 2, 0, 0], [0, 0, 2, 0, 7]]})
        assert session.run(result, {x: [[0, 1, 2, 0, 0]] * 2}) == 10
        assert host_calls(session) == []


def summed(s, n):
    """The sum of as many numbers as nobody knows before."""
    return s + tf.reduce_sum(tf.range(n) * 2)


def test_there_is_room_for_as_many_as_there_are():
    """Where nothing says how many there may be, there is room for a few, and for more once they come."""
    x = tf.placeholder(tf.int32, [None])
    result = tf.foldl(summed, x, initializer=0)
    with tf.Session() as session:
        for counts in ([0, 1, 2], [5, 70], [3, 4], [1000, 0, 5], [999, 1001]):
            assert session.run(result, {x: counts}) == sum(n * (n - 1) for n in counts)
            assert host_ops(session) == [] and host_calls(session) == []
        with pytest.raises(tf.errors.InvalidArgumentError, match="a range from 0 to -1 needs a negative delta"):
            session.run(result, {x: [3, -1]})
        assert session.run(result, {x: [3]}) == 6


def test_what_must_not_run_again_guesses_nothing():
    """A loop that does something besides computing: Python computes what may be more than there is room for."""
    x, seen = tf.placeholder(tf.int32, [None]), []

    def body(s, n):
        told = tf.py_func(lambda n: seen.append(int(n)) or n, [n], tf.int32)
        told.set_shape([])
        return summed(s, told)

    result = tf.foldl(body, x, initializer=0)
    with tf.Session() as session:
        for counts in ([0, 1, 2], [5, 70], [1000, 0, 5]):
            seen.clear()
            assert session.run(result, {x: counts}) == sum(n * (n - 1) for n in counts)
            assert seen == counts and "Loop" not in host_ops(session)


def test_sizes():
    rows, more = Count(), Count()
    rows.most, more.most = 5, 3
    size = added(Size(2, {rows: 3}), Size(1, {more: -1}))
    assert (at(size, {rows: 2, more: 1}), most(size), at(4, {}), most(4)) == (8, 18, 4, 4)
    assert added(size, Size(0, {rows: -3, more: 1})) == 3
    assert renamed(size, {rows: more, more: rows}).factors == {more: 3, rows: -1} and added(1, 2) == 3
