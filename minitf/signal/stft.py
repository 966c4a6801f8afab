"""Spectrograms: the Fourier transforms of the frames of a signal, and the signal again."""

from __future__ import annotations

import minitf as tf
from minitf.framework import op_counts
from minitf.signal.frames import frame, overlap_and_add
from minitf.signal.windows import hann_window


def _power_of_two(length):
    """The least power of two that is not less."""
    return (
        1 << (length - 1).bit_length()
        if isinstance(length, int)
        else tf.cast(
            2.0 ** tf.ceil(tf.log(tf.cast(length, tf.float64)) / tf.log(tf.constant(2.0, tf.float64))), tf.int32
        )
    )


def stft(
    signals,
    frame_length,
    frame_step,
    fft_length=None,
    window_fn=hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> tf.Tensor:
    """The spectra of a signal's frames: [..., samples] float32 to [..., frames, bins] complex64.

    There are fft_length // 2 + 1 bins; fft_length is the next power of two by default. window_fn: makes a
    window of a length and a dtype, or None.
    """
    with tf.name_scope(name, "stft", [signals, frame_length, frame_step]):
        signals = tf.convert_to_tensor(signals, name="signals")
        signals.shape.with_rank_at_least(1)
        fft_length = _power_of_two(frame_length) if fft_length is None else fft_length
        framed = frame(signals, frame_length, frame_step, pad_end=pad_end)
        if window_fn is not None:
            framed *= window_fn(frame_length, dtype=framed.dtype)
        return tf.spectral.rfft(framed, [fft_length])


def inverse_stft_window_fn(frame_step, forward_window_fn=hann_window, name: str | None = None):
    """A window_fn for `inverse_stft` that makes it the inverse of an `stft` with forward_window_fn."""
    op_counts.skip(op_counts.WINDOW_STEP * isinstance(frame_step, int))

    def window(frame_length, dtype):
        """The forward window, divided by what overlapping ones add up to."""
        with tf.name_scope(name, "inverse_stft_window_fn", [forward_window_fn]):
            op_counts.skip(op_counts.WINDOW_WHOLE)
            forward = forward_window_fn(frame_length, dtype=dtype)
            overlaps = -(-frame_length // frame_step)
            more = overlaps * frame_step - frame_length
            squares = tf.reshape(tf.pad(tf.square(forward), [[0, more]]), [overlaps, frame_step])
            total = tf.tile(tf.reduce_sum(squares, 0, keepdims=True), [overlaps, 1])
            return forward / tf.reshape(total, [overlaps * frame_step])[:frame_length]

    return window


def inverse_stft(
    stfts, frame_length, frame_step, fft_length=None, window_fn=hann_window, name: str | None = None
) -> tf.Tensor:
    """The signal of spectra [..., frames, fft_length // 2 + 1] as `stft` gives them.

    With window_fn = inverse_stft_window_fn(frame_step) it is the one that they were made of.
    """
    with tf.name_scope(name, "inverse_stft", [stfts]):
        stfts = tf.convert_to_tensor(stfts, name="stfts")
        stfts.shape.with_rank_at_least(2)
        op_counts.skip(op_counts.FRAMES_CUT)
        fft_length = _power_of_two(frame_length) if fft_length is None else fft_length
        frames = tf.spectral.irfft(stfts, [fft_length])[..., :frame_length]
        if isinstance(fft_length, int) and isinstance(frame_length, int) and frame_length > fft_length:
            frames = tf.pad(frames, [[0, 0]] * (stfts.shape.rank - 1) + [[0, frame_length - fft_length]])
        if window_fn is not None:
            frames *= window_fn(frame_length, dtype=frames.dtype)
        return overlap_and_add(frames, frame_step)
