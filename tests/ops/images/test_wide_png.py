"""PNG files of 16 bits, and what libpng makes of others: numbers are TensorFlow 1.15.5's."""

import io
import zlib

import numpy as np
import pytest
from helpers import fails
from PIL import Image

import minitf as tf
from minitf.ops.images import wide_png

RANDOM = np.random.default_rng(0)


def run(tensor):
    with tf.Session() as sess:
        return sess.run(tensor)


def wide(channels):
    return RANDOM.integers(0, 65536, [5, 7, channels], np.uint16)


def file_of(image, **how):
    file = io.BytesIO()
    image.save(file, "PNG", **how)
    return file.getvalue()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_there_and_back(channels):
    image = wide(channels)
    data = tf.image.encode_png(tf.constant(image), compression=channels)
    np.testing.assert_array_equal(run(tf.image.decode_png(data, dtype=tf.uint16)), image)
    np.testing.assert_array_equal(run(tf.image.decode_png(data)), image >> 8)
    np.testing.assert_array_equal(run(tf.image.decode_image(data, dtype=tf.uint16)), image)
    assert Image.open(io.BytesIO(run(data))).size == (7, 5)


def filtered(image, kind):
    """A file of which every row is told by its neighbours in one way."""
    height, width, channels = image.shape
    raw = image.astype(">u2").view(np.uint8).reshape(height, width, -1).astype(np.int64)
    left, above = np.zeros_like(raw), np.zeros_like(raw)
    left[:, 1:], above[1:] = raw[:, :-1], raw[:-1]
    corner = np.zeros_like(raw)
    corner[1:, 1:] = raw[:-1, :-1]
    guess = left + above - corner
    nearest = np.argmin([abs(guess - left), abs(guess - above), abs(guess - corner)], 0)
    said = [0, left, above, (left + above) // 2, np.choose(nearest, [left, above, corner])][kind]
    rows = ((raw - said) & 255).astype(np.uint8).reshape(height, -1)
    plain = wide_png.write(image, 6)
    packed = zlib.compress(np.concatenate([np.full([height, 1], kind, np.uint8), rows], 1).tobytes())
    start = plain.index(b"IDAT") - 4
    end = plain.index(b"IEND") - 4
    return plain[:start] + len(packed).to_bytes(4, "big") + b"IDAT" + packed + bytes(4) + plain[end:]


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("channels", [1, 3])
def test_filters(kind, channels):
    image = wide(channels)
    np.testing.assert_array_equal(wide_png.read(filtered(image, kind)), image)


def test_files_that_pillow_writes():
    image = wide(1)
    np.testing.assert_array_equal(wide_png.read(file_of(Image.fromarray(image[:, :, 0]))), image)


def test_damaged_files():
    data = wide_png.write(wide(3), 6)
    for wrong in (data[:60], data[:40] + b"xx" + data[44:], data[:25] + b"\x07" + data[26:]):
        with fails(ValueError, "PNG"):
            wide_png.read(wrong)


def test_channels_of_wide_files():
    image = wide(3)
    data = tf.image.encode_png(tf.constant(image))
    one, four = run([tf.image.decode_png(data, channels=n, dtype=tf.uint16) for n in (1, 4)])
    assert abs(one[:, :, 0] - image @ np.array([0.299, 0.587, 0.114])).max() < 2
    np.testing.assert_array_equal(four[:, :, :3], image)
    assert (four[:, :, 3] == 65535).all()
    gray = wide(2)
    data = tf.image.encode_png(tf.constant(gray))
    one, three, four = run([tf.image.decode_png(data, channels=n, dtype=tf.uint16) for n in (1, 3, 4)])
    np.testing.assert_array_equal(one, gray[:, :, :1])
    np.testing.assert_array_equal(three, np.repeat(gray[:, :, :1], 3, 2))
    np.testing.assert_array_equal(four, np.concatenate([three, gray[:, :, 1:]], 2))


def test_palettes():
    colors = np.array([[[155, 196, 34], [123, 68, 100], [111, 106, 187], [52, 223, 6]]], np.uint8)
    picture = Image.fromarray(colors).quantize(4)
    clear = picture.getpixel((2, 0))
    plain, holed = file_of(picture), file_of(picture, transparency=clear)
    assert run(tf.image.decode_png(plain)).shape == (1, 4, 3)
    assert run(tf.image.decode_png(plain, channels=1)).ravel().tolist() == [165, 88, 116, 147]  # rounded down
    assert run(tf.image.decode_png(plain, channels=4))[0, :, 3].tolist() == [3] * 4  # opaque of two bits
    found = run(tf.image.decode_png(holed))
    np.testing.assert_array_equal(found[:, :, :3], colors)
    assert found[0, :, 3].tolist() == [255, 255, 0, 255]


def test_channels_that_kinds_of_files_do_not_have():
    picture = Image.fromarray(RANDOM.integers(0, 256, [4, 5, 3], np.uint8))
    bmp, gif, jpeg, cmyk = io.BytesIO(), io.BytesIO(), io.BytesIO(), io.BytesIO()
    picture.save(bmp, "BMP"), picture.save(gif, "GIF"), picture.save(jpeg, "JPEG")
    picture.convert("CMYK").save(cmyk, "JPEG")
    for file, channels in ((bmp, 1), (gif, 1), (gif, 4), (jpeg, 4), (cmyk, 1)):
        with fails(tf.errors.InvalidArgumentError):
            run(tf.image.decode_image(file.getvalue(), channels=channels))
    assert run(tf.image.decode_image(bmp.getvalue(), channels=4)).shape == (4, 5, 3)


def test_truncated_files():
    ramp = np.add.outer(np.arange(40), np.arange(50)).astype(np.uint8)
    data = run(tf.image.encode_jpeg(ramp[:, :, None]))
    with fails(tf.errors.InvalidArgumentError):
        run(tf.image.decode_jpeg(data[: len(data) * 3 // 4]))
    found = run(tf.image.decode_jpeg(data[: len(data) * 3 // 4], try_recover_truncated=True, acceptable_fraction=0.5))
    assert found.shape == (40, 50, 1) and abs(found[:8, :8, 0].astype(int) - ramp[:8, :8]).max() < 4
    op = tf.image.decode_jpeg(data, fancy_upscaling=False, try_recover_truncated=True).op
    assert (op.get_attr("fancy_upscaling"), op.get_attr("try_recover_truncated")) == (False, True)
