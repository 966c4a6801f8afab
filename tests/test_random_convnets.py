"""Convolutional networks put together at random: with rewrites and without, op by op, and with two threads."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
from forced import shared
from test_random_models import assert_calls_fit, descent, gradients, second

import minitf as tf
from minitf.kernels.machine import pool
from minitf.kernels.math import sparse_gradients
from minitf.runtime.execute import op_by_op

ACTIVATIONS = [tf.nn.relu, tf.nn.relu, tf.tanh, None]
NUMBERS = ("c", "oh", "ow", "out", "kh", "kw", "sh", "sw", "dh", "dw")
POOLS = ["none", "max", "max", "largest", "average"]


def drawn(seed):
    """What a network is made of."""
    pick = random.Random(seed).choice
    layers = [
        SimpleNamespace(
            channels=pick([1, 3, 16, 40, 70]),
            window=pick([1, 2, 3, (5, 5), (1, 4), (3, 1)]),
            strides=pick([1, 1, 1, 2]),
            rates=pick([1, 1, 1, 2]),
            padding=pick(["same", "same", "valid"]),
            biased=pick([True, True, False]),
            activation=pick(ACTIVATIONS),
            pool=pick(POOLS),
            pooled=pick([(2, 2), (2, 2), (3, 2), (2, 1), (3, 3)]),
            border=pick(["same", "valid"]),
        )
        for _ in range(pick([1, 2, 2, 3]))
    ]
    for layer in layers:
        layer.strides = 1 if layer.rates > 1 else layer.strides
    return SimpleNamespace(
        layers=layers,
        batch=pick([1, 9, 17]),
        size=pick([(12, 12), (17, 9), (8, 23)]),
        channels=pick([1, 1, 3, 32]),
        dtype=pick([tf.float32, tf.float32, tf.float64]),
        wanted=pick([gradients, descent, descent, second]),
        open=pick([True, False, False]),
    )


def pooled(x, layer):
    if layer.pool == "none":
        return x
    if layer.pool == "largest":
        return tf.reduce_max(x, [1, 2], keepdims=True) if x.shape[1].value is None else whole(x)
    window, step = (min(n, x.shape[1].value, x.shape[2].value) for n in layer.pooled)
    kind = tf.layers.max_pooling2d if layer.pool == "max" else tf.layers.average_pooling2d
    return kind(x, window, step, layer.border)


def whole(x):
    return tf.layers.max_pooling2d(x, x.shape[1:3].as_list(), 1)


def build(m):
    """(fetches, the placeholder of the images)"""
    fed = x = tf.placeholder(m.dtype, [None if m.open else m.batch, *m.size, m.channels])
    for layer in m.layers:
        window = layer.window if isinstance(layer.window, tuple) else (layer.window,) * 2
        fits = all(n > (k - 1) * layer.rates for n, k in zip(x.shape[1:3].as_list(), window))
        x = tf.layers.conv2d(
            x,
            layer.channels,
            window,
            layer.strides,
            layer.padding if fits else "same",
            dilation_rate=layer.rates,
            use_bias=layer.biased,
            bias_initializer=tf.random_normal_initializer(0.0, 0.1),
            activation=layer.activation,
        )
        x = pooled(x, layer)
    loss = tf.reduce_mean(tf.square(tf.layers.dense(tf.layers.flatten(x), 3) - 0.3))
    return [loss, x, *m.wanted(loss, tf.trainable_variables())], fed


def values(seed, threads=1, **options):
    """What some steps compute, and the variables after them."""
    tf.reset_default_graph()
    tf.set_random_seed(seed)
    m, draw, found = drawn(seed), np.random.RandomState(seed), []
    fetches, fed = build(m)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads, **options)) as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(2):
            images = draw.standard_normal((m.batch, *m.size, m.channels))
            found += [value for value in sess.run(fetches, {fed: images}) if value is not None]
        assert_calls_fit(sess)
        return found + sess.run(tf.trainable_variables())


@pytest.mark.parametrize("seed", range(16))
def test_rewritten_and_not(seed):
    tolerance = 2e-3 if drawn(seed).dtype == tf.float32 else 1e-7
    plain = values(seed, passes="none")
    for a, b in zip(plain, values(seed, executor="op_by_op", passes="none"), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(plain, values(seed), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=0.1 * tolerance)


@pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")
@pytest.mark.parametrize("seed", range(12))
def test_two_threads_compute_the_same_bits(seed):
    alone = values(seed)
    with shared() as found:
        for a, b in zip(alone, values(seed, threads=2), strict=True):
            np.testing.assert_array_equal(a, b)
    assert found


def kind(call):
    """A kernel's name; gradients of which few are not zero are a kind of their own."""
    name, numbers = call["name"], [call.get(key) for key in NUMBERS]
    few = False
    if name.startswith("conv2d_filter"):
        few = sparse_gradients.few_in_all(call["x"], call["g"], call["n"], call["h"], call["w"], *numbers)
    elif name.startswith("conv2d_input"):
        few = sparse_gradients.few_in_image(call["g"], *numbers)
    return name.removesuffix("_batch") + " of few" * few


def test_networks_meet_all_ways_to_compute(monkeypatch):
    met, made = set(), op_by_op.OpByOp.call

    def watched(self, kernel, *operands, **rest):
        given = [o.array.reshape(-1) if isinstance(o, op_by_op.Value) else o for o in operands]
        met.add(kind({"name": kernel.kernel.name, **dict(zip(kernel.kernel.operands, given))}))
        return made(self, kernel, *operands, **rest)

    monkeypatch.setattr(op_by_op.OpByOp, "call", watched)
    for seed in range(12):
        values(seed, executor="op_by_op")
    gradients = {f"conv2d_{of}{few}" for of in ("filter", "input") for few in ("", " of few")}
    assert met >= {"conv2d", "max_pool", "max_pool_grad", *gradients}
