"""The executors agree: op by op and native without passes to the last bit, with passes to float tolerance."""

import numpy as np
import pytest

import minitf as tf
from minitf.ops.control.counted import counted_loop

BATCH, STEPS, INPUTS, UNITS = 6, 5, 3, 4


def cell_step(kernel, bias):
    def step(x, h):
        return tf.tanh(tf.matmul(tf.concat([x, h], 1), kernel) + bias)

    return step


def unrolled(x, kernel, bias):
    h = tf.zeros([tf.shape(x)[1], UNITS])
    step, outputs = cell_step(kernel, bias), []
    for xt in tf.unstack(x):
        h = step(xt, h)
        outputs.append(h)
    return tf.stack(outputs)


def looped(x, kernel, bias):
    step = cell_step(kernel, bias)

    def body(carry, slices):
        h = step(slices[0], carry[0])
        return [h], [h]

    return counted_loop(body, [tf.zeros([BATCH, UNITS])], [x], STEPS)[1][0]


def while_looped(x, kernel, bias):
    step = cell_step(kernel, bias)
    count = tf.shape(x)[0] + tf.cast(tf.reduce_sum(x) * 0.0, tf.int32)  # not known before the run
    _, h = tf.while_loop(lambda i, h: i < count, lambda i, h: (i + 1, step(x[i], h)), [0, tf.zeros([BATCH, UNITS])])
    return h


def gated(x, kernel, bias):
    wide = tf.concat([kernel] * 4, 1)

    def body(carry, slices):
        c, h = carry
        i, j, f, o = tf.split(tf.nn.bias_add(tf.matmul(tf.concat([slices[0], h], 1), wide), tf.tile(bias, [4])), 4, 1)
        c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
        h = tf.tanh(c) * tf.sigmoid(o)
        return [c, h], [h]

    zeros = tf.zeros([BATCH, UNITS])
    return counted_loop(body, [zeros, zeros], [x], STEPS)[1][0]


def one_hot_inputs(x, kernel, bias):
    step = cell_step(kernel, bias)
    letters = tf.one_hot(tf.cast(tf.abs(x[:, :, 0]) * 2.0, tf.int32), INPUTS)  # some are out of range
    by_row = tf.transpose(letters, [1, 0, 2])

    def body(carry, slices):
        h = step(slices[0], carry[0])
        return [h], [h]

    letters = tf.transpose(by_row, [1, 0, 2])
    return counted_loop(body, [tf.zeros([BATCH, UNITS])], [letters], STEPS)[1][0]


def reset_gated(x, kernel, bias):
    wide = tf.concat([kernel] * 2, 1)

    def body(carry, slices):
        h, x = carry[0], slices[0]
        r, u = tf.split(tf.sigmoid(tf.nn.bias_add(tf.matmul(tf.concat([x, h], 1), wide), tf.tile(bias, [2]))), 2, 1)
        candidate = tf.tanh(tf.nn.bias_add(tf.matmul(tf.concat([x, r * h], 1), kernel), bias))
        h = u * h + (1 - u) * candidate
        return [h], [h]

    return counted_loop(body, [tf.zeros([BATCH, UNITS])], [x], STEPS)[1][0]


def peephole(x, kernel, bias):
    """Gates that also see the state, of which columns are read after the loop."""
    wide = tf.concat([kernel] * 3, 1)

    def body(carry, slices):
        c, h = carry
        z = tf.nn.bias_add(tf.matmul(tf.concat([slices[0], h], 1), wide), tf.tile(bias, [3]))
        j, f, o = tf.split(z, 3, 1)
        f = tf.sigmoid(f + bias * c)
        c = f * c + (1 - f) * tf.tanh(j)
        h = tf.tanh(c) * tf.sigmoid(o + bias * c)
        return [c, h], [h, z]

    zeros = tf.zeros([BATCH, UNITS])
    h, z = counted_loop(body, [zeros, zeros], [x], STEPS)[1]
    return h + 0.1 * z[:, :, 2 : 2 + UNITS]


def embedded(x, kernel, bias):
    """Letters, of which there are more than the table has rows, in cells that are the hardest to rewrite."""
    letters = tf.cast(tf.abs(x[:, :, 0]) * 2.0, tf.int32) % 3
    table = tf.concat([kernel, kernel], 1)[:3, :INPUTS]
    return reset_gated(tf.nn.embedding_lookup(table, letters), kernel, bias)


MODELS = {
    f.__name__: f for f in (unrolled, looped, while_looped, gated, one_hot_inputs, reset_gated, peephole, embedded)
}


def train(model, steps=3):
    """Losses and final weights of a few training steps."""
    random = np.random.RandomState(0)
    kernel = tf.Variable(random.standard_normal((INPUTS + UNITS, UNITS)).astype(np.float32))
    bias = tf.Variable(np.full(UNITS, 0.1, np.float32))
    x = tf.placeholder(tf.float32, [STEPS, None, INPUTS])
    loss = tf.reduce_mean(tf.square(model(x, kernel, bias) - 0.5))
    step = tf.train.AdamOptimizer(0.01).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        batches = random.standard_normal((steps, STEPS, BATCH, INPUTS)).astype(np.float32)
        losses = [session.run([loss, step], {x: batch})[0] for batch in batches]
        return [np.array(losses), *session.run([kernel, bias])]


def under(monkeypatch, executor, passes, model):
    monkeypatch.setenv("MINITF_EXECUTOR", executor)
    monkeypatch.setenv("MINITF_PASSES", passes)
    tf.reset_default_graph()
    return train(model)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_agree_to_the_bit(monkeypatch, model):
    reference = under(monkeypatch, "op_by_op", "none", model)
    for a, b in zip(reference, under(monkeypatch, "native", "none", model)):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize(
    "passes",
    [
        "",
        "drop_unread",
        "drop_unread,prune_columns",
        "drop_unread,split_concat",
        "drop_unread,accumulate",
        "drop_unread,prune_columns,transpose_once",
        "drop_unread,split_concat,pick_rows",
        "drop_unread,split_concat,pick_rows,accumulate",
        "drop_unread,split_concat,accumulate,multiply_before_gather",
        "multiply_before_gather",
        "drop_permutation,transpose_once",
        "read_in_place",
        "fuse",
        "read_in_place,fuse,repeat_bias",
    ],
)
def test_each_pass_changes_only_roundings(monkeypatch, model, passes):
    reference = under(monkeypatch, "native", "none", model)
    for a, b in zip(reference, under(monkeypatch, "native", passes, model)):
        np.testing.assert_allclose(a, b, rtol=3e-5, atol=1e-6)


def test_a_session_chooses_its_executor_and_passes():
    x = tf.placeholder(tf.float32, [2])
    for config in (tf.ConfigProto(executor="op_by_op"), tf.ConfigProto(passes="none"), tf.ConfigProto(passes="-fuse")):
        with tf.Session(config=config) as session:
            assert session.run(x * 2.0, {x: [1, 2]}).tolist() == [2, 4]
    with pytest.raises(ValueError, match="no executor called 'fast'"):
        tf.Session(config=tf.ConfigProto(executor="fast"))
    with pytest.raises(ValueError, match="no pass called hurry; the passes are .*drop_unread, .*fuse"):
        tf.Session(config=tf.ConfigProto(passes="hurry"))


@pytest.mark.parametrize(
    "variable, value, problem",
    [
        ("MINITF_EXECUTOR", "fast", "no executor called 'fast'"),
        ("MINITF_EXECUTOR", "0", "no executor called '0'"),
        ("MINITF_PASSES", "-hurry", "no pass called -hurry"),
        ("MINITF_PASSES", "--fuse", "no pass called --fuse"),
        ("MINITF_PASSES", "off", "no pass called off"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch, variable, value, problem):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValueError, match=f"environment variable {variable}: there is {problem}"):
        tf.Session()
