"""The pixels of JPEG files are TensorFlow's where the package simplejpeg is there (recorded: tests/facts)."""

import base64
import builtins
import hashlib

import numpy as np
import pytest
from oracle import facts

import minitf as tf


def decoded(**how):
    contents = base64.b64decode(facts("jpeg_pixels")["file"])
    with tf.Session() as session:
        return session.run(tf.image.decode_jpeg(contents, **how))


@pytest.mark.parametrize("how", facts("jpeg_pixels")["pixels"])
def test_pixels_are_tensorflows(how):
    pytest.importorskip("simplejpeg")
    method, fancy, channels = how.split()
    method = "" if method == "default" else method
    found = decoded(dct_method=method, fancy_upscaling=fancy == "True", channels=int(channels))
    shape, digest = facts("jpeg_pixels")["pixels"][how]
    assert list(found.shape) == shape and hashlib.sha256(found.tobytes()).hexdigest()[:16] == digest


def test_without_the_package_pixels_are_accurate(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "simplejpeg":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    [shape, digest] = facts("jpeg_pixels")["pixels"]["INTEGER_ACCURATE True 0"]
    found = decoded()
    assert list(found.shape) == shape and hashlib.sha256(found.tobytes()).hexdigest()[:16] == digest


def test_damaged_files_are_pillows():
    pytest.importorskip("simplejpeg")
    contents = base64.b64decode(facts("jpeg_pixels")["file"])
    with tf.Session() as session:
        whole = session.run(tf.image.decode_jpeg(contents))
        cut = session.run(tf.image.decode_jpeg(contents[:-60], try_recover_truncated=True))
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run(tf.image.decode_jpeg(contents[:60]))
    assert cut.shape == whole.shape and np.any(cut != whole)
