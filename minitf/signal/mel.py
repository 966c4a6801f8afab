"""The mel scale, on which pitches are as far apart as they sound."""

from __future__ import annotations

import numpy as np

import minitf as tf
from minitf.framework import op_counts


def _mel(hertz):
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)


def linear_to_mel_weight_matrix(
    num_mel_bins=20,
    num_spectrogram_bins=129,
    sample_rate=8000,
    lower_edge_hertz=125.0,
    upper_edge_hertz=3800.0,
    dtype=tf.float32,
    name: str | None = None,
) -> tf.Tensor:
    """A matrix [num_spectrogram_bins, num_mel_bins] by which spectra become those of bands on the mel scale.

    Raises:
      ValueError: for bins or edges that are not possible.
    """
    if not tf.as_dtype(dtype).is_floating:
        raise ValueError(f"dtype must be a floating point type, not {tf.as_dtype(dtype).name}")
    if num_mel_bins <= 0 or lower_edge_hertz < 0 or sample_rate <= 0:
        raise ValueError(
            f"num_mel_bins ({num_mel_bins}) and sample_rate ({sample_rate}) are positive, "
            f"lower_edge_hertz ({lower_edge_hertz}) not negative"
        )
    if lower_edge_hertz >= upper_edge_hertz:
        raise ValueError(f"lower_edge_hertz {lower_edge_hertz} >= upper_edge_hertz {upper_edge_hertz}")
    if upper_edge_hertz > sample_rate / 2:
        raise ValueError(
            "upper_edge_hertz must not be larger than the Nyquist frequency (sample_rate / 2). Got: "
            f"{upper_edge_hertz} for sample_rate: {sample_rate}"
        )
    op_counts.skip(op_counts.MEL_WEIGHTS)
    bins = _mel(np.linspace(0.0, sample_rate / 2, num_spectrogram_bins)[1:])[:, None]
    edges = np.linspace(_mel(lower_edge_hertz), _mel(upper_edge_hertz), num_mel_bins + 2)
    lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
    slopes = np.minimum((bins - lower) / (center - lower), (upper - bins) / (upper - center))
    weights = np.vstack([np.zeros((1, num_mel_bins)), np.maximum(0.0, slopes)])  # silence has no pitch
    return tf.constant(weights, dtype, name=name or "linear_to_mel_weight_matrix")


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms, name: str | None = None) -> tf.Tensor:
    """Mel-frequency cepstral coefficients: the cosine transforms of log mel spectra [..., bins]."""
    with tf.name_scope(name, "mfccs_from_log_mel_spectrograms", [log_mel_spectrograms]):
        spectra = tf.convert_to_tensor(log_mel_spectrograms, tf.float32)
        bins = spectra.shape.with_rank_at_least(1)[-1].value
        bins = tf.shape(spectra)[-1] if bins is None else bins
        return tf.spectral.dct(spectra) * tf.rsqrt(tf.cast(bins, tf.float32) * 2.0)
