"""WAV files: bytes, values, static shapes and errors as recorded from TensorFlow 1.15.5."""

import io
import wave

import numpy as np
import pytest
from helpers import fails

import minitf as tf


def wav(numbers, rate=8000, width=2):
    """A file of numbers [frames, channels]."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(len(numbers[0]))
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(np.array(numbers, f"<i{width}").tobytes())
    return file.getvalue()


STEREO, MONO = wav([[1, -32768], [32767, 2], [100, -100]]), wav([[1], [-5], [7]], 44100)


@pytest.mark.parametrize(
    "file, channels, samples, shape, numbers",
    [
        (STEREO, -1, -1, [None, None], [[1, -32768], [32767, 2], [100, -100]]),
        (MONO, -1, -1, [None, None], [[1], [-5], [7]]),
        (STEREO, 1, -1, [None, 1], [[1], [32767], [100]]),
        (MONO, 2, -1, [None, 2], [[1, 1], [-5, -5], [7, 7]]),
        (STEREO, 3, -1, [None, 3], [[1, -32768, -32768], [32767, 2, 2], [100, -100, -100]]),
        (STEREO, -1, 2, [2, None], [[1, -32768], [32767, 2]]),
        (STEREO, 2, 5, [5, 2], [[1, -32768], [32767, 2], [100, -100], [0, 0], [0, 0]]),
        (STEREO, -1, 0, [0, None], np.zeros((0, 2))),
    ],
)
def test_decode(file, channels, samples, shape, numbers):
    audio, rate = tf.audio.decode_wav(file, channels, samples)
    assert audio.shape.as_list() == shape and rate.shape == []
    found, known = tf.Session().run([audio, rate])
    np.testing.assert_array_equal(found, np.float32(numbers) / 2**15)
    assert known == (8000 if file == STEREO else 44100)


def test_encode():
    file = tf.audio.encode_wav([[0.0, -1.0], [1.0, 0.5], [2.0, -2.0]], 8000)
    assert (file.op.name, file.op.type, file.shape) == ("EncodeWav", "EncodeWav", [])
    assert tf.Session().run(file) == (
        b"RIFF0\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00@\x1f\x00\x00\x00}\x00\x00\x04\x00\x10\x00"
        b"data\x0c\x00\x00\x00\x00\x00\x00\x80\xff\x7f\x00@\xff\x7f\x00\x80"
    )
    assert tf.Session().run(tf.audio.encode_wav([[0.1], [2e-5], [-2e-5]], 16000)).endswith(b"\xcd\x0c\x01\x00\xff\xff")


@pytest.mark.parametrize("file", [b"", b"RIFFabcd", STEREO[:-3], STEREO[:40], MONO[:44]])
def test_what_is_cut_off(file):
    with fails(tf.errors.InvalidArgumentError, "data too short"):
        tf.Session().run(tf.audio.decode_wav(file))


def test_what_is_refused():
    with fails(tf.errors.InvalidArgumentError, "can only read 16-bit WAV files, but received 8"):
        tf.Session().run(tf.audio.decode_wav(wav([[1]], width=1)))
    with fails(tf.errors.InvalidArgumentError, "sample_rate must be in"):
        tf.Session().run(tf.audio.encode_wav([[0.1]], 0))
    for shape in ([0, 1], [2, 0]):
        with fails(tf.errors.InvalidArgumentError, "audio is null"):
            tf.Session().run(tf.audio.encode_wav(tf.zeros(shape), 8000))
    with fails(ValueError, "must be non-negative"):
        tf.audio.decode_wav(MONO, -2)
    with pytest.raises(ValueError):
        tf.audio.encode_wav([0.1], 8000)
    with pytest.raises(ValueError):
        tf.audio.decode_wav([MONO])
