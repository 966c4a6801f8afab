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


@pytest.mark.parametrize("name", facts("jpeg_pixels")["smaller"])
def test_smaller_ones_and_those_of_inks_are_tensorflows(name):
    pytest.importorskip("simplejpeg")
    recorded = facts("jpeg_pixels")["smaller"][name]
    contents = base64.b64decode(recorded.get("file", facts("jpeg_pixels")["file"]))
    for how, (shape, digest) in recorded["pixels"].items():
        ratio, method, fancy, channels = how.replace("default", "").split(" ")
        how = {"ratio": int(ratio), "dct_method": method, "fancy_upscaling": fancy == "True"}
        with tf.Session() as session:
            found = session.run(tf.image.decode_jpeg(contents, channels=int(channels), **how))
        assert list(found.shape) == shape and hashlib.sha256(found.tobytes()).hexdigest()[:16] == digest, how


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


@pytest.mark.parametrize("name", facts("jpeg_crops"))
def test_parts_are_tensorflows(name):
    """Also at their edges, where colours are stored at half the width."""
    pytest.importorskip("simplejpeg")
    recorded = facts("jpeg_crops")[name]
    contents, window = base64.b64decode(recorded["file"]), tf.placeholder(tf.int32, [4])
    methods = ("INTEGER_FAST", "INTEGER_ACCURATE")
    parts = {how: tf.image.decode_and_crop_jpeg(contents, window, dct_method=how) for how in methods}
    with tf.Session() as session:
        for place, method, shape, digest in recorded["parts"]:
            found = session.run(parts[method], {window: place})
            assert [*found.shape] == shape and hashlib.sha256(found.tobytes()).hexdigest()[:16] == digest, place


def test_parts_of_other_files():
    """Those that are gray or damaged, or have no colours between, are cut out of the whole."""
    contents = base64.b64decode(facts("jpeg_crops")["420"]["file"])
    with tf.Session() as session:
        for data, how in ((contents, {"channels": 1}), (contents[:-60], {"try_recover_truncated": True})):
            whole = session.run(tf.image.decode_jpeg(data, **how))
            part = session.run(tf.image.decode_and_crop_jpeg(data, [3, 5, 9, 8], **how))
            np.testing.assert_array_equal(part[:, :-1], whole[3:12, 5:12])
