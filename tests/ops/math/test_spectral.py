"""Fourier transforms: against NumPy, gradients against differences, shapes and errors as TensorFlow's."""

import numpy as np
import pytest

import minitf as tf

RNG = np.random.RandomState(0)
NAMES = ["fft", "fft2d", "fft3d"]
REAL = RNG.randn(2, 3, 4, 5).astype(np.float32)
COMPLEX = (REAL + 1j * RNG.randn(*REAL.shape)).astype(np.complex64)


def run(tensor):
    return tf.Session().run(tensor)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_values(rank):
    axes, name = tuple(range(-rank, 0)), NAMES[rank - 1]
    for prefix, numpy in (("", np.fft.fftn), ("i", np.fft.ifftn)):
        made = getattr(tf.signal, prefix + name)(COMPLEX)
        np.testing.assert_allclose(run(made), numpy(COMPLEX, axes=axes), rtol=1e-4, atol=1e-5)
        assert made.dtype is tf.complex64 and made.shape == COMPLEX.shape
        wide = COMPLEX.astype(np.complex128)
        assert getattr(tf.spectral, prefix + name)(tf.constant(wide)).dtype is tf.complex128
        assert getattr(tf.spectral, prefix + name)(wide).dtype is tf.complex64  # what the signature has by default
    for lengths in (None, [6] * rank, [3] * rank):
        made = getattr(tf.signal, f"r{name}")(REAL, lengths)
        np.testing.assert_allclose(run(made), np.fft.rfftn(REAL, lengths, axes), rtol=1e-4, atol=1e-4)
        assert made.shape == run(made).shape
        made = getattr(tf.signal, f"ir{name}")(COMPLEX, lengths)
        np.testing.assert_allclose(run(made), np.fft.irfftn(COMPLEX, lengths, axes), rtol=1e-4, atol=1e-5)
        assert made.shape == run(made).shape


def slope(function, x, direction, h=1e-2):
    return (function(x + h * direction) - function(x - h * direction)) / (2 * h)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["", "i", "r", "ir"])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_gradients(rank, kind, more):
    """To second order, in random directions."""
    if more and not kind.endswith("r"):
        return
    x, ahead = tf.placeholder(tf.float32, REAL.shape), RNG.randn(*REAL.shape).astype(np.float32)
    transform = getattr(tf.signal, kind + NAMES[rank - 1])
    given = x if kind == "r" else tf.complex(x, x * 0.5)
    lengths = None if not kind.endswith("r") or not more else [n + more for n in REAL.shape[-rank:]]
    y = transform(given) if lengths is None else transform(given, lengths)
    parts = [y] if kind == "ir" else [tf.real(y), tf.imag(y)]
    scale = 1.0 / REAL.size
    loss = scale * tf.add_n([tf.reduce_sum(tf.square(part) * tf.sin(part)) for part in parts])
    [grad] = tf.gradients(loss, x)
    along = tf.reduce_sum(grad * ahead)
    [second] = tf.gradients(along, x)
    with tf.Session() as sess:
        first, twice = sess.run([along, tf.reduce_sum(second * ahead)], {x: 0.3 * REAL})
        assert grad.shape == REAL.shape
        for exact, tensor in ((first, loss), (twice, along)):
            near = slope(lambda v: float(sess.run(tensor, {x: v})), 0.3 * REAL, ahead, 1e-3)  # noqa: B023
            np.testing.assert_allclose(exact, near, rtol=2e-2, atol=2e-3)


def test_static_shapes():
    real, spectrum = tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.complex64, [3, None])
    for made, shape in (
        (tf.signal.rfft(real), [None, None]),
        (tf.signal.rfft(real, [6]), [None, 4]),
        (tf.signal.irfft(spectrum), [None, None]),
        (tf.signal.irfft(tf.zeros([3, 5], tf.complex64)), [3, 8]),
        (tf.signal.irfft(tf.zeros([3, 1], tf.complex64)), [3, 0]),
        (tf.signal.fft(spectrum), [3, None]),
    ):
        assert made.shape.as_list() == shape
    assert run(tf.signal.rfft(tf.zeros([0, 4]))).shape == (0, 3)
    assert tf.Session().run(tf.signal.irfft(spectrum), {spectrum: np.ones((3, 3))}).shape == (3, 4)


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: tf.signal.fft(tf.constant(REAL)), TypeError, "float32"),
        (lambda: tf.signal.rfft(3.0), ValueError, "at least 1"),
        (lambda: tf.signal.fft2d(tf.zeros([3], tf.complex64)), ValueError, "at least 2"),
        (lambda: tf.signal.rfft2d(REAL, [3]), ValueError, "not compatible"),
        (lambda: run(tf.signal.rfft(REAL, [-1])), (ValueError, tf.errors.InvalidArgumentError), "negative|-1"),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
