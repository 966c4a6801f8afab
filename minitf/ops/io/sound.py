"""Sound as WAV files of 16 bits: numbers within -1..1, a row for each frame."""

from __future__ import annotations

import io
import wave

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops import patterns

_LEVELS = 2**15


def as_wav(frames: np.ndarray, rate: int) -> bytes:
    """Frames [count, channels] as a WAV file; what is beyond -1..1 is cut off."""
    scaled = np.clip(np.nan_to_num(frames, nan=0.0) * float(_LEVELS), -_LEVELS, _LEVELS - 1)
    samples = np.trunc(scaled + np.copysign(0.5, scaled)).astype("<i2")  # halves go away from zero
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(frames.shape[1])
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


def _encoded(op, frames, rate):
    if rate <= 0:
        raise ValueError(f"sample_rate must be in (0, 2^32), got: {rate}")
    if not frames.size:
        raise ValueError(f"audio is null: there are no frames, shape {list(frames.shape)}")
    return np.array(as_wav(frames, int(rate)), object)


def _decoded(op, contents):
    frames, rate = _read(contents.item())
    channels, samples = op.attrs["desired_channels"], op.attrs["desired_samples"]
    if channels >= 0:  # the last one is repeated
        frames = frames[:, np.minimum(np.arange(channels), frames.shape[1] - 1)]
    if samples >= 0:
        frames = np.concatenate([frames[:samples], np.zeros((max(0, samples - len(frames)), frames.shape[1]))])
    return (frames / _LEVELS).astype(np.float32), np.int32(rate)


def _read(data: bytes) -> tuple[np.ndarray, int]:
    """The numbers [frames, channels] of a WAV file, and how many frames are a second."""
    try:
        with wave.open(io.BytesIO(data)) as sound:
            channels, width, rate, count = sound.getparams()[:4]
            found = sound.readframes(count)
    except (EOFError, wave.Error) as error:
        why = str(error) or "it is incomplete"
        raise ValueError(f"data too short or no WAV file: {len(data)} bytes cannot be read, {why}") from None
    if width != 2:
        raise ValueError(f"can only read 16-bit WAV files, but received {8 * width} bits")
    if len(found) < count * channels * width:
        raise ValueError(f"data too short: the WAV file has {len(found)} bytes of {count * channels * width}")
    return np.frombuffer(found, "<i2").reshape(-1, channels), rate


def _decoded_shapes(op):
    sizes = [op.attrs[name] for name in ("desired_samples", "desired_channels")]
    if min(sizes) < -1:
        raise ValueError(f"channels and samples must be non-negative, or -1 for those of the file, got {sizes[::-1]}")
    return TensorShape([None if n == -1 else n for n in sizes]), SCALAR


define(
    "EncodeWav",
    "audio: float32[frames, channels], sample_rate: int32[] -> contents: string",
    shape=patterns.scalar,
    numpy=_encoded,
    differentiable=False,
)
define(
    "DecodeWav",
    "contents: string[]; desired_channels: int = -1, desired_samples: int = -1 -> audio: float32, sample_rate: int32",
    shape=_decoded_shapes,
    numpy=_decoded,
    differentiable=False,
)


def encode_wav(audio, sample_rate, name: str | None = None) -> Tensor:
    """A WAV file of 16 bits, a string, of float32 `audio` [frames, channels] within -1..1.

    sample_rate: frames per second, an int32.

    Raises:
      InvalidArgumentError: when run, if there are no frames or the rate is not positive.
    """
    return apply("EncodeWav", audio, sample_rate, name=name)


def decode_wav(contents, desired_channels: int = -1, desired_samples: int = -1, name: str | None = None):
    """What a WAV file of 16 bits holds: `audio`, float32 [frames, channels] within -1..1, and `sample_rate`, an int32.

    desired_channels: so many (the last one is repeated, or those at the end left out); -1: those of the file.
    desired_samples: so many frames (zeros are added, or the end left out); -1: all.

    >>> import minitf as tf
    >>> audio, rate = tf.audio.decode_wav(tf.audio.encode_wav([[0.5], [-1.0]], 8000))
    >>> with tf.Session() as sess:
    ...     print(sess.run(audio))
    [[ 0.5]
     [-1. ]]

    Raises:
      InvalidArgumentError: when run, if it is no such file or is cut off.
    """
    return apply("DecodeWav", contents, desired_channels=desired_channels, desired_samples=desired_samples, name=name)
