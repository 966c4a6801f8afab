"""Variants in checkpoints: as TensorFlow writes them, and what is damaged."""

import numpy as np
import pytest

from minitf.formats import tensors, variants
from minitf.formats.checksum import masked
from minitf.formats.variants import Variant
from minitf.formats.wire import Malformed
from minitf.framework import dtypes
from minitf.ops.patterns import boxed

# A data file of TensorFlow 1.15: the state of an iterator over Dataset.range.
TENSORFLOWS = (
    b">\n\x14tensorflow::Iterator\x12\x1d@@Iterator::Model::Range:next\x1a\x07\x08\t\x12\x00R\x01\x00\xee\x086\xf8"
)
STATE = Variant("tensorflow::Iterator", b"@@Iterator::Model::Range:next")


def test_as_tensorflow_writes_them():
    data, crc = variants.written(boxed(Variant("tensorflow::Iterator", b"@@Iterator::Model::Range:next")))
    read = variants.read(data, (), masked(crc))
    assert read.item() == STATE
    # the message of the array differs: TensorFlow lists its elements
    head, message, check = TENSORFLOWS[:1], TENSORFLOWS[1:-4], TENSORFLOWS[-4:]
    found, _ = _crc_of(message)
    assert head == bytes([len(message)]) and check == found
    assert Variant.decoded(message[:-9]) == STATE


def _crc_of(message):
    class Given(Variant):
        def encoded(self):
            return message

    data, crc = variants.written(boxed(Given("", b"")))
    return data[-4:], crc


@pytest.mark.parametrize(
    "array",
    [
        np.float32([[1, 2], [3, 4]]),
        np.zeros((0, 3), np.int64),
        np.array(True),
        np.array([b"", b"abc"], object),
        np.complex64([1j]),
        np.float16(2.5),
    ],
)
def test_round_trip(array):
    value = Variant("kind", b"about", (np.asarray(array),))
    [found] = Variant.decoded(value.encoded()).arrays
    assert found.dtype == array.dtype and found.shape == array.shape and found.tolist() == array.tolist()


def test_several_values():
    array = np.empty(3, object)
    for i in range(3):
        array[i] = Variant("k", b"%d" % i, (np.arange(i),))
    data, crc = variants.written(array)
    assert [v.about for v in variants.read(data, (3,), masked(crc))] == [b"0", b"1", b"2"]
    with pytest.raises(Malformed, match="not those of a tensor of shape"):
        variants.read(data, (2,), masked(crc))
    for i in range(len(data)):
        damaged = data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :]
        with pytest.raises(Malformed):
            variants.read(damaged, (3,), masked(crc))
        with pytest.raises(Malformed):
            variants.read(data[:i], (3,), masked(crc))


def test_arrays_of_other_types():
    message = tensors.encoded(np.int64([1, 2]), dtypes.int64)
    with pytest.raises(Malformed, match="holds int64, not string"):
        tensors.decoded(message, dtypes.string)
    with pytest.raises(Malformed, match="are not those of int64"):
        tensors.decoded(message.replace(b"\x08\x02", b"\x08\x03"))
