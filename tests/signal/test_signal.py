"""Cosine transforms, frames, windows, spectrograms: as recorded from TensorFlow 1.15.5, or against NumPy."""

import numpy as np
import pytest

import minitf as tf

X = np.random.RandomState(0).randn(2, 7).astype(np.float32)
Z = np.random.RandomState(1).randn(1, 16).astype(np.float32)


def run(tensor):
    return tf.Session().run(tensor)


@pytest.mark.parametrize(
    "kind, norm, values",
    [
        (1, None, [11.7343, 2.3109, -5.1911, 2.5916, 4.9267, -2.4606, 5.0792]),
        (2, None, [14.4484, 2.9697, -3.3972, 1.8105, 7.6395, -3.3693, 2.5746]),
        (2, "ortho", [2.7305, 0.7937, -0.9079, 0.4839, 2.0417, -0.9005, 0.6881]),
        (3, None, [9.7155, -1.7636, -4.1259, 1.6415, 6.9747, -2.937, 2.8431]),
        (3, "ortho", [2.7919, -0.2761, -0.9074, 0.634, 2.0594, -0.5897, 0.9551]),
    ],
)
def test_cosine(kind, norm, values):
    made = tf.signal.dct(X, kind, norm=norm)
    np.testing.assert_allclose(run(made)[0], values, atol=2e-4)
    back = run(tf.signal.idct(made, kind, norm=norm))
    factor = 1 if norm else 12 if kind == 1 else 14
    np.testing.assert_allclose(back, X * factor, rtol=1e-4, atol=1e-4)


def test_cosine_of_other_lengths():
    np.testing.assert_allclose(run(tf.signal.dct(X, n=4))[0], [10.7677, -1.324, 3.7138, 0.7041], atol=2e-4)
    longer = [14.4484, 6.4058, -2.6255, -2.5682, 2.8515, 7.8937, 0.4211, -3.5672, 4.5279]
    np.testing.assert_allclose(run(tf.signal.dct(X, n=9))[0], longer, atol=2e-4)
    unknown = tf.placeholder(tf.float32, [None, None])
    np.testing.assert_allclose(tf.Session().run(tf.signal.dct(unknown), {unknown: X}), run(tf.signal.dct(X)), atol=1e-5)


def test_frames():
    made = tf.signal.frame(X[:1], 3, 2)
    np.testing.assert_array_equal(run(made)[0], [X[0, 0:3], X[0, 2:5], X[0, 4:7]])
    padded = run(tf.signal.frame(X[:1], 3, 2, pad_end=True, pad_value=9))[0]
    np.testing.assert_array_equal(padded[3], [X[0, 6], 9, 9])
    assert run(tf.signal.frame(X, 9, 2)).shape == (2, 0, 9)
    np.testing.assert_array_equal(run(tf.signal.frame(X.T, 3, 2, axis=0))[1], X.T[2:5])
    assert tf.signal.overlap_and_add(made, 2).shape == [1, 7]
    together = X[0] * [1, 1, 2, 1, 2, 1, 1]
    np.testing.assert_allclose(run(tf.signal.overlap_and_add(made, 2))[0], together, rtol=1e-6)
    assert run(tf.signal.overlap_and_add(tf.ones([3, 5]), 2)).tolist() == [1, 1, 2, 2, 3, 2, 2, 1, 1]


@pytest.mark.parametrize(
    "window, length, periodic, values",
    [
        (tf.signal.hann_window, 6, True, [0, 0.25, 0.75, 1, 0.75, 0.25]),
        (tf.signal.hann_window, 6, False, [0, 0.3455, 0.9045, 0.9045, 0.3455, 0]),
        (tf.signal.hann_window, 5, True, [0, 0.5, 1, 0.5, 0]),
        (tf.signal.hann_window, 1, True, [1]),
        (tf.signal.hamming_window, 5, True, [0.08, 0.54, 1, 0.54, 0.08]),
        (tf.signal.hamming_window, 6, False, [0.08, 0.3979, 0.9121, 0.9121, 0.3979, 0.08]),
    ],
)
def test_windows(window, length, periodic, values):
    made = window(length, periodic=periodic)
    np.testing.assert_allclose(run(made), values, atol=1e-4)
    assert made.shape == [length]


def test_spectrograms():
    spectra = tf.signal.stft(Z, 8, 4)
    weights = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(8) / 8)
    wanted = [np.fft.rfft(Z[0, i : i + 8] * weights) for i in (0, 4, 8)]
    np.testing.assert_allclose(run(spectra)[0], wanted, atol=1e-5)
    assert spectra.shape == [1, 3, 5]
    assert run(tf.signal.stft(Z, 6, 3, fft_length=8, pad_end=True)).shape == (1, 6, 5)
    assert run(tf.signal.stft(Z, 6, 3, window_fn=None)).shape == (1, 4, 5)
    back = tf.signal.inverse_stft(spectra, 8, 4, window_fn=tf.signal.inverse_stft_window_fn(4))
    np.testing.assert_allclose(run(back)[0, 4:12], Z[0, 4:12], atol=1e-5)
    inverse = [0, 0.1404, 0.511, 0.8723, 0.9589, 0.8723, 0.511, 0.1404]
    np.testing.assert_allclose(run(tf.signal.inverse_stft_window_fn(3)(8, tf.float32)), inverse, atol=1e-4)


def test_mel():
    weights = run(tf.signal.linear_to_mel_weight_matrix(4, 9, 8000, 100.0, 3000.0))
    wanted = np.zeros((9, 4))
    wanted[1, :2], wanted[2, 1:3], wanted[3, 2:] = (0.6762, 0.3238), (0.5391, 0.4609), (0.6973, 0.3027)
    wanted[4, 2:], wanted[5, 3] = (0.0287, 0.9713), 0.474
    np.testing.assert_allclose(weights, wanted, atol=1e-4)
    coefficients = [3.8615, 0.7937, -0.9079, 0.4839, 2.0417, -0.9005, 0.6881]
    np.testing.assert_allclose(run(tf.signal.mfccs_from_log_mel_spectrograms(X))[0], coefficients, atol=2e-4)
    for edges, message in (((100.0, 5000.0), "Nyquist"), ((300.0, 200.0), ">="), ((-1.0, 200.0), "negative")):
        with pytest.raises(ValueError, match=message):
            tf.signal.linear_to_mel_weight_matrix(4, 9, 8000, *edges)


@pytest.mark.parametrize("axes", [None, 0, -1, [0, 1]])
def test_shifts(axes):
    np.testing.assert_array_equal(run(tf.signal.fftshift(X, axes)), np.fft.fftshift(X, axes))
    np.testing.assert_array_equal(run(tf.signal.ifftshift(X, axes)), np.fft.ifftshift(X, axes))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: tf.signal.dct(X, 5), "Only Types I, II and III"),
        (lambda: tf.signal.dct(X, norm="x"), "Expected None or 'ortho', got: x"),
        (lambda: tf.signal.dct(X, 1, norm="ortho"), "not supported for the Type-I"),
        (lambda: tf.signal.dct(X, n=0), "positive integer"),
        (lambda: tf.signal.dct(X[:, :1], 1), "2 values at least"),
        (lambda: tf.signal.frame(3.0, 2, 1), "at least 1"),
        (lambda: tf.signal.hann_window([2]), "rank 0"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()
