"""tf.contrib.signal: what became tf.signal."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.signal import frame, hamming_window, hann_window, inverse_stft, inverse_stft_window_fn
from minitf.signal import linear_to_mel_weight_matrix, mfccs_from_log_mel_spectrograms, overlap_and_add, stft

frames = frame
