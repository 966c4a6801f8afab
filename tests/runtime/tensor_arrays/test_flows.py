"""TensorArrays in native regions: native where they should be, and as op by op to the last bit."""

import numpy as np
import pytest
from helpers import host_ops

import minitf as tf

X = np.random.RandomState(0).standard_normal((6, 2, 3)).astype(np.float32)


def both(build, *feeds, host=()):
    """Runs what `build(x, n)` returns by each executor; checks that they agree, and what ran on the host."""
    results = {}
    for executor in ("op_by_op", "native"):
        config = tf.ConfigProto(executor=executor, passes="none")
        with tf.Graph().as_default(), tf.Session(config=config) as session:
            tf.set_random_seed(1)
            x, n = tf.placeholder(tf.float32, [None, 2, 3]), tf.placeholder(tf.int32, [])
            fetches = build(x, n)
            session.run(tf.global_variables_initializer())
            results[executor] = [_outcome(session, fetches, {x: f[0], n: f[1]}) for f in feeds]
            if executor == "native":
                assert host_ops(session) == list(host)
    for one, other in zip(results["op_by_op"], results["native"]):
        assert isinstance(one, str) == isinstance(other, str), (one, other)
        for a, b in zip([one] if isinstance(one, str) else one, [other] if isinstance(one, str) else other):
            np.testing.assert_array_equal(a, b)
    return results["native"]


def _outcome(session, fetches, feed):
    try:
        return session.run(fetches, feed)
    except tf.errors.InvalidArgumentError as error:
        return str(error)


def with_gradients(y, *xs):
    """y, and its first and second derivatives."""
    first = tf.gradients(tf.reduce_sum(y * y), xs)
    second = tf.gradients(tf.add_n([tf.reduce_sum(g * g) for g in first]), xs)
    return [y, *first, *second]


def recurrent(x, n):
    """The loop that everybody writes: inputs read and outputs written at time i."""
    w, count = tf.get_variable("w", [3, 3]), tf.shape(x)[0]
    inputs, outputs = tf.TensorArray(tf.float32, count).unstack(x), tf.TensorArray(tf.float32, count)

    def body(i, h, outputs):
        h = tf.tanh(tf.matmul(h, w) + inputs.read(i))
        return i + 1, h, outputs.write(i, h)

    *_, outputs = tf.while_loop(lambda i, *_: i < count, body, [0, tf.zeros([2, 3]), outputs])
    return with_gradients(outputs.stack(), x, w)


def carried(x, n):
    """Arrays that are loop variables and are read as well."""
    count = tf.shape(x)[0]
    inputs = tf.TensorArray(tf.float32, count, clear_after_read=False).unstack(x)
    outputs = tf.TensorArray(tf.float32, count, clear_after_read=False).write(0, x[0])

    def body(i, inputs, outputs):
        return i + 1, inputs, outputs.write(i, tf.sin(outputs.read(i - 1)) * inputs.read(i))

    *_, outputs = tf.while_loop(lambda i, *_: i < count, body, [1, inputs, outputs])
    y = outputs.stack()
    return [y, *tf.gradients(tf.reduce_sum(y * y), x)]


def older_version(x, n):
    """An array that is still used after a newer one was made of it, outside and inside of a loop."""
    array = tf.TensorArray(tf.float32, 6, element_shape=[2, 3], clear_after_read=False)
    first = array.write(0, x[0])
    second = first.write(1, x[1])

    def body(i, old, total):
        new = old.write(i, tf.gather(x, i))
        return i + 1, new, total + new.read(i) * tf.reduce_sum(old.read(i)) + old.read(0)

    _, last, total = tf.while_loop(lambda i, *_: i < 6, body, [2, second, x[0]])
    return [a.stack() for a in (first, second, last)] + [total]


def swapped(x, n):
    """Two loop variables that change places."""
    one = tf.TensorArray(tf.float32, 6, element_shape=[2, 3]).write(5, x[0])
    _, a, b = tf.while_loop(
        lambda i, *_: i < 3, lambda i, a, b: (i + 1, b.write(i, tf.gather(x, i)), a), [0, one, one.identity()]
    )
    return a.stack(), b.gather([0, 2])


def branched(x, n):
    """Written in a branch."""
    count = tf.shape(x)[0]
    inputs = tf.TensorArray(tf.float32, count).unstack(x)

    def body(i, outputs):
        now = inputs.read(i)
        flow = tf.cond(now[0, 0] > 0, lambda: outputs.write(i, now * now).flow, lambda: outputs.flow)
        return i + 1, outputs._with(flow)

    outputs = tf.TensorArray(tf.float32, count, element_shape=[2, 3])
    outputs = tf.while_loop(lambda i, *_: i < count, body, [0, outputs])[1]
    return with_gradients(outputs.stack(), x)


def parts(x, n):
    """Joined, split, scattered and gathered."""
    array = tf.TensorArray(tf.float32, 6, clear_after_read=False).unstack(x)
    halves = tf.TensorArray(tf.float32, 2).split(x, [3, 3])
    picked = tf.TensorArray(tf.int64, 7, element_shape=[]).scatter([5, 0], tf.constant([7, 8], tf.int64))
    return array.concat(), array.gather([4, 4, 1]), halves.read(1), picked.stack(), array.size()


def specialized(x, n):
    """A size that is fed."""
    array = tf.TensorArray(tf.float32, n)
    array = tf.while_loop(lambda i, *_: i < n, lambda i, a: (i + 1, a.write(i, tf.sin(x))), [0, array])[1]
    return with_gradients(array.stack(), x)


@pytest.mark.parametrize(
    "build", [recurrent, carried, older_version, swapped, branched, parts, specialized], ids=lambda f: f.__name__
)
def test_one_region(build):
    both(build, (X, 4), (X, 3))


def growing(x, n):
    """An array that is as long as the data say."""
    limit = tf.reduce_sum(tf.cast(x[:, 0, 0] > -9.0, tf.int32)) + n
    inputs = tf.TensorArray(tf.float32, 6, clear_after_read=False).unstack(x)

    def body(i, h, outputs):
        h = tf.tanh(h + inputs.read(i % 6))
        return i + 1, h, outputs.write(i, h)

    start = [0, x[0], tf.TensorArray(tf.float32, 0, dynamic_size=True)]
    *_, outputs = tf.while_loop(lambda i, *_: i < limit, body, start)
    return [*with_gradients(outputs.stack(), x), outputs.size()]


def test_an_array_that_grows():
    short, long, again = both(growing, (X, 2), (X, 200), (X, 1))
    assert (short[0].shape[0], long[0].shape[0], again[0].shape[0]) == (8, 206, 7)


def test_variables_are_as_they_were_when_an_array_has_to_grow():
    def build(x, n):
        v = tf.Variable(1.0)
        with tf.control_dependencies([tf.assign_add(v, 1.0)]):
            limit = n + tf.cast(tf.reduce_sum(x) * 0, tf.int32)
            now = tf.identity(v)
        array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
        last = tf.while_loop(lambda i, _: i < limit, lambda i, a: (i + 1, a.write(i, now)), [0, array])[1]
        return [last.read(99), now]

    assert both(build, (X, 100), (X, 101)) == [[2, 2], [3, 3]]


def test_raw_rnn():
    def build(x, n):
        lengths, cell = tf.stack([n, 2]), tf.nn.rnn_cell.LSTMCell(4)
        inputs = tf.TensorArray(tf.float32, tf.shape(x)[0]).unstack(x)

        def loop_fn(time, output, state, _):
            finished = time >= lengths
            following = tf.cond(tf.reduce_all(finished), lambda: tf.zeros([2, 3]), lambda: inputs.read(time))
            return finished, following, state or cell.zero_state(2, tf.float32), output, None

        outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
        y = outputs.stack()
        return [y, *state, *tf.gradients(tf.reduce_sum(y * y), [x, *tf.trainable_variables()])]

    both(build, (X, 6), (X, 3), (X, 7))


def erring(make):
    """A loop in which `make(i, array)` is read or written, and is wanted."""

    def build(x, n):
        array = tf.TensorArray(tf.float32, 3, tensor_array_name="states")
        i, array, total = tf.while_loop(
            lambda i, *_: i < n, lambda i, a, t: (i + 1, *make(i, a, t, x)), [0, array, tf.zeros([2, 3])]
        )
        return [total, array.size(), array.write(2, total).read(2) if make is rewritten else total]

    return build


def rewritten(i, array, total, x):
    return array.write(tf.minimum(i, 1), tf.gather(x, i)), total


def read_twice(i, array, total, x):
    array = array.write(i, tf.gather(x, i))
    return array, total + array.read(0)


def read_outside(i, array, total, x):
    return array.write(i, tf.gather(x, i)), total + array.write(i, tf.gather(x, i)).read(i + 1 - i // 2 * 9)


def unwritten(i, array, total, x):
    own = tf.TensorArray(tf.float32, 3, tensor_array_name="states", infer_shape=False).write(0, total)
    return array, total + tf.reshape(own.read(2), [2, 3])


@pytest.mark.parametrize(
    "make, words",
    [
        (rewritten, "slot 1 of TensorArray states is written a second time"),
        (read_twice, "slot 0 of TensorArray states is read a second time"),
        (read_outside, "index -6 is outside of TensorArray states of size 3"),
        (unwritten, "slot 2 of TensorArray states is read before it was written"),
    ],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_errors(make, words):
    (message,) = both(erring(make), (X, 3))
    assert words in message


def test_elements_of_different_shapes_are_read_on_the_host():
    def build(x, n):
        array = tf.TensorArray(tf.float32, 2, infer_shape=False).write(0, x[0]).write(1, x[:, 0])
        return array.read(0), array.read(1)

    both(build, (X, 0), host=["TensorArrayReadV3"] * 2)


def test_lists_between_host_and_native_ops():
    """An op in the middle that only the host has, and reads that count on both sides."""

    def build(x, n):
        array = tf.TensorArray(tf.float32, 6, tensor_array_name="a").unstack(x)
        first = tf.py_func(lambda v: v + 1, [array.read(0)], tf.float32)
        second = array.identity()
        total = tf.while_loop(
            lambda i, _: i < 6, lambda i, t: (i + 1, t + array.read(i)), [n, tf.reshape(first, [2, 3])]
        )[1]
        return total, second.size()

    good, bad = both(build, (X, 1), (X, 0), host=["PyFunc"])
    assert "slot 0 of TensorArray a is read a second time" in bad
    np.testing.assert_allclose(good[0], X.sum(0) + 1, rtol=1e-5)


def test_a_flow_is_no_tensor():
    array = tf.TensorArray(tf.float32, 2).write(0, 1.0)
    with tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match="is a list, no tensor"):
            session.run(array.flow)
        with pytest.raises(tf.errors.InvalidArgumentError, match="no tensor can be fed"):
            session.run(array.read(0), {array.flow: 1.0})


@pytest.mark.parametrize("executor", ["", "op_by_op"])
def test_writing_over_a_full_slot(executor, monkeypatch):
    """As TensorFlow 2's lists do; gradients go to what was written last."""
    from minitf.framework.apply import apply

    monkeypatch.setenv("MINITF_EXECUTOR", executor)
    x = tf.placeholder(tf.float32, [2])
    flow = tf.TensorArray(tf.float32, 2, clear_after_read=False).write(0, x).write(1, x * 2.0).flow
    over = apply("TensorArrayWriteV3", flow, 0, x * 3.0, overwrites=True)
    old, new = (tf.reduce_sum(apply("TensorArrayReadV3", f, 0, element_shape=x.shape)) for f in (flow, over))
    with tf.Session() as session:
        assert session.run([old, new], {x: [1, 2]}) == [3, 9]
        slopes = [tf.gradients(t, x)[0] for t in (old, new)]
        assert [list(s) for s in session.run(slopes, {x: [1, 2]})] == [[1, 1], [3, 3]]


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_an_empty_slot_of_unknown_shape_is_no_zeros(executor):
    array = tf.TensorArray(tf.float32, 3, infer_shape=False).write(0, [1.0, 2.0])
    session = tf.Session(config=tf.ConfigProto(executor=executor))
    with session, pytest.raises(tf.errors.InvalidArgumentError, match="slot 2 .* is read before it was written"):
        session.run(array.gather([0, 2]))
