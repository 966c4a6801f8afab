import numpy as np
import pytest
from helpers import fails

import minitf as tf

RNN = tf.nn.rnn_cell
CONTRIB = tf.contrib.rnn
BATCH = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
CELLS = {
    "basic": lambda: RNN.BasicRNNCell(6, activation=tf.nn.relu),
    "gru": lambda: RNN.GRUCell(6),
    "lstm": lambda: RNN.LSTMCell(6, use_peepholes=True, num_proj=3, cell_clip=0.5),
    "multi": lambda: RNN.MultiRNNCell([RNN.BasicLSTMCell(4), RNN.GRUCell(3)]),
    "nas": lambda: CONTRIB.NASCell(4),
    "residual": lambda: RNN.ResidualWrapper(RNN.GRUCell(4)),
    "projection": lambda: CONTRIB.OutputProjectionWrapper(RNN.BasicRNNCell(6), 2),
}


def flat(value):
    return [leaf for part in value for leaf in flat(part)] if isinstance(value, (tuple, list)) else [value]


def initialized():
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    return sess


@pytest.mark.parametrize("lengths", [None, [5, 0, 2], [3, 2, 1]])
@pytest.mark.parametrize("cell", CELLS)
def test_static_and_dynamic_agree_to_the_last_bit(cell, lengths):
    x = tf.placeholder(tf.float32, [None, 5, 4])
    with tf.variable_scope("net") as scope:
        dynamic = tf.nn.dynamic_rnn(CELLS[cell](), x, lengths, dtype=tf.float32)
        scope.reuse_variables()
        outputs, state = tf.nn.static_rnn(CELLS[cell](), tf.unstack(x, axis=1), None, tf.float32, lengths)
    static = (tf.stack(outputs, axis=1), state)
    gradients = [tf.gradients([tf.reduce_sum(o * o) for o in flat(r)], x) for r in (dynamic, static)]
    with initialized() as sess:
        ours, theirs, (in_loop, unrolled) = sess.run([flat(dynamic), flat(static), gradients], {x: BATCH})
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_allclose(in_loop[0], unrolled[0], rtol=1e-4, atol=1e-5)


def test_sizes_may_be_known_only_when_run():
    x, lengths = tf.placeholder(tf.float32, [None, None, 4]), tf.placeholder(tf.int64, [None])
    outputs, state = tf.nn.dynamic_rnn(RNN.GRUCell(6), x, lengths, dtype=tf.float32)
    assert outputs.shape.as_list() == [None, None, 6] and state.shape.as_list() == [None, 6]
    gradient = tf.gradients(outputs, x)[0]
    with initialized() as sess:
        for batch, time in ((3, 5), (1, 1), (2, 0), (0, 3)):
            feed = {x: np.ones([batch, time, 4]), lengths: np.full(batch, time)}
            values = sess.run([outputs, state, gradient], feed)
            assert [v.shape for v in values] == [(batch, time, 6), (batch, 6), (batch, time, 4)]


def test_no_steps_give_the_initial_state():
    start = np.random.default_rng(0).normal(size=(2, 6)).astype(np.float32)
    outputs, state = tf.nn.dynamic_rnn(RNN.GRUCell(6), tf.zeros([2, 0, 4]), initial_state=tf.constant(start))
    with initialized() as sess:
        values = sess.run([outputs, state])
    assert values[0].shape == (2, 0, 6)
    np.testing.assert_array_equal(values[1], start)


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
@pytest.mark.parametrize("steps", [0, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_no_steps_give_gradients_of_zero(cell, steps, executor):
    x, lengths = tf.placeholder(tf.float32, [None, None, 4]), tf.zeros([2], tf.int32)
    results = tf.nn.dynamic_rnn(CELLS[cell](), x, lengths if steps else None, dtype=tf.float32)
    weights = tf.trainable_variables()
    gradients = tf.gradients([tf.reduce_sum(r) for r in flat(results)], [x, *weights])
    with tf.Session(config=tf.ConfigProto(executor=executor)) as sess:
        sess.run(tf.global_variables_initializer())
        found = sess.run(gradients, {x: np.ones([2, steps, 4])})
    assert [g.shape for g in found] == [(2, steps, 4), *(tuple(w.shape.as_list()) for w in weights)]
    assert not any(g.any() for g in found)


def test_time_major_is_batch_major_turned():
    x = tf.constant(BATCH)
    batch_major, a = tf.nn.dynamic_rnn(RNN.GRUCell(6), x, dtype=tf.float32)
    with tf.variable_scope("", reuse=True):
        time_major, b = tf.nn.dynamic_rnn(RNN.GRUCell(6), tf.transpose(x, [1, 0, 2]), dtype=tf.float32, time_major=True)
    with initialized() as sess:
        one, two, a, b = sess.run([batch_major, time_major, a, b])
    np.testing.assert_array_equal(one, two.transpose(1, 0, 2))
    np.testing.assert_array_equal(a, b)


def test_nothing_is_computed_past_the_longest():
    ran = []

    class Noting(RNN.RNNCell):
        state_size = output_size = 4

        def call(self, inputs, state):
            new = tf.py_func(lambda a: (ran.append(1), a)[1], [inputs + state], tf.float32)
            new.set_shape([3, 4])
            return new, new

    lengths = tf.placeholder(tf.int32, [3])
    outputs, _ = tf.nn.dynamic_rnn(Noting(), tf.constant(BATCH), lengths, dtype=tf.float32)
    with tf.Session() as sess:
        values = sess.run(outputs, {lengths: [1, 2, 0]})
    assert len(ran) == 2 and not values[:, 2:].any() and values[1, 1].any()


def test_lengths_beyond_the_last_step_are_the_last_step():
    whole, _ = tf.nn.dynamic_rnn(RNN.GRUCell(6), tf.constant(BATCH), dtype=tf.float32)
    with tf.variable_scope("", reuse=True):
        more, _ = tf.nn.dynamic_rnn(RNN.GRUCell(6), tf.constant(BATCH), [9, 9, 9], dtype=tf.float32)
    with initialized() as sess:
        np.testing.assert_array_equal(*sess.run([whole, more]))


def test_outputs_may_be_nested():
    class Pair(RNN.RNNCell):
        state_size, output_size = 4, (4, (tf.TensorShape([4, 1]),))

        def call(self, inputs, state):
            return (inputs, (tf.expand_dims(inputs, 2),)), state + inputs

    (a, (b,)), state = tf.nn.dynamic_rnn(Pair(), tf.constant(BATCH), [5, 2, 0], dtype=tf.float32)
    assert a.shape.as_list() == [3, 5, 4] and b.shape.as_list() == [3, 5, 4, 1]
    with tf.Session() as sess:
        a, b, state = sess.run([a, b, state])
    np.testing.assert_array_equal(a, b[..., 0])
    np.testing.assert_allclose(state[1], BATCH[1, :2].sum(0), rtol=1e-6)
    assert not a[1, 2:].any()


def test_backward_direction_starts_at_each_end():
    x = tf.constant(BATCH)
    (_, backward), (_, state) = tf.nn.bidirectional_dynamic_rnn(
        RNN.GRUCell(6), RNN.GRUCell(6), x, sequence_length=[5, 2, 1], dtype=tf.float32
    )
    with initialized() as sess:
        backward, state = sess.run([backward, state])
    np.testing.assert_array_equal(backward[:, 0], state)
    assert backward[1, 1].any() and not backward[1, 2:].any()


def test_raw_rnn_stops_when_all_are_finished():
    cell = RNN.GRUCell(4)
    steps = tf.TensorArray(tf.float32, 5).unstack(tf.transpose(tf.constant(BATCH), [1, 0, 2]))

    def loop_fn(time, output, state, loop_state):
        state = cell.zero_state(3, tf.float32) if output is None else state
        step = tf.cond(time < 5, lambda: steps.read(time), lambda: tf.zeros([3, 4]))
        return time >= [1, 3, 2], step, state, output, None

    emitted, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    with tf.variable_scope("", reuse=True):
        outputs, final = tf.nn.dynamic_rnn(RNN.GRUCell(4), tf.constant(BATCH), [1, 3, 2], dtype=tf.float32)
    with initialized() as sess:
        raw, outputs, state, final = sess.run([emitted.stack(), outputs, state, final])
    np.testing.assert_allclose(raw.transpose(1, 0, 2), outputs[:, :3], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(state, final, rtol=1e-5, atol=1e-6)


def test_errors():
    cell, x = RNN.BasicRNNCell(4), tf.constant(BATCH)
    with fails(ValueError, "dtype=tf.float32"):
        tf.nn.dynamic_rnn(cell, x)
    with fails(ValueError, "(3, 5)", "time_major"):
        tf.nn.dynamic_rnn(cell, x[..., 0], dtype=tf.float32)
    with fails(ValueError, "known size"):
        tf.nn.dynamic_rnn(cell, tf.placeholder(tf.float32, [3, 5, None]), dtype=tf.float32)
    with fails(ValueError, "sequence_length", "(2,)"):
        tf.nn.dynamic_rnn(cell, x, [1, 2], dtype=tf.float32)
    with fails(TypeError, "numbers"):
        tf.nn.dynamic_rnn(cell, x, ["1", "2", "3"], dtype=tf.float32)
    with fails(TypeError, "not an RNNCell"):
        tf.nn.dynamic_rnn(x, x, dtype=tf.float32)
    with fails(TypeError, "loop_fn"):
        tf.nn.raw_rnn(cell, None)

    class Growing(RNN.RNNCell):
        state_size, output_size = 4, 4

        def call(self, inputs, state):
            return inputs, tf.concat([state, state], 1)

    with fails(ValueError, "state 0", "(3, 4)", "(3, 8)"):
        tf.nn.dynamic_rnn(Growing(), x, dtype=tf.float32)


def test_wrong_number_of_lengths_fails_when_run():
    lengths = tf.placeholder(tf.int32, [None])
    outputs, _ = tf.nn.dynamic_rnn(RNN.GRUCell(4), tf.constant(BATCH), lengths, dtype=tf.float32)
    with initialized() as sess, pytest.raises(tf.errors.InvalidArgumentError):
        sess.run(outputs, {lengths: [1, 2]})


@pytest.mark.parametrize("unroll", ["static", "dynamic"])
@pytest.mark.parametrize("state", [0, "x", [1], tf.float32, np.zeros([3, 4]), (np.zeros([3, 4]),) * 3])
def test_initial_state_of_another_structure(state, unroll):
    with pytest.raises((TypeError, ValueError), match="initial_state|tensor|string|float32"):
        if unroll == "static":
            tf.nn.static_rnn(RNN.LSTMCell(4), [tf.zeros([3, 4])], initial_state=state)
        else:
            tf.nn.dynamic_rnn(RNN.LSTMCell(4), tf.constant(BATCH), initial_state=state)


@pytest.mark.parametrize("state", [[np.ones([3, 4])] * 2, (np.ones([3, 4], np.float32),) * 2])
def test_initial_state_may_be_arrays_and_plain_tuples(state):
    _, final = tf.nn.dynamic_rnn(RNN.LSTMCell(4), tf.constant(BATCH), initial_state=state, dtype=tf.float32)
    assert isinstance(final, RNN.LSTMStateTuple)


class Remembering(tf.nn.rnn_cell.RNNCell):
    """A cell that keeps all its outputs in a TensorArray in its state."""

    state_size = property(lambda self: (2, tf.TensorShape([]), tf.TensorShape([])))
    output_size = property(lambda self: 2)

    def call(self, inputs, state):
        h, i, kept = state
        h = h + inputs[:, :2]
        return h, (h, i + 1, kept.write(i, h))


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
@pytest.mark.parametrize("lengths", [None, [1, 3]])
@pytest.mark.parametrize("static", [False, True])
def test_tensor_arrays_in_states(static, lengths, executor):
    x = np.random.RandomState(0).normal(size=(2, 3, 4)).astype(np.float32)
    start = (tf.zeros([2, 2]), tf.constant(0), tf.TensorArray(tf.float32, 3, clear_after_read=False))
    options = {"initial_state": start, "dtype": tf.float32, "sequence_length": lengths}
    if static:
        outputs, state = tf.nn.static_rnn(Remembering(), tf.unstack(tf.constant(x), axis=1), **options)
        outputs = tf.stack(outputs, 1)
    else:
        outputs, state = tf.nn.dynamic_rnn(Remembering(), tf.constant(x), **options)
    kept = state[2].stack()
    slope = tf.gradients(tf.reduce_sum(kept), start[0])
    with tf.Session(config=tf.ConfigProto(executor=executor)) as sess:
        found, kept, slope = sess.run([outputs, kept, slope])
    np.testing.assert_allclose(kept[0], x[:, 0, :2])
    if lengths is None:
        np.testing.assert_allclose(kept, found.transpose(1, 0, 2))
        np.testing.assert_allclose(slope[0], np.full((2, 2), 3.0))


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int64", "float32", "float64"])
def test_lengths_of_any_numeric_type(dtype):
    x = np.ones((2, 3, 4), np.float32)
    lengths = np.array([1, 3]).astype(dtype)
    cell = tf.nn.rnn_cell.BasicRNNCell(2)
    dynamic, _ = tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32)
    static, _ = tf.nn.static_rnn(cell, tf.unstack(tf.constant(x), axis=1), None, tf.float32, lengths, "rnn")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        one, other = sess.run([dynamic, tf.stack(static, 1)])
    assert not one[0, 1:].any() and one[1].all()
    np.testing.assert_array_equal(one != 0, other != 0)


def test_how_many_rows_there_are():
    given, count = tf.placeholder, CONTRIB.best_effort_input_batch_size
    assert count([given(tf.float32), given(tf.float32, [2, None]), given(tf.float32, [2, 5, 1])]) == 5
    x = given(tf.float32, [2, None])
    with tf.Session() as session:
        assert session.run(count([x]), {x: np.ones([2, 3])}) == 3
    with fails(ValueError, "to have rank at least 2"):
        count([given(tf.float32, [3])])
