"""tf.audio: sound as WAV files."""

# ruff: noqa: F401 - names that are handed on

from minitf.ops.io.sound import decode_wav, encode_wav
