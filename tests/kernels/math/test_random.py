"""The streams against values recorded from TensorFlow, compiled and interpreted; distributions by moments."""

import threading
from pathlib import Path

import numpy as np
import pytest
from kernel_helpers import run

from minitf.kernels.math import random

FACTS = np.load(Path(__file__).parents[2] / "facts" / "random.npz")
SEEDS = FACTS["attrs"].tolist()

# fact -> (kernel instance, number drawn, operands besides the output and their number)
DRAWN = {
    "random_uniform_f32_16": (random.random_uniform_single[()], 16, [23]),
    "random_uniform_f32_7": (random.random_uniform_single[()], 7, [23]),
    "random_uniform_f32_3": (random.random_uniform_single[()], 3, [23]),
    "random_uniform_f32_1000_tail16": (random.random_uniform_single[()], 1000, [23]),
    "random_uniform_f16_16": (random.random_uniform_single[()], 16, [10]),
    "random_uniform_f64_16": (random.random_uniform_double[()], 16, []),
    "random_normal_f32_16": (random.random_normal_single[()], 16, []),
    "random_normal_f32_1000_tail16": (random.random_normal_single[()], 1000, []),
    "random_normal_f64_16": (random.random_normal_double[()], 16, []),
    "truncated_normal_f32_16": (random.random_truncated_single[()], 16, []),
    "truncated_normal_f32_64": (random.random_truncated_single[()], 64, []),
    "truncated_normal_f32_1000_tail16": (random.random_truncated_single[()], 1000, []),
    "truncated_normal_f64_16": (random.random_truncated_double[()], 16, []),
}
LARGE = {
    "random_normal_f32_200000_tail16": random.random_normal_single[()],
    "truncated_normal_f32_200000_tail16": random.random_truncated_single[()],
}


def stream(seed, salt):
    return np.array([seed, salt, 0])


@pytest.mark.parametrize("form", ["run", "python"])
@pytest.mark.parametrize("fact", DRAWN)
def test_numbers(fact, form):
    instance, count, more = DRAWN[fact]
    dtype = np.float64 if "f64" in fact else np.float32
    for seeds, runs in list(zip(SEEDS, FACTS[fact]))[:: 1 if count < 100 else 4]:
        state, o = stream(*seeds), np.empty(count, dtype)
        for expected in runs:
            assert getattr(instance, form)(state, o, count, *more) == 0
            # Interpreted, sines are of double precision before they are rounded.
            tolerance = 1e-6 if form == "python" else 0
            np.testing.assert_allclose(o[-expected.size :], expected.astype(dtype), rtol=tolerance)


@pytest.mark.parametrize("fact", LARGE)
def test_many_numbers(fact):
    for seeds, runs in zip(SEEDS, FACTS[fact]):
        state, o = stream(*seeds), np.empty(200_000, np.float32)
        for expected in runs:
            LARGE[fact].run(state, o, o.size)
            np.testing.assert_array_equal(o[-16:], expected)


@pytest.mark.parametrize("form", ["run", "python"])
@pytest.mark.parametrize("low, high, bits", [(0, 100, 32), (-5, 1000000, 32), (0, 100, 64)])
def test_integers(low, high, bits, form):
    dtype = f"int{bits}"
    bounds = np.array([low], dtype), np.array([high], dtype)
    for seeds, runs in zip(SEEDS, FACTS[f"random_uniform_i{bits}_{low}_{high}"]):
        state, o = stream(*seeds), np.empty(16, dtype)
        for expected in runs:
            assert getattr(getattr(random, f"random_{dtype}")[()], form)(state, *bounds, o, 16) == 0
            np.testing.assert_array_equal(o, expected)


@pytest.mark.parametrize("form", ["run", "python"])
@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_the_whole_range_of_integers(dtype, form):
    limits = np.iinfo(dtype)
    low, high = np.array([limits.min], dtype), np.array([limits.max], dtype)
    o = np.empty(1001, dtype)
    kernel = getattr(random, f"random_{dtype}")[()]
    assert getattr(kernel, form)(stream(1, 2), low, high, o, o.size) == 0
    assert (
        abs(o.astype(float).mean()) < 0.05 * limits.max and (o < limits.min // 2).any() and (o > limits.max // 2).any()
    )
    assert getattr(kernel, form)(stream(1, 2), high, high, o, o.size) == 1


@pytest.mark.parametrize("form", ["run", "python"])
def test_shuffle(form):
    for fact, rows, width in [("range16", 16, 1), ("range100", 100, 1), ("8x2_f32", 8, 2)]:
        a = np.arange(rows * width, dtype=np.float32 if width == 2 else np.int32).view(np.uint32)
        for seeds, runs in zip(SEEDS, FACTS[f"random_shuffle_{fact}"]):
            state, o = stream(*seeds), np.empty_like(a)
            for expected in runs:
                assert (
                    getattr(random.random_shuffle[np.uint32], form)(state, a, o, np.empty(rows, np.int64), rows, width)
                    == 0
                )
                np.testing.assert_array_equal(o.view(expected.dtype).reshape(expected.shape), expected)


@pytest.mark.parametrize("form", ["run", "python"])
def test_classes(form):
    logits = np.log([0.2, 0.3, 0.5]).astype(np.float32)
    for seeds, runs in zip(SEEDS, FACTS["multinomial_1x3_16"]):
        state, o = stream(*seeds), np.empty((1, 16), np.int64)
        for expected in runs:
            kernel = random.random_classes[np.float32, np.int64]
            assert getattr(kernel, form)(state, logits, np.empty(3), o, 1, 3, 16) == 0
            np.testing.assert_array_equal(o, expected)


def test_classes_of_odds_that_are_not_finite():
    logits, o = np.array([[-np.inf, 0, np.nan], [5, -np.inf, -np.inf]]), np.empty((2, 50), np.int32)
    assert random.random_classes[np.float64, np.int32].run(stream(1, 2), logits, np.empty(3), o, 2, 3, 50) == 0
    assert (o[0] == 1).all() and (o[1] == 0).all()


@pytest.mark.parametrize("form", ["run", "python"])
def test_gamma(form):
    for seeds, runs in zip(SEEDS, FACTS["random_gamma_alpha2_8"]):
        state, o = stream(*seeds), np.empty(8, np.float32)
        for expected in runs:
            alpha = np.array([2], np.float32)
            assert getattr(random.random_gamma[np.float32], form)(state, alpha, o, 8, 1) == 0
            np.testing.assert_allclose(o, expected, rtol=1e-6)


def kernel_of(name, dtype):
    return random.random_gamma[dtype] if name == "gamma" else random.random_poisson[dtype, dtype]


@pytest.mark.parametrize(
    "name, parameters", [("gamma", [0.1, 0.7, 1.0, 3.0, 40.0]), ("poisson", [0.0, 0.5, 3.0, 9.9, 10.0, 1000.0])]
)
def test_moments(name, parameters):
    """Both distributions have the parameter as their mean and as their variance."""
    parameters, n = np.array(parameters), 100_000
    o = np.empty((n, parameters.size))
    assert kernel_of(name, np.float64).run(stream(3, 4), parameters, o, n, parameters.size) == 0
    assert (abs(o.mean(0) - parameters) <= 5 * np.sqrt(parameters / n)).all()
    np.testing.assert_allclose(o.var(0), parameters, rtol=0.1)


@pytest.mark.parametrize("name, bad", [("gamma", 0), ("gamma", np.nan), ("poisson", -1), ("poisson", np.inf)])
@pytest.mark.parametrize("form", ["run", "python"])
def test_bad_parameters(name, bad, form):
    kernel = kernel_of(name, np.float64)
    assert getattr(kernel, form)(stream(1, 2), np.array([1.0, bad]), np.empty(2), 1, 2) == 2


# TensorFlow 1.15.5's draws for seed=7: random_poisson(rate, [12], dtype=tf.float64).
POISSON = {
    3.0: [0, 1, 4, 1, 0, 6, 3, 4, 4, 3, 4, 2],
    12.0: [16, 8, 17, 12, 5, 15, 8, 12, 17, 12, 11, 12],
    1e4: [10110, 9896, 10136, 10000, 10135, 9939, 9901, 9996, 10152, 10014, 9962, 10002],
    1e13: [
        10000003468491,
        9999996728297,
        10000004284288,
        10000000006734,
        10000004252508,
        9999998088759,
        9999996888633,
        9999999887897,
        10000004813376,
        10000000459307,
        9999998814944,
        10000000069645,
    ],
}


@pytest.mark.parametrize("rate", POISSON)
def test_poisson(rate):
    o = np.empty(12)
    random.random_poisson[np.float64, np.float64].run(stream(87654321, 7), np.array([rate]), o, 12, 1)
    assert o.tolist() == POISSON[rate]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["gamma", "poisson"])
def test_every_parameter_ends(name, dtype):
    """Where a formula is nothing but rounding, too; the draws are then as near as numbers of the type are."""
    largest, tiny = np.finfo(dtype).max, np.finfo(dtype).tiny
    parameters = np.array([tiny, 1e-30, 1e-3, 9.99, 1e5, 1e10, 1e15, 1e17, 1e19, 1e25, 1e30, largest / 2], dtype)
    o = np.empty((300, parameters.size), dtype)
    kernel = kernel_of(name, dtype)
    thread = threading.Thread(
        target=kernel.run, args=(stream(3, 4), parameters, o, len(o), parameters.size), daemon=True
    )
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    large = parameters > 1e4
    np.testing.assert_allclose(o[:, large], np.broadcast_to(parameters[large], o[:, large].shape), rtol=0.03)


@pytest.mark.parametrize("rate", [2.0, 30.0])
def test_poisson_interpreted(rate):
    rates, a, b = np.array([rate]), np.empty(20), np.empty(20)
    assert random.random_poisson[np.float64, np.float64].run(stream(1, 2), rates, a, 20, 1) == 0
    assert random.random_poisson[np.float64, np.float64].python(stream(1, 2), rates, b, 20, 1) == 0
    np.testing.assert_array_equal(a, b)


def test_the_place_moves_on():
    state, o = stream(1, 2), np.empty(5, np.float32)
    random.random_normal_single[()].run(state, o, 5)
    assert state.tolist() == [1, 2, 5 * 256]
    random.random_shuffle[np.uint32].run(state, o.view(np.uint32), np.empty(5, np.uint32), np.empty(5, np.int64), 5, 1)
    assert state.tolist() == [1, 2, 5 * 256 + 1]


def test_words_of_blocks():
    stream, o = np.array([5, 7, 2**40 - 1], np.int64), np.zeros(12, np.int64)
    assert run(random.random_words[()], stream, o, 3) == 0
    assert o.tolist() == [word for i in range(3) for word in random.words(5, 7, 2**40 - 1 + i)]
    assert stream.tolist() == [5, 7, 2**40 + 2]
